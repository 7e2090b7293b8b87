//! What procedures changed, against what people agreed to: read off the saved events and the world, with none of howler's own
//! reasoning.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::RunId;
use domain::procedure::Target;
use domain::run::audit::{Audit, AuditRow, Audited, Head};
use domain::run::change::{Ended, Phase, Proposed};
use domain::run::release::Releasing;
use domain::run::{End, Run, RunEvent, RunEventKind, Stage};
use jiff::{SignedDuration, Timestamp};

use crate::simulation::world::World;
use domain::actor::Actor;

type Saved = [(Run, Vec<RunEvent>)];

/// Going ahead alone waits so long; what was approved begins so soon.
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const SOON: SignedDuration = SignedDuration::from_mins(2);

pub fn all(world: &World, saved: &Saved, audit: &[AuditRow]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (run, events) in saved {
        let said =
            [replayed(run, events), agreed(events), proved(run, events), settled(run), card(world, run)];
        wrong.extend(said.into_iter().flatten().map(|what| format!("{}: {what}", run.id)));
    }
    wrong.extend(once(world, saved));
    wrong.extend(one_at_a_time(saved));
    wrong.extend(audited(saved, audit));
    wrong
}

/// How many undos were begun, and how many targets freed.
pub fn counted(saved: &Saved) -> (usize, usize) {
    let (mut undos, mut releases) = (0, 0);
    for (_, events) in saved {
        let mut undoes = false;
        for event in events {
            match &event.kind {
                RunEventKind::Proposed(proposed) => undoes = !proposed.kind.is_step(),
                RunEventKind::Begun => undos += usize::from(undoes),
                RunEventKind::Released { .. } => releases += 1,
                _ => {}
            }
        }
    }
    (undos, releases)
}

/// A run is its list of events.
fn replayed(run: &Run, events: &[RunEvent]) -> Vec<String> {
    let Some(mut again) = events.first().and_then(|first| Run::asked(run.id, first)) else {
        return vec!["it has no beginning".into()];
    };
    events.iter().skip(1).for_each(|event| again.apply(event));
    if again == *run { Vec::new() } else { vec!["its row is not what its events make".into()] }
}

/// A request, as its events tell.
struct Request<'e> {
    by: Option<&'e Actor>,
    proposed: &'e Proposed,
    expires: Option<Timestamp>,
    approved: BTreeMap<&'e Actor, Timestamp>,
    glass: Option<Timestamp>,
    begun: bool,
    over: bool,
}

/// Nothing begins that enough others did not approve in time, or that could not be stopped for a minute.
fn agreed(events: &[RunEvent]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut asked: Option<Request<'_>> = None;
    for event in events {
        let by = event.by.not_howler();
        if let RunEventKind::Proposed(proposed) = &event.kind {
            let (approved, expires, glass) = (BTreeMap::new(), None, None);
            asked = Some(Request { by, proposed, expires, approved, glass, begun: false, over: false });
        }
        let Some(request) = &mut asked else { continue };
        match &event.kind {
            RunEventKind::Prepared(_) if request.expires.is_none() => {
                request.expires = Some(event.at + request.proposed.policy.stands);
            }
            RunEventKind::Approved { comment } => {
                if by == request.by || comment.is_none() && request.proposed.policy.comment {
                    wrong.push(format!("approved by the same person or without a comment: {event:?}"));
                }
                if request.expires.is_none_or(|expires| event.at >= expires) {
                    wrong.push(format!("approved too late: {event:?}"));
                }
                request.approved.extend(by.map(|by| (by, event.at)));
            }
            RunEventKind::GlassTold => request.glass = Some(event.at),
            RunEventKind::Denied { .. }
            | RunEventKind::Expired
            | RunEventKind::Voided { .. }
            | RunEventKind::Released { .. } => {
                request.over = true;
            }
            RunEventKind::Begun => {
                let enough = request.approved.len() >= request.proposed.policy.needed;
                let fresh = request
                    .approved
                    .values()
                    .max()
                    .is_some_and(|last| event.at.duration_since(*last) <= SOON);
                let alone = request.glass.is_some_and(|told| event.at.duration_since(told) >= MINUTE);
                if request.begun || request.over || !(enough && fresh || alone) {
                    wrong.push(format!("begun without a word that holds at {}", event.at));
                }
                request.begun = true;
            }
            _ => {}
        }
    }
    wrong
}

/// What began has an end, one that did not end well was looked into, and help was seen for as long as it must hold.
fn proved(run: &Run, events: &[RunEvent]) -> Vec<String> {
    let mut wrong = Vec::new();
    let (mut acts, mut rung, mut passing) = (false, 0, None);
    for (at, event) in events.iter().enumerate() {
        match &event.kind {
            RunEventKind::Proposed(proposed) => rung = proposed.rung,
            RunEventKind::Begun if acts => wrong.push("begun while it ran".into()),
            RunEventKind::Begun => acts = true,
            RunEventKind::Ended { ended, .. } => {
                if !acts {
                    wrong.push(format!("an end without a beginning: {ended:?}"));
                }
                (acts, passing) = (false, None);
                let well = *ended == Ended::Exit { code: Some(0) };
                // Somebody may close it before.
                let looked = events[at..].iter().any(|event| {
                    let closed = RunEventKind::Over(End::Aborted);
                    matches!(event.kind, RunEventKind::Judged(_) | RunEventKind::Released { .. })
                        || (event.kind == closed && !event.by.is_howler())
                });
                if !well && !matches!(ended, Ended::NotBegun { .. }) && !looked {
                    wrong.push(format!("nobody looked what it did: {ended:?}"));
                }
            }
            RunEventKind::Weighed { pass: true } => passing = passing.or(Some(event.at)),
            RunEventKind::Weighed { pass: false } => passing = None,
            RunEventKind::Over(End::Helped) => {
                let hold = run.action_of(rung).map(|action| action.verify.hold.0).unwrap_or_default();
                if passing.is_none_or(|since: Timestamp| event.at.duration_since(since) < hold) {
                    wrong.push("called a help before it held".into());
                }
            }
            _ => {}
        }
    }
    if acts {
        wrong.push("it began and never ended".into());
    }
    wrong
}

/// Nothing waits for what nobody does any more.
fn settled(run: &Run) -> Vec<String> {
    let stuck = match &run.stage {
        Stage::Looking => true,
        Stage::Changing(change) => !matches!(change.phase, Phase::Asking { .. } | Phase::Proving { .. }),
        Stage::Offered { .. } | Stage::Over { .. } => false,
    };
    let released = run.release.as_ref().is_some_and(|release| release.stage == Releasing::Preparing);
    if stuck || released {
        vec![format!("stuck: {:?}, waits for {:?}", run.stage, run.waiting)]
    } else {
        Vec::new()
    }
}

/// Its card stands, and offers what can be done now.
fn card(world: &World, run: &Run) -> Vec<String> {
    let Some((channel, ts)) = &run.post else { return vec!["it has no card".into()] };
    let blocks = world.slack.look(|slack| {
        let channel = slack.channel(channel.as_str())?;
        let card = channel.messages.iter().find(|message| message.ts == ts.as_str() && !message.deleted)?;
        Some(serde_json::to_string(&card.blocks).unwrap())
    });
    let Some(blocks) = blocks else { return vec!["its card does not stand".into()] };
    let asks = run.change().is_some_and(|change| matches!(change.phase, Phase::Asking { .. }))
        || run.release.as_ref().is_some_and(|release| release.asking().is_some());
    let offers = |action: &str| blocks.contains(&format!("\"action_id\":\"{action}\""));
    match () {
        () if offers("approve") != asks => vec![format!("its card asks for approval: {}", !asks)],
        () if run.is_over() && offers("abort") => vec!["its card is over and can be stopped".into()],
        () => Vec::new(),
    }
}

/// No command ran more often than it was begun, and where howler never died as often.
fn once(world: &World, saved: &Saved) -> Vec<String> {
    let mut begun: BTreeMap<&[String], usize> = BTreeMap::new();
    for (_, events) in saved {
        let mut argv: &[String] = &[];
        for event in events {
            match &event.kind {
                RunEventKind::Proposed(proposed) => argv = &proposed.argv,
                RunEventKind::Begun => *begun.entry(argv).or_default() += 1,
                _ => {}
            }
        }
    }
    let acts = world.production.acts.lock().unwrap();
    let mut ran: BTreeMap<&[String], usize> = BTreeMap::new();
    acts.iter().for_each(|argv| *ran.entry(argv).or_default() += 1);
    let more = ran.iter().filter(|(argv, times)| **times > begun.get(*argv).copied().unwrap_or_default());
    more.map(|(argv, times)| format!("ran {times} times, begun {:?} times: {argv:?}", begun.get(argv)))
        .collect()
}

/// Changes of one target are one after the other.
fn one_at_a_time(saved: &Saved) -> Vec<String> {
    let mut spans: Vec<(RunId, &Target, Timestamp, Timestamp)> = Vec::new();
    for (run, events) in saved {
        let Some(target) = &run.procedure.target else { continue };
        let mut since = None;
        for event in events {
            match &event.kind {
                RunEventKind::Begun => since = Some(event.at),
                RunEventKind::Over(_)
                | RunEventKind::DidNotHelp
                | RunEventKind::Undone(_)
                | RunEventKind::Released { .. }
                | RunEventKind::Judged(_) => {
                    spans.extend(since.take().map(|since| (run.id, target, since, event.at)));
                }
                _ => {}
            }
        }
        spans.extend(since.map(|since| (run.id, target, since, Timestamp::MAX)));
    }
    let mut wrong = Vec::new();
    for (at, (run, target, from, until)) in spans.iter().enumerate() {
        for (other, theirs, since, to) in &spans[at + 1..] {
            if run != other && target.object == theirs.object && from < to && since < until {
                wrong.push(format!("{run} and {other} changed {} at once", target.object));
            }
        }
    }
    wrong
}

/// The audit is whole, tells each beginning, and nothing began while changes were frozen or too many had.
fn audited(saved: &Saved, audit: &[AuditRow]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut head = Head::default();
    let (mut frozen, mut begun): (bool, Vec<(RunId, Timestamp)>) = (false, Vec::new());
    for row in audit {
        match head.follow(row) {
            Ok(next) => head = next,
            Err(why) => wrong.push(format!("the audit: {why}")),
        }
        match &row.what {
            Audited::Frozen { .. } => frozen = true,
            Audited::Unfrozen => frozen = false,
            Audited::Change { run, what: Audit::Begun { .. }, .. } => {
                if frozen {
                    wrong.push(format!("{run} began at {}, when changes were frozen", row.at));
                }
                begun.push((*run, row.at));
            }
            _ => {}
        }
    }
    let told: BTreeSet<(RunId, Timestamp)> = begun.iter().copied().collect();
    let all = saved.iter().flat_map(|(run, events)| {
        let begun = events.iter().filter(|event| event.kind == RunEventKind::Begun);
        begun.map(|event| (run.id, event.at))
    });
    if all.collect::<BTreeSet<_>>() != told {
        wrong.push("the audit tells other beginnings than the runs".into());
    }
    let hour = SignedDuration::from_hours(1);
    let crowded = begun.windows(5).any(|five| five[4].1.duration_since(five[0].1) < hour);
    if crowded {
        wrong.push("more than four changes began within an hour".into());
    }
    wrong
}
