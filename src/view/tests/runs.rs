//! Runs of procedures: their cards from the question to the end, their lines on a timeline, and private answers.

use std::collections::{BTreeMap, BTreeSet};

use insta::assert_snapshot;
use jiff::Timestamp;

use super::rendering;
use crate::procedure::{answer, freeze_said, run_card, run_news, run_said};
use crate::{Message, Via};
use config::ApprovalRules;
use domain::actor::Actor;
use domain::effect::To;
use domain::id::{RunId, UserId};
use domain::procedure::fill::Unfilled;
use domain::procedure::{Finding, Kept, Note, Procedure, Risk, Runbook, Rung, Verdict};
use domain::run::announce::RunNote;
use domain::run::approve::{NotApproved, propose};
use domain::run::change::{Aftermath, Ended, Prepared};
use domain::run::decide::{Doing, RunRefusal, Start, start};
use domain::run::difference::{Difference, Line};
use domain::run::says::{RunSays, RunWord};
use domain::run::undo::Undone;
use domain::run::{Around, End, Run, RunEvent, RunEventKind, settle};
use domain::runbook::{Held, ReleaseStep, Review, RunAsk, RunbookAnswer, list, run_short};

pub(super) fn at() -> Timestamp {
    "2026-11-24T02:00:00Z".parse().unwrap()
}

fn runbook() -> Runbook {
    let text = include_str!("../../../commands/event-stream-failure.toml");
    let procedure: Procedure = toml::from_str(text).unwrap();
    Runbook::new([Procedure { name: "event-stream-failure".into(), ..procedure }])
}

fn event(seq: u32, kind: RunEventKind) -> RunEvent {
    RunEvent { seq, at: at(), by: Actor::from("U0IAN"), kind }
}

pub(super) fn begun() -> Run {
    let line = Start { name: "event-stream".into(), typed: Vec::new(), only: None, proposes: false };
    let kind = start(&runbook(), &line, None, To::Room).unwrap();
    Run::asked(RunId(7), &event(1, kind)).unwrap()
}

pub(super) fn moved(mut run: Run, kinds: impl IntoIterator<Item = RunEventKind>) -> Run {
    for kind in kinds {
        run.apply(&event(run.events + 1, kind));
        while let Some(next) = settle(&run, &Around::default()) {
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

pub(super) fn found(health: Verdict, errors: Verdict) -> Vec<RunEventKind> {
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
        ("images", finding(Verdict::Pass, &[])),
        ("crashes", finding(Verdict::Pass, &[])),
        ("ended", finding(Verdict::Pass, &[])),
        ("ended_before", finding(Verdict::Pass, &[])),
        ("settled", finding(Verdict::Pass, &[])),
        ("starts", finding(Verdict::Pass, &[])),
        ("wanted", finding(Verdict::Pass, &[])),
        ("ready", finding(Verdict::Pass, &[])),
        ("rollout", finding(Verdict::Pass, &[])),
        ("made", finding(Verdict::Pass, &[])),
        ("recent", finding(Verdict::Pass, &[])),
        ("owner", finding(Verdict::Pass, &[("replicas", one("4")), ("template", one("5d41402abc4b"))])),
        ("helm", finding(Verdict::Pass, &[])),
        ("paused", finding(Verdict::Pass, &[])),
        ("autoscaler", finding(Verdict::Pass, &[])),
        ("history", finding(Verdict::Pass, &history)),
    ]);
    let told = |(check, finding): (&str, Finding)| RunEventKind::Found { check: check.into(), finding };
    found.into_iter().map(told).collect()
}

/// The last step that carries this out, or tells people so, is left behind; of the restarts the first.
pub(super) fn skips(does: &str) -> RunEventKind {
    skips_one(does, does == "restart")
}

fn skips_one(does: &str, first: bool) -> RunEventKind {
    let runbook = runbook();
    let mut rungs = runbook.get("event-stream-failure").unwrap().rungs.iter();
    let is_it = |rung: &Rung| {
        rung.action.as_deref() == Some(does)
            || rung.human.as_ref().is_some_and(|human| human.starts_with(does))
    };
    let rung = if first { rungs.position(is_it) } else { rungs.rposition(is_it) };
    RunEventKind::Stepped { rung: rung.unwrap() }
}

/// What runs is four months old.
fn old() -> RunEventKind {
    let note = Note {
        part: "its release".into(),
        expected: "at most 1 d older than the trouble".into(),
        got: "119 days older than the trouble: it is of 2026-07-28 08:00 UTC, and ran until then".into(),
    };
    let finding = Finding { notes: vec![note], ..finding(Verdict::Fail, &[]) };
    RunEventKind::Found { check: "recent".into(), finding }
}

pub(super) fn page(messages: Vec<(&str, Message)>) -> String {
    let shown = messages.iter().map(|(name, message)| format!("{name}\n{}", rendering::message(message)));
    shown.collect::<Vec<_>>().join("\n\n")
}

#[test]
fn cards() {
    use Verdict::{Fail, Pass, Unknown};
    let looking = moved(begun(), found(Fail, Pass).into_iter().take(2));
    let offered = moved(begun(), found(Fail, Unknown));
    let rolls_back = moved(offered.clone(), [skips("restart")]);
    let blind = moved(begun(), found(Unknown, Pass));
    let saw = RunEventKind::Seen { check: "health".into(), says: Some("*502* at the gate".into()) };
    let saw = moved(blind.clone(), [saw]);
    let looked = [skips("roll_back"), skips("How its pods"), skips_one("restart", false)];
    let none_left = moved(rolls_back.clone(), looked.into_iter().chain([skips("Nothing here fits")]));
    let of_july = found(Fail, Pass)
        .into_iter()
        .filter(|kind| !matches!(kind, RunEventKind::Found { check, .. } if check == "recent"));
    let older = moved(moved(begun(), of_july.chain([old()])), [skips("restart")]);
    let older_rolls_back = moved(older.clone(), [skips("What runs is older")]);
    let well = moved(begun(), found(Pass, Pass));
    let stopped = moved(begun(), [RunEventKind::Over(End::Aborted)]);
    let cards = [
        ("checks are being asked", looking),
        ("a step is offered", offered),
        ("a rollback to a revision that was read", rolls_back),
        ("what runs is older than the trouble", older),
        ("a rollback from what is older than the trouble", older_rolls_back),
        ("a person may see what could not be told", blind),
        ("a person saw it", saw),
        ("no step is left", none_left),
        ("all is well", well),
        ("stopped", stopped),
    ];
    assert_snapshot!(page(
        cards
            .iter()
            .map(|(name, run)| (
                *name,
                run_card(run, Some(at()), at() + jiff::SignedDuration::from_secs(100))
            ))
            .collect()
    ));
}

pub(super) fn proposed(run: &Run) -> RunEventKind {
    let rules =
        ApprovalRules { people: BTreeSet::from(["U0MAYA".into(), "U0KOFI".into()]), ..Default::default() };
    propose(run, &UserId::from("U0IAN").into(), rules.policy(Risk::High), &Around::default(), None).unwrap()
}

pub(super) fn prepared() -> RunEventKind {
    RunEventKind::Prepared(Box::new(Prepared {
        key: "3fa9c1d2e4f50617283940a1b2c3d4e5".into(),
        path: "/usr/local/bin/kubectl".into(),
        fingerprint: "ab".repeat(32),
        difference: Some(Difference::Changes {
            lines: vec![
                Line::Stays("   event-stream:".into()),
                Line::Goes("    Image:\tmonkeytown/event-stream:7".into()),
                Line::Comes("    Image:\tmonkeytown/event-stream:6".into()),
            ],
            more: 0,
            sign: String::new(),
        }),
        ..Prepared::default()
    }))
}

pub(super) fn ended(ended: Ended) -> RunEventKind {
    RunEventKind::Ended { ended, output: "rolled back\n".into() }
}

#[test]
fn cards_of_a_change() {
    use Verdict::{Fail, Pass};
    let offered = moved(begun(), found(Fail, Pass).into_iter().chain([skips("restart")]));
    let preparing = moved(offered.clone(), [proposed(&offered)]);
    let asking = moved(preparing.clone(), [prepared()]);
    let one = moved(asking.clone(), [RunEventKind::Approved { comment: Some("the log says so".into()) }]);
    let alone = moved(
        asking.clone(),
        [RunEventKind::GlassBroken { why: "nobody else is awake".into() }, RunEventKind::GlassTold],
    );
    let denied = moved(asking.clone(), [RunEventKind::Denied { why: Some("*not* now <!here>".into()) }]);
    let expired = moved(asking.clone(), [RunEventKind::Expired]);
    let unprepared =
        moved(preparing.clone(), [RunEventKind::Unprepared { why: "kubectl is not on this machine".into() }]);
    let two = [RunEventKind::Approved { comment: None }, RunEventKind::Approved { comment: None }];
    let rechecking = moved(asking, two);
    let moved_on = vec!["history: current was 7, and is 8".to_owned()];
    let void = moved(rechecking.clone(), [RunEventKind::Voided { moved: moved_on }]);
    let acting =
        moved(rechecking, [RunEventKind::Begun, RunEventKind::Heard { output: "rolling back\n".into() }]);
    let stopping = moved(acting.clone(), [RunEventKind::StopAsked]);
    let proving = moved(acting.clone(), [ended(Ended::Exit { code: Some(0) })]);
    let left = moved(acting.clone(), [ended(Ended::TimedOut { empty: false })]);
    let policy = ApprovalRules::default().policy(Risk::High);
    let asks = domain::run::release::ask(&left, &UserId::from("U0IAN").into(), "I *looked*", policy).unwrap();
    let prepared = RunEventKind::ReleasePrepared {
        key: "7aaaaad2e4f50617283940a1b2c3d4e5".into(),
        members: BTreeSet::new(),
    };
    let to_release = moved(left.clone(), [asks, prepared]);
    let freed = moved(to_release.clone(), [RunEventKind::Released { comment: Some("I too".into()) }]);
    let broke = moved(acting, [ended(Ended::TimedOut { empty: true })]);
    let closed = moved(broke.clone(), [RunEventKind::Over(End::Aborted)]);
    let unhelpful = moved(proving.clone(), [RunEventKind::DidNotHelp]);
    let helped = moved(proving.clone(), [RunEventKind::Over(End::Helped)]);
    let forgotten = moved(proving.clone(), [RunEventKind::Over(End::Aborted)]);
    let not_begun = moved(preparing.clone(), [RunEventKind::Over(End::Aborted)]);
    let cards = [
        ("closed while it was proved", forgotten),
        ("closed before it began", not_begun),
        ("the plan is asked", preparing.clone()),
        ("one has approved", one),
        ("somebody goes ahead alone", alone),
        ("denied", denied),
        ("expired", expired),
        ("it could not be prepared", unprepared),
        ("void", void),
        ("being stopped", stopping),
        ("being proved", proving),
        ("its time was up", broke),
        ("its time was up, and it was closed at once", closed),
        ("a part may still run", left),
        ("to be released", to_release),
        ("released", freed),
        ("it did not help", unhelpful),
        ("it helped", helped),
    ];
    assert_snapshot!(page(
        cards
            .iter()
            .map(|(name, run)| (
                *name,
                run_card(run, Some(at()), at() + jiff::SignedDuration::from_secs(100))
            ))
            .collect()
    ));
}

#[test]
fn what_a_run_says() {
    let people = BTreeSet::from([UserId::from("U0MAYA"), UserId::from("U0KOFI")]);
    let words = [
        RunWord::Asks {
            people,
            group: Some("S0SRE".into()),
            needed: 2,
            expires: at(),
            code: "3fa9c1".into(),
        },
        RunWord::AsksAgain {
            people: BTreeSet::from(["U0MAYA".into()]),
            group: None,
            expires: at() + jiff::SignedDuration::from_mins(5),
            code: "3fa9c1".into(),
            loud: true,
        },
        RunWord::GlassBroken { why: "*nobody* is awake".into() },
        RunWord::Begins,
        RunWord::Denied { by: "U0MAYA".into(), why: None },
        RunWord::Expired,
        RunWord::Voided { moved: vec!["history: current was 7, and is 8".into()] },
        RunWord::Unprepared { why: "its plan fails".into() },
        RunWord::Broke { ended: Ended::Stopped { empty: false } },
        RunWord::Judged(Aftermath::Happened),
        RunWord::Judged(Aftermath::CannotTell),
        RunWord::ReleaseAsks {
            target: "deployment/queue".into(),
            why: "I *looked*".into(),
            people: BTreeSet::from([UserId::from("U0MAYA")]),
            group: Some("S0SRE".into()),
            expires: at(),
            code: "7aaaaa".into(),
        },
        RunWord::ReleaseDenied { by: "U0MAYA".into(), why: Some("it runs".into()) },
        RunWord::ReleaseUnprepared { why: "Slack does not tell".into() },
        RunWord::ReleaseExpired,
        RunWord::ReleaseMoot,
        RunWord::Released { target: "deployment/queue".into(), by: "U0MAYA".into(), why: "gone".into() },
        RunWord::Helped,
        RunWord::Undone(Undone::AsBefore),
        RunWord::Undone(Undone::CannotTell),
        RunWord::Undone(Undone::NotMoved),
        RunWord::DidNotHelp { told: true },
        RunWord::DidNotHelp { told: false },
    ];
    let said = |what| RunSays { step: "Roll <!channel> back".into(), by: "U0IAN".into(), what };
    let news = RunNote::Offered { step: "Restart <!channel>".into() };
    let shown = words.map(|what| run_said(RunId(7), &said(what)).text).into_iter().chain([
        run_news(RunId(7), &news, &Actor::Howler).text,
        freeze_said(&"U0ZOE".into(), Some(&"the auditors are here".into())).text,
        freeze_said(&"U0ZOE".into(), None).text,
    ]);
    assert_snapshot!(shown.collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn answers_about_runs() {
    let run = RunId(7);
    let refused = [
        RunRefusal::NoSuchProcedure {
            word: "web-rolback".into(),
            nearest: Some("web-rollback".into()),
            left_out: None,
            begins: true,
        },
        RunRefusal::NoSuchProcedure {
            word: "web".into(),
            nearest: None,
            left_out: Some(("web-rollback".into(), "line 24: there is no check `helth`".into())),
            begins: true,
        },
        RunRefusal::NoSuchCheck { procedure: "logs".into(), word: "nginx".into(), known: vec!["web".into()] },
        RunRefusal::Unfilled {
            procedure: "logs".into(),
            unfilled: Unfilled::Unfit { name: "tail".into(), takes: "a whole number from 1 to 9".into() },
        },
        RunRefusal::NoSuchRun { run },
        RunRefusal::NothingRuns,
        RunRefusal::SeenWell { run },
        RunRefusal::NoReview { run },
        RunRefusal::MayNotUnfreeze,
        RunRefusal::UnfreezeNotTold { why: "Slack is *slow*".into() },
        RunRefusal::Several { runs: vec![run, RunId(8)] },
        RunRefusal::NotNow { run, what: Doing::Over },
        RunRefusal::NotNow { run, what: Doing::Looking },
        RunRefusal::NotNow { run, what: Doing::Offering },
        RunRefusal::NotNow { run, what: Doing::Asking },
        RunRefusal::NotNow { run, what: Doing::Changing },
        RunRefusal::NotNow { run, what: Doing::Stopping },
    ];
    let not_approved = [
        NotApproved::ForPeople,
        NotApproved::Barred { why: "changes are frozen: audit week".into() },
        NotApproved::Held { by: RunId(8), target: "deployment/queue".into() },
        NotApproved::Requires { check: "owner".into(), verdict: Some(Verdict::Fail) },
        NotApproved::Requires { check: "owner".into(), verdict: None },
        NotApproved::NoFact { check: "history".into() },
        NotApproved::Unfilled { why: "revision must be given".into() },
        NotApproved::Nameless { program: "kubectl".into() },
        NotApproved::Nobody,
        NotApproved::NotAsked,
        NotApproved::OtherRequest,
        NotApproved::Witness,
        NotApproved::SaysNo,
        NotApproved::NoCode { code: "3fa9c1".into() },
        NotApproved::Own,
        NotApproved::NotAllowed,
        NotApproved::Already,
        NotApproved::Used { by: Some("U0MAYA".into()) },
        NotApproved::NoComment,
        NotApproved::NoGlass,
        NotApproved::Irreversible,
        NotApproved::NothingToUndo,
        NotApproved::NoUndo {
            title: "Restart it".into(),
            why: Some("nothing: a *restart* leaves nothing".into()),
        },
        NotApproved::NoUndo { title: "Roll back".into(), why: None },
        NotApproved::OthersRequest,
        NotApproved::TooLong,
        NotApproved::TooLate,
        NotApproved::FromShell,
        NotApproved::NotHeld,
        NotApproved::StillRuns,
        NotApproved::ReleaseAsked,
    ];
    let refused = refused.into_iter().chain(not_approved.map(|why| RunRefusal::NotApproved { run, why }));
    let others = [
        list(&runbook()),
        RunbookAnswer::Status {
            runs: vec![run_short(&begun())],
            frozen: None,
            reviews: Vec::new(),
            held: Vec::new(),
        },
        RunbookAnswer::Status {
            runs: Vec::new(),
            frozen: Some("changes are frozen: audit week".into()),
            reviews: vec![Review { run, by: "U0IAN".into(), at: at(), why: "nobody is *awake*".into() }],
            held: [(true, false), (true, true), (false, false)]
                .map(|(left, asked)| Held {
                    target: "deployment/queue".into(),
                    run,
                    by: "U0IAN".into(),
                    since: at(),
                    left,
                    asked,
                })
                .to_vec(),
        },
        RunbookAnswer::Release { run, target: "deployment/queue".into(), step: ReleaseStep::Asked },
        RunbookAnswer::Release { run, target: "deployment/queue".into(), step: ReleaseStep::Released },
        RunbookAnswer::Release { run, target: "deployment/queue".into(), step: ReleaseStep::Denied },
        RunbookAnswer::Started { run, procedure: "logs".into(), to: To::Room },
        RunbookAnswer::Done { run, what: RunAsk::Step },
        RunbookAnswer::Done { run, what: RunAsk::LookAgain },
        RunbookAnswer::Done { run, what: RunAsk::Abort },
        RunbookAnswer::Done { run, what: RunAsk::Propose },
        RunbookAnswer::Done { run, what: RunAsk::Undo { key: None } },
        RunbookAnswer::Done { run, what: RunAsk::ApproveForm { key: "3fa9c1".into() } },
        RunbookAnswer::Reviewed { run },
        RunbookAnswer::NotReviewed { run, own: true },
        RunbookAnswer::NotReviewed { run, own: false },
        RunbookAnswer::Frozen(true),
        RunbookAnswer::Frozen(false),
        RunbookAnswer::AsksGroup,
        RunbookAnswer::AlreadyFrozen(true),
        RunbookAnswer::AlreadyFrozen(false),
        RunbookAnswer::AuditBroken { why: "row 5 is not as it was written".into() },
        RunbookAnswer::Short { word: "freeze".into(), takes: "why".into() },
        RunbookAnswer::Doubtful { could: vec!["freeze why".into(), "unfreeze".into()] },
    ];
    let answers = others.into_iter().chain(refused.map(RunbookAnswer::Refused));
    let shown = answers.map(|given| answer(&given, Via::Slash).text);
    assert_snapshot!(shown.collect::<Vec<_>>().join("\n\n"));
}
