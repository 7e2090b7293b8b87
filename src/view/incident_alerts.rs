//! An incident's alerts in words: a line on its card, lines of its timeline, and the question whether it is over.

use domain::Command;
use domain::actor::Actor;
use domain::alert::AlertId;
use domain::effect::{Say, To};
use domain::id::IncidentId;
use domain::incident::alerts::{AlertNews, AlertWhat, NAMED, Named, Tally};
use domain::incident::{Incident, Resolution};
use domain::text::shorten;
use jiff::Timestamp;

use super::Message;
use super::blocks::{Button, Draft};
use super::facts;
use super::feature::alerts::{alerts, source, thousands};
use super::merge;
use super::words::{Words, address, bold, clock, moment, near, words};
use config::Mentions;

/// Longest title on a card.
const TITLE: usize = 60;

/// The card's line; nothing where there are none.
pub(super) fn on_card(incident: &Incident) -> Option<Words> {
    let known = &incident.alerts;
    let Tally { alerts: many, groups, firing, .. } = known.tally;
    if many == 0 {
        return None;
    }
    let lead = words![bold("Alerts: ")];
    let quiet =
        known.over_since().map(|since| words![", none fires since ", near(since, incident.declared_at)]);
    if many as usize <= NAMED && known.named.len() == many as usize {
        let named = Words::joined(known.named.iter().map(named), "; ");
        return Some(lead.and(named).and_if(quiet.filter(|_| many > 1)));
    }
    let fires =
        (firing > 0 && firing < many).then(|| words![format!(", {} firing", thousands(firing.into()))]);
    Some(lead.and(words![counted(many, groups)]).and_if(fires).and_if(quiet))
}

/// `A-12 still fires`, `A-12, A-13 and 4 more still fire`.
pub(super) fn fire_still(firing: &[AlertId], more: u32) -> Words {
    let one = firing.len() == 1 && more == 0;
    named_with(firing, more).and(words![if one { " still fires" } else { " still fire" }])
}

/// `A-12, A-13 and 4 more`.
fn named_with(firing: &[AlertId], more: u32) -> Words {
    let names = Words::joined(firing.iter().map(|alert| words![bold(alert.to_string())]), ", ");
    let more = match (more, firing.is_empty()) {
        (0, _) => None,
        (more, true) => Some(words![alerts(more.into())]),
        (more, false) => Some(words![format!(" and {} more", thousands(more.into()))]),
    };
    names.and_if(more)
}

/// What fired when an incident ended; its card does not follow what becomes of that later. A double's alerts go on elsewhere.
pub(super) fn still_fires(incident: &Incident, ended: &Resolution) -> Option<Words> {
    let double = ended.cancelled.as_ref().is_some_and(|cancelled| cancelled.of.is_some());
    let (firing, more) = incident.firing().filter(|_| !double)?;
    Some(words!["⚠️ "].and(fire_still(&firing, more)).and(words![" (as of ", clock(ended.at), ")."]))
}

fn named(Named { alert, title, link, over, .. }: &Named) -> Words {
    let number = alert.to_string();
    let number = match link {
        Some(link) => address(&link.url, number),
        None => bold(number),
    };
    let title = words![" ", shorten(title, TITLE)];
    words![number].and(title).and_if(over.then(|| words![" (over)"]))
}

/// `4,812 in 3 groups`.
fn counted(many: u32, groups: u32) -> String {
    match groups {
        0 | 1 => thousands(many.into()),
        groups => format!("{} in {groups} groups", thousands(many.into())),
    }
}

/// A line of the timeline.
pub(super) fn told(news: &AlertNews, by: &Actor, most: usize) -> Words {
    let titled = |title: &str| words![": ", shorten(title, most), "."];
    match &news.what {
        AlertWhat::Joined { alert, title, source: whose, .. } => {
            let head = match by.not_howler() {
                Some(by) => words![by, " added ", bold(alert.to_string())],
                None => words![bold(alert.to_string()), " joined"],
            };
            head.and(words![format!(" ({})", source(*whose))]).and(titled(title))
        }
        AlertWhat::Again { alert, title } => {
            words![bold(alert.to_string()), " fires again"].and(titled(title))
        }
        AlertWhat::Cleared { alert, title } => {
            let head = match by.not_howler() {
                Some(by) => words![by, " says that ", bold(alert.to_string()), " is over"],
                None => words![bold(alert.to_string()), " is over"],
            };
            head.and(titled(title)).and_if(all_over(news.tally))
        }
        AlertWhat::Left { alert, title, .. } => {
            words![by, " took away ", bold(alert.to_string())].and(titled(title))
        }
        AlertWhat::Counted { more } => storm(*more, news.tally),
        AlertWhat::Still => news.acked.map_or_else(Words::default, |alert| {
            words!["Somebody has ", bold(alert.to_string()), " at its source."]
        }),
        AlertWhat::Reread { .. } if news.tally.alerts == 0 => {
            words!["None of its alerts belongs to it any more."]
        }
        AlertWhat::Reread { .. } => words!["Meanwhile its alerts changed. "].and(storm(0, news.tally)),
        AlertWhat::Unheard { from, until } => words![
            "I was down from ",
            clock(*from),
            " to ",
            clock(*until),
            " and can't tell whether its alerts were quiet, so I wait 15 minutes more."
        ],
    }
}

fn all_over(tally: Tally) -> Option<Words> {
    (tally.firing == 0 && tally.alerts > 1).then(|| words![" None fires any more."])
}

fn storm(more: u32, tally: Tally) -> Words {
    let head = match more {
        0 => words![],
        more => words![format!("And {} more. ", alerts(more.into()))],
    };
    let total = format!("In all {}", counted(tally.alerts, tally.groups));
    let fires = match tally.firing {
        0 => ", and none fires any more.".to_owned(),
        firing if firing == tally.alerts => ", all of them firing.".to_owned(),
        firing => format!(", {} of them firing.", thousands(firing.into())),
    };
    head.and(words![format!("{total}{fires}")])
}

/// It looks over: whoever is in charge is asked.
pub(super) fn looks_over(say: &Say, incident: IncidentId, mentions: &Mentions) -> Message {
    let Say::LooksOver { title, severity, tally, since, asked, commands, resolves_at } = say else {
        return Draft::new().finish();
    };
    let oncall = facts::oncall(mentions, *severity).filter(|_| asked.is_none());
    let oncall = oncall.map(|oncall| oncall.and(words![": "])).unwrap_or_default();
    let over = is_over_since(*tally, *since);
    let why = match (asked.is_some(), commands) {
        (true, true) => words!["You're in command, so I'm asking you."],
        (true, false) => words!["You have it, so I'm asking you."],
        (false, _) => match resolves_at {
            Some(at) => by_itself(*at),
            None => words!["Nobody whom I can write to has it, so I'm asking whoever is on call."],
        },
    };
    let ack = resolves_at.map(|_| Button::new("I'm on it", incident, Command::Ack));
    Draft::new()
        .headline(&format!("🟢 It looks over, resolve {incident}? "), title)
        .lines(vec![oncall.and(over), why])
        .buttons([Some(facts::resolve(incident).primary()), ack].into_iter().flatten().collect())
        .finish()
}

/// The question of event `seq` as it is now: still open, or answered, or void. Without buttons where there is nothing to answer.
pub fn question_now(incident: &Incident, seq: u32, to: &To) -> Message {
    let id = incident.id;
    let about = words![bold(format!("{id} {}: ", incident.title))];
    if incident.alerts.asked != Some(seq) {
        let ends = words!["Whether it is over needs no answer here."];
        return Draft::new().line(about.and(no_more(incident))).line(ends).finish();
    }
    let known = &incident.alerts;
    let over = is_over_since(known.tally, known.over_since().unwrap_or(incident.declared_at));
    let why = match (to.person(), incident.over_due(), incident.acknowledged.as_ref()) {
        (Some(_), ..) => words!["I'm asking you."],
        (None, Some(at), _) => by_itself(at),
        (None, None, Some(taken)) => {
            words![&taken.by, " has it, so I don't resolve it by myself."]
        }
        (None, None, None) => words!["Somebody did something about it, so I don't resolve it by myself."],
    };
    Draft::new()
        .headline(&format!("🟢 It looks over, resolve {id}? "), &incident.title)
        .lines(vec![over, why])
        .buttons(vec![facts::resolve(id).primary()])
        .finish()
}

/// Why nobody need say whether it is over.
fn no_more(incident: &Incident) -> Words {
    let merged = incident.merged().map(|merged| (merged.whole.incident, &merged.by, merged.at));
    match (incident.resolution(), merged, incident.firing()) {
        (Some(ended), ..) => {
            words![facts::ended(incident), " by ", &ended.by, ", ", moment(ended.at), "."]
        }
        (None, Some((into, by, at)), _) => merge::answered(into, by).and(words![", ", moment(at), "."]),
        (None, None, Some((firing, more))) => {
            let one = firing.len() == 1 && more == 0;
            words!["🔴 it is not over: "].and(named_with(&firing, more)).and(words![if one {
                " fires."
            } else {
                " fire."
            }])
        }
        (None, None, None) if incident.alerts.tally.alerts == 0 => {
            words!["none of its alerts belongs to it any more."]
        }
        (None, None, None) => words!["an alert fired again since. It is over again, and I asked anew."],
    }
}

fn is_over_since(tally: Tally, since: Timestamp) -> Words {
    match tally.alerts {
        1 => words!["Its alert is over since ", clock(since), "."],
        many => {
            words![format!("All {} of its alerts are over since ", thousands(many.into())), clock(since), "."]
        }
    }
}

fn by_itself(at: Timestamp) -> Words {
    words![
        "Nobody has touched it. I resolve it at ",
        clock(at),
        ", unless an alert fires again or somebody does something about it."
    ]
}

/// One line in the thread.
pub(super) fn fires_again(say: &Say, incident: IncidentId) -> Words {
    let Say::FiresAgain { alert, title } = say else { return Words::default() };
    let about = words![bold(incident.to_string()), " "];
    match alert {
        Some(alert) => about.and(words!["is not over: ", bold(alert.to_string()), " fires, ", title, "."]),
        None => about.and(words!["is not over: alerts fire again."]),
    }
}
