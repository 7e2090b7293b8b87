//! What an action would change must be told of what there is now, by what only reads.

use super::{GOOD, faults, names};

const PLAN: &str = r#"plan = ["kubectl", "rollout", "history", "deployment/queue", "--revision={revision}"]
against = { run = ["kubectl", "rollout", "history", "deployment/queue", "--revision={history.current}"], given = "Pod Template:", ignore = ["with revision #[0-9]+"] }
"#;
const WORDS: &str = r#"difference = { now = "revision: {history.current}", then = "revision: {revision}" }
"#;
const MANIFEST: &str = r#"plan = ["helm", "get", "manifest", "queue", "--revision={revision}"]
against = { run = ["helm", "get", "manifest", "queue", "--revision={history.current}"], given = "kind: " }
"#;

fn with(lines: &str) -> Vec<String> {
    faults(&GOOD.replace("freeze = [\"history\"]\n", &format!("freeze = [\"history\"]\n{lines}")))
}

#[test]
fn what_a_plan_is_compared_with_is_a_read_of_frozen_facts() {
    for lines in [PLAN, WORDS, MANIFEST] {
        assert_eq!(with(lines), Vec::<String>::new(), "{lines}");
    }
    for (lines, good, bad, expected) in [
        (
            PLAN,
            "against = { run = [\"kubectl\", \"rollout\", \"history\"",
            "against = { run = [\"kubectl\", \"rollout\", \"undo\"",
            "is not known to read only",
        ),
        (
            PLAN,
            "against = { run = [\"kubectl\"",
            "against = { run = [\"bash\"",
            "`bash` runs whatever it is given",
        ),
        (
            PLAN,
            "against = { run = [\"kubectl\"",
            "against = { run = [\"helm\", \"get\", \"notes\"",
            "by the same program",
        ),
        (PLAN, "plan = [", "# plan = [", "there is none"),
        (PLAN, "{history.current}", "{revision}", "`against` is the `plan` itself"),
        (PLAN, "{history.current}", "{history.now}", "is neither a parameter nor a fact"),
        (PLAN, "with revision #[0-9]+", "(", "must be a regular expression that leaves something"),
        (PLAN, "with revision #[0-9]+", ".+", "must be a regular expression that leaves something"),
        (PLAN, "with revision #[0-9]+", ".*", "must be a regular expression that leaves something"),
        (PLAN, "with revision #[0-9]+", "\\\\S", "must be a regular expression that leaves something"),
        (PLAN, "with revision #[0-9]+", "app:v8", "all of an image and its tag"),
        (PLAN, "with revision #[0-9]+", "other/web:.+", "all of an image and its tag"),
        (PLAN, "with revision #[0-9]+", "v[0-9]+$", "all of an image and its tag"),
        (PLAN, "with revision #[0-9]+", "[0-9.]+", "all of an image and its tag"),
        (PLAN, "with revision #[0-9]+", "Image:", "all of an image and its tag"),
        (PLAN, "ignore =", "ignores =", "line 36: unknown field `ignores`"),
        (
            PLAN,
            "plan = [",
            "difference = { now = \"a\", then = \"b\" }\nplan = [",
            "write one of `against` and `difference`",
        ),
        (WORDS, "{revision}", "{version}", "is neither a parameter nor a fact"),
        (WORDS, ", then", ", that", "line 35: unknown field `that`"),
        // What one says of itself is no manifest that is compared.
        (MANIFEST, "against", "# against", "`helm get manifest` prints secrets"),
        (MANIFEST, "\"manifest\"", "\"values\"", "`helm get values` prints secrets"),
    ] {
        names(lines, (good, bad, expected), with);
    }
    for lines in [PLAN, WORDS] {
        let found = faults(&GOOD.replace(
            "freeze = [\"history\"]\nchanges = [\"history.current\"]\n",
            &format!("freeze = [\"history.revisions\"]\nchanges = [\"history.revisions\"]\n{lines}"),
        ));
        let expected = "`{history.current}` says what there is now: `freeze` must name it";
        assert!(found.iter().any(|fault| fault.contains(expected)), "{found:#?}");
    }
    let check = GOOD.replace(
        "\"kubectl\", \"logs\", \"-l\", \"app=queue\", \"--since=10m\"",
        "\"helm\", \"get\", \"manifest\", \"queue\"",
    );
    assert!(faults(&check).iter().any(|fault| fault.contains("prints secrets")), "a check shows all of it");
}
