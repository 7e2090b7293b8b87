//! Alerts: what is asked of them, decided and read.

mod read;

use std::collections::BTreeSet;
use std::sync::Arc;

use tracing::info;

pub(super) use self::read::read;
pub use self::read::week_of_alerts;
use crate::book::Book;
use crate::draft::Draft;
use crate::draft::alerts::title_of;
use domain::Severity;
use domain::aggregate::{Aggregate, Cause};
use domain::alert::ask;
use domain::alert::event::AlertEventKind;
use domain::alert::group::event::GroupEventKind;
use domain::alert::group::{Group, GroupId};
use domain::alert::line::{AlertsAnswer, AlertsLine, AlertsRefusal, Silenced, Unsilenced};
use domain::alert::rules::Declare;
use domain::alert::silence::{Matcher, Silence, SilenceId};
use domain::alert::{Alert, AlertId};
use domain::answer::{Answer, Private};
use domain::command::{Command, Line};
use domain::id::IncidentId;
use domain::request::Request;
use store::StoreError;

type Decided = Result<AlertsAnswer, AlertsRefusal>;

macro_rules! finds {
    ($($(#[$doc:meta])* $name:ident, $part:ident, $stored:ident: $id:ty => $one:ty;)*) => {$(
        $(#[$doc])*
        pub(in crate) fn $name(book: &Book<'_>, id: $id) -> Result<Option<Arc<$one>>, StoreError> {
            let round = book.round.and_then(|round| round.$part.changed.get(&id));
            match round.or_else(|| book.state.plain.$part.get(&id)) {
                Some(one) => Ok(Some(Arc::clone(one))),
                None => Ok(book.store.$stored(id)?.map(Arc::new)),
            }
        }
    )*};
}

finds! {
    /// The alert of this number, as this round has it.
    find, alerts, alert: AlertId => Alert;
    /// The group of this number, as this round has it.
    find_group, groups, alert_group: GroupId => Group;
    /// The silence of this number, as this round has it.
    find_silence, silences, silence: SilenceId => Silence;
}

/// Silences that are not over, the oldest first.
pub(in crate::draft) fn live_silences(book: &Book<'_>) -> Vec<Arc<Silence>> {
    let changed = book.round.into_iter().flat_map(|round| round.silences.changed.iter());
    let kept = book.state.plain.silences.iter();
    let kept = kept.filter(|(id, _)| book.round.is_none_or(|round| !round.silences.changed.contains_key(id)));
    kept.chain(changed).map(|(_, silence)| Arc::clone(silence)).filter(|silence| silence.is_live()).collect()
}

impl Draft<'_> {
    pub(in crate::draft) fn alerts(
        &mut self,
        request: &Request,
        line: &AlertsLine,
    ) -> Result<AlertsAnswer, StoreError> {
        let decided = match line {
            AlertsLine::Ack { alert } => self.alert_ack(request, *alert)?,
            AlertsLine::Resolve { alert, why } => self.alert_resolve(request, *alert, why.clone())?,
            AlertsLine::Silence { what, long, why } => {
                self.alert_silence(request, what, (*long, why.clone()))?
            }
            AlertsLine::Unsilence { which } => self.alert_unsilence(request, *which)?,
            AlertsLine::Attach { alert, incident } => self.alert_attach(request, *alert, *incident)?,
            AlertsLine::Detach { alert } => self.alert_detach(request, *alert)?,
            AlertsLine::Declare { alert, severity } => self.alert_declare(request, *alert, *severity)?,
            line => return read(&self.book(), self.config, line),
        };
        Ok(decided.unwrap_or_else(AlertsAnswer::Refused))
    }

    fn alert_of(&self, alert: AlertId) -> Result<Result<Arc<Alert>, AlertsRefusal>, StoreError> {
        Ok(find(&self.book(), alert)?.ok_or(AlertsRefusal::NoSuch { alert }))
    }

    /// Whoever has one has all that the same message shows.
    fn alert_ack(&mut self, request: &Request, id: AlertId) -> Result<Decided, StoreError> {
        let alert = match self.alert_of(id)? {
            Ok(alert) => alert,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let group = self.book().group_of(&alert)?;
        let kind = ask::ack(&alert, group.as_deref());
        let incident = self.book().owner(&alert)?;
        if let Ok(kind) = &kind {
            self.record::<Alert>(id, &Cause::request(request), kind.clone())?;
        }
        let over = matches!(kind, Err(AlertsRefusal::Over { .. }));
        let incident = incident.filter(|_| !over).map(|id| self.acknowledges_too(request, id));
        let incident = incident.transpose()?.flatten();
        // Somebody has the alert already, and nobody its incident.
        if let (Err(refusal), None) = (kind, incident) {
            return Ok(Err(refusal));
        }
        let alerts = group.map_or(1, |group| group.open.max(1));
        Ok(Ok(AlertsAnswer::Acked { alert: id, title: alert.told.title.clone(), alerts, incident }))
    }

    /// Whoever has an alert is on the incident that it is a part of, where nobody is yet.
    fn acknowledges_too(
        &mut self,
        request: &Request,
        id: IncidentId,
    ) -> Result<Option<IncidentId>, StoreError> {
        let waits = self.book().whole(id)?.filter(|whole| whole.is_open() && whole.is_called_for());
        let Some(id) = waits.map(|whole| whole.id) else { return Ok(None) };
        let answer = self.line(request, &Line { incident: Some(id), command: Command::Ack })?;
        Ok(matches!(answer, Answer::Private(Private::Done { .. })).then_some(id))
    }

    /// A person says that it is over. The others that share its message are as they were.
    fn alert_resolve(
        &mut self,
        request: &Request,
        id: AlertId,
        why: Option<String>,
    ) -> Result<Decided, StoreError> {
        let alert = match self.alert_of(id)? {
            Ok(alert) => alert,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let kind = match ask::close(&alert, why) {
            Ok(kind) => kind,
            Err(refusal) => return Ok(Err(refusal)),
        };
        self.record::<Alert>(id, &Cause::request(request), kind)?;
        let incident = self.book().whole_number(self.book().owner(&alert)?)?;
        let others = self.book().group_of(&alert)?.map_or(0, |group| group.open);
        Ok(Ok(AlertsAnswer::Resolved { alert: id, title: alert.told.title.clone(), others, incident }))
    }

    fn alert_silence(
        &mut self,
        request: &Request,
        what: &Silenced,
        how: (jiff::SignedDuration, String),
    ) -> Result<Decided, StoreError> {
        let (matcher, title) = match what {
            Silenced::Matching(matcher) => (matcher.clone(), None),
            Silenced::Alert(id) => match self.alert_of(*id)? {
                Ok(alert) => {
                    let (source, key) = (Some(alert.source), Some(alert.key.clone()));
                    (Matcher { source, key, ..Matcher::default() }, Some(alert.told.title.clone()))
                }
                Err(refusal) => return Ok(Err(refusal)),
            },
        };
        let others: Vec<Silence> =
            live_silences(&self.book()).into_iter().map(Arc::unwrap_or_clone).collect();
        let kind = match ask::silence(matcher, title, how, request.place.clone(), &others, self.now) {
            Ok(kind) => kind,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let id = SilenceId(self.changes.next.plain.silences);
        let cause = Cause::request(request);
        let event = Silence::event(1, self.now, &cause, kind);
        let Some(silence) = Silence::set(id, &event) else { return Ok(Ok(AlertsAnswer::Help)) };
        self.changes.next.plain.silences += 1;
        info!(silence = id.0, until = %silence.until, "set");
        self.took_effect(None, silence, event, &cause)?;
        self.silence_begins(id, &cause)?;
        let Some(silence) = find_silence(&self.book(), id)? else { return Ok(Ok(AlertsAnswer::Help)) };
        let calls = read::calls(&self.book(), self.config, &silence)?;
        let silence = Box::new(Arc::unwrap_or_clone(silence));
        let fits = |alert: &&Arc<Alert>| silence.matcher.fits(alert.source, &alert.key, &alert.told.facts);
        let fits = Some(self.state.plain.alerts.values().filter(fits).count());
        Ok(Ok(AlertsAnswer::Silenced { silence, calls, fits, now: self.now }))
    }

    fn alert_unsilence(&mut self, request: &Request, which: Unsilenced) -> Result<Decided, StoreError> {
        let id = match which {
            Unsilenced::Silence(id) => id,
            Unsilenced::Of(alert) => match self.alert_of(alert)? {
                Ok(found) => match self.silence_of(&found) {
                    Some(id) => id,
                    None => return Ok(Err(AlertsRefusal::NotSilenced { alert })),
                },
                Err(refusal) => return Ok(Err(refusal)),
            },
        };
        let Some(silence) = find_silence(&self.book(), id)? else {
            return Ok(Err(AlertsRefusal::NoSuchSilence { silence: id }));
        };
        let kind = match ask::lift(&silence) {
            Ok(kind) => kind,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let held = |alert: &&Arc<Alert>| alert.is_live() && alert.silence.is_some_and(|(held, _)| held == id);
        let open = self.state.plain.alerts.values().filter(held).count();
        self.record::<Silence>(id, &Cause::request(request), kind)?;
        Ok(Ok(AlertsAnswer::Unsilenced { silence: Box::new(Silence::clone(&silence)), open }))
    }

    /// What holds an alert back, or would if it fired again.
    fn silence_of(&self, alert: &Alert) -> Option<SilenceId> {
        let held = alert.silence.filter(|_| alert.is_live());
        let held = held.or_else(|| self.silence_for(alert.source, &alert.key, &alert.told.facts));
        held.map(|(id, _)| id)
    }

    /// All that the same message shows goes with it.
    fn alert_attach(
        &mut self,
        request: &Request,
        id: AlertId,
        incident: IncidentId,
    ) -> Result<Decided, StoreError> {
        let alert = match self.alert_of(id)? {
            Ok(alert) => alert,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let Some(found) = self.book().whole(incident)? else {
            return Ok(Err(AlertsRefusal::NoSuchIncident { incident }));
        };
        if !found.is_open() {
            let (whole, cancelled) =
                (Some(found.id).filter(|whole| *whole != incident), found.is_cancelled());
            return Ok(Err(AlertsRefusal::IncidentOver { incident, whole, cancelled }));
        }
        if let Some(refusal) = self.attached_with(&alert)? {
            return Ok(Err(refusal));
        }
        let owner = self.book().owner(&alert)?;
        let kind = match ask::attach(&alert, owner, incident) {
            Ok(kind) => kind,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let alerts = self.attach(&alert, incident, kind, &Cause::request(request))?;
        self.raise_for_all(&alert, found.id)?;
        let from = self.book().whole_number(owner)?;
        Ok(Ok(AlertsAnswer::Attached { alert: id, incident: found.id, from, alerts }))
    }

    /// What joins makes its incident as bad as it is, whoever added it.
    fn raise_for_all(&mut self, alert: &Alert, incident: IncidentId) -> Result<(), StoreError> {
        let others = alert.group.into_iter().flat_map(|group| self.state.alerts.members(group));
        let all: BTreeSet<AlertId> = others.chain([alert.id]).collect();
        for id in all {
            let declares = |alert: &Arc<Alert>| alert.is_told() && alert.verdict.declare == Declare::AtOnce;
            if let Some(alert) = find(&self.book(), id)?.filter(declares) {
                self.raise(incident, &alert)?;
            }
        }
        Ok(())
    }

    /// Where it belongs to an incident only because all that share its message do: the one by which they do is the one to move.
    fn attached_with(&self, alert: &Alert) -> Result<Option<AlertsRefusal>, StoreError> {
        let owner = self.book().owner(alert)?;
        let Some(whole) = self.book().open_whole(owner)?.filter(|_| alert.incident != owner) else {
            return Ok(None);
        };
        let (id, incident) = (alert.id, whole.id);
        for member in alert.group.into_iter().flat_map(|group| self.state.alerts.members(group)) {
            if find(&self.book(), member)?.is_some_and(|member| member.incident == owner) {
                return Ok(Some(AlertsRefusal::AttachedWith { alert: id, incident, with: member }));
            }
        }
        Ok(Some(AlertsRefusal::AttachedAlready { alert: id, incident }))
    }

    /// All that the same message shows goes with it, and does not come back by itself.
    fn alert_detach(&mut self, request: &Request, id: AlertId) -> Result<Decided, StoreError> {
        let alert = match self.alert_of(id)? {
            Ok(alert) => alert,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let Some(owner) = self.book().owner(&alert)? else {
            return Ok(Err(AlertsRefusal::NotAttached { alert: id }));
        };
        if let Some(with @ AlertsRefusal::AttachedWith { .. }) = self.attached_with(&alert)? {
            return Ok(Err(with));
        }
        let cause = Cause::request(request);
        let incident = self.book().whole_number(Some(owner))?.unwrap_or(owner);
        self.record::<Alert>(id, &cause, AlertEventKind::Detached)?;
        let group = self.book().group_of(&alert)?.filter(|group| group.incident == Some(owner));
        let alerts = group.as_ref().map_or(1, |group| group.open.max(1));
        if let Some(group) = group {
            self.record::<Group>(group.id, &cause, GroupEventKind::Detached)?;
        }
        if alert.incident != Some(owner) {
            self.left(&alert, owner, &cause)?;
        }
        Ok(Ok(AlertsAnswer::Detached { alert: id, incident, alerts }))
    }

    /// Declares an incident under the alert's title; the alert belongs to it.
    fn alert_declare(
        &mut self,
        request: &Request,
        id: AlertId,
        severity: Option<Severity>,
    ) -> Result<Decided, StoreError> {
        let alert = match self.alert_of(id)? {
            Ok(alert) => alert,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Err(refusal) = ask::open(&alert) {
            return Ok(Err(refusal));
        }
        if let Some(refusal) = self.attached_with(&alert)? {
            return Ok(Err(refusal));
        }
        let owner = self.book().owner(&alert)?;
        if let Some(whole) = self.book().open_whole(owner)? {
            return Ok(Err(AlertsRefusal::AttachedAlready { alert: id, incident: whole.id }));
        }
        let title = title_of(&alert);
        let declared =
            self.declare_anyway(request, severity.unwrap_or(alert.verdict.severity), &title, None)?;
        let Answer::Private(Private::Declared { incident, .. }) = declared else {
            return Ok(Ok(AlertsAnswer::Help));
        };
        let kind = match ask::attach(&alert, owner, incident) {
            Ok(kind) => kind,
            Err(refusal) => return Ok(Err(refusal)),
        };
        self.attach(&alert, incident, kind, &Cause::request(request))?;
        Ok(Ok(AlertsAnswer::Declared { alert: id, incident }))
    }
}
