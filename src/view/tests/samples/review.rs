//! What waits for the weekly review.

use super::*;
use domain::alert::digest::{Digest, Minor};
use domain::alert::line::{Row, State};
use domain::alert::signal::Source;
use domain::oncall::answer::OncallAnswer;

pub fn reviews(texts: &Texts) -> Vec<(&'static str, OncallAnswer)> {
    vec![
        ("review, nothing", review(Vec::new(), 0, Some(Digest::default()))),
        ("review, unread alerts", review(Vec::new(), 0, None)),
        (
            "review, alerts",
            review(vec![long_story(texts).incident().summary()], 2, Some(digest(texts, true))),
        ),
        ("review, a quiet week", review(Vec::new(), 0, Some(digest(texts, false)))),
    ]
}

fn review(waiting: Vec<Summary>, more: usize, alerts: Option<Digest>) -> OncallAnswer {
    OncallAnswer::Review { waiting, more, alerts: alerts.map(Box::new), now: at("09:00") }
}

/// A week's alerts; a quiet one has nothing that waits.
pub fn digest(texts: &Texts, loud: bool) -> Digest {
    let minor = |times, open| Minor {
        title: texts.title.clone(),
        source: Source::Events,
        times,
        last: at("02:00"),
        open,
    };
    let minor =
        [(40, true), (3, false), (1, false), (1, false)].map(|(times, open)| minor(times, open)).into();
    let waiting = [1, 4].map(|number| Row { severity: Severity::P3, ..row(texts, number, State::Open) });
    match loud {
        true => Digest {
            waiting: waiting.into(),
            more_waiting: 12,
            over: 311,
            minor,
            more_minor: 2,
            cut: Some(at("01:00")),
        },
        false => Digest { over: 1, ..Digest::default() },
    }
}
