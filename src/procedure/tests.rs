//! The files that are shipped, and one fault at a time.

mod changes;
mod ladder;
mod owner;
mod plan;
mod rungs;

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{SHIPPED, load, read};
use domain::procedure::Procedure;
use domain::secret::Secret;
use redact::Redactor;

/// A procedure without a fault; the lines of the tests count from it.
const GOOD: &str = r#"schema = 1
title = "Queue stuck"
section = "2.9"
target = { cluster = "prod", object = "deployment/queue" }

[params]
revision = { type = "one_of", of = "history.revisions" }

[check.health]
title = "The queue is well"
http = "https://api.monkeytown.ai/health"
expect = { status = 200 }

[check.log]
title = "Its log is quiet"
run = ["kubectl", "logs", "-l", "app=queue", "--since=10m"]
expect = { "count:ERROR" = { max = 0 } }

[check.history]
title = "Its revisions"
run = ["kubectl", "get", "rs", "-o", "json"]
keep = { revisions = "revisions", current = "current revision" }
expect = { "released:current revision" = { fresh = "24h" } }
[[rung]]
when = { fail = ["health"], pass = ["history"] }
do = "roll_back"

[[rung]]
human = "Raise it."

[action.roll_back]
title = "Roll back to {revision}"
risk = "high"
freeze = ["history"]
changes = ["history.current"]
run = ["kubectl", "rollout", "undo", "deployment/queue", "--to-revision={revision}"]
undo = { run = ["kubectl", "rollout", "undo", "deployment/queue", "--to-revision={history.current}"], risk = "high", until = "24h" }
limit = "60s"
verify = { pass = ["health"], within = "3m", every = "10s", hold = "60s" }
"#;

fn faults(text: &str) -> Vec<String> {
    match read("queue-stuck", "queue-stuck.toml", text) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn what_is_shipped_is_the_folder_and_has_no_fault() {
    let loaded = load(None);
    assert_eq!(loaded.faults, Vec::new());
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../commands");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "toml"));
    let there: BTreeSet<String> =
        files.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(there, SHIPPED.iter().map(|(name, _)| (*name).to_owned()).collect());
    assert_eq!(loaded.runbook.all().count(), SHIPPED.len());
}

#[test]
fn the_document_is_what_the_files_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/runbook.md");
    let rendered = view::markdown(&load(None).runbook);
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(path, &rendered).unwrap();
    }
    let document = std::fs::read_to_string(path).unwrap();
    assert!(document == rendered, "write it anew: cargo run -- procedure render > docs/runbook.md");
}

#[test]
fn a_procedure_goes_through_the_outbox_unchanged() {
    for procedure in load(None).runbook.all() {
        let json = serde_json::to_string(procedure).unwrap();
        assert_eq!(serde_json::from_str::<Procedure>(&json).unwrap(), *procedure, "{}", procedure.name);
    }
}

/// What stands in place of a good part is named as a fault.
fn names(base: &str, (good, bad, expected): (&str, &str, &str), faults: impl Fn(&str) -> Vec<String>) {
    assert!(base.contains(good), "{good} is not in the good one");
    let found = faults(&base.replacen(good, bad, 1));
    assert!(found.iter().any(|fault| fault.contains(expected)), "{bad}: {expected} is not in {found:#?}");
}

#[test]
fn each_fault_is_named_with_its_line() {
    assert_eq!(faults(GOOD), Vec::<String>::new());
    for row in [
        ("schema = 1", "schema = 2", "line 1: schema 2 is not known"),
        ("title = \"Queue stuck\"", "titel = \"Queue stuck\"", "line 2: unknown field `titel`"),
        ("fail = [\"health\"]", "fail = [\"helth\"]", "line 24: there is no check `helth`"),
        ("pass = [\"history\"]", "pass = [\"health\"]", "line 24: it is never reached"),
        (
            "fail = [\"health\"]",
            "tried = [\"restart\"]",
            "line 24: it is never reached: no rung before it does `restart`",
        ),
        ("do = \"roll_back\"", "do = \"roll_bakc\"", "line 24: there is no action `roll_bakc`"),
        ("do = \"roll_back\"", "do = \"roll_back\"\nhuman = \"or so\"", "line 24: it needs one of `do`"),
        ("do = \"roll_back\"", "human = \"Wait.\"", "line 31: no rung leads to it"),
        ("human = \"Raise it.\"", "do = \"roll_back\"", "line 28: the last rung needs `human`"),
        ("target = { cluster = \"prod\", object = \"deployment/queue\" }\n", "\n", "needs a `target`"),
        (
            "of = \"history.revisions\"",
            "of = \"history.versions\"",
            "`revision`: no check keeps `history.versions`",
        ),
        ("{history.current}", "{history.now}", "line 31: `{history.now}` is neither a parameter nor a fact"),
        (
            "\"deployment/queue\", \"--to-revision={revision}\"",
            "\"deployment/{revision}\"",
            "must be a whole argument",
        ),
        ("\"--to-revision={revision}\"]", "\"{revision}\"]", "needs --to-revision"),
        ("undo = { run = [\"kubectl\"", "undoes = { run = [\"kubectl\"", "unknown field `undoes`"),
        (GOOD_UNDO, "undo = \"not needed\"", "line 31: `undo` is `{ run, risk }`, or \"none: \""),
        ("risk = \"high\", until", "until", "line 31: `undo` needs a `risk` of its own"),
        ("risk = \"high\", until", "risk = \"medium\", until", "line 31: `undo`: its `risk` is never less"),
        (
            "changes = [\"history.current\"]\n",
            "",
            "line 31: `changes` names no frozen fact that the action moves",
        ),
        (
            "changes = [\"history.current\"]",
            "changes = [\"history.now\"]",
            "`history.now` is no fact that `freeze` names",
        ),
        (
            "freeze = [\"history\"]",
            "freeze = [\"history.revisions\"]",
            "`history.current` is no fact that `freeze` names",
        ),
        ("freeze = [\"history\"]", "freeze = [\"histories\"]", "there is no check or fact `histories`"),
        (
            "expect = { \"count:ERROR\" = { max = 0 } }",
            "expect = { \"json:/a/*/b\" = { none = 1 } }",
            "would hold of an empty answer too: say with `given`",
        ),
        (
            "expect = { \"count:ERROR\" = { max = 0 } }",
            "expect = { \"json:/a/*/b\" = { min = 1, at = \"t\" } }",
            "write both",
        ),
        (
            "expect = { \"count:ERROR\" = { max = 0 } }",
            "expect = { \"json:/a\" = { absent = true, given = \"jsn:/b\" } }",
            "`jsn:/b` is no part of an answer",
        ),
        ("expect = { \"count:ERROR\"", "silence = \"fails\"\nexpect = { \"count:ERROR\"", "`silence` is for"),
        (GOOD_UNDO, BAD_UNDO, "`aws … --skip-final-snapshot` leaves nothing to go back to"),
        (GOOD_UNDO, BAD_UNDO, "needs --final-db-snapshot-identifier"),
        (
            "[[rung]]\nhuman",
            "[[rung]]\nhuman = \"Look at it.\"\n[[rung]]\nhuman",
            "line 28: it is offered also where no action before it helped",
        ),
        ("[[rung]]\nhuman", "[[rung]]\nwhen = { fail = [\"log\"] }\nhuman", "the last rung needs no `when`"),
        (
            "[[rung]]\nhuman",
            "[[rung]]\nwhen = { helped = [\"restart\"] }\nhuman = \"Wait.\"\n[[rung]]\nhuman",
            "line 28: it is never reached: no rung before it does `restart`",
        ),
        ("verify = { pass = [\"health\"]", "verify = { pass = []", "nothing would prove that it helped"),
        ("verify = { pass = [\"health\"]", "verify = { pass = [\"log\"]", "`log` looks back with --since"),
        ("hold = \"60s\"", "hold = \"60m\"", "must be shorter than `within`"),
        ("\"kubectl\", \"logs\"", "\"bash\", \"-c\"", "line 14: `bash` runs whatever it is given"),
        ("\"kubectl\", \"logs\"", "\"/usr/bin/env\", \"x\"", "runs whatever it is given"),
        ("\"kubectl\", \"logs\"", "\"curl\", \"x\"", "`curl` is not a program that procedures run"),
        ("\"kubectl\", \"logs\"", "\"kubectl\", \"exec\"", "`kubectl exec` is a way to run"),
        (
            "\"kubectl\", \"logs\"",
            "\"kubectl\", \"--kubeconfig=/tmp/x\"",
            "`kubectl --kubeconfig` is a way to run",
        ),
        ("\"kubectl\", \"logs\"", "\"kubectl\", \"--as=root\"", "`kubectl --as` is a way to run"),
        ("\"kubectl\", \"logs\"", "\"kubectl\", \"--as\", \"root\"", "`kubectl --as` is a way to run"),
        ("\"--to-revision={revision}\"]", "\"--as={revision}\"]", "`kubectl --as` is a way to run"),
        ("\"kubectl\", \"logs\"", "\"kubectl\", \"--as-group=x\"", "`kubectl --as-group` is a way to run"),
        ("\"kubectl\", \"logs\"", "\"kubectl\", \"--as-uid=x\"", "`kubectl --as-uid` is a way to run"),
        ("\"kubectl\", \"logs\"", "\"helm\", \"--kube-as-user=x\"", "`helm --kube-as-user` is a way to run"),
        ("\"kubectl\", \"logs\"", "\"helm\", \"--kube-as-group\"", "`helm --kube-as-group` is a way to run"),
        ("\"kubectl\", \"logs\"", "\"psql\", \"\\\\\\\\! id\"", "psql's own commands"),
        ("\"kubectl\", \"logs\"", "\"gh\", \"auth\"", "`gh auth` is a way to run or read"),
        ("\"--since=10m\"", "\"|\", \"grep\"", "`|` is a shell's sign"),
        ("\"--since=10m\"", "\"$(id)\"", "is a shell's sign"),
        ("\"--since=10m\"", "\"$TOKEN\"", "is not replaced"),
        ("\"--since=10m\"", "\"--token=abc\"", "would show a secret"),
        (
            "\"kubectl\", \"get\", \"rs\", \"-o\", \"json\"",
            "\"helm\", \"rollback\", \"monkeytown\"",
            "`helm rollback` needs a release and a revision",
        ),
        ("https://api", "http://api", "line 9: `http://api.monkeytown.ai/health` must begin with https://"),
        ("https://api", "https://me:secret@api", "must hold no name or password"),
        ("http = ", "tcp = ", "must be a host and a port"),
        ("http = ", "github = ", "cannot be asked of github"),
        (ADDRESS, "vercel = \"deployments: many\"", "after `deployments:` comes how many, from 1 to 100"),
        (ADDRESS, "github = \"workflow runs: ../x\"", "after `workflow runs:` comes a workflow's file"),
        (ADDRESS, "github = \"hooks: all\"", "after `hooks:` comes nothing, and not `all`"),
        ("http = ", "run = [\"pg_isready\"]\nhttp = ", "line 9: a check asks one of"),
        (
            "http = \"https://api.monkeytown.ai/health\"",
            "tcp = \"api:1\"",
            "`status` is no part of what comes back here",
        ),
        (
            "http = \"https://api.monkeytown.ai/health\"",
            "github = \"hooks\"",
            "line 9: `status` is no part of what",
        ),
        ("expect = { status = 200 }", "expect = { exit = 0 }", "`exit` is no part of what comes back here"),
        (
            "expect = { status = 200 }",
            "expect = { status = 200 }\ncannot_tell = [3]",
            "only a program has one",
        ),
        ("monkeytown.ai/health", "monkeytown.ai/{revision}", "holds a slot"),
        (
            "of = \"history.revisions\"",
            "of = \"history.revisions\", default = \"history.previous\"",
            "its default",
        ),
        ("of = \"history.revisions\"", "of = [\"a\", \"--all\"]", "`--all` can fill no argument"),
        (
            "of = \"history.revisions\"",
            "of = [\"a\"], default = \"b\"",
            "`b` can fill no argument, or is not listed",
        ),
        ("type = \"one_of\", of = \"history.revisions\"", "type = \"name\", default = \"-x\"", "is no name"),
        ("\"get\", \"rs\"", "\"get\", \"secrets\"", "`kubectl get secrets` prints secrets"),
        ("status = 200", "statsu = 200", "`statsu` is no part of an answer"),
        ("{ max = 0 }", "{ maximum = 0 }", "expects a value, or a table of"),
        ("{ max = 0 }", "{ matches = \"(\" }", "`(` is no regular expression"),
        ("expect = { status = 200 }", "", "a check expects something, or keeps a fact"),
        ("limit = \"60s\"", "limit = \"60s\"\ngrace = \"500ms\"", "line 31: `grace` must be from 1s to 2m"),
        ("limit = \"60s\"", "limit = \"60s\"\ngrace = \"3m\"", "line 31: `grace` must be from 1s to 2m"),
        (
            "\"--since=10m\"",
            "\"q7Rk2ZpX9vTb4LmN8sWd3HfJ6yCg1AeU\"",
            "an argument of `kubectl` looks like a secret",
        ),
        (
            "\"deployment/queue\", \"--to-revision={history.current}\"",
            "\"xoxb-1234567890-planted\"",
            "looks like a secret",
        ),
        (
            "run = [\"kubectl\", \"rollout\", \"undo\", \"deployment/queue\", \"--to-revision={revision}\"]",
            "run = [\"vercel\", \"rollback\", \"{revision}\"]",
            "line 31: `limit` must be longer than the 3m for which `vercel rollback` waits by itself",
        ),
        ("limit = \"60s\"", "limit = \"soon\"", "line 38: `soon` is not a duration"),
    ] {
        names(GOOD, row, faults);
    }
}

const BAD_UNDO: &str =
    "undo = { run = [\"aws\", \"rds\", \"delete-db-instance\", \"--skip-final-snapshot\"], risk = \"high\" }";
const ADDRESS: &str = "http = \"https://api.monkeytown.ai/health\"";
const GOOD_UNDO: &str = "undo = { run = [\"kubectl\", \"rollout\", \"undo\", \"deployment/queue\", \"--to-revision={history.current}\"], risk = \"high\", until = \"24h\" }";

#[test]
fn a_folder_goes_over_what_is_shipped_and_a_faulty_file_hides_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("queue-stuck.toml", GOOD);
    write("health.toml", "schema = 1\n");
    write("notes.txt", "no procedure");
    let loaded = load(Some(folder.path()));
    assert!(loaded.runbook.get("queue-stuck").is_some() && loaded.runbook.get("logs").is_some());
    assert!(loaded.runbook.get("health").is_none(), "the broken one does not fall back to the shipped one");
    let faults: Vec<String> = loaded.faults.iter().map(ToString::to_string).collect();
    assert!(
        faults.len() == 1 && faults[0].contains("health.toml") && faults[0].contains("title"),
        "{faults:?}"
    );
    std::fs::write(folder.path().join("logs.toml"), b"title = \"\xff\"").unwrap();
    let loaded = load(Some(folder.path()));
    assert!(loaded.runbook.get("queue-stuck").is_some() && loaded.runbook.get("logs").is_none());
    let unread = loaded.faults.iter().find(|fault| fault.file.ends_with("logs.toml")).unwrap();
    assert!(unread.words.contains("cannot be read"), "{unread}");
    let missing = load(Some(&folder.path().join("nowhere")));
    assert!(missing.faults[0].words.contains("cannot be read"), "{:?}", missing.faults);
    assert_eq!(missing.runbook.all().count(), SHIPPED.len());
}

#[test]
fn a_command_that_holds_a_known_value_is_left_out_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let text = GOOD.replace("\"--since=10m\"", "\"--since-time=opaque-value\"");
    std::fs::write(folder.path().join("queue-stuck.toml"), text).unwrap();
    let redactor = Redactor::new(std::iter::once(Secret::new("opaque-value")));
    let loaded = load(Some(folder.path()));
    assert!(loaded.runbook.get("queue-stuck").is_some());
    let loaded = loaded.without_secrets(&redactor);
    assert!(loaded.runbook.get("queue-stuck").is_none() && loaded.runbook.get("logs").is_some());
    let fault = loaded.faults[0].to_string();
    assert!(fault.contains("looks like a secret") && !fault.contains("opaque"), "{fault}");
    assert!(loaded.runbook.left_out("queue").is_some_and(|(name, _)| name == "queue-stuck"));
    let nowhere = load(Some(&folder.path().join("nowhere"))).without_secrets(&redactor);
    assert_eq!(nowhere.runbook.left_out("nowhere"), None, "a folder is no procedure");
}

#[test]
fn people_name_procedures_by_half() {
    let runbook = load(None).runbook;
    for (typed, found) in [
        ("event-stream-failure", Ok("event-stream-failure")),
        ("Event Stream", Ok("event-stream-failure")),
        ("point_in_time", Ok("database-point-in-time-recovery")),
        ("database", Err(Some("database-corruption"))),
        ("web rolback", Err(Some("web-rollback"))),
        ("xyzzy", Err(None)),
        ("", Err(None)),
    ] {
        assert_eq!(runbook.find(typed).map(|procedure| procedure.name.as_str()), found, "{typed}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_procedure_or_a_fault(text in "\\PC{0,200}") {
        let read = read("x", "x.toml", &text);
        prop_assert!(read.is_ok() || !read.unwrap_err().is_empty());
    }

    #[test]
    fn a_good_file_with_a_changed_byte_is_read_or_named(at in 0_usize..1_200, to in "[ -~]") {
        let mut text = GOOD.to_owned();
        let at = at.min(text.len() - 1);
        text.replace_range(at..=at, &to);
        prop_assert!(faults(&text).iter().all(|fault| fault.starts_with("queue-stuck.toml")));
    }
}
