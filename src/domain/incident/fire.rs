//! What howler does by itself: timers that came due, and effects that came back.

use jiff::Timestamp;

use super::after;
use super::alerts::over;
use super::event::EventKind;
use super::page::{page, page_for_silence};
use super::{Incident, Rung};
use crate::effect::{EffectKind, PostKey, Receipt, To};
use crate::oncall::duty::Duty;
use crate::severities::Severities;
use crate::timer::{Lateness, Outage, TimerKind};

impl Incident {
    /// The timers that run: absolute due times, derived from the events alone.
    pub fn timers(&self) -> impl Iterator<Item = (TimerKind, Timestamp)> + use<> {
        let update = self.ladder.as_ref().map(|ladder| (TimerKind::Update, ladder.next.1));
        let response = self.response_due().map(|due| (TimerKind::Response, due));
        let backup = self.backup_due().map(|due| (TimerKind::Backup, due));
        let page = self.page_due().map(|due| (TimerKind::Page, due));
        let over = self.over_due().map(|due| (TimerKind::Quiet, due));
        let recount = self.recount_due().map(|due| (TimerKind::Recount, due));
        let owed = self.after_timers();
        update.into_iter().chain(response).chain(backup).chain(page).chain(over).chain(recount).chain(owed)
    }
}

/// The events of a timer that came due; none when something overtook it. `outage` is the last time in which howler
/// did not run.
pub fn fire(incident: &Incident, kind: TimerKind, fired: &Fired<'_>) -> Vec<EventKind> {
    let Fired { now, outage, rules, duty } = *fired;
    match kind {
        TimerKind::Update => remind(incident, fired),
        TimerKind::Response => miss_response(incident, now, outage, rules).into_iter().collect(),
        TimerKind::Backup => tell_elsewhere(incident, now, outage).into_iter().collect(),
        TimerKind::Quiet => over(incident, now, outage).into_iter().collect(),
        TimerKind::Page => page(incident, now, outage, duty).into_iter().collect(),
        // The others are another's.
        kind => {
            kind.owed().and_then(|owed| after::fire(incident, owed, now, outage, rules)).into_iter().collect()
        }
    }
}

/// What a timer that came due is decided with.
#[derive(Clone, Copy)]
pub struct Fired<'a> {
    pub now: Timestamp,
    pub outage: Option<Outage>,
    pub rules: &'a Severities,
    /// Who is on call now.
    pub duty: &'a Duty,
}

fn remind(incident: &Incident, fired: &Fired<'_>) -> Vec<EventKind> {
    let Fired { now, outage, rules, duty } = *fired;
    let Some((ladder, climb)) =
        incident.ladder.as_ref().and_then(|ladder| Some((ladder, ladder.climb(now)?)))
    else {
        return Vec::new();
    };
    let (climb, to) = match (climb.rung, incident.person_to_ask()) {
        (Rung::Channel, _) => (climb, To::Room),
        (Rung::Direct, Some(person)) => (climb, To::Person(person.clone())),
        // Whoever has it is at a shell, where howler cannot write to: the on-call is asked at once, and once.
        (Rung::Direct, None) => (ladder.sooner(climb), To::Emergencies),
        (Rung::OnCall, _) => (climb, To::Emergencies),
    };
    let path = rules.rule(incident.severity).pages();
    let quiet = !path.pages();
    let calls = climb.rung == Rung::OnCall && is_abandoned(ladder.missed, climb.missed);
    let silent = calls.then(|| page_for_silence(incident, path, now, duty)).flatten();
    let reminded = EventKind::Reminded {
        due: climb.due,
        rung: climb.rung,
        to,
        missed: climb.missed,
        next: climb.next,
        late: Lateness::of(climb.due, now, outage),
        quiet,
    };
    [reminded].into_iter().chain(silent).collect()
}

/// Whether the silence of an incident that somebody has calls people, and not only reminds them: two promised updates in a
/// row did not come, and howler had asked for the first.
fn is_abandoned(missed_before: u32, missed_now: u32) -> bool {
    missed_before > 0 && missed_before + missed_now > 1
}

fn miss_response(
    incident: &Incident,
    now: Timestamp,
    outage: Option<Outage>,
    rules: &Severities,
) -> Option<EventKind> {
    let due = incident.response_due().filter(|due| *due <= now)?;
    let rule = rules.rule(incident.severity);
    let (everybody, quiet) = (rule.calls_everybody(), !rule.pages().pages());
    let late = Lateness::of(incident.could_know(due), now, outage);
    Some(EventKind::ResponseMissed { due, late, everybody, quiet })
}

fn tell_elsewhere(incident: &Incident, now: Timestamp, outage: Option<Outage>) -> Option<EventKind> {
    let due = incident.backup_due().filter(|due| *due <= now)?;
    Some(EventKind::BackupDue { due, late: Lateness::of(due, now, outage) })
}

/// The event of an effect that was carried out, where it tells anything new.
pub fn delivered(incident: &Incident, effect: &EffectKind, receipt: &Receipt) -> Option<EventKind> {
    let event = match (effect, receipt) {
        (EffectKind::Say { keep_as: Some(key), .. }, Receipt::Message { channel, message }) => {
            EventKind::Posted { key: key.clone(), channel: channel.clone(), message: message.clone() }
        }
        (EffectKind::Card { place }, Receipt::Message { channel, message }) => EventKind::Posted {
            key: PostKey::Card(*place),
            channel: channel.clone(),
            message: message.clone(),
        },
        (EffectKind::OpenRoom { .. }, Receipt::Room(room)) => EventKind::RoomOpened { room: room.clone() },
        (EffectKind::OpenIssue, Receipt::Issue(issue)) => EventKind::BackupOpened { issue: issue.clone() },
        (EffectKind::ReadMessage { channel, message }, Receipt::Read { author, text }) => {
            EventKind::PinRead {
                channel: channel.clone(),
                message: message.clone(),
                author: author.clone(),
                text: text.clone(),
            }
        }
        (
            EffectKind::FollowUpIssue { number } | EffectKind::SeeIssue { number },
            Receipt::FollowUp { issue, closed },
        ) => after::issue_seen(incident, *number, issue, *closed)?,
        (EffectKind::PublishReport | EffectKind::SeePull, receipt) => after::came(incident, receipt)?,
        _ => return None,
    };
    let known = match &event {
        EventKind::Posted { key, channel, message } => {
            let stands = match key {
                PostKey::Card(place) => incident.card(*place),
                key => incident.post(key),
            };
            stands.is_some_and(|post| post.channel == *channel && post.message == *message)
        }
        EventKind::PinRead { channel, message, .. } => !incident.is_pinned(channel, message),
        EventKind::BackupOpened { .. } => incident.backup.issue().is_some(),
        _ => false,
    };
    (!known).then_some(event)
}
