//! Steps: one of several reasons, and going back.

use super::{GOOD, faults, names};

const WHEN: &str = "when = { fail = [\"health\"], pass = [\"history\"] }";

fn with(when: &str) -> Vec<String> {
    faults(&GOOD.replace(WHEN, when))
}

#[test]
fn one_of_several_reasons_is_enough_and_each_says_something_of_its_own() {
    let good = "when = { pass = [\"history\"], any = [{ fail = [\"health\"] }, { fail = [\"log\"] }] }";
    assert_eq!(with(good), Vec::<String>::new());
    for row in [
        ("{ fail = [\"log\"] }", "{ fail = [\"lgo\"] }", "line 24: there is no check `lgo`"),
        (", { fail = [\"log\"] }", "", "line 24: `any` names several reasons"),
        ("{ fail = [\"log\"] }", "{}", "line 24: a reason of `any` names no check"),
        (
            "{ fail = [\"log\"] }",
            "{ fail = [\"log\"], pass = [\"log\"] }",
            "line 24: a reason of `any` never holds: `log` cannot both pass and fail",
        ),
        ("{ fail = [\"log\"] }", "{ fail = [\"history\"] }", "`history` cannot both pass and fail"),
        ("{ fail = [\"log\"] }", "{ pass = [\"history\"] }", "line 24: a reason of `any` always holds"),
        ("{ fail = [\"log\"] }", "{ fail = [\"health\"] }", "`any` names the reason with `health` twice"),
        ("{ fail = [\"log\"] }", "{ tried = [\"roll_back\"] }", "unknown field `tried`"),
    ] {
        names(good, row, with);
    }
}

#[test]
fn a_release_that_ran_for_months_is_not_left_first() {
    let early = "line 24: it goes back also from a release that ran well for months";
    for when in [
        "when = { fail = [\"health\"] }",
        "when = { fail = [\"health\"], pass = [\"log\"] }",
        "when = { fail = [\"health\", \"history\"] }",
        "when = { any = [{ fail = [\"health\"] }, { pass = [\"history\"], fail = [\"log\"] }] }",
        "",
    ] {
        let found = with(when);
        assert!(found.iter().any(|fault| fault.contains(early)), "{when}: {found:#?}");
    }
    let first = |when: &str| {
        format!("{when}\nhuman = \"Look at it.\"\n[[rung]]\nwhen = {{ fail = [\"health\", \"log\"] }}")
    };
    assert_eq!(with(&first("when = { fail = [\"health\"] }")), Vec::<String>::new(), "a person looks first");
    for asks_more in ["when = { fail = [\"health\", \"history\"] }", "when = { pass = [\"log\"] }"] {
        let found = with(&first(asks_more));
        assert!(found.iter().any(|fault| fault.contains("it goes back")), "{asks_more}: {found:#?}");
    }
    let scales = GOOD.replace(
        "\"rollout\", \"undo\", \"deployment/queue\", \"--to-revision={revision}\"",
        "\"scale\", \"deployment/queue\", \"--replicas=3\"",
    );
    assert_eq!(faults(&scales.replace(WHEN, "when = { fail = [\"health\"] }")), Vec::<String>::new());
    for (what, fault) in [
        ("\"released:current revision\" = { min = 1 }", "says how old it may be, and nothing else"),
        ("\"released:current revision\" = \"2026\"", "says how old it may be, and nothing else"),
        ("\"released:current revision\" = { fresh = \"24h\", none = 1 }", "says how old it may be"),
        ("\"released:previous revision\" = { fresh = \"24h\" }", "is no part of an answer"),
        ("\"released:the current one\" = { fresh = \"24h\" }", "is no part of what comes back here"),
    ] {
        names(GOOD, ("\"released:current revision\" = { fresh = \"24h\" }", what, fault), faults);
    }
}
