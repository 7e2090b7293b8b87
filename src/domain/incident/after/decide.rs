//! What people do about what is owed after an incident.

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};

use super::deadline::{Deadline, PUT_OFF_MOST};
use super::event::{AfterNews, Owed, Section};
use super::follow_up::{DEFAULTS, FAR, FollowUp, USUAL};
use super::line::{AfterAnswer, AfterLine, AfterProblem, NotOwed, Wanted};
use super::publish::{publish, settle};
use crate::actor::Actor;
use crate::answer::{Answer, FormFill, FormToOpen, Private};
use crate::id::UserId;
use crate::incident::decide::{Asked, Decision};
use crate::incident::event::EventKind;
use crate::incident::{Incident, report};
use crate::oncall::when::WhenText;
use crate::request::FormContext;
use crate::severities::Severities;
use crate::text::fingerprint;

/// "By Friday" is the end of that day's work.
const EVENING: Time = Time::constant(17, 0, 0, 0);

pub(super) type Decided = Result<(Vec<AfterNews>, AfterAnswer), AfterProblem>;

/// Decides a line about the time after `incident`.
pub(in crate::incident) fn decide(
    incident: &Incident,
    line: &AfterLine,
    asked: &Asked<'_>,
    rules: &Severities,
) -> Decision {
    if let AfterLine::Edit { section } = line {
        return match no_report(incident) {
            Ok(()) => Decision::only(form(incident, asked, *section)),
            Err(problem) => told(AfterAnswer::Refused(problem)),
        };
    }
    answered(decided(incident, line, asked, rules))
}

/// Decides a form in which somebody wrote a section. `shown` is the fingerprint of what stood in it when it was opened.
pub(in crate::incident) fn write(incident: &Incident, section: Section, text: &str, shown: u64) -> Decision {
    let stands = report::text_of(incident, section).unwrap_or_default();
    let news = no_report(incident).and_then(|()| {
        if fingerprint(Some(&stands)) != shown && stands != text {
            let sent = text.to_owned();
            return Err(AfterProblem::WrittenMeanwhile { incident: incident.id, section, stands, sent });
        }
        written(incident, section, text)
    });
    answered(news)
}

fn answered(decided: Decided) -> Decision {
    match decided {
        Ok((news, answer)) => {
            let events = news.into_iter().map(|news| EventKind::After(Box::new(news))).collect();
            Decision { events, ..told(answer) }
        }
        Err(problem) => told(AfterAnswer::Refused(problem)),
    }
}

fn told(answer: AfterAnswer) -> Decision {
    Decision::only(Answer::Private(Private::After(Box::new(answer))))
}

fn decided(incident: &Incident, line: &AfterLine, asked: &Asked<'_>, rules: &Severities) -> Decided {
    let (id, now, quiet) = (incident.id, asked.now, &rules.afterwards().quiet);
    match line {
        AfterLine::Write { section, text } => {
            no_report(incident).and_then(|()| written(incident, *section, text))
        }
        AfterLine::ReportFile => {
            no_report(incident)?;
            Ok((vec![AfterNews::FileAsked], AfterAnswer::FileComes { incident: id }))
        }
        AfterLine::Publish => publish(incident, rules),
        AfterLine::Settle { part, ours } => settle(incident, *part, *ours),
        AfterLine::Done { owed } => {
            let deadline = open(incident, *owed, rules)?;
            let late = now.duration_since(deadline.due);
            let late = Some(late).filter(|late| late.is_positive());
            let not_known = if *owed == Owed::Report { report::not_known(incident) } else { Vec::new() };
            let answer = AfterAnswer::Done { incident: id, owed: *owed, late, not_known };
            Ok((vec![AfterNews::Done { owed: *owed }], answer))
        }
        AfterLine::Undone { owed } => {
            let deadline = known(incident, *owed, rules)?;
            if deadline.done.is_none() {
                return Err(AfterProblem::NotDone { incident: id, owed: *owed });
            }
            let next = deadline.anew(deadline.owner.as_ref(), deadline.due, now, quiet);
            let answer = AfterAnswer::Undone { incident: id, owed: *owed, due: deadline.due };
            Ok((vec![AfterNews::Undone { owed: *owed, next }], answer))
        }
        AfterLine::PutOff { owed, by, why } => put_off(incident, (*owed, *by, why.as_ref()), asked, rules),
        AfterLine::Give { owed, to } => {
            let deadline = open(incident, *owed, rules)?;
            if deadline.owner.as_ref().is_some_and(|owner| *owner == *to) {
                return Err(AfterProblem::AlreadyTheirs { incident: id, owed: *owed, owner: to.clone() });
            }
            let owner = Actor::from(to);
            let next = deadline.anew(Some(&owner), deadline.due, now, quiet);
            let answer = AfterAnswer::Given { incident: id, owed: *owed, to: to.clone(), due: deadline.due };
            Ok((vec![AfterNews::Given { owed: *owed, to: owner, next }], answer))
        }
        AfterLine::Move { number, to } => {
            let owed = Owed::FollowUp(*number);
            let deadline = open(incident, owed, rules)?;
            let owner = deadline.owner.as_ref().and_then(Actor::in_slack);
            let due = day(to, owner, now, rules)?;
            let next = deadline.anew(deadline.owner.as_ref(), due, now, quiet);
            let answer = AfterAnswer::Moved { incident: id, number: *number, due };
            Ok((vec![AfterNews::Moved { owed, due, next }], answer))
        }
        AfterLine::FollowUp { wanted } => add(incident, wanted, asked, rules),
        AfterLine::FollowUpDefaults => {
            let has = |text: &str| incident.after.follow_ups.iter().any(|one| one.text == text);
            if DEFAULTS.iter().all(|(_, text, _)| has(text)) {
                return Err(AfterProblem::HasDefaults { incident: id });
            }
            let missing = DEFAULTS.iter().filter(|(_, text, _)| !has(text));
            let wanted: Vec<Wanted> = missing
                .map(|(tag, text, within)| {
                    let (owner, by) = (asked.duty.primary.clone(), Some(WhenText::In(*within)));
                    Wanted { tag: *tag, text: (*text).to_owned(), owner, by }
                })
                .collect();
            if let Some(first) = wanted.iter().find(|wanted| wanted.owner.is_none()) {
                return Err(AfterProblem::NoOwner { text: first.text.clone(), oncall: true });
            }
            add(incident, &wanted, asked, rules)
        }
        // Read elsewhere.
        AfterLine::Report
        | AfterLine::Retro
        | AfterLine::Edit { .. }
        | AfterLine::FollowUps
        | AfterLine::FollowUpsOf
        | AfterLine::Due { .. } => Err(AfterProblem::NoText),
        AfterLine::Unclear(problem) => Err(problem.clone()),
    }
}

/// Whether there is a report: of what was an incident of its own.
pub fn no_report(incident: &Incident) -> Result<(), AfterProblem> {
    if let Some(merged) = incident.merged() {
        return Err(AfterProblem::Part { incident: incident.id, of: merged.whole.incident });
    }
    match incident.resolution().and_then(|resolution| resolution.cancelled.as_ref()) {
        Some(cancelled) => Err(AfterProblem::NoIncident { incident: incident.id, of: cancelled.of }),
        None => Ok(()),
    }
}

fn written(incident: &Incident, section: Section, text: &str) -> Decided {
    let before = incident.after.written.get(&section).map(|written| written.text.as_str());
    if before.unwrap_or_default() == text {
        return Err(AfterProblem::NothingNew { incident: incident.id, section });
    }
    let news = AfterNews::Written { section, text: text.to_owned() };
    Ok((vec![news], AfterAnswer::Written { incident: incident.id, section }))
}

fn form(incident: &Incident, asked: &Asked<'_>, section: Section) -> Answer {
    let text = report::text_of(incident, section);
    let shown = fingerprint(Some(text.as_deref().unwrap_or_default()));
    let context = FormContext {
        incident: Some(incident.id),
        place: asked.place.clone(),
        approval: None,
        shown: None,
        note: None,
        section: Some((section, shown)),
    };
    let fill = FormFill::Section { title: incident.title.clone(), section, text };
    Answer::OpenForm(FormToOpen { context, fill })
}

/// What is owed, done or not.
pub fn known<'i>(
    incident: &'i Incident,
    owed: Owed,
    rules: &Severities,
) -> Result<&'i Deadline, AfterProblem> {
    if let Some(deadline) = incident.after.deadline(owed) {
        return Ok(deadline);
    }
    let id = incident.id;
    if let Owed::FollowUp(number) = owed {
        let most = u32::try_from(incident.after.follow_ups.len()).unwrap_or(u32::MAX);
        return Err(AfterProblem::NoSuchFollowUp { incident: id, number, most });
    }
    no_report(incident)?;
    let planned = owed == Owed::Retro && incident.severity == crate::Severity::P3;
    let why = match incident.is_open() {
        true => NotOwed::Open,
        false if planned && rules.afterwards().sprint.is_none() => NotOwed::NoSprint,
        false => NotOwed::Severity,
    };
    Err(AfterProblem::NotOwed { incident: id, owed, why })
}

fn open<'i>(incident: &'i Incident, owed: Owed, rules: &Severities) -> Result<&'i Deadline, AfterProblem> {
    let deadline = known(incident, owed, rules)?;
    match &deadline.done {
        Some(_) => {
            let deadline = Box::new(deadline.clone());
            Err(AfterProblem::AlreadyDone { incident: incident.id, owed, deadline })
        }
        None => Ok(deadline),
    }
}

/// The reminders wait, with a reason; the deadline stays.
fn put_off(
    incident: &Incident,
    (owed, by, why): (Owed, SignedDuration, Option<&String>),
    asked: &Asked<'_>,
    rules: &Severities,
) -> Decided {
    let (id, now) = (incident.id, asked.now);
    let deadline = open(incident, owed, rules)?;
    let Some(why) = why.cloned() else { return Err(AfterProblem::NoReason { incident: id, owed }) };
    let limited = by > PUT_OFF_MOST;
    let until = now.saturating_add(by.min(PUT_OFF_MOST)).unwrap_or(Timestamp::MAX);
    let next = deadline.later(until, &rules.afterwards().quiet);
    let answer = AfterAnswer::PutOff { incident: id, owed, until: next.at, limited, due: deadline.due };
    Ok((vec![AfterNews::PutOff { owed, until, why, next }], answer))
}

fn add(incident: &Incident, wanted: &[Wanted], asked: &Asked<'_>, rules: &Severities) -> Decided {
    no_report(incident)?;
    let (now, quiet) = (asked.now, &rules.afterwards().quiet);
    let first = incident.after.follow_ups.iter().map(|one| one.number).max().unwrap_or(0);
    let repository = rules.afterwards().reports.as_ref().ok().map(|reports| reports.repository.clone());
    let one = |(number, wanted): (u32, &Wanted)| {
        if wanted.text.is_empty() {
            return Err(AfterProblem::NoText);
        }
        let Some(owner) = &wanted.owner else {
            return Err(AfterProblem::NoOwner { text: wanted.text.clone(), oncall: false });
        };
        let due = match &wanted.by {
            Some(by) => day(by, Some(owner), now, rules)?,
            None => now.saturating_add(USUAL).unwrap_or(Timestamp::MAX),
        };
        let deadline = Deadline::new(Some(owner.into()), now, due, quiet);
        let (tag, text, by) = (wanted.tag, wanted.text.clone(), asked.by.clone());
        Ok(FollowUp {
            number,
            tag,
            text,
            by,
            deadline,
            issue: None,
            repository: repository.clone(),
            issue_closed: false,
        })
    };
    let numbered = (first.saturating_add(1)..).zip(wanted);
    let follow_ups = numbered.map(one).collect::<Result<Vec<_>, _>>()?;
    if follow_ups.is_empty() {
        return Err(AfterProblem::NoText);
    }
    let answer = AfterAnswer::Added { incident: incident.id, follow_ups: follow_ups.clone() };
    Ok((vec![AfterNews::Added { follow_ups }], answer))
}

/// The instant that is meant, on the wall of whoever owes it. A day without a time is its evening.
fn day(
    to: &WhenText,
    owner: Option<&UserId>,
    now: Timestamp,
    rules: &Severities,
) -> Result<Timestamp, AfterProblem> {
    let quiet = &rules.afterwards().quiet;
    let zone = owner.and_then(|owner| quiet.zones.get(owner)).unwrap_or(&quiet.zone);
    let to = match to.clone() {
        WhenText::Day { day, time: None, zone } => WhenText::Day { day, time: Some(EVENING), zone },
        to => to,
    };
    let resolved =
        to.resolve(now, zone).map_err(|problem| AfterProblem::NotADay { words: String::new(), problem })?;
    let at = resolved.at;
    if at <= now || at.duration_since(now) > FAR {
        return Err(AfterProblem::OutOfReach { at });
    }
    Ok(at)
}
