//! The words for silences.

use jiff::{SignedDuration, Timestamp};

use super::{TITLE, alerts, button, line};
use crate::Message;
use crate::blocks::Draft;
use crate::lines::Via;
use crate::time::spoken;
use crate::words::{Words, bold, code, moment, near, words};
use domain::alert::line::{AlertsLine, Silenced};
use domain::alert::silence::{Matcher, Silence};
use domain::alert::{AlertId, source_word};
use domain::text::shorten;

/// What a silence fits.
pub(super) fn fits(matcher: &Matcher, title: Option<&String>) -> Words {
    if let Some(title) = title {
        return words![shorten(title, TITLE)];
    }
    let source = matcher.source.map(|source| format!("source={}", source_word(source)));
    let key = matcher.key.as_ref().map(|key| format!("key={key}"));
    let labels = matcher.labels.iter().map(|(name, value)| format!("{name}={value}"));
    let all: Vec<String> =
        source.into_iter().chain(key).chain(labels).map(|one| shorten(&one, TITLE)).collect();
    words![code(all.join(" "))]
}

pub(super) fn silence(silence: &Silence, now: Timestamp) -> Words {
    words![bold(silence.id.to_string()), " "]
        .and(fits(&silence.matcher, silence.title.as_ref()))
        .and(words![" until ", near(silence.until, now), ", by ", &silence.by, ": ", &silence.why])
        .and_if((silence.alerts > 0).then(|| words![format!("; {} so far", alerts(silence.alerts.into()))]))
}

pub(super) fn silenced(silence: &Silence, calls: bool, now: Timestamp, via: Via) -> Message {
    let held = match silence.alerts {
        0 => words!["Nothing that is open fits; what comes is counted and not told."],
        many => {
            words![format!("Held back now: {}. What comes is counted.", alerts(many.into()))]
        }
    };
    Draft::new()
        .line(
            words!["🔕 ", bold(silence.id.to_string()), ": "]
                .and(fits(&silence.matcher, silence.title.as_ref())),
        )
        .line(words![
            "Silent until ",
            moment(silence.until),
            " (",
            spoken(silence.until.duration_since(now)),
            "): ",
            &silence.why
        ])
        .line(held)
        .lines(
            calls
                .then(|| words![
                        "⚠️ It fits what would page: until then nobody is called for a new one. An incident that is open goes on calling."
                    ])
                .into_iter()
                .collect(),
        )
        .line(words!["End it sooner: ", code(line(via, &format!("unsilence {}", silence.id)))])
        .finish()
}

/// Reasons that a button gives; a line gives any other.
const REASONS: [(i64, &str); 2] = [(2, "known, and being fixed"), (8, "known, and harmless for now")];

pub(super) fn silence_how(alert: AlertId, title: &str, via: Via) -> Message {
    let choices = REASONS.map(|(hours, why)| {
        let long = SignedDuration::from_hours(hours);
        let line = AlertsLine::Silence { what: Silenced::Alert(alert), long, why: why.to_owned() };
        button(format!("{hours} hours: {why}"), line)
    });
    Draft::new()
        .line(words![
            "🔕 For how long is ",
            bold(alert.to_string()),
            " to be silent, and why? ",
            shorten(title, TITLE)
        ])
        .buttons(choices.into())
        .line(words!["Or: ", code(line(via, &format!("silence {alert} 4h why")))])
        .finish()
}

pub(super) fn unsilenced(silence: &Silence, open: usize) -> Message {
    let held = match silence.alerts {
        0 => words!["It held nothing back."],
        many => words![format!("It held back {}; open of them: {open}.", alerts(many.into()))],
    };
    Draft::new()
        .line(
            words!["🔔 ", bold(silence.id.to_string()), " is over: "]
                .and(fits(&silence.matcher, silence.title.as_ref())),
        )
        .line(held)
        .finish()
}
