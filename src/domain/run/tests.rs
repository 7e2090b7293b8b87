mod approving;
mod difference;
mod left;
mod passing;
mod ran;
mod reasons;
mod releasing;
mod seeing;
mod undo;

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::announce::{RunNote, consequences, kept_texts, note};
use super::decide::{Doing, RunRefusal, Start, abort, look_again, start, step};
use super::{Around, End, Run, RunEvent, RunEventKind, Stage, settle};
use crate::actor::Actor;
use crate::effect::{EffectKind, To};
use crate::id::RunId;
use crate::procedure::{Finding, Kept, Procedure, Runbook, Verdict};

fn runbook() -> Runbook {
    let text = r#"
        schema = 1
        title = "Queue failure"
        section = "2.1"
        [params]
        tail = { type = "int", min = 1, max = 9, default = 5 }
        [check.health]
        title = "health"
        http = "https://a.b/health"
        expect = { status = 200 }
        [check.log]
        title = "log"
        run = ["kubectl", "logs", "--tail={tail}"]
        keep = { end = "last 20 lines" }
        [[rung]]
        when = { fail = ["health"] }
        human = "restart it"
        [[rung]]
        human = "raise it"
    "#;
    let procedure: Procedure = toml::from_str(text).unwrap();
    Runbook::new([Procedure { name: "queue-failure".into(), ..procedure }])
}

fn asked(name: &str, typed: &[(&str, &str)], only: Option<&str>) -> Result<RunEventKind, RunRefusal> {
    let typed = typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let line = Start { name: name.into(), typed, only: only.map(str::to_owned), proposes: false };
    start(&runbook(), &line, None, To::Emergencies)
}

/// A run, moved on by events as the desk moves it: what follows by itself follows at once.
struct Moving(Run, Vec<RunNote>);

impl Moving {
    fn begun(only: Option<&str>) -> Self {
        let kind = asked("queue", &[], only).unwrap();
        let event = RunEvent { seq: 1, at: Timestamp::UNIX_EPOCH, by: Actor::from("U0IAN"), kind };
        let run = Run::asked(RunId(1), &event).unwrap();
        Self(run, Vec::new())
    }

    fn on(&mut self, kind: RunEventKind) {
        let event =
            RunEvent { seq: self.0.events + 1, at: Timestamp::UNIX_EPOCH, by: Actor::from("U0IAN"), kind };
        let before = self.0.clone();
        self.0.apply(&event);
        self.1.extend(note(Some(&before), &self.0, &event, ""));
        if let Some(next) = settle(&self.0, &Around::default()) {
            self.on(next);
        }
    }

    fn found(&mut self, check: &str, verdict: Verdict) {
        let finding = Finding { verdict, ..Finding::unknown("because") };
        self.on(RunEventKind::Found { check: check.into(), finding });
    }
}

#[test]
fn what_the_card_has_no_room_for_is_a_file() {
    let mut run = Moving::begun(Some("log"));
    let text = |sign: &str| Kept::One(format!("{}\nend", sign.repeat(1_000)));
    let kept = ["a", "b", "c", "d"].map(|name| (name.to_owned(), text(name))).into();
    let finding = Finding { verdict: Verdict::Pass, why: None, kept, ..Finding::unknown("") };
    let before = run.0.clone();
    run.on(RunEventKind::Found { check: "log".into(), finding });
    let lengths: Vec<usize> = kept_texts(&run.0).iter().map(|text| text.end().chars().count()).collect();
    assert_eq!(lengths, [1_004, 1_004, 392, 0]);
    let event = RunEvent {
        seq: 2,
        at: Timestamp::UNIX_EPOCH,
        by: Actor::Howler,
        kind: RunEventKind::Found { check: "log".into(), finding: run.0.findings["log"].clone() },
    };
    let files = consequences(Some(&before), &run.0, &event, &Around::default());
    let files = files.into_iter().filter_map(|intent| match intent.kind {
        EffectKind::RunFile { text, .. } => text.chars().next(),
        _ => None,
    });
    assert_eq!(files.collect::<String>(), "cd", "those that are not on the card as a whole");
}

#[test]
fn the_facts_lead_to_a_step_once_all_of_them_are_in() {
    let mut run = Moving::begun(None);
    run.found("health", Verdict::Fail);
    assert_eq!(run.0.stage, Stage::Looking);
    run.found("log", Verdict::Unknown);
    assert_eq!(run.0.stage, Stage::Offered { rung: 0 });
    let looked = RunNote::Looked {
        procedure: "queue-failure".into(),
        pass: 0,
        fail: vec!["health".into()],
        unknown: 1,
    };
    assert_eq!(run.1, [looked, RunNote::Offered { step: "restart it".into() }]);
    run.on(step(&run.0).unwrap());
    assert_eq!(run.0.stage, Stage::Offered { rung: 1 });
    run.on(step(&run.0).unwrap());
    assert!(matches!(run.0.stage, Stage::Over { end: End::NoStepLeft, .. }));
    for refused in [step(&run.0), look_again(&run.0), abort(&run.0)] {
        assert_eq!(refused, Err(RunRefusal::NotNow { run: RunId(1), what: Doing::Over }));
    }
}

#[test]
fn where_all_is_well_nothing_is_offered() {
    let mut run = Moving::begun(None);
    run.found("log", Verdict::Pass);
    run.found("health", Verdict::Pass);
    assert!(matches!(run.0.stage, Stage::Over { end: End::Well, .. }));
}

#[test]
fn looking_again_asks_everything_again() {
    let mut run = Moving::begun(None);
    run.found("health", Verdict::Fail);
    run.found("log", Verdict::Pass);
    run.on(look_again(&run.0).unwrap());
    run.found("health", Verdict::Fail);
    run.found("log", Verdict::Pass);
    assert_eq!(run.0.stage, Stage::Offered { rung: 0 });
    run.on(look_again(&run.0).unwrap());
    assert_eq!((run.0.waiting.len(), &run.0.stage), (2, &Stage::Looking));
    assert_eq!(look_again(&run.0), Err(RunRefusal::NotNow { run: RunId(1), what: Doing::Looking }));
    run.found("health", Verdict::Pass);
    run.found("log", Verdict::Pass);
    assert!(run.0.is_over(), "{:?}", run.0.stage);
}

#[test]
fn a_step_that_helped_ends_well() {
    let mut run = Moving::begun(None);
    run.found("health", Verdict::Fail);
    run.found("log", Verdict::Pass);
    run.on(step(&run.0).unwrap());
    run.on(look_again(&run.0).unwrap());
    run.found("health", Verdict::Pass);
    run.found("log", Verdict::Pass);
    assert!(matches!(run.0.stage, Stage::Over { end: End::Well, .. }), "{:?}", run.0.stage);
}

#[test]
fn one_check_alone_leads_to_no_step() {
    let mut run = Moving::begun(Some("health"));
    assert_eq!(run.0.checks, BTreeSet::from(["health".to_owned()]));
    run.found("health", Verdict::Fail);
    assert!(matches!(run.0.stage, Stage::Over { end: End::Told, .. }));
}

#[test]
fn what_cannot_be_begun_is_refused() {
    assert!(matches!(asked("quux", &[], None), Err(RunRefusal::NoSuchProcedure { .. })));
    assert!(matches!(asked("queue", &[("tail", "10")], None), Err(RunRefusal::Unfilled { .. })));
    assert!(matches!(asked("queue", &[("x", "1")], None), Err(RunRefusal::Unfilled { .. })));
    assert!(matches!(asked("queue", &[], Some("web")), Err(RunRefusal::NoSuchCheck { .. })));
}

#[test]
fn each_check_is_a_question_of_its_own_and_the_card_follows() {
    let run = Moving::begun(None).0;
    let kind = asked("queue", &[], None).unwrap();
    let event = RunEvent { seq: 1, at: Timestamp::UNIX_EPOCH, by: Actor::from("U0IAN"), kind };
    let effects = consequences(None, &run, &event, &Around::default());
    let lanes: BTreeSet<_> = effects.iter().map(|intent| intent.lane.clone()).collect();
    assert_eq!((effects.len(), lanes.len()), (3, 3));
    assert_eq!(effects.last().unwrap().kind, EffectKind::RunCard { run: RunId(1) });
}
