//! The person's own turns and phone, for the Home tab.

use crate::blocks::{Button, Draft};
use crate::oncall;
use crate::page::no_way;
use crate::words::{Words, bold, code, moment, words};
use domain::Command;
use domain::home::{Home, MyPhone};
use domain::oncall::line::Oncall;

pub(super) fn mine(draft: Draft, home: &Home) -> Draft {
    let (phone, ring) = phone(&home.phone);
    let unreachable = home.no_way.as_ref().map(|why| words!["⚠️ "].and(no_way(&home.person, why)));
    let draft = draft.headline("You", "");
    let draft = match home.turns.is_empty() {
        true => draft.line(words!["You have no turn within twelve weeks."]),
        false => draft.line(words![bold("Your turns")]).bullets(home.turns.iter().map(turn).collect()),
    };
    let help = Button::new("Help", None, Command::Help);
    draft
        .lines([Some(phone), unreachable].into_iter().flatten().collect())
        .buttons(ring.into_iter().chain([help]).collect())
}

fn turn((from, until): &(jiff::Timestamp, Option<jiff::Timestamp>)) -> Words {
    match until {
        Some(until) => words![moment(*from), " to ", moment(*until)],
        None => words![moment(*from), ", without an end in sight"],
    }
}

fn phone(phone: &MyPhone) -> (Words, Option<Button>) {
    let ring = || oncall::button("Ring me once as a test", Oncall::RingMe);
    let set = || words!["Send me a message: ", code("phone +49 30 901820")];
    match phone {
        MyPhone::Off => (words!["📱 Phones are not set up here: pages come as messages."], None),
        MyPhone::Elsewhere => (words!["📱 PagerDuty rings your phone, by what is set there."], None),
        MyPhone::Missing => (
            words!["📱 ", bold("I have no number of yours"), ", so your phone stays silent. "].and(set()),
            None,
        ),
        MyPhone::Set { number, refused: true, .. } => {
            (words![format!("📱 Your number {number} "), bold("does not work. ")].and(set()), Some(ring()))
        }
        MyPhone::Set { number, heard, .. } => {
            let heard = match heard {
                Some(true) => " You heard the last test.",
                Some(false) => " Nobody answered the last test.",
                None => " It was never tried.",
            };
            (words![format!("📱 Your number is set: {number}."), heard], Some(ring()))
        }
    }
}
