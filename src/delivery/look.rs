//! One check of a run, asked and judged. What cannot be found out is an answer too, so nothing is tried again by itself: people
//! press *Look again*.

use super::job::Job;
use crate::domain::effect::{EffectKind, Outcome, Receipt};
use crate::domain::procedure::CannotTell;
use crate::domain::procedure::judge::judge;
use crate::probe::Prober;

pub(super) async fn look(prober: &Prober, job: &Job) -> Outcome {
    let EffectKind::Look { check, question, .. } = &job.effect.kind else {
        return Outcome::Dropped { reason: "it is no check".into() };
    };
    let heard = match question.as_ref() {
        Ok(question) => prober.ask(question, check.within()).await,
        Err(why) => Err(CannotTell(why.clone())),
    };
    Outcome::Done(Receipt::Found(judge(check, &heard)))
}
