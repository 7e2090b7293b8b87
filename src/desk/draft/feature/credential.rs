//! Secrets that are to be rotated: what is asked of them, what their sources tell, and which incidents they matter to.

use std::sync::Arc;

use tracing::{error, info};

use crate::book::Book;
use crate::draft::Draft;
use config::Config;
use domain::aggregate::{Aggregate, Cause};
use domain::alert::asking::Subject;
use domain::credential::event::CredentialEventKind;
use domain::credential::line::{CredentialAnswer, CredentialLine, CredentialRefusal, Week};
use domain::credential::plan::{Lives, Plan};
use domain::credential::{Credential, CredentialId, decide};
use domain::id::IncidentId;
use domain::incident::Incident;
use domain::incident::event::EventKind;
use domain::incident::exposed::{SecretNews, proposed};
use domain::request::Request;
use domain::run::Run;
use jiff::Timestamp;
use store::StoreError;

/// The runbook's procedure for an incident of security (2.5).
const PROCEDURE: &str = "security-incident";

/// The one of this number, as this round has it.
pub(in crate::draft) fn find(
    book: &Book<'_>,
    id: CredentialId,
) -> Result<Option<Arc<Credential>>, StoreError> {
    let round = book.round.and_then(|round| round.credentials.changed.get(&id));
    match round.or_else(|| book.state.plain.credentials.get(&id)) {
        Some(one) => Ok(Some(Arc::clone(one))),
        None => Ok(book.store.credential(id)?.map(Arc::new)),
    }
}

/// All that were ever listed, as this round has them.
fn all(book: &Book<'_>) -> Vec<Credential> {
    let kept = book.state.plain.credentials.iter();
    let kept =
        kept.filter(|(id, _)| book.round.is_none_or(|round| !round.credentials.changed.contains_key(id)));
    let changed = book.round.into_iter().flat_map(|round| round.credentials.changed.iter());
    kept.chain(changed).map(|(_, one)| Credential::clone(one)).collect()
}

/// The same as the configuration has them: whoever asks before anything is decided sees them, too.
fn as_configured(book: &Book<'_>, config: &Config) -> Vec<Credential> {
    let mut known = all(book);
    let (new, changed) = decide::configured(&config.credentials, &known);
    let event = |seq, kind| Credential::event(seq, book.now, &Cause::howler(), kind);
    let changed: Vec<_> = changed.into_iter().map(|(one, kind)| (one.id, kind)).collect();
    for (id, kind) in changed {
        if let Some(one) = known.iter_mut().find(|one| one.id == id) {
            one.apply(&event(one.events + 1, kind));
        }
    }
    let listed = |plan: Plan| {
        Credential::listed(CredentialId(0), &event(1, CredentialEventKind::Listed(Box::new(plan))))
    };
    known.extend(new.into_iter().filter_map(listed));
    known
}

/// What is due within a week, for a brief.
pub fn week_of_secrets(book: &Book<'_>) -> Week {
    decide::week(&all(book), book.now)
}

/// What only reads.
pub(super) fn read(book: &Book<'_>, config: &Config, line: &CredentialLine) -> CredentialAnswer {
    match line {
        CredentialLine::Unclear(unclear) => CredentialAnswer::Unclear(*unclear),
        CredentialLine::List | CredentialLine::Rotated { .. } | CredentialLine::Undo { .. } => {
            let asked = book.state.alerts.asking.of.iter().filter(|asked| asked.subject == Subject::Secrets);
            let cannot = asked.flat_map(|asked| asked.cannot.iter().map(|cannot| cannot.why.clone()));
            let all = decide::list(&as_configured(book, config), book.now);
            CredentialAnswer::List { all, cannot: cannot.collect() }
        }
    }
}

impl Draft<'_> {
    pub(in crate::draft) fn credential(
        &mut self,
        request: &Request,
        line: &CredentialLine,
    ) -> Result<CredentialAnswer, StoreError> {
        let (name, undoes) = match line {
            CredentialLine::Rotated { name, .. } => (name, false),
            CredentialLine::Undo { name } => (name, true),
            line => return Ok(read(&self.book(), self.config, line)),
        };
        let known = all(&self.book());
        let kind = decide::named(&known, name).and_then(|one| {
            let kind = match line {
                CredentialLine::Rotated { on, .. } => decide::rotated(one, *on, self.now),
                _ => decide::undone(one),
            };
            kind.map(|kind| (one.id, kind))
        });
        let (id, kind) = match kind {
            Ok(decided) => decided,
            Err(refusal) => return Ok(CredentialAnswer::Refused(refusal)),
        };
        self.record::<Credential>(id, &Cause::request(request), kind)?;
        let Some(one) = find(&self.book(), id)? else {
            return Ok(CredentialAnswer::Refused(CredentialRefusal::None));
        };
        let stands = Box::new(decide::stands(&one, self.now));
        Ok(if undoes { CredentialAnswer::Undone { stands } } else { CredentialAnswer::Rotated { stands } })
    }

    /// Takes over what the configuration lists.
    pub(in crate::draft) fn tend_credentials(&mut self) {
        let config = self.config;
        if config.credentials.is_empty() && self.state.plain.credentials.is_empty() {
            return;
        }
        let taken = self.whole(|draft| {
            let known = all(&draft.book());
            let (new, changed) = decide::configured(&config.credentials, &known);
            for plan in new {
                draft.list_credential(plan)?;
            }
            for (one, kind) in changed {
                draft.record::<Credential>(one.id, &Cause::howler(), kind)?;
            }
            Ok(())
        });
        if let Err(error) = taken {
            error!(%error, "the secrets of the configuration could not be taken over; it is tried again");
        }
    }

    fn list_credential(&mut self, plan: Plan) -> Result<(), StoreError> {
        let id = CredentialId(self.changes.next.plain.credentials);
        let cause = Cause::howler();
        let kind = CredentialEventKind::Listed(Box::new(plan));
        let event = Credential::event(1, self.now, &cause, kind);
        let Some(one) = Credential::listed(id, &event) else { return Ok(()) };
        self.changes.next.plain.credentials += 1;
        info!(secret = one.plan.name, "listed");
        self.took_effect(None, one, event, &cause)
    }

    /// A source says that one was changed. `is`: whether it speaks of this one.
    pub(in crate::draft) fn credential_seen(
        &mut self,
        said: &Lives,
        on: Timestamp,
        is: impl Fn(&Plan) -> bool,
    ) -> Result<(), StoreError> {
        for one in all(&self.book()).iter().filter(|one| is(&one.plan)) {
            if let Some(kind) = decide::seen(one, said, on, self.now) {
                self.record::<Credential>(one.id, &Cause::howler(), kind)?;
            }
        }
        Ok(())
    }

    /// The checklist of an incident that looks like one of security.
    pub(in crate::draft) fn propose_secrets(
        &mut self,
        incident: &Incident,
        procedure: bool,
    ) -> Result<(), StoreError> {
        if !incident.exposed.is_empty() || self.state.plain.credentials.is_empty() {
            return Ok(());
        }
        let known = all(&self.book());
        let known: Vec<&Credential> = known.iter().collect();
        match proposed(incident, &known, procedure) {
            Some(news) => self.secrets_of(incident.id, &Cause::howler(), news),
            None => Ok(()),
        }
    }

    /// The same where the procedure is begun for it.
    pub(in crate::draft) fn propose_secrets_of(
        &mut self,
        before: Option<&Run>,
        after: &Run,
    ) -> Result<(), StoreError> {
        let begun = before.is_none() && after.procedure.name == PROCEDURE;
        let Some(incident) = after.incident.filter(|_| begun) else { return Ok(()) };
        match self.book().whole(incident)? {
            Some(incident) => self.propose_secrets(&incident, true),
            None => Ok(()),
        }
    }

    /// What was rotated, or was not after all, is ticked off on the cards that list it.
    pub(in crate::draft) fn tick_off(
        &mut self,
        before: Option<&Credential>,
        after: &Credential,
        cause: &Cause,
    ) -> Result<(), StoreError> {
        let many = |one: &Credential| one.rotations.last().map(|last| last.at);
        let (old, new) = (before.and_then(many), many(after));
        if old == new {
            return Ok(());
        }
        let rotated = new > old;
        let name = &after.plan.name;
        let open = self.book().open();
        for incident in open.iter().filter(|incident| incident.exposes(name, rotated)) {
            // One of before the incident is none that it asks for.
            let since = after.rotations.last().is_some_and(|last| last.on >= incident.counts_from());
            let news = match rotated {
                true if since => SecretNews::Rotated { name: name.clone() },
                true => continue,
                false => SecretNews::Undone { name: name.clone() },
            };
            self.secrets_of(incident.id, cause, news)?;
        }
        Ok(())
    }

    fn secrets_of(&mut self, id: IncidentId, cause: &Cause, news: SecretNews) -> Result<(), StoreError> {
        self.record::<Incident>(id, cause, EventKind::Secrets(Box::new(news)))
    }
}
