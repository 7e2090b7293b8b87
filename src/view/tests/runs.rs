//! Runs of procedures: their cards from the question to the end, their lines on a timeline, and private answers.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use jiff::Timestamp;

use super::rendering;
use crate::domain::effect::To;
use crate::domain::procedure::fill::Unfilled;
use crate::domain::procedure::{Finding, Kept, Note, Procedure, Runbook, Verdict};
use crate::domain::run::announce::RunNote;
use crate::domain::run::decide::{RunRefusal, Start, start};
use crate::domain::run::{End, Run, RunEvent, RunEventKind, settle};
use crate::domain::runbook::{RunAsk, RunbookAnswer, list, run_short};
use crate::id::{RunId, UserId};
use crate::view::procedure::{answer, noted, run_card};
use crate::view::{Message, Via};

fn at() -> Timestamp {
    "2026-11-24T02:00:00Z".parse().unwrap()
}

fn runbook() -> Runbook {
    let text = include_str!("../../../commands/event-stream-failure.toml");
    let procedure: Procedure = toml::from_str(text).unwrap();
    Runbook::new([Procedure { name: "event-stream-failure".into(), ..procedure }])
}

fn event(seq: u32, kind: RunEventKind) -> RunEvent {
    RunEvent { seq, at: at(), by: Some(UserId::from("U0IAN")), kind }
}

fn begun() -> Run {
    let line = Start { name: "event-stream".into(), typed: Vec::new(), only: None };
    let kind = start(&runbook(), &line, None, To::Room).unwrap();
    Run::asked(RunId(7), &event(1, kind)).unwrap()
}

fn moved(mut run: Run, kinds: impl IntoIterator<Item = RunEventKind>) -> Run {
    for kind in kinds {
        run.apply(&event(run.events + 1, kind));
        while let Some(next) = settle(&run) {
            run.apply(&event(run.events + 1, next));
        }
    }
    run
}

fn finding(verdict: Verdict, kept: &[(&str, Kept)]) -> Finding {
    let kept = kept.iter().map(|(name, kept)| ((*name).to_owned(), kept.clone())).collect();
    let note = Note {
        part: "json:/eventStream".into(),
        expected: "healthy".into(),
        got: "*down* <!channel>".into(),
    };
    let notes = if verdict == Verdict::Fail { vec![note] } else { Vec::new() };
    let why = (verdict == Verdict::Unknown).then(|| "kubectl is not on this machine".to_owned());
    Finding { verdict, notes, why, kept }
}

fn found(health: Verdict, errors: Verdict) -> Vec<RunEventKind> {
    let one = |text: &str| Kept::One(text.into());
    let history = [
        ("revisions", Kept::Many(vec!["5".into(), "6".into(), "7".into()])),
        ("previous", one("6")),
        ("current", one("7")),
    ];
    let found = BTreeMap::from([
        ("health", finding(health, &[])),
        ("errors", finding(errors, &[("log", one("first line\nsecond line"))])),
        ("redis", finding(Verdict::Pass, &[])),
        ("memory", finding(Verdict::Pass, &[])),
        ("owner", finding(Verdict::Pass, &[("replicas", one("4"))])),
        ("history", finding(Verdict::Pass, &history)),
    ]);
    let told = |(check, finding): (&str, Finding)| RunEventKind::Found { check: check.into(), finding };
    found.into_iter().map(told).collect()
}

fn page(messages: Vec<(&str, Message)>) -> String {
    let shown = messages.iter().map(|(name, message)| format!("{name}\n{}", rendering::message(message)));
    shown.collect::<Vec<_>>().join("\n\n")
}

#[test]
fn cards() {
    use Verdict::{Fail, Pass, Unknown};
    let looking = moved(begun(), found(Fail, Pass).into_iter().take(2));
    let offered = moved(begun(), found(Fail, Unknown));
    let rolls_back = moved(offered.clone(), [RunEventKind::Stepped { rung: 2 }]);
    let none_left =
        moved(rolls_back.clone(), [RunEventKind::Stepped { rung: 3 }, RunEventKind::Stepped { rung: 4 }]);
    let well = moved(begun(), found(Pass, Pass));
    let stopped = moved(begun(), [RunEventKind::Over(End::Aborted)]);
    let cards = [
        ("checks are being asked", looking),
        ("a step is offered", offered),
        ("a rollback to a revision that was read", rolls_back),
        ("no step is left", none_left),
        ("all is well", well),
        ("stopped", stopped),
    ];
    assert_snapshot!(page(cards.iter().map(|(name, run)| (*name, run_card(run, Some(at())))).collect()));
}

#[test]
fn answers_about_runs() {
    let run = RunId(7);
    let refused = [
        RunRefusal::NoSuchProcedure { word: "web-rolback".into(), nearest: Some("web-rollback".into()) },
        RunRefusal::NoSuchCheck { procedure: "logs".into(), word: "nginx".into(), known: vec!["web".into()] },
        RunRefusal::Unfilled {
            procedure: "logs".into(),
            unfilled: Unfilled::Unfit { name: "tail".into(), takes: "a whole number from 1 to 9".into() },
        },
        RunRefusal::NoSuchRun { run },
        RunRefusal::NothingRuns,
        RunRefusal::Several { runs: vec![run, RunId(8)] },
        RunRefusal::NotNow { run, over: true },
        RunRefusal::NotNow { run, over: false },
    ];
    let others = [
        list(&runbook()),
        RunbookAnswer::Status(vec![run_short(&begun())]),
        RunbookAnswer::Status(Vec::new()),
        RunbookAnswer::Started { run, procedure: "logs".into(), to: To::Room },
        RunbookAnswer::Done { run, what: RunAsk::Step },
        RunbookAnswer::Done { run, what: RunAsk::LookAgain },
        RunbookAnswer::Done { run, what: RunAsk::Abort },
        RunbookAnswer::NotYet { word: "run".into() },
    ];
    let answers = others.into_iter().chain(refused.map(RunbookAnswer::Refused));
    let shown = answers.map(|given| answer(&given, Via::Slash).text);
    assert_snapshot!(shown.collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn on_the_timeline() {
    let ian = UserId::from("U0IAN");
    let procedure = || "event-stream-failure".to_owned();
    let notes = [
        RunNote::Began { procedure: procedure() },
        RunNote::Looked {
            procedure: procedure(),
            pass: 3,
            fail: vec!["Redis takes connections".into()],
            unknown: 1,
        },
        RunNote::Offered { step: "Restart event-stream".into() },
        RunNote::Over { procedure: procedure(), end: End::Well },
        RunNote::Over { procedure: procedure(), end: End::Aborted },
    ];
    let shown = notes.iter().map(|note| noted(RunId(7), note, Some(&ian)).plain());
    assert_snapshot!(shown.collect::<Vec<_>>().join("\n"));
}
