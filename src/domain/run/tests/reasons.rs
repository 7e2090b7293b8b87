//! What leads to a change, and what it requires: facts that are there, at the request and at the last look.

use super::approving::{PROCEDURE, around, found, offered, on, policy, prepared, why};
use crate::actor::Actor;
use crate::procedure::{Finding, Verdict};
use crate::run::approve::{NotApproved, propose};
use crate::run::{Run, RunEventKind};

/// Which of several reasons holds may change while people are asked, as long as one does.
#[test]
fn one_reason_may_take_the_place_of_another_and_without_any_it_is_void() {
    let text = PROCEDURE.replace(
        "when = { fail = [\"health\"] }",
        "when = { any = [{ fail = [\"health\"] }, { fail = [\"version\"] }] }",
    );
    let text = text.replace("freeze = [\"version\"]", "freeze = [\"version.revision\"]").replace(
        "[check.version]",
        "[check.other]\n    title = \"o\"\n    tcp = \"a:1\"\n    [check.version]",
    );
    let text = text.replace("{ fail = [\"version\"] }", "{ fail = [\"other\"] }");
    use Verdict::{Fail, Pass, Unknown};
    // Of both as they lead to it, and as they are at the last look; whether it begins.
    for ((health, other), (health_now, other_now), begins) in [
        ((Fail, Pass), (Fail, Pass), true),
        ((Fail, Pass), (Pass, Fail), true),
        ((Fail, Pass), (Unknown, Fail), true),
        ((Fail, Pass), (Fail, Unknown), true),
        ((Fail, Pass), (Pass, Pass), false),
        ((Fail, Pass), (Unknown, Unknown), false),
        ((Fail, Unknown), (Fail, Unknown), true),
        ((Fail, Unknown), (Pass, Unknown), false),
    ] {
        let finds = |run: &mut Run, health, other| {
            let all = [("health", health), ("other", other), ("version", Pass)];
            for (check, verdict) in
                all.into_iter().filter(|(check, _)| run.waiting.contains(*check)).collect::<Vec<_>>()
            {
                let finding = found(verdict, &[("revision", "7")]);
                on(run, "U0IAN", RunEventKind::Found { check: check.into(), finding });
            }
        };
        let mut run = offered(&text);
        finds(&mut run, health, other);
        run.findings.insert("health".into(), found(health, &[]));
        let proposed = propose(&run, &"U0IAN".into(), policy(), &around(0), None).unwrap();
        on(&mut run, "U0IAN", proposed);
        on(&mut run, "U0IAN", RunEventKind::Prepared(Box::new(prepared())));
        for by in ["U0MAYA", "U0GROUP"] {
            on(&mut run, by, RunEventKind::Approved { comment: Some("seen".into()) });
        }
        finds(&mut run, health_now, other_now);
        on(&mut run, "U0IAN", RunEventKind::Prepared(Box::new(prepared())));
        let has_begun = run.change().is_some_and(|change| change.has_begun());
        assert_eq!(
            has_begun, begins,
            "{health:?} {other:?}, then {health_now:?} {other_now:?}: {:?}",
            run.last
        );
    }
}

#[test]
fn what_nobody_could_tell_is_no_requirement_that_is_met() {
    let ask = |run: &Run| why(propose(run, &Actor::from("U0IAN"), policy(), &around(0), None));
    // What must pass passes: a requirement that fails and one that nobody could tell are none, and nor is an old reason.
    let required =
        PROCEDURE.replace("freeze = [\"version\"]", "freeze = [\"version\"]\n    require = [\"version\"]");
    for (verdict, asked) in [
        (Some(Verdict::Pass), true),
        (Some(Verdict::Fail), false),
        (Some(Verdict::Unknown), false),
        (None, false),
    ] {
        let mut run = offered(&required);
        run.findings.remove("version");
        run.findings
            .extend(verdict.map(|verdict| ("version".to_owned(), found(verdict, &[("revision", "7")]))));
        let refused = NotApproved::Requires { check: "version".into(), verdict };
        assert_eq!(ask(&run), (!asked).then_some(refused), "{verdict:?}");
    }
    for check in ["health", "version"] {
        let mut run = offered(PROCEDURE);
        run.findings.insert(check.into(), Finding::unknown("the cluster does not answer"));
        assert_eq!(ask(&run), Some(NotApproved::NoFact { check: check.into() }), "{check}");
    }
}
