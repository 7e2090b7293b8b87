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

const RUN: &str = r#"run = ["kubectl", "rollout", "undo", "deployment/queue", "--to-revision={revision}"]"#;
const LOG: &str = r#"expect = { "count:ERROR" = { max = 0 } }"#;

/// The good one with other words of its action, as `run` and as `undo`.
fn both(line: &str, also: &[(&str, &str)]) -> [Vec<String>; 2] {
    let run = GOOD.replacen(RUN, &format!("run = {}", words(line)), 1);
    let undo =
        GOOD.replacen(super::GOOD_UNDO, &format!("undo = {{ run = {}, risk = \"high\" }}", words(line)), 1);
    [run, undo].map(|text| {
        assert_ne!(text, GOOD, "{line}");
        faults(&also.iter().fold(text, |text, (good, other)| text.replace(good, other)))
    })
}

#[test]
fn a_change_is_of_the_target_and_nothing_else_however_it_is_written() {
    let keeps = (LOG, "keep = { x = \"regex:n=(.*)\" }\nexpect = { \"count:ERROR\" = { max = 0 } }");
    for (line, expected) in [
        ("kubectl rollout restart deployment", "takes exactly one object"),
        ("kubectl rollout restart deployments", "takes exactly one object"),
        ("kubectl rollout restart", "takes exactly one object"),
        ("kubectl scale deployment/queue deployment/postgres --replicas=0", "takes exactly one object"),
        ("kubectl scale statefulset postgres --replicas=0", "takes exactly one object"),
        ("kubectl scale deployment postgres queue --replicas=0", "takes exactly one object"),
        ("kubectl rollout undo deployment --to-revision=3", "takes exactly one object"),
        ("kubectl scale deployment/queue {log.x} --replicas=5", "takes exactly one object"),
        ("kubectl scale {log.x} --replicas=5", "takes exactly one object"),
        ("kubectl scale deployments/queue --replicas=0", "`deployments/queue` is not the `target`"),
        ("kubectl --replicas=5 scale deployment/postgres", "`deployment/postgres` is not the `target`"),
        ("helm rollback postgres 3", "`postgres` is not known to be the release of the `target`"),
        ("helm rollback queue 3", "`queue` is not known to be the release of the `target`"),
        ("gh run cancel 123", "`gh run cancel` is not a change that procedures make"),
        (
            "aws ecs update-service --cluster other --service queue --desired-count 1",
            "names that as its `cluster`",
        ),
        ("aws ecs update-service --service queue --desired-count 1", "names that as its `cluster`"),
        (
            "aws ecs update-service --cluster prod --service other --desired-count 1",
            "`other` is not the `target`",
        ),
        // What a repeat takes back, however its number is written.
        ("kubectl rollout undo deployment/queue --to-revision=00", "revision 0 is whatever ran before"),
        ("kubectl rollout undo deployment/queue --to-revision=-0", "revision 0 is whatever ran before"),
        ("kubectl rollout undo deployment/queue --to-revision=+0", "revision 0 is whatever ran before"),
        ("kubectl rollout undo deployment/queue --to-revision=0x0", "revision 0 is whatever ran before"),
        ("helm rollback queue 00", "revision 0 is whatever ran before"),
        ("helm rollback queue 3 --history-max=1", "is not a flag that is known"),
        ("kubectl rollout undo deployment/queue --to-revision={p}", "`{p}` may be revision 0"),
        ("kubectl rollout undo deployment/queue --to-revision={n}", "`{n}` may be revision 0"),
        ("kubectl rollout undo deployment/queue --to-revision={l}", "`{l}` may be revision 0"),
        ("kubectl rollout undo deployment/queue --to-revision={log.x}", "`{log.x}` may be revision 0"),
        ("helm rollback queue {p}", "`{p}` may be revision 0"),
        ("helm rollback queue {log.x}", "`{log.x}` may be revision 0"),
    ] {
        let params = "[params]\np = { type = \"int\", min = 0, max = 9, default = 0 }\nn = { type = \"name\" }\n\
                      l = { type = \"one_of\", of = [\"0\", \"1\"] }";
        for found in both(line, &[keeps, ("[params]", params)]) {
            assert!(found.iter().any(|fault| fault.contains(expected)), "{line}: {found:#?}");
        }
    }
    let helm = [("deployment/queue\" }", "release/queue\" }")];
    for (line, also) in [
        ("kubectl rollout restart deployment/queue", &[][..]),
        ("kubectl scale deployment/queue --replicas 5", &[]),
        ("kubectl rollout undo deployment/queue --to-revision=3", &[]),
        ("helm rollback queue 3 --wait --timeout=30s", &helm),
    ] {
        for found in both(line, also) {
            let found: Vec<_> = found.iter().filter(|fault| !fault.contains("`deployment/queue`")).collect();
            assert_eq!(found, Vec::<&String>::new(), "{line}");
        }
    }
    let [run, undo] = both("aws ecs update-service --cluster prod --service queue --desired-count 1", &[]);
    assert_eq!((run, undo), (Vec::new(), Vec::new()));
}

#[test]
fn a_release_is_the_targets_where_a_check_of_that_says_so() {
    let owned = r#"[check.owned]
title = "Helm owns it"
run = ["kubectl", "get", "deployment/queue", "-o", "json"]
expect = { "json:/metadata/annotations/meta.helm.sh~1release-name" = "town" }
[check.history]"#;
    let line = "helm rollback town 3";
    let pass = ("pass = [\"history\"]", "pass = [\"history\", \"owned\"]");
    let checks = ("[check.history]", owned);
    for found in both(line, &[checks, pass]) {
        assert_eq!(found, Vec::<String>::new());
    }
    let other = owned.replace("\"get\", \"deployment/queue\"", "\"get\", \"deployment/other\"");
    for also in [
        &[checks][..],
        &[("[check.history]", &*other), pass],
        &[("[check.history]", &*owned.replace("\"town\"", "\"city\"")), pass],
    ] {
        for found in both(line, also) {
            assert!(
                found.iter().any(|fault| fault.contains("`town` is not known to be the release")),
                "{found:#?}"
            );
        }
    }
}

#[test]
fn what_kubectl_changes_is_in_a_cluster_that_is_named() {
    for row in [
        ("target = { cluster = \"prod\", object", "target = { object", "needs a `cluster` in the `target`"),
        ("target = { cluster = \"prod\"", "target = { cluster = \" \"", "needs a `cluster` in the `target`"),
        (
            "freeze = [\"history\"]",
            "plan = [\"kubectl\", \"foo\", \"--dry-run=client\"]\nfreeze = [\"history\"]",
            "is not known to read only",
        ),
        (
            "freeze = [\"history\"]",
            "plan = [\"helm\", \"secrets\", \"dec\", \"x\", \"--dry-run\"]\nfreeze = [\"history\"]",
            "is not known to read only",
        ),
        // A proof that proves nothing.
        (
            LOG,
            "keep = { x = \"last 2 lines\" }\n[check.none]\ntitle = \"None\"\nhttp = \"https://a.b/\"\nexpect = { status = 200 }",
            "`verify`: `log` expects nothing",
        ),
        (
            "[action.roll_back]",
            "[check.bare]\ntitle = \"Bare\"\nrun = [\"kubectl\", \"get\", \"rs\"]\nkeep = { x = \"last line\" }\n[action.roll_back]\n\
             require = [\"bare\"]",
            "`require`: `bare` expects nothing",
        ),
    ] {
        let base = GOOD.replace("verify = { pass = [\"health\"]", "verify = { pass = [\"health\", \"log\"]");
        let base = base.replace(", \"--since=10m\"", "");
        names(&base, row, faults);
    }
    let what = GOOD
        .replace("[params]", "[params]\nwhat = { type = \"one_of\", of = [\"pods\", \"secrets\"] }")
        .replace("\"get\", \"rs\"", "\"get\", \"{what}\"");
    assert!(
        faults(&what).iter().any(|fault| fault.contains("`kubectl get {what}` is not known")),
        "{:?}",
        faults(&what)
    );
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
