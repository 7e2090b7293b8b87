//! What belongs together shares a message, and whoever should be reminded of it was.

use std::collections::BTreeMap;

use domain::Severity;
use domain::aggregate::Aggregate;
use domain::alert::Alert;
use domain::alert::event::{AlertEvent, AlertEventKind};
use domain::alert::group::{Group, GroupId};
use jiff::{SignedDuration, Timestamp};

use super::TOGETHER;
use crate::simulation::check::excused;
use crate::simulation::world::{SavedAlerts, World};

/// Half of the response time of a P2.
const HALF: SignedDuration = SignedDuration::from_mins(30);
const SLOW: SignedDuration = SignedDuration::from_secs(5);

type Member<'s> = (&'s Alert, &'s [AlertEvent]);

/// Alerts by their groups.
fn members(saved: &SavedAlerts) -> BTreeMap<GroupId, Vec<Member<'_>>> {
    let mut of: BTreeMap<GroupId, Vec<Member<'_>>> = BTreeMap::new();
    for (alert, events) in &saved.alerts {
        if let Some(group) = alert.group {
            of.entry(group).or_default().push((alert, events));
        }
    }
    of
}

/// When each of its alerts came to a group.
fn joined(members: &[Member<'_>]) -> impl Iterator<Item = Timestamp> {
    let all = members.iter().flat_map(|(_, events)| events.iter());
    all.filter(|event| matches!(event.kind, AlertEventKind::Grouped { .. })).map(|event| event.at)
}

/// Whether one of them asked for somebody just before `at`, and still does just after it.
fn asks(members: &[Member<'_>], at: Timestamp) -> bool {
    let asked = |(alert, events): &Member<'_>, with: bool| {
        let before = |event: &&AlertEvent| event.at < at || (with && event.at == at);
        let mut one = Alert::opened(alert.id, &events[0]).expect("its first event opens it");
        events[1..].iter().take_while(before).for_each(|event| one.apply(event));
        events[0].at < at && one.is_live() && one.silence.is_none() && one.group.is_some()
    };
    members.iter().any(|member| asked(member, false) && asked(member, true))
}

/// Whether it has a message of its own whatever was told: a person took out what came before it, or added it somewhere by hand.
fn has_its_own((_, events): &Member<'_>) -> bool {
    let taken_out = matches!(&events[0].kind, AlertEventKind::Opened(opened) if !opened.out_of.is_empty());
    let told = |event: &&AlertEvent| !matches!(event.kind, AlertEventKind::Grouped { .. });
    let mut before = events.iter().take_while(told);
    taken_out || before.any(|event| matches!(event.kind, AlertEventKind::Attached { .. }))
}

/// As bad as its first alert was when that came.
fn began_as(group: &Group, members: &[Member<'_>]) -> Option<Severity> {
    let (_, events) = members.iter().find(|(alert, _)| alert.id == group.first)?;
    match &events[0].kind {
        AlertEventKind::Opened(opened) => Some(opened.verdict.severity),
        _ => None,
    }
}

/// No message is begun while another one of the same group would have taken the alert in.
pub fn apart(saved: &SavedAlerts) -> Vec<String> {
    let of = members(saved);
    let mut wrong = Vec::new();
    for later in &saved.groups {
        let Some(began) = of.get(&later.id).and_then(|members| joined(members).min()) else { continue };
        let stays = of[&later.id][0].0.verdict.group_stays;
        if of[&later.id].iter().any(has_its_own) {
            continue;
        }
        let earlier = saved.groups.iter().filter(|group| group.id < later.id && group.key == later.key);
        for earlier in earlier {
            // What a person took out takes in nothing more.
            let Some(members) = of.get(&earlier.id).filter(|_| !earlier.apart) else { continue };
            let last = joined(members).filter(|at| *at < began).max();
            let near = last.is_some_and(|last| stays || began.duration_since(last) <= TOGETHER);
            if near && asks(members, began) {
                wrong.push(format!(
                    "{} began though {} had just taken one in: {}",
                    later.id, earlier.id, later.key
                ));
            }
        }
    }
    wrong
}

/// Half of a P2's response time is over: said where somebody was missing, and else not.
pub fn reminded(world: &World, saved: &SavedAlerts) -> Vec<String> {
    let of = members(saved);
    let mut wrong = Vec::new();
    for group in saved.groups.iter().filter(|group| group.severity == Severity::P2 && group.due.is_some()) {
        let Some(members) = of.get(&group.id) else { continue };
        let Some(due) = due(group, members) else { continue };
        // Its incident was over, or it became worse: its clock began anew, or later.
        if group.asked.is_some_and(|asked| asked > due) || began_as(group, members) != Some(Severity::P2) {
            continue;
        }
        if excused(world, due, due + SLOW) || world.now() < due + SLOW {
            continue;
        }
        // What is taken before it comes along says nothing of the others.
        let taken = |until: Timestamp| {
            members.iter().any(|(_, events)| {
                let along =
                    events.iter().skip_while(|event| !matches!(event.kind, AlertEventKind::Grouped { .. }));
                let takes = |event: &AlertEvent| {
                    matches!(event.kind, AlertEventKind::Acked | AlertEventKind::Attached { .. })
                };
                along.filter(|event| takes(event)).any(|event| event.at <= until)
            })
        };
        // One who has it at its source counts as well, which only its deliveries tell.
        let at_source = members.iter().any(|(alert, _)| alert.course.acknowledged().is_some());
        let lasts = asks(members, due) && asks(members, due + SLOW);
        let came = joined(members).min().is_some_and(|began| began < due);
        if lasts && came && !taken(due + SLOW) && !at_source && !group.reminded {
            wrong.push(format!("nobody was reminded of {} at {due}", group.id));
        }
        let free = group.incident.is_some() || group.acked.as_ref().is_some_and(|acked| acked.at < due);
        if group.reminded && taken(due - SLOW) && free {
            wrong.push(format!("somebody was reminded of {} at {due}, though it was taken", group.id));
        }
    }
    wrong
}

/// When half of the response time is over: it counts from the alert's own time, and from a silence's end where that held it back.
/// `None` where the message came after that, and reminds by itself.
fn due(group: &Group, members: &[Member<'_>]) -> Option<Timestamp> {
    let (_, events) = members.iter().find(|(alert, _)| alert.id == group.first)?;
    let told = events.iter().find(|event| matches!(event.kind, AlertEventKind::Grouped { .. }))?.at;
    let ends = |event: &&AlertEvent| matches!(event.kind, AlertEventKind::Unsilenced) && event.at == told;
    let from = if events.iter().any(|event| ends(&event)) { told } else { group.since };
    Some(from + HALF).filter(|due| *due > told)
}
