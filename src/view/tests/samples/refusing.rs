//! What is refused about being on call.

use super::*;
use domain::oncall::change::ChangeProblem;
use domain::oncall::rota::SwapOutcome;
use domain::oncall::swap::SwapProblem;
use domain::oncall::{WhenProblem, WhenText};
use domain::refusal::Unfit;

/// Every refusal about being on call.
pub fn oncall_refusals(word: &str) -> Vec<Refusal> {
    let word = word.to_owned();
    vec![
        Refusal::UnknownWord { word: word.clone(), nearest: Some("oncall who".into()) },
        Refusal::TextMissing { command: "oncall swap with @user week of".into() },
        Refusal::NoSuchPerson { word: word.clone(), nearest: None, id: None, after: "page".into() },
        Refusal::OneAtATime { command: "remove".into() },
        Refusal::NoSuchPerson {
            word: word.clone(),
            nearest: Some("@maya".into()),
            id: Some(ian()),
            after: "swap".into(),
        },
        Refusal::CannotBeOnCall { person: ian(), why: Unfit::Left },
        Refusal::CannotBeOnCall { person: ian(), why: Unfit::Bot },
        Refusal::CannotBeOnCall { person: ian(), why: Unfit::Unknown },
        Refusal::When { problem: WhenText::parse("31 feb").unwrap_err(), after: "who".into() },
        Refusal::When { problem: WhenProblem::NotATime { words: word.clone() }, after: "override".into() },
        Refusal::Change { problem: ChangeProblem::AlreadyIn { person: ian() } },
        Refusal::Change { problem: ChangeProblem::NothingChanges },
        Refusal::Swap { problem: SwapProblem::Yourself },
        Refusal::NotWeeks { word: word.clone(), most: 52 },
        Refusal::NotANumber { word },
        Refusal::NotAPhoneNumber,
        Refusal::PhoneInPublic,
        Refusal::NoSuchSwap { number: 2 },
        Refusal::SwapIsOver { how: SwapOutcome::Agreed },
        Refusal::SwapWaits { number: 2, with: bea() },
        Refusal::NotYourSwap,
        Refusal::CoverTooLong { most: SignedDuration::from_hours(336) },
        Refusal::HasItAlready { person: ian() },
        Refusal::NobodyToHandTo,
        Refusal::NotYourTurn { person: Some(bea()) },
        Refusal::NoSuchPageCall { number: 3 },
        Refusal::PageAnswered { by: ian().into(), at: at("02:31") },
        Refusal::NoNumberToRing,
        Refusal::NobodyRings { elsewhere: true },
        Refusal::NobodyRings { elsewhere: false },
        Refusal::OutOfReach { person: Actor::Shell("root".into()) },
        Refusal::NeverPages { severity: Severity::P3, title: "Slow page".into() },
    ]
}
