//! Questions about being on call: they change nothing and commit nothing.

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;
use tracing::{error, warn};

use super::after;
use super::book::Book;
use super::draft::{week_of_alerts, week_of_secrets};
use config::{Config, Provider};
use domain::Severity;
use domain::actor::Actor;
use domain::alert::digest::Digest;
use domain::answer::{Answer, Private, Summary};
use domain::id::{DeliveryId, IncidentId, UserId};
use domain::incident::Incident;
use domain::oncall::answer::{OncallAnswer, ReportRow, TestStep, Who};
use domain::oncall::confirm::Change;
use domain::oncall::decide::{propose, zone};
use domain::oncall::duty::PhoneReach;
use domain::oncall::event::PageRecord;
use domain::oncall::line::Oncall;
use domain::oncall::rota::Rota;
use domain::oncall::schedule::Schedule;
use domain::oncall::tell::Brief;
use domain::oncall::when::{Resolved, WhenProblem, WhenText};
use domain::refusal::Refusal;
use domain::request::Request;
use store::StoreError;

/// Open incidents named in a brief or a review.
const NAMED: usize = 10;
/// Holders of later turns named in a brief.
const NEXT: usize = 4;
/// Whoever has a turn within this must be reachable.
const REACHABLE: SignedDuration = SignedDuration::from_hours(24 * 14);
const WEEK: SignedDuration = SignedDuration::from_hours(24 * 7);

/// What a question is answered from.
pub struct Look<'a> {
    pub book: &'a Book<'a>,
    pub config: &'a Config,
    pub rota: &'a Rota,
}

/// Whom the configured phone provider can call.
pub fn reach(config: &Config) -> PhoneReach {
    match config.phone.provider {
        Provider::Off => PhoneReach::Off,
        Provider::Twilio => PhoneReach::Numbers,
        Provider::PagerDuty => PhoneReach::Everybody,
    }
}

/// Seven days before `now`.
pub fn week_before(now: Timestamp) -> Timestamp {
    now.saturating_sub(WEEK).unwrap_or(Timestamp::MIN)
}

/// A name that nobody can guess, the same whenever the delivery comes.
pub fn key(instance: &str, delivery: &DeliveryId) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(instance.as_bytes()) else { return String::new() };
    mac.update(b"calendar\0");
    mac.update(delivery.as_str().as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// Answers a line that only reads.
pub fn answer(look: &Look<'_>, request: &Request, line: &Oncall) -> Result<Answer, StoreError> {
    let answered = match line {
        Oncall::Who { when } => who(look, when.as_ref()),
        Oncall::Schedule { weeks } => schedule(look, &request.by, *weeks),
        Oncall::Report { weeks } => report(look, *weeks)?,
        Oncall::Review => Ok(review(look)),
        Oncall::Test { severity } => Ok(test(look, *severity)),
        Oncall::Help => Ok(OncallAnswer::Help),
        change => match resolved(look, change) {
            Ok(Some(change)) => propose(look.rota, change, &request.by, look.book.now, false),
            Ok(None) => Ok(OncallAnswer::Help),
            Err(refusal) => Err(refusal),
        },
    };
    Ok(Answer::Private(match answered {
        Ok(answer) => Private::Oncall(Box::new(answer)),
        Err(refusal) => Private::Refused(refusal),
    }))
}

fn instant(look: &Look<'_>, when: &WhenText, after: &str) -> Result<Resolved, Refusal> {
    let now = look.book.now;
    let resolved = when.resolve(now, &zone(&look.rota.schedule, now));
    resolved.map_err(|problem| Refusal::When { problem, after: after.to_owned() })
}

/// A change as it was typed, with its times as instants.
pub fn resolved(look: &Look<'_>, line: &Oncall) -> Result<Option<Change>, Refusal> {
    let now = look.book.now;
    Ok(Some(match line {
        Oncall::Add { person } => Change::Add { person: person.clone() },
        Oncall::Remove { person } => Change::Remove { person: person.clone() },
        Oncall::Order { people } => Change::Order { people: people.clone() },
        Oncall::Resume { person } => Change::Resume { person: person.clone() },
        Oncall::Backup { person } => Change::Backup { person: person.clone() },
        Oncall::Cancel { number } => Change::Cancel { number: *number },
        Oncall::Handoff { to } => Change::HandOver { to: to.clone() },
        Oncall::Import { pieces, until } => Change::Import { pieces: pieces.clone(), until: Some(*until) },
        Oncall::Pause { person, until } => {
            Change::Pause { person: person.clone(), from: now, until: instant(look, until, line.word())?.at }
        }
        Oncall::Override { person, range } => {
            let range = range.resolve(now, &zone(&look.rota.schedule, now));
            let wrong = |problem| Refusal::When { problem, after: line.word().to_owned() };
            let range = range.map_err(wrong)?;
            let until = range.until.ok_or_else(|| wrong(WhenProblem::Empty))?.at;
            Change::Override { person: person.clone(), from: range.from.at, until }
        }
        _ => return Ok(None),
    }))
}

fn who(look: &Look<'_>, when: Option<&WhenText>) -> Result<OncallAnswer, Refusal> {
    let now = look.book.now;
    let (at, again) = match when {
        Some(when) => {
            let resolved = instant(look, when, "who")?;
            (resolved.at, resolved.again)
        }
        None => (now, None),
    };
    Ok(OncallAnswer::Who(Box::new(who_at(look.rota, at, now, again))))
}

/// Who has it at `at`, as `now` knows.
pub fn who_at(rota: &Rota, at: Timestamp, now: Timestamp, again: Option<Timestamp>) -> Who {
    let held = if at == now { rota.held(now) } else { rota.schedule.told(at) };
    let fallback = rota.schedule.fallback.clone().filter(|_| held.primary.is_none());
    let outgoing = if at == now { rota.duty(now, PhoneReach::Off).outgoing } else { None };
    let next = holders(&rota.schedule, at, 1).into_iter().next();
    let people = held.primary.iter().map(|holding| &holding.person);
    let people = people.chain(&held.backup).chain(&fallback).chain(&outgoing);
    let unreachable = rota.unreachable(people);
    Who {
        at,
        is_now: at == now,
        unset: rota.shift.is_none() && held.primary.is_none(),
        primary: held.primary,
        backup: held.backup,
        fallback,
        outgoing,
        next,
        again,
        unreachable,
    }
}

fn schedule(look: &Look<'_>, me: &Actor, weeks: u32) -> Result<OncallAnswer, Refusal> {
    let now = look.book.now;
    let schedule = &look.rota.schedule;
    let until = now.saturating_add(WEEK * i32::try_from(weeks).unwrap_or(1)).unwrap_or(Timestamp::MAX);
    let segments = schedule.segments(now, until);
    let heavy = schedule.overloads(now, until);
    let zone = zone(schedule, now).name().to_owned();
    let order: Vec<UserId> = schedule.people(now).into_iter().cloned().collect();
    let unreachable =
        look.rota.unreachable(segments.iter().filter_map(|segment| segment.person()).chain(&order));
    Ok(OncallAnswer::Schedule {
        me: me.in_slack().cloned(),
        weeks,
        zone,
        segments,
        heavy,
        order,
        unreachable,
    })
}

fn report(look: &Look<'_>, weeks: u32) -> Result<Result<OncallAnswer, Refusal>, StoreError> {
    let now = look.book.now;
    let from = now.saturating_sub(WEEK * i32::try_from(weeks).unwrap_or(1)).unwrap_or(Timestamp::MIN);
    let schedule = &look.rota.schedule;
    let pages = look.book.store.paged(from)?;
    let (loads, _) = schedule.report(from, now);
    let mut people: Vec<UserId> = loads.keys().cloned().collect();
    people.extend(pages.iter().map(|page| page.person.clone()));
    people.sort();
    people.dedup();
    let night = |at| is_night(schedule, at);
    let rows = people.into_iter().map(|person| {
        let load = loads.get(&person).copied().unwrap_or_default();
        let own: Vec<&PageRecord> =
            pages.iter().filter(|page| page.person == person && !page.phone).collect();
        ReportRow {
            hours: load.total.as_hours(),
            weekend_hours: load.weekend.as_hours(),
            night_hours: load.night.as_hours(),
            pages: own.len(),
            pages_at_night: own.iter().filter(|page| night(page.at)).count(),
            person,
        }
    });
    let rows = rows.collect();
    let zone = zone(schedule, now).name().to_owned();
    Ok(Ok(OncallAnswer::Report { from, until: now, zone, rows }))
}

/// Whether it is between 22:00 and 06:00 in the rotation's zone.
fn is_night(schedule: &Schedule, at: Timestamp) -> bool {
    !(6..22).contains(&zone(schedule, at).civil(at).hour())
}

/// Who has it after `at`, and since when.
fn holders(schedule: &Schedule, at: Timestamp, most: usize) -> Vec<(UserId, Timestamp)> {
    let segments = schedule.next_holders(at, most).into_iter();
    segments.filter_map(|segment| Some((segment.person()?.clone(), segment.from))).collect()
}

/// Open incidents of severities that page nobody.
fn waiting(look: &Look<'_>) -> Vec<Summary> {
    let open = look.book.open();
    let silent = open.iter().filter(|incident| !look.config.severity.rule(incident.severity).pages().pages());
    let mut waiting: Vec<Summary> = silent.map(|incident| incident.summary()).collect();
    waiting.sort_by_key(|summary| (summary.severity, summary.declared_at));
    waiting
}

/// The week's alerts; `None` where they cannot be read.
fn alerts(look: &Look<'_>) -> Option<Box<Digest>> {
    let digest = week_of_alerts(look.book);
    digest.inspect_err(|error| warn!(%error, "the week's alerts cannot be read")).ok().map(Box::new)
}

fn review(look: &Look<'_>) -> OncallAnswer {
    let mut waiting = waiting(look);
    let more = waiting.len().saturating_sub(2 * NAMED);
    waiting.truncate(2 * NAMED);
    OncallAnswer::Review { waiting, more, alerts: alerts(look), now: look.book.now }
}

/// What a severity's path would do if an incident were declared now and nobody answered.
fn test(look: &Look<'_>, severity: Severity) -> OncallAnswer {
    let now = look.book.now;
    let rule = look.config.severity.rule(severity);
    let after = |after: SignedDuration| now.saturating_add(after).unwrap_or(Timestamp::MAX);
    let path = rule.pages();
    let again = path.again;
    let steps = path.steps.into_iter().map(|step| {
        let at = after(step.after);
        let (calls, skipped) = look.rota.duty(at, reach(look.config)).reach_all(&step.calls);
        TestStep { at, after_seconds: step.after.as_secs(), calls, skipped }
    });
    let breach = rule.respond_within.map(after);
    OncallAnswer::Test { severity, steps: steps.collect(), breach, everybody: rule.calls_everybody(), again }
}

/// Those of `open` that page, and that nobody has.
fn unanswered(look: &Look<'_>, open: &[Summary]) -> Vec<(IncidentId, Severity)> {
    let pages = |severity| look.config.severity.rule(severity).pages().pages();
    let calls = |incident: &Incident| incident.is_called_for() && pages(incident.severity);
    let called: Vec<IncidentId> =
        look.book.open().iter().filter(|incident| calls(incident)).map(|incident| incident.id).collect();
    let waits = open.iter().filter(|summary| called.contains(&summary.incident));
    waits.map(|summary| (summary.incident, summary.severity)).collect()
}

/// How much is owed after incidents, and how much of it is late; `None` where it cannot be read.
fn owed(look: &Look<'_>) -> Option<(usize, usize)> {
    let rows = after::owed(look.book).inspect_err(|error| error!(%error, "what is owed cannot be read"));
    let rows = rows.ok()?;
    let late = rows.iter().filter(|row| row.deadline.is_overdue(look.book.now)).count();
    Some((rows.len(), late))
}

/// What the incoming person inherits; `pages` are the last week's, where they could be read.
pub fn brief(look: &Look<'_>, pages: Option<Vec<PageRecord>>) -> Brief {
    let now = look.book.now;
    let schedule = &look.rota.schedule;
    let held = look.rota.held(now);
    let mut open: Vec<Summary> = look.book.open().iter().map(|incident| incident.summary()).collect();
    open.sort_by_key(|summary| (summary.severity, summary.declared_at));
    let unanswered = unanswered(look, &open);
    let more_open = open.len().saturating_sub(NAMED);
    open.truncate(NAMED);
    let pages_unknown = pages.is_none();
    let pages = pages.unwrap_or_default();
    let messages: Vec<&PageRecord> = pages.iter().filter(|page| !page.phone).collect();
    let phones = reach(look.config) == PhoneReach::Numbers;
    let soon = now.saturating_add(REACHABLE).unwrap_or(Timestamp::MAX);
    let mut unreachable: Vec<UserId> =
        schedule.segments(now, soon).into_iter().filter_map(|segment| segment.person().cloned()).collect();
    unreachable.sort();
    unreachable.dedup();
    let no_way = look.rota.unreachable(&unreachable);
    let heard = |person: &UserId| look.rota.rings.get(person).map(|ring| ring.heard);
    let (mut not_heard, mut untried) = (unreachable.clone(), unreachable.clone());
    let numbered = |person: &UserId| phones && look.rota.phones.contains_key(person);
    not_heard.retain(|person| numbered(person) && heard(person) == Some(Some(false)));
    untried.retain(|person| numbered(person) && heard(person).is_none());
    unreachable.retain(|person| phones && !look.rota.phones.contains_key(person));
    let shift = look.rota.shift.as_ref();
    Brief {
        since: shift.map_or(now, |shift| shift.since),
        until: held.primary.as_ref().and_then(|holding| holding.until),
        from: shift.and_then(|shift| shift.from.clone()),
        backup: held.backup,
        more_open,
        unanswered,
        paged: messages.len(),
        paged_at_night: messages.iter().filter(|page| is_night(schedule, page.at)).count(),
        review: waiting(look).len(),
        owed: owed(look),
        alerts: alerts(look),
        secrets: week_of_secrets(look.book),
        next: holders(schedule, now, NEXT),
        unreachable,
        no_way,
        not_heard,
        untried,
        taken: shift.is_some_and(|shift| shift.confirmed.is_some()),
        phones,
        open,
        pages_unknown,
    }
}
