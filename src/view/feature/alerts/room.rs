//! So many alerts are open that new ones are put off.

use super::{AlertsLine, button, source, thousands};
use crate::Message;
use crate::blocks::Draft;
use crate::words::{Words, clock, words};
use domain::alert::bound::{PutOff, ROOMY};
use domain::alert::signal::Source;
use domain::feature::Room;

fn deliveries(many: u64) -> String {
    format!("{} deliver{}", thousands(many), if many == 1 { "y" } else { "ies" })
}

/// What is put off of which source, in a sentence; nothing where nothing is.
pub fn put_off(all: &[(Source, PutOff)]) -> Option<String> {
    let of: Vec<String> = all
        .iter()
        .map(|(from, put_off)| format!("{} ({})", source(*from), deliveries(put_off.deliveries)))
        .collect();
    (!of.is_empty()).then(|| {
        format!(
            "Too many alerts are open, so new ones are put off until some are over: of {}. P1 and P2 have {} places more.",
            of.join(", "),
            thousands((domain::alert::bound::OPEN_MOST - ROOMY) as u64)
        )
    })
}

/// Of so many messages of open alerts that they stand elsewhere than they should, for the delivery board.
pub fn told_elsewhere(many: usize, reason: &str) -> String {
    let stand = if many == 1 {
        "1 message of alerts stands".to_owned()
    } else {
        format!("{} messages of alerts stand", thousands(many as u64))
    };
    format!("{stand} elsewhere, because {reason}")
}

/// What `/alerts list` and `/alerts sources` say of it.
pub(super) fn line(all: &[(Source, PutOff)]) -> Option<Words> {
    put_off(all).map(|told| words!["⚠️ ", told])
}

/// What is said in a source's channel.
pub(crate) fn notice(from: Source, put_off: &PutOff, room: Room) -> Message {
    let open = button("What is open", AlertsLine::List);
    match room {
        Room::None => Draft::new()
            .line(words![
                "⚠️ Too many alerts are open: new ones of ",
                source(from),
                " are put off since ",
                clock(put_off.since),
                ". I ask it to send them again, and take them in once some are over."
            ])
            .line(words![
                "What ends an alert is taken in all the same, and P1 and P2 have places of their own."
            ])
            .buttons(vec![open])
            .finish(),
        Room::Again => Draft::new()
            .line(words![
                "✅ There is room again for new alerts of ",
                source(from),
                format!(": {} were put off since ", deliveries(put_off.deliveries)),
                clock(put_off.since),
                ". What its source does not send again is lost."
            ])
            .buttons(vec![open])
            .finish(),
    }
}
