//! The words for silences.

use jiff::{SignedDuration, Timestamp};

use super::{TITLE, alerts, button, line, thousands};
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

pub(super) fn silenced(
    silence: &Silence,
    calls: bool,
    matches: Option<usize>,
    now: Timestamp,
    via: Via,
) -> Message {
    let held = match (silence.alerts, matches) {
        (0, None | Some(0)) => {
            words!["It matches no open alert now. What comes and fits is counted and not told."]
        }
        (0, Some(many)) => words![format!(
            "It matches {}, which a longer silence holds back already. What comes is counted.",
            alerts(many as u64)
        )],
        (many, _) => {
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

/// `A-12`, `A-12 and 3 more of its alerts`.
fn of_its_alerts(first: AlertId, more: usize) -> String {
    match more {
        0 => first.to_string(),
        more => format!("{first} and {} more of its alerts", thousands(more as u64)),
    }
}

/// What the incident of alerts reads that somebody silenced.
pub fn silenced_note(silence: &Silence, first: AlertId, more: usize) -> String {
    let (of, long) = (of_its_alerts(first, more), spoken(silence.until.duration_since(silence.at)));
    format!("Silenced {of} for {long} ({}): {}", silence.id, silence.why)
}

/// The same, where somebody ended that silence.
pub fn unsilenced_note(silence: &Silence, first: AlertId, more: usize) -> String {
    format!("Ended the silence of {} ({})", of_its_alerts(first, more), silence.id)
}
