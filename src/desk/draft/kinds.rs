//! What the desk does for each kind beside recording its events.

use std::sync::Arc;

use super::Draft;
use super::feature::{alerts, credential, maintenance};
use super::parts::Part;
use super::record::{Recorded, Step};
use crate::oncall;
use domain::aggregate::{Aggregate, Cause, Next};
use domain::alert::group::{Group, GroupId};
use domain::alert::silence::{Silence, SilenceId};
use domain::alert::{Alert, AlertId};
use domain::credential::{Around, Credential, CredentialId};
use domain::id::{IncidentId, RunId};
use domain::incident::event::EventKind;
use domain::incident::{self, Incident};
use domain::maintenance::{Maintenance, MaintenanceId};
use domain::oncall::announce;
use domain::oncall::decide::moved;
use domain::oncall::rota::Rota;
use domain::owner::Owner;
use domain::run::announce::note;
use domain::run::audit::audited;
use domain::run::says::became_loud;
use domain::run::{self, Run, RunEventKind};
use domain::timer::{Timer, TimerKind};
use store::StoreError;

impl Recorded for Incident {
    fn part<'d>(draft: &'d mut Draft<'_>) -> &'d mut Part<Self> {
        &mut draft.parts.incidents
    }

    fn find(draft: &Draft<'_>, id: IncidentId) -> Result<Option<Arc<Self>>, StoreError> {
        draft.book().incident(id)
    }

    fn around<'d>(draft: &'d Draft<'_>, _: Option<&'d Self>, _: &'d Self) -> incident::Around<'d> {
        incident::Around { rules: &draft.config.severity, duty: draft.duty() }
    }

    /// Whom it called, for reports; and what a backup issue begins with.
    fn beside(draft: &mut Draft<'_>, step: &Step<'_, Self>) {
        draft.count_pages(step.after.id, step.after.severity, step.event);
        draft.tell_so_far(step.after, step.event);
    }

    /// What is merged into it, pictures of how it went, what looked the same, the alerts of what is open again, and secrets that may be
    /// exposed.
    fn elsewhere(
        draft: &mut Draft<'_>,
        before: Option<&Self>,
        after: &Self,
        _: &Cause,
    ) -> Result<(), StoreError> {
        draft.parts_follow(before, after)?;
        draft.picture_end(before, after)?;
        draft.end_of_alerts(before, after)?;
        draft.propose_secrets(after, false)?;
        draft.reread(before, after)
    }
}

impl Recorded for Rota {
    fn part<'d>(draft: &'d mut Draft<'_>) -> &'d mut Part<Self> {
        &mut draft.parts.rota
    }

    fn find(draft: &Draft<'_>, (): ()) -> Result<Option<Arc<Self>>, StoreError> {
        Ok(Some(draft.rota()))
    }

    fn around<'d>(draft: &'d Draft<'_>, before: Option<&'d Self>, after: &'d Self) -> announce::Around<'d> {
        let moved = before.map(|before| moved(&before.schedule, &after.schedule, draft.now));
        announce::Around {
            brief: Box::new(|| draft.brief(after)),
            moved: moved.unwrap_or_default(),
            reach: oncall::reach(draft.config),
        }
    }

    /// Whom a page without an incident called, for reports.
    fn beside(draft: &mut Draft<'_>, step: &Step<'_, Self>) {
        draft.paged_without_incident(step.event);
    }
}

impl Recorded for Maintenance {
    fn part<'d>(draft: &'d mut Draft<'_>) -> &'d mut Part<Self> {
        &mut draft.parts.maintenances
    }

    fn find(draft: &Draft<'_>, id: MaintenanceId) -> Result<Option<Arc<Self>>, StoreError> {
        maintenance::find(&draft.book(), id)
    }

    fn around<'d>(_: &'d Draft<'_>, _: Option<&'d Self>, _: &'d Self) {}
}

impl Recorded for Credential {
    fn part<'d>(draft: &'d mut Draft<'_>) -> &'d mut Part<Self> {
        &mut draft.parts.credentials
    }

    fn find(draft: &Draft<'_>, id: CredentialId) -> Result<Option<Arc<Self>>, StoreError> {
        credential::find(&draft.book(), id)
    }

    fn around<'d>(draft: &'d Draft<'_>, _: Option<&'d Self>, _: &'d Self) -> Around {
        Around { on_call: draft.rota().held(draft.now).primary.map(|holding| holding.person) }
    }

    /// The checklists of incidents.
    fn elsewhere(
        draft: &mut Draft<'_>,
        before: Option<&Self>,
        after: &Self,
        cause: &Cause,
    ) -> Result<(), StoreError> {
        draft.tick_off(before, after, cause)
    }
}

impl Recorded for Alert {
    fn part<'d>(draft: &'d mut Draft<'_>) -> &'d mut Part<Self> {
        &mut draft.parts.alerts
    }

    fn find(draft: &Draft<'_>, id: AlertId) -> Result<Option<Arc<Self>>, StoreError> {
        alerts::find(&draft.book(), id)
    }

    fn around<'d>(_: &'d Draft<'_>, _: Option<&'d Self>, _: &'d Self) {}

    /// Its group's message with its picture, and its silence.
    fn elsewhere(
        draft: &mut Draft<'_>,
        before: Option<&Self>,
        after: &Self,
        cause: &Cause,
    ) -> Result<(), StoreError> {
        draft.alert_changed(before, after, cause)?;
        draft.picture_alert(before, after)?;
        draft.tell_incident(before, after, cause)
    }
}

impl Recorded for Group {
    fn part<'d>(draft: &'d mut Draft<'_>) -> &'d mut Part<Self> {
        &mut draft.parts.groups
    }

    fn find(draft: &Draft<'_>, id: GroupId) -> Result<Option<Arc<Self>>, StoreError> {
        alerts::find_group(&draft.book(), id)
    }

    fn around<'d>(_: &'d Draft<'_>, _: Option<&'d Self>, _: &'d Self) {}
}

impl Recorded for Silence {
    fn part<'d>(draft: &'d mut Draft<'_>) -> &'d mut Part<Self> {
        &mut draft.parts.silences
    }

    fn find(draft: &Draft<'_>, id: SilenceId) -> Result<Option<Arc<Self>>, StoreError> {
        alerts::find_silence(&draft.book(), id)
    }

    fn around<'d>(_: &'d Draft<'_>, _: Option<&'d Self>, _: &'d Self) {}

    /// What it held back is told from its end on.
    fn elsewhere(
        draft: &mut Draft<'_>,
        before: Option<&Self>,
        after: &Self,
        cause: &Cause,
    ) -> Result<(), StoreError> {
        match before.is_some_and(Self::is_live) && !after.is_live() {
            true => draft.silence_ended(after, cause),
            false => Ok(()),
        }
    }
}

impl Draft<'_> {
    /// Fires a timer, whoever owns it.
    pub(super) fn fire_it(&mut self, timer: Timer) -> Result<(), StoreError> {
        match timer.owner {
            Owner::Incident(id) if timer.kind == TimerKind::Recount => self.recount(id, timer),
            Owner::Incident(id) => self.fire_of::<Incident>(id, timer),
            Owner::Run(id) => self.fire_of::<Run>(id, timer),
            Owner::Rota => self.fire_of::<Rota>((), timer),
            Owner::Maintenance(id) => self.fire_of::<Maintenance>(id, timer),
            Owner::Alert(id) => self.fire_of::<Alert>(id, timer),
            Owner::Silence(id) => self.fire_of::<Silence>(id, timer),
            Owner::AlertGroup(id) => self.fire_of::<Group>(id, timer),
            Owner::Credential(id) => self.fire_of::<Credential>(id, timer),
            Owner::Howler if matches!(timer.kind, TimerKind::Watch(_)) => self.watch_fired(timer),
            Owner::Howler => {
                self.changes.timers_gone.push(timer);
                Ok(())
            }
        }
    }
}

impl Recorded for Run {
    fn part<'d>(draft: &'d mut Draft<'_>) -> &'d mut Part<Self> {
        &mut draft.parts.runs
    }

    fn find(draft: &Draft<'_>, id: RunId) -> Result<Option<Arc<Self>>, StoreError> {
        draft.book().run(id)
    }

    fn around<'d>(draft: &'d Draft<'_>, _: Option<&'d Self>, _: &'d Self) -> run::Around {
        draft.around()
    }

    /// Work of whoever is called is an answer to the page.
    fn beforehand(draft: &mut Draft<'_>, step: &Step<'_, Self>) -> Result<(), StoreError> {
        match step.after.incident {
            Some(incident) if step.cause.asked => draft.taken_by_work(incident, step.cause),
            _ => Ok(()),
        }
    }

    /// The audit's row, in the same commit as what it tells.
    fn beside(draft: &mut Draft<'_>, step: &Step<'_, Self>) {
        if let Some(what) = step.before.and_then(|before| audited(before, step.after, step.event)) {
            draft.audit(step.event.by.clone(), what);
        }
    }

    fn on_the_timeline(draft: &Draft<'_>, step: &Step<'_, Self>) -> Option<(IncidentId, EventKind)> {
        let incident = step.after.incident?;
        let note = note(step.before, step.after, step.event, &draft.ledger.head.hash)?;
        Some((incident, EventKind::Runbook { run: step.after.id, note: Box::new(note) }))
    }

    /// A request that nobody answers, though those who may were asked twice, goes on the incident's path: pages, and phones.
    fn elsewhere(
        draft: &mut Draft<'_>,
        before: Option<&Self>,
        after: &Self,
        _: &Cause,
    ) -> Result<(), StoreError> {
        draft.propose_secrets_of(before, after)?;
        let (true, Some(incident)) = (became_loud(before, after), after.incident) else { return Ok(()) };
        match draft.book().whole(incident)?.filter(|incident| incident.is_open()) {
            Some(incident) => {
                let why = Some(view::unanswered_request(after));
                let kind = EventKind::Escalated { passes: false, why };
                draft.record::<Incident>(incident.id, &Cause::howler(), kind)
            }
            None => Ok(()),
        }
    }

    /// What was to be proposed as soon as the facts lead to it. What cannot be proposed stays offered; whoever presses the button is
    /// told why.
    fn follows(draft: &Draft<'_>, step: &Step<'_, Self>) -> Option<Next<RunEventKind>> {
        let proposes = step.before.is_some_and(|before| before.proposes);
        let led = matches!(step.event.kind, RunEventKind::Led { .. });
        let by = &step.after.by;
        let kind = (proposes && led).then(|| draft.proposal(step.after, by).ok())??;
        Some(Next { by: by.clone(), kind })
    }
}
