//! What an action would do, asked of its plan and of what runs now: by howler before approval is asked for, at a shell and in drills.

use std::time::Duration;

use super::Prober;
use super::difference::{Side, compared};
use domain::procedure::{Answer, CannotTell, Question};
use domain::run::difference::{Compared, Difference};
use domain::text::shorten;
use redact::{manifest_without_values, without_values};

/// Longest reason of a plan that failed, in characters.
const WHY_MOST: usize = 300;

/// What a plan tells, as it may be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Planned {
    /// What it printed, as far as the difference does not say it.
    pub text: Option<String>,
    pub difference: Option<Difference>,
}

impl Prober {
    /// Asks a plan and what it is compared with, side by side. They are shown to those who approve: of plain variables the names alone.
    ///
    /// # Errors
    /// Why the plan says nothing. That what it is compared with says nothing is a difference that cannot be told.
    pub async fn plan(
        &self,
        plan: &[String],
        against: Option<&Compared>,
        limit: Duration,
    ) -> Result<Planned, String> {
        let ask = async |argv: &[String]| self.answer(&Question::Run(argv.to_vec()), limit).await;
        let now = async {
            match against {
                Some(against) => Some(ask(&against.argv).await),
                None => None,
            }
        };
        let (then, now) = tokio::join!(ask(plan), now);
        let then = then.map_err(|CannotTell(why)| format!("its plan brings nothing: {why}"))?;
        match (then.raw.exit, then.shown.no_text()) {
            (Some(0), None) => {}
            (Some(0), Some(why)) => return Err(format!("its plan brings nothing: {why}")),
            _ => return Err(format!("its plan fails: {}", shorten(then.shown.all().trim(), WHY_MOST))),
        }
        let difference =
            against.zip(now).map(|(against, now)| match told("the plan", &then, &against.given) {
                Ok(()) => difference(plan, &then, against, now),
                Err(why) => Difference::CannotTell { why },
            });
        let is_told = matches!(
            difference,
            Some(Difference::Changes { .. } | Difference::Nothing | Difference::Ignored)
        );
        let text = (!is_told).then(|| masked(plan, &then.shown.all()));
        Ok(Planned { text, difference })
    }
}

fn difference(
    plan: &[String],
    then: &Answer,
    against: &Compared,
    now: Result<Answer, CannotTell>,
) -> Difference {
    let cannot = |why| Difference::CannotTell { why };
    let now = match now {
        Ok(now) => now,
        Err(CannotTell(why)) => return cannot(why),
    };
    let what = against.argv.first().map_or("", String::as_str);
    if now.raw.exit != Some(0) {
        return cannot(format!(
            "{what} says of what runs now: {}",
            shorten(now.shown.all().trim(), WHY_MOST)
        ));
    }
    if let Err(why) = told("what runs now", &now, &against.given) {
        return cannot(why);
    }
    let (now_shown, then_shown) = (masked(&against.argv, &now.shown.text), masked(plan, &then.shown.text));
    let now = Side { raw: &now.raw.text, shown: &now_shown };
    let then = Side { raw: &then.raw.text, shown: &then_shown };
    compared(&now, &then, &against.ignore)
}

/// That an answer is there, and whole: of nothing, and of a part, no difference can be told.
fn told(what: &str, answer: &Answer, given: &str) -> Result<(), String> {
    let raw = &answer.raw;
    match raw.no_text() {
        Some(why) => Err(format!("{what}: {why}")),
        None if raw.text.trim().is_empty() => Err(format!("{what}: nothing was printed")),
        None if !raw.text.contains(given) => Err(format!("{what}: there is no `{given}` in it")),
        None if raw.cut => Err(format!("{what} is too large to be read whole")),
        None => Ok(()),
    }
}

/// Names of values alone, as far as the form is known.
fn masked(argv: &[String], shown: &str) -> String {
    match argv.iter().any(|word| word == "manifest") {
        true => manifest_without_values(shown),
        false => without_values(shown),
    }
}
