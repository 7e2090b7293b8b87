//! howler's Home tab: what one person wants to know when they open the app.

mod incidents;
mod mine;
mod waits;

use jiff::Timestamp;
use slack_morphism::prelude::{SlackHomeView, SlackView};

use super::blocks::{Button, Draft};
use super::oncall::{self, person};
use super::words::{Words, bold, both, code, moment, words};
use domain::Command;
use domain::home::{Home, OnCallNow};
use domain::oncall::line::Oncall;

/// Weeks that *Schedule* shows, as everywhere.
const WEEKS: u32 = 8;

/// The whole tab, as it stands at `now`.
pub fn home(home: &Home, now: Timestamp) -> SlackView {
    let draft = Draft::new().lines(on_call(home)).buttons(vec![
        Button::new("Declare an incident", None, Command::DeclareForm { title: None }).primary(),
        oncall::button("Schedule", Oncall::Schedule { weeks: WEEKS }),
    ]);
    let draft = waits::waits(draft, home);
    let draft = incidents::open(draft, home);
    let draft = mine::mine(draft, home);
    let blocks = draft.line(words!["As of ", both(now), ". Open this tab again to refresh it."]).blocks();
    SlackView::Home(SlackHomeView::new(blocks))
}

fn on_call(home: &Home) -> Vec<Words> {
    let mut lines = vec![lead(home)];
    let OnCallNow { outgoing, backup, next, unset, .. } = &home.on_call;
    lines.extend(outgoing.as_ref().map(|outgoing| {
        words!["⚠️ Pages go to ", outgoing, " as well, until ", bold("Start my shift"), " is pressed."]
    }));
    let next = next.as_ref().map(|(person, at)| words![" Next: ", person, ", from ", moment(*at), "."]);
    if !unset || backup.is_some() {
        lines.push(words!["Backup: ", person(backup.as_ref()), "."].and_if(next));
    }
    lines.extend(home.barred.as_ref().map(|why| words!["🧊 No change can begin: ", why, "."]));
    lines
}

fn lead(home: &Home) -> Words {
    let OnCallNow { unset, primary, until, fallback, backup, .. } = &home.on_call;
    let end = until.map(|until| words![", until ", moment(until)]);
    match (primary, fallback) {
        (Some(primary), _) if *primary == home.person => {
            words!["📟 ", bold("You are on call")].and_if(end).and(words!["."])
        }
        (Some(primary), _) => words!["📟 ", bold(primary), bold(" is on call")].and_if(end).and(words!["."]),
        (None, _) if *unset => {
            words!["📟 Nobody is in the rotation yet. To begin: ", code("/oncall add @name")]
        }
        (None, Some(fallback)) => {
            words!["🚨 ", bold("Nobody in the rotation can have it."), " Pages go to ", fallback, "."]
        }
        (None, None) => {
            let instead = backup.as_ref().map(|backup| words![" Pages go to ", backup, ", the backup."]);
            let take = words![" Take it: ", code("/oncall cover 8h")];
            words!["🚨 ", bold("Nobody is on call.")].and_if(instead).and(take)
        }
    }
}
