//! What actions may change, and on what.

use super::{GOOD, faults, names};

#[test]
fn what_changes_something_else_or_for_good_is_named() {
    for row in [
        ("until = \"24h\"", "until = \"999999h\"", "`until` is 7 days at most"),
        ("--to-revision={revision}", "--to-revision=0", "revision 0 is whatever ran before"),
        ("--to-revision={history.current}", "--to-revision=0", "revision 0 is whatever ran before"),
        (
            "\"deployment/queue\", \"--to-revision={revision}\"",
            "\"deployment/other\", \"--to-revision={revision}\"",
            "is not the `target`",
        ),
        ("\"json\"", "\"go-template-file=/etc/passwd\"", "would read what lies elsewhere"),
        ("\"--since=10m\"", "\"file:///etc/passwd\"", "would read what lies elsewhere"),
        (
            "run = [\"kubectl\", \"rollout\", \"undo\", \"deployment/queue\", \"--to-revision={revision}\"]",
            "run = [\"helm\", \"uninstall\", \"queue\"]",
            "`helm uninstall queue` is not a change that procedures make",
        ),
    ] {
        names(GOOD, row, faults);
    }
}

/// A restore into a new instance, as the shipped one is.
fn restore(run: &str, undo: &str) -> Vec<String> {
    let text = GOOD
        .replace("object = \"deployment/queue\"", "object = \"rds/queue\"")
        .replace("when = { fail = [\"health\"], pass = [\"history\"] }", "when = { fail = [\"health\"] }")
        .replace("limit = \"60s\"", "limit = \"4m\"");
    let lines = text.lines().map(|line| match line.split(' ').next() {
        Some("run") if line.contains("undo") => format!("run = {}", words(run)),
        Some("undo") => format!("undo = {{ run = {}, risk = \"high\" }}", words(undo)),
        _ => line.to_owned(),
    });
    faults(&lines.collect::<Vec<_>>().join("\n"))
}

fn words(line: &str) -> String {
    let words: Vec<String> = line.split(' ').map(|word| format!("\"{word}\"")).collect();
    format!("[{}]", words.join(", "))
}

#[test]
fn what_aws_and_vercel_are_asked_to_change_is_the_target_or_what_was_made_of_it() {
    let run = "aws rds restore-db-instance-to-point-in-time --source-db-instance-identifier queue \
               --target-db-instance-identifier queue-restored --use-latest-restorable-time";
    let undo = "aws rds delete-db-instance --db-instance-identifier queue-restored \
                --final-db-snapshot-identifier queue-final";
    assert_eq!(restore(run, undo), Vec::<String>::new());
    let reboot = "aws rds reboot-db-instance --db-instance-identifier queue";
    assert_eq!(restore(reboot, reboot), Vec::<String>::new());
    for (run, undo, expected) in [
        (&*run.replace("identifier queue ", "identifier other "), undo, "`other` is not the `target`"),
        (
            &*run.replace("identifier queue ", "identifier {revision} "),
            undo,
            "`{revision}` is not the `target`",
        ),
        (&*run.replace("--source-db-instance-identifier queue ", ""), undo, "needs --source-db-instance-id"),
        (&*run.replace("queue-restored", "queue"), undo, "with a name that is not the `target`'s"),
        (run, &*undo.replace("queue-restored", "queue"), "`queue` is not what `run` made"),
        (run, &*undo.replace("queue-restored", "other"), "`other` is not what `run` made"),
        (
            run,
            &*undo.replace("--db-instance-identifier queue-restored ", ""),
            "needs --db-instance-identifier",
        ),
        (undo, undo, "`queue-restored` is not what `run` made"),
        (&*reboot.replace("queue", "other"), reboot, "`other` is not the `target`"),
        (&*reboot.replace("identifier queue", "identifier=other"), reboot, "`other` is not the `target`"),
        ("gh workflow run other.yml", reboot, "`other.yml` is not the `target`"),
        ("vercel rollback monkeytown-1.vercel.app", reboot, "is none of those that a `vercel` check tells"),
        ("vercel rollback {revision}", reboot, "`{revision}` is none of those that a `vercel` check tells"),
        ("vercel rollback {history.current}", reboot, "is none of those that a `vercel` check tells"),
        ("vercel promote {revision} --project=other", reboot, "`other` is not the `target`"),
    ] {
        let found = restore(run, undo);
        assert!(found.iter().any(|fault| fault.contains(expected)), "{run} | {undo}: {found:#?}");
    }
}
