use crate::procedure::Verdict::{Fail, Pass, Unknown};
use crate::procedure::judge::{Since, judge};
use crate::procedure::{CannotTell, Check, Finding, Heard, Kept};

/// When the trouble began: 2026-11-24, 02:00 UTC.
pub(super) const NIGHT: jiff::Timestamp = jiff::Timestamp::constant(1_795_485_600, 0);
pub(super) const SINCE: Since = Since::Trouble(NIGHT);

pub(super) fn check(text: &str) -> Check {
    toml::from_str(&format!("title = \"T\"\n{text}")).unwrap()
}

pub(super) fn body(status: u16, text: &str) -> Heard {
    Heard { status: Some(status), text: text.into(), ..Heard::default() }
}

pub(super) fn output(exit: i32, text: &str) -> Heard {
    Heard { exit: Some(exit), text: text.into(), ..Heard::default() }
}

pub(super) fn found(check: &Check, heard: Heard) -> Finding {
    judge(check, &Ok(heard), SINCE)
}

pub(super) const HEALTH: &str =
    "http = \"https://a.b/health\"\nexpect = { status = 200, \"json:/eventStream\" = \"healthy\" }";

#[test]
fn an_answer_passes_fails_or_does_not_tell() {
    let rs = r#"{"items":[{"status":{"lastState":"OOMKilled"}},{"status":{}}]}"#;
    let memory =
        "run = [\"kubectl\"]\nexpect = { \"json:/items/*/status/lastState\" = { none = \"OOMKilled\" } }";
    let owner =
        "run = [\"kubectl\"]\nexpect = { \"json:/metadata/argocd.argoproj.io~1id\" = { absent = true } }";
    let count = "run = [\"kubectl\"]\nexpect = { \"count:ERROR\" = { max = 0 } }";
    let drift = "run = [\"terraform\"]\nexpect = { exit = 0 }\ncannot_tell = [1]";
    let zero = "run = [\"psql\"]\nexpect = { text = { matches = \"^\\\\s*0\\\\s*$\" } }";
    let room = "github = \"rate limit\"\nexpect = { \"json:/core/remaining\" = { min = 100 } }";
    let state =
        "vercel = \"deployments: 5\"\nexpect = { \"json:/0/state\" = { one_of = [\"READY\", \"ERROR\"] } }";
    let version = "run = [\"kubectl\"]\nexpect = { 'regex:server v1\\.(\\d+)' = { min = 30 } }";
    let ready = "run = [\"kubectl\"]\nexpect = { \"json:/status/ready\" = { at_least = \"json:/spec/replicas\", left_out = 0, given = \"json:/status/seen\" } }";
    let table = [
        (ready, output(0, r#"{"spec":{"replicas":3},"status":{"seen":8,"ready":3}}"#), Pass),
        (ready, output(0, r#"{"spec":{"replicas":3},"status":{"seen":8,"ready":4}}"#), Pass),
        (ready, output(0, r#"{"spec":{"replicas":3},"status":{"seen":8,"ready":2}}"#), Fail),
        // Kubernetes leaves out what is nought.
        (ready, output(0, r#"{"spec":{"replicas":3},"status":{"seen":8}}"#), Fail),
        (ready, output(0, r#"{"spec":{"replicas":0},"status":{"seen":8}}"#), Pass),
        // Nobody looked at it yet, or nothing says how many are wanted.
        (ready, output(0, r#"{"spec":{"replicas":3},"status":{}}"#), Unknown),
        (ready, output(0, r#"{"spec":{},"status":{"seen":8,"ready":3}}"#), Unknown),
        (ready, output(0, r#"{"spec":{"replicas":"3"},"status":{"seen":8,"ready":3}}"#), Unknown),
        (HEALTH, body(200, r#"{"eventStream":"healthy"}"#), Pass),
        (HEALTH, body(200, r#"{"eventStream":"down"}"#), Fail),
        (HEALTH, body(500, "oops"), Fail),
        (HEALTH, body(200, "oops"), Unknown),
        (HEALTH, body(200, r#"{"status":"healthy"}"#), Unknown),
        (memory, output(0, rs), Fail),
        (memory, output(0, r#"{"items":[]}"#), Unknown),
        (memory, output(1, "Unable to connect to the server"), Unknown),
        (owner, output(0, r#"{"metadata":{}}"#), Pass),
        (owner, output(0, "{}"), Unknown),
        (owner, output(0, r#"{"metadata":{"argocd.argoproj.io/id":"x:apps"}}"#), Fail),
        (count, output(0, "fine\n"), Pass),
        (count, output(0, "an ERROR\nfine\n"), Fail),
        (drift, output(0, ""), Pass),
        (drift, output(2, "Plan: 1 to change"), Fail),
        (drift, output(1, "Error: no credentials"), Unknown),
        (zero, output(0, " 0\n\n"), Pass),
        (zero, output(0, " 3\n"), Fail),
        (room, body(200, r#"{"core":{"remaining":99}}"#), Fail),
        (room, body(200, r#"{"core":{"remaining":100}}"#), Pass),
        (state, body(200, r#"[{"state":"BUILDING"}]"#), Fail),
        (state, body(200, "[]"), Unknown),
        (version, output(0, "client v1.30.2, server v1.31.0"), Pass),
        (version, output(0, "client v1.30.2, server v1.29.9"), Fail),
        (version, output(0, "no server"), Unknown),
        ("tcp = \"redis:6379\"", output(0, "connected"), Pass),
        ("tcp = \"redis:6379\"", output(1, "refused"), Fail),
    ];
    for (written, heard, expected) in table {
        let found = found(&check(written), heard.clone());
        assert_eq!(found.verdict, expected, "{written}\n{heard:?}\n{found:?}");
        assert_eq!(found.why.is_some(), expected == Unknown || found.why.is_some(), "{found:?}");
    }
}

#[test]
fn what_was_expected_and_what_came_is_said() {
    let found = found(&check(HEALTH), body(200, r#"{"eventStream":"down"}"#));
    let note = &found.notes[0];
    assert_eq!((note.expected.as_str(), note.got.as_str()), ("healthy", "down"));
}

#[test]
fn a_tool_that_is_missing_or_was_killed_says_nothing() {
    let count = check("run = [\"kubectl\"]\nexpect = { \"count:ERROR\" = { max = 0 } }");
    let missing = judge(&count, &Err(CannotTell("kubectl is not on this machine".into())), SINCE);
    assert_eq!((missing.verdict, missing.why.as_deref()), (Unknown, Some("kubectl is not on this machine")));
    let killed = found(&count, Heard { text: "half an ERROR".into(), ..Heard::default() });
    assert_eq!(killed.verdict, Unknown);
    let failed = found(&count, output(1, "\nUnable to connect to the server: EOF\n"));
    assert_eq!(failed.why.unwrap(), "kubectl ended with 1: Unable to connect to the server: EOF");
}

#[test]
fn a_warning_is_no_part_of_the_answer() {
    let warned = |text: &str| Heard {
        aside: "WARNING: Kubernetes configuration file is group-readable. ERROR".into(),
        ..output(0, text)
    };
    let status = check("run = [\"helm\"]\nexpect = { \"json:/info/status\" = \"deployed\" }");
    assert_eq!(found(&status, warned(r#"{"info":{"status":"deployed"}}"#)).verdict, Pass);
    let count = check("run = [\"kubectl\"]\nexpect = { \"count:ERROR\" = { max = 0 } }");
    assert_eq!(found(&count, warned("INFO well\n")).verdict, Pass);
    let newest = check("run = [\"aws\"]\nkeep = { newest = \"last line\" }");
    let kept = found(&newest, warned("monday.dump\ntuesday.dump\n")).kept;
    assert_eq!(kept["newest"], Kept::One("tuesday.dump".into()));
}

#[test]
fn what_stands_in_the_middle_that_was_not_kept_is_not_called_absent() {
    let verdict = |expected: &str, text: &str| {
        let check = check(&format!("run = [\"kubectl\"]\nexpect = {{ {expected} }}"));
        found(&check, Heard { cut: true, ..output(0, text) }).verdict
    };
    assert_eq!(verdict("\"count:ERROR\" = { max = 0 }", "INFO\n…\nINFO"), Unknown);
    assert_eq!(verdict("\"count:ERROR\" = { max = 0 }", "INFO\n…\nERROR"), Fail);
    assert_eq!(verdict("\"count:INFO\" = { min = 1 }", "INFO\n…\nINFO"), Pass);
    assert_eq!(verdict("\"regex:v(\\\\d+)\" = \"1\"", "v1\n…\nv1"), Unknown);
    assert_eq!(verdict("\"regex:v(\\\\d+)\" = \"1\"", "v1\n…\nv2"), Fail, "whatever the middle holds");
    assert_eq!(verdict("\"regex:ERROR\" = { absent = true }", "INFO\n…\nINFO"), Unknown);
    assert_eq!(verdict("text = { matches = \"INFO\" }", "INFO\n…\nINFO"), Pass);
    assert_eq!(verdict("text = { matches = \"ERROR\" }", "INFO\n…\nINFO"), Unknown);
    assert_eq!(verdict("exit = 0", "INFO\n…\nINFO"), Pass);
}

#[test]
fn an_address_at_which_nobody_listens_fails() {
    let health = check("http = \"https://api.monkeytown.ai/health\"\nexpect = { status = 200 }");
    let finding = found(&health, Heard { refused: true, ..Heard::default() });
    assert_eq!((finding.verdict, finding.notes[0].got.as_str()), (Fail, "refused"));
}

#[test]
fn a_log_of_no_pods_is_not_a_log_without_errors() {
    let count = check("run = [\"kubectl\"]\nexpect = { \"count:ERROR\" = { max = 0 } }");
    let nobody = Heard { aside: "No resources found in monkeytown namespace.\n".into(), ..output(0, "") };
    let nobody = found(&count, nobody);
    let why = "kubectl answered nothing: No resources found in monkeytown namespace.";
    assert_eq!((nobody.verdict, nobody.why.as_deref()), (Unknown, Some(why)));
    assert_eq!(found(&count, output(0, "")).verdict, Unknown, "nothing is no evidence");
    assert_eq!(found(&count, output(0, "INFO\n")).verdict, Pass);
}

#[test]
fn a_restart_makes_a_revision_that_nobody_goes_back_to() {
    let set = |revision: &str, image: &str, restarted: Option<&str>| {
        let mut set = serde_json::json!({
            "metadata": { "annotations": { "deployment.kubernetes.io/revision": revision } },
            "spec": { "template": {
                "metadata": { "creationTimestamp": null, "labels": { "app": "queue", "pod-template-hash": revision } },
                "spec": { "containers": [{ "image": image }] },
            } },
        });
        if let Some(at) = restarted {
            set["spec"]["template"]["metadata"]["annotations"] =
                serde_json::json!({ "kubectl.kubernetes.io/restartedAt": at });
        }
        set
    };
    let previous = check("run = [\"kubectl\"]\nkeep = { previous = \"previous revision\" }");
    let of = |sets: Vec<serde_json::Value>| {
        let text = serde_json::json!({ "items": sets }).to_string();
        found(&previous, output(0, &text)).kept.get("previous").cloned()
    };
    let (good, bad) = (set("7", "queue:1", None), set("8", "queue:2", None));
    let again = [set("9", "queue:2", Some("03:00")), set("10", "queue:2", Some("03:05"))];
    let one = |revision: &str| Some(Kept::One(revision.into()));
    assert_eq!(of(vec![good.clone(), bad.clone()]), one("7"));
    assert_eq!(of([vec![good, bad.clone()], again.to_vec()].concat()), one("7"), "8 and 9 are the same pods");
    assert_eq!(of([vec![bad], again.to_vec()].concat()), None, "there is none to go back to");
}

#[test]
fn facts_are_kept_of_an_answer() {
    let kubernetes = r#"{"items":[
        {"metadata":{"annotations":{"deployment.kubernetes.io/revision":"10"}}},
        {"metadata":{"annotations":{"deployment.kubernetes.io/revision":"9"}}},
        {"metadata":{"annotations":{"deployment.kubernetes.io/revision":"7"}}}]}"#;
    let helm = r#"[{"revision":1,"status":"superseded"},{"revision":2,"status":"failed"},
        {"revision":3,"status":"deployed"},{"revision":4,"status":"pending-upgrade"}]"#;
    let vercel = r#"[{"url":"d.vercel.app","state":"ERROR"},{"url":"c.vercel.app","state":"READY","current":true},
        {"url":"b.vercel.app","state":"ERROR"},{"url":"a.vercel.app","state":"READY"}]"#;
    let staged = r#"[{"url":"c.vercel.app","state":"READY","current":true},
        {"url":"b.vercel.app","state":"READY","served":false},{"url":"a.vercel.app","state":"READY","served":true}]"#;
    let left = r#"[{"url":"c.vercel.app","state":"READY","current":true},
        {"url":"b.vercel.app","state":"READY","left":true},{"url":"a.vercel.app","state":"READY"}]"#;
    let one = |text: &str| Kept::One(text.into());
    let many = |list: &[&str]| Kept::Many(list.iter().map(|text| (*text).to_owned()).collect());
    let table = [
        ("revisions", kubernetes, Some(many(&["7", "9"]))),
        ("current revision", kubernetes, Some(one("10"))),
        ("previous revision", kubernetes, Some(one("9"))),
        ("current revision", helm, Some(one("4"))),
        ("previous revision", helm, Some(one("3"))),
        ("previous revision", "[]", None),
        ("urls that are ready", vercel, Some(many(&["c.vercel.app", "a.vercel.app"]))),
        ("the current one", vercel, Some(one("c.vercel.app"))),
        ("the ready one before the current", vercel, Some(one("a.vercel.app"))),
        ("the ready one before the current", staged, Some(one("a.vercel.app"))),
        ("the ready one before the current", left, Some(one("a.vercel.app"))),
        ("urls that are ready", staged, Some(many(&["c.vercel.app", "a.vercel.app"]))),
        ("json:/0/url", vercel, Some(one("d.vercel.app"))),
        ("json:/9/url", vercel, None),
        ("json:/*/state", vercel, Some(many(&["ERROR", "READY", "ERROR", "READY"]))),
        ("last line", "a\nb\n\n", Some(one("b"))),
        ("last 2 lines", "a\nb\nc\n", Some(one("b\nc"))),
        ("revisions", "no json", None),
    ];
    for (wanted, text, expected) in table {
        let check = check(&format!("run = [\"kubectl\"]\nkeep = {{ it = \"{wanted}\" }}"));
        let found = found(&check, output(0, text));
        assert_eq!(found.kept.get("it"), expected.as_ref(), "{wanted} of {text}");
        assert_eq!(found.verdict, if expected.is_some() { Pass } else { Unknown }, "{wanted} of {text}");
    }
}

#[test]
fn what_is_no_text_is_not_guessed_at() {
    let binary = |exit| Heard { exit: Some(exit), bytes: Some(4_096), ..Heard::default() };
    for expect in [
        "\"count:ERROR\" = { max = 0 }",
        "text = { matches = \"a?\" }",
        "\"regex:a\" = { absent = true }",
        "\"json:/a\" = { absent = true }",
    ] {
        let found = found(&check(&format!("run = [\"kubectl\"]\nexpect = {{ {expect} }}")), binary(0));
        let why = found.why.as_deref();
        assert_eq!(
            (found.verdict, why),
            (Unknown, Some("it printed 4096 bytes that are no text")),
            "{expect}"
        );
    }
    let kept = found(&check("run = [\"kubectl\"]\nkeep = { log = \"last 20 lines\" }"), binary(0));
    assert!(kept.verdict == Unknown && kept.kept.is_empty());
    let exit = found(&check("run = [\"kubectl\"]\nexpect = { exit = 0 }"), binary(0));
    assert_eq!(exit.verdict, Pass, "how it ended is known");
    let failed = found(&check("run = [\"kubectl\"]\nkeep = { log = \"last line\" }"), binary(2));
    assert_eq!(failed.why.unwrap(), "kubectl ended with 2: it printed 4096 bytes that are no text");
}

#[test]
fn a_line_of_a_megabyte_leaves_room_for_the_others() {
    let keep = check("run = [\"kubectl\"]\nkeep = { log = \"last 20 lines\" }");
    let told = found(&keep, output(0, &format!("first\n{}\nlast", "x".repeat(1 << 20))));
    let log = told.kept["log"].long().unwrap().to_owned();
    assert!(log.starts_with("first\nxxx") && log.ends_with("xxx\nlast"), "{}", log.len());
    assert!(log.contains("x … 1046576 characters left out … x"), "{}", log.len());
}
