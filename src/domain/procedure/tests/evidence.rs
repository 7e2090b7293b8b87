//! What counts as evidence, by tables: nothing, old things, and what speaks of the asker do not.

use super::judging::{HEALTH, NIGHT, SINCE, body, check, found, output};
use crate::procedure::Verdict::{Fail, Pass, Unknown};
use crate::procedure::judge::{Since, judge, judge_answer};
use crate::procedure::{Answer, Heard, Kept, Verdict};

/// Each row: what is written of a check, what comes, and the right verdict.
fn table(rows: &[(&str, Heard, Verdict)]) {
    for (written, heard, expected) in rows {
        let found = found(&check(written), heard.clone());
        assert_eq!(found.verdict, *expected, "{written}\n{heard:?}\n{found:?}");
    }
}

#[test]
fn of_nothing_nothing_can_be_said() {
    let none = r#"run = ["kubectl"]
        expect = { "json:/items/*/status/reason" = { none = "OOMKilled", given = "json:/items/*/name" } }"#;
    let several = r#"run = ["kubectl"]
        expect = { "json:/items/*/reason" = { none = ["ErrImagePull", "ImagePullBackOff"], given = "json:/items/*/name" } }"#;
    let absent = r#"run = ["aws"]
        expect = { "json:/DBInstances/0/Id" = { absent = true, given = "json:/DBInstances" } }"#;
    let zero = r#"run = ["psql"]
        expect = { text = { matches = "^\\s*0\\s*$" } }"#;
    let count = r#"run = ["kubectl"]
        expect = { "count:ERROR" = { max = 0 } }"#;
    let regex = r#"run = ["kubectl"]
        expect = { "regex:ERROR" = { absent = true, given = "text" } }"#;
    let state = r#"run = ["kubectl"]
        expect = { "json:/state" = "up" }"#;
    table(&[
        (none, output(0, r#"{"items":[]}"#), Unknown),
        (none, output(0, r#"{"items":[{"name":"a"}]}"#), Pass),
        (none, output(0, r#"{"items":[{"name":"a","status":{"reason":null}}]}"#), Pass),
        (none, output(0, r#"{"items":[{"name":"a","status":{"reason":"OOMKilled"}}]}"#), Fail),
        (none, output(0, "{}"), Unknown),
        (several, output(0, r#"{"items":[{"name":"a","reason":"ErrImagePull"}]}"#), Fail),
        (several, output(0, r#"{"items":[{"name":"a","reason":"Error"}]}"#), Pass),
        (absent, output(0, r#"{"DBInstances":[]}"#), Pass),
        (absent, output(0, r#"{"DBInstances":[{"Id":"x"}]}"#), Fail),
        (absent, output(0, "{}"), Unknown),
        (absent, output(0, ""), Unknown),
        (zero, output(0, "\n\n"), Unknown),
        (zero, output(0, ""), Unknown),
        (zero, output(0, " 0\n"), Pass),
        (count, output(0, " \n"), Unknown),
        (regex, output(0, ""), Unknown),
        (regex, output(0, "INFO\n"), Pass),
        (state, output(0, r#"{"state":null}"#), Unknown),
        (state, output(0, r#"{"state":"down"}"#), Fail),
    ]);
}

#[test]
fn what_is_older_than_the_trouble_says_nothing_of_it() {
    let killed = r#"run = ["kubectl"]
        expect = { "json:/pods/*/last/reason" = { none = "OOMKilled", at = "finishedAt", fresh = "1h", given = "json:/pods/*/name" } }"#;
    let restored = r#"run = ["aws"]
        expect = { "json:/all/*/status" = { one_of = ["available"], at = "made", fresh = "1m" } }"#;
    let pod = |at: &str| {
        format!(r#"{{"pods":[{{"name":"a","last":{{"reason":"OOMKilled","finishedAt":"{at}"}}}}]}}"#)
    };
    let instance = |at: &str| format!(r#"{{"all":[{{"status":"available","made":"{at}"}}]}}"#);
    let timeless = r#"{"pods":[{"name":"a","last":{"reason":"OOMKilled"}}]}"#;
    table(&[
        (killed, output(0, &pod("2026-08-24T02:00:00Z")), Pass),
        (killed, output(0, &pod("2026-11-24T00:59:00Z")), Pass),
        (killed, output(0, &pod("2026-11-24T01:30:00Z")), Fail),
        (killed, output(0, &pod("2026-11-24T02:30:00Z")), Fail),
        (killed, output(0, timeless), Unknown),
        (restored, output(0, &instance("2026-10-24T02:00:00Z")), Unknown),
        (restored, output(0, &instance("2026-11-24T02:30:00Z")), Pass),
    ]);
    // What was there before the action is no proof of it.
    let asked = Since::Action(NIGHT + jiff::SignedDuration::from_mins(20));
    for (made, expected) in [("02:10", Unknown), ("02:21", Pass)] {
        let heard = Ok(output(0, &instance(&format!("2026-11-24T{made}:00Z"))));
        assert_eq!(judge(&check(restored), &heard, asked).verdict, expected, "{made}");
    }
}

#[test]
fn what_speaks_of_the_asker_is_no_failure_of_what_is_asked() {
    let closed = r#"http = "https://a.b/admin"
        expect = { status = 401 }"#;
    let some = r#"http = "https://a.b/admin"
        expect = { status = { one_of = [200, 301] } }"#;
    let silent = Heard { silent: Some("it did not answer within 10 s".into()), ..Heard::default() };
    let hangs = HEALTH.to_owned() + "\nsilence = \"fails\"";
    let tcp = "tcp = \"redis:6379\"";
    let frozen = format!("{tcp}\nsilence = \"fails\"");
    table(&[
        (HEALTH, body(401, ""), Unknown),
        (HEALTH, body(403, "{}"), Unknown),
        (HEALTH, body(407, ""), Unknown),
        (HEALTH, body(429, ""), Unknown),
        (HEALTH, body(301, ""), Unknown),
        (HEALTH, body(308, ""), Unknown),
        (HEALTH, body(404, "{}"), Fail),
        (HEALTH, body(502, "Bad Gateway"), Fail),
        (closed, body(401, ""), Pass),
        (some, body(301, ""), Pass),
        (some, body(302, ""), Unknown),
        (HEALTH, silent.clone(), Unknown),
        (&hangs, silent.clone(), Fail),
        (tcp, silent.clone(), Unknown),
        (&frozen, silent, Fail),
    ]);
}

#[test]
fn the_raw_answer_is_judged_and_a_masked_one_is_shown_and_kept() {
    let written = r#"run = ["kubectl"]
        expect = { "count:release-name: monkeytown" = { min = 1 }, "json:/state" = "up" }
        keep = { who = "json:/who" }"#;
    let text = |who: &str, state: &str| {
        format!("{{\"who\": \"{who}\",\n\"a\": \"release-name: {who}\",\n\"state\": \"{state}\"}}")
    };
    let mask = |text: &str| text.replace("monkeytown", "[secret]").replace("hunter2", "[secret]");
    let found = |state: &str| {
        let raw = output(0, &text("monkeytown", state));
        let shown = Heard { text: mask(&raw.text), ..raw.clone() };
        judge_answer(&check(written), &Ok(Answer { raw, shown }), SINCE, mask)
    };
    let well = found("up");
    assert_eq!((well.verdict, &well.kept["who"]), (Pass, &Kept::One("[secret]".into())));
    let down = found("hunter2");
    assert_eq!((down.verdict, down.notes.len()), (Fail, 1), "{:?}", down.notes);
    assert_eq!(down.notes[0].got, "[secret]");
}

#[test]
fn what_is_too_large_is_said_to_be() {
    let cut = Heard { cut: true, ..output(0, "{\"items\": [\n… 9 lines left out …\n]}") };
    let found = found(&check("run = [\"kubectl\"]\nexpect = { \"json:/a\" = 1 }"), cut);
    assert_eq!(
        (found.verdict, found.why.as_deref()),
        (Unknown, Some("the answer is too large to be read whole: ask for less of it"))
    );
}

#[test]
fn the_revision_to_go_back_to_is_none_that_was_left_as_bad() {
    let helm = |rows: &[(u64, &str, &str)]| {
        let one = |(revision, status, description): &(u64, &str, &str)| serde_json::json!({ "revision": revision, "status": status, "description": description });
        serde_json::Value::from(rows.iter().map(one).collect::<Vec<_>>()).to_string()
    };
    let ok = "Upgrade complete";
    let set = |owner: &str, revision: &str, history: &str, image: &str| {
        serde_json::json!({
            "metadata": {
                "annotations": { "deployment.kubernetes.io/revision": revision, "deployment.kubernetes.io/revision-history": history },
                "ownerReferences": [{ "kind": "Deployment", "name": owner }],
            },
            "spec": { "template": { "spec": { "containers": [{ "image": image }] } } },
        })
    };
    let sets = |all: Vec<serde_json::Value>| serde_json::json!({ "items": all }).to_string();
    let queue = |all: &[(&str, &str, &str)]| {
        sets(all.iter().map(|(revision, history, image)| set("queue", revision, history, image)).collect())
    };
    let canary = sets(vec![
        set("queue", "7", "", "q:1"),
        set("queue", "8", "", "q:2"),
        set("queue-canary", "41", "", "q:3"),
        set("queue-canary", "42", "", "q:4"),
    ]);
    // What came, whose, what is current, what to go back to.
    for (text, of, current, previous) in [
        (
            helm(&[(4, "superseded", ok), (5, "deployed", ok), (6, "failed", "Upgrade failed")]),
            "",
            Some("6"),
            Some("5"),
        ),
        (
            helm(&[(4, "superseded", ok), (5, "deployed", ok), (6, "pending-upgrade", "Preparing upgrade")]),
            "",
            Some("6"),
            Some("5"),
        ),
        (
            helm(&[
                (4, "superseded", ok),
                (5, "superseded", ok),
                (6, "superseded", ok),
                (7, "deployed", "Rollback to 5"),
            ]),
            "",
            Some("7"),
            Some("4"),
        ),
        (
            helm(&[(5, "superseded", ok), (6, "superseded", ok), (7, "deployed", "Rollback to 5")]),
            "",
            Some("7"),
            None,
        ),
        (
            helm(&[
                (3, "superseded", ok),
                (4, "superseded", ok),
                (5, "superseded", "Rollback to 3"),
                (6, "superseded", ok),
                (7, "deployed", "Rollback to 5"),
            ]),
            "",
            Some("7"),
            None,
        ),
        (helm(&[(1, "superseded", ok), (2, "failed", "x"), (3, "deployed", ok)]), "", Some("3"), Some("1")),
        (helm(&[(1, "failed", "Install failed")]), "", Some("1"), None),
        (queue(&[("5", "", "q:0"), ("7", "", "q:2"), ("8", "6", "q:1")]), "", Some("8"), Some("5")),
        (queue(&[("7", "", "q:2"), ("8", "6", "q:1")]), "", Some("8"), None),
        (
            queue(&[("4", "", "q:0"), ("6", "", "q:2"), ("7", "5", "q:1"), ("8", "", "q:1")]),
            "",
            Some("8"),
            Some("4"),
        ),
        (queue(&[("6", "", "q:1"), ("7", "", "q:2")]), "", Some("7"), Some("6")),
        (canary.clone(), " of queue", Some("8"), Some("7")),
        (canary.clone(), " of queue-canary", Some("42"), Some("41")),
        (canary, "", None, None),
        (queue(&[("6", "", "q:1")]), " of other", None, None),
    ] {
        let kept = |what: &str| {
            let check = check(&format!("run = [\"kubectl\"]\nkeep = {{ it = \"{what} revision{of}\" }}"));
            found(&check, output(0, &text)).kept.get("it").and_then(Kept::short)
        };
        assert_eq!(
            (kept("current").as_deref(), kept("previous").as_deref()),
            (current, previous),
            "{of} {text}"
        );
    }
}

/// A rollback that failed or is stuck left what it left all the same; what ran for minutes was replaced for a reason.
#[test]
fn what_a_rollback_that_came_to_nothing_left_is_left_and_what_ran_for_minutes_comes_last() {
    let (ok, failed) =
        ("Upgrade complete", "Rollback \"monkeytown\" failed: timed out waiting for the condition");
    let good = [(4, "superseded", ok, 90), (5, "superseded", ok, 80)];
    let helm = |rows: &[(u64, &str, &str, i64)]| {
        // Hours before noon.
        let at = |hours: i64| jiff::Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(500_000 - hours);
        let one = |(revision, status, description, hours): &(u64, &str, &str, i64)| serde_json::json!({ "revision": revision, "status": status, "description": description, "updated": at(*hours) });
        serde_json::Value::from(good.iter().chain(rows).map(one).collect::<Vec<_>>()).to_string()
    };
    let set = |revision: u64, made: &str| {
        serde_json::json!({
            "kind": "ReplicaSet",
            "metadata": { "creationTimestamp": made, "annotations": { "deployment.kubernetes.io/revision": revision.to_string() } },
            "spec": { "template": { "spec": { "containers": [{ "image": format!("q:{revision}") }] } } },
        })
    };
    let sets = |all: &[(u64, &str)]| {
        serde_json::json!({ "items": all.iter().map(|(revision, made)| set(*revision, made)).collect::<Vec<_>>() }).to_string()
    };
    for (text, previous) in [
        (helm(&[(6, "superseded", ok, 2), (7, "failed", "Rollback to 5", 0)]), "5"),
        (helm(&[(6, "superseded", ok, 2), (7, "failed", failed, 0)]), "5"),
        (helm(&[(6, "deployed", ok, 2), (7, "pending-rollback", "Rollback to 5", 0)]), "5"),
        (helm(&[(6, "deployed", ok, 2), (7, "failed", "Rollback to 4", 0)]), "4"),
        (
            helm(&[(6, "superseded", ok, 9), (7, "failed", failed, 8), (8, "failed", "Upgrade failed", 0)]),
            "5",
        ),
        (helm(&[(6, "superseded", ok, 9), (7, "failed", failed, 8), (8, "deployed", ok, 0)]), "5"),
        (
            helm(&[(6, "superseded", ok, 9), (7, "failed", failed, 8), (8, "deployed", "Rollback to 6", 0)]),
            "5",
        ),
        // It still runs, and nobody was about to leave it.
        (helm(&[(6, "deployed", ok, 9), (7, "failed", "Upgrade failed", 0)]), "6"),
        (sets(&[(6, "2026-11-19T01:00:00Z"), (7, "2026-11-24T01:20:00Z"), (8, "2026-11-24T01:40:00Z")]), "6"),
        (sets(&[(6, "2026-11-19T01:00:00Z"), (7, "2026-11-23T01:20:00Z"), (8, "2026-11-24T01:40:00Z")]), "7"),
        // Each ran for minutes.
        (sets(&[(7, "2026-11-24T01:20:00Z"), (8, "2026-11-24T01:40:00Z")]), "7"),
    ] {
        let check = check("run = [\"kubectl\"]\nkeep = { it = \"previous revision\" }");
        let kept = found(&check, output(0, &text)).kept.get("it").and_then(Kept::short);
        assert_eq!(kept.as_deref(), Some(previous), "{text}");
    }
}

#[test]
fn what_is_wrong_with_another_deployments_pods_says_nothing_of_this_one() {
    let of = |text: &str| check(&format!("{text}\nof = \"web\""));
    let memory = of(r#"run = ["kubectl", "get", "pods", "-o", "json"]
expect = { "json:/items/*/status/reason" = { none = "OOMKilled", given = "json:/items/*/metadata/name" } }
keep = { names = "json:/items/*/metadata/name" }"#);
    let pod = |name: &str, owner: (&str, &str), hash: &str, reason: &str| {
        serde_json::json!({
            "metadata": {
                "name": name,
                "labels": { "pod-template-hash": hash },
                "ownerReferences": [{ "kind": owner.0, "name": owner.1 }],
            },
            "status": { "reason": reason },
        })
    };
    let own = |reason| pod("a", ("ReplicaSet", "web-6c9"), "6c9", reason);
    let strange = [
        pod("b", ("ReplicaSet", "web-canary-7f"), "7f", "OOMKilled"),
        pod("b", ("ReplicaSet", "web-canary-7f"), "canary-7", "OOMKilled"),
        pod("b", ("Job", "web"), "6c9", "OOMKilled"),
        pod("b", ("StatefulSet", "web-6c9"), "6c9", "OOMKilled"),
        serde_json::json!({ "metadata": { "name": "b" }, "status": { "reason": "OOMKilled" } }),
    ];
    let look = |items: &[serde_json::Value]| {
        found(&memory, output(0, &serde_json::json!({ "items": items }).to_string()))
    };
    assert_eq!((look(&[own("Evicted")]).verdict, look(&[own("OOMKilled")]).verdict), (Pass, Fail));
    for strange in strange {
        let mixed = look(&[strange.clone(), own("Evicted")]);
        let names = mixed.kept.get("names").and_then(Kept::short);
        assert_eq!((mixed.verdict, names.as_deref()), (Pass, Some("a")), "{strange}");
        let alone = look(std::slice::from_ref(&strange));
        let why = alone.why.unwrap_or_default();
        assert!(
            alone.verdict == Unknown && why.contains("none is of the deployment web"),
            "{strange}: {why}"
        );
    }
    assert_eq!(look(&[]).verdict, Unknown);
    assert_eq!(found(&memory, output(0, "{}")).verdict, Unknown);
    // Replica sets are owned by their deployment.
    let set = of(
        "run = [\"kubectl\", \"get\", \"rs\", \"-o\", \"json\"]\nkeep = { names = \"json:/items/*/metadata/name\" }",
    );
    let items = serde_json::json!({ "items": [pod("a", ("Deployment", "web"), "6c9", ""), pod("b", ("Deployment", "web-canary"), "7f", "")] });
    assert_eq!(
        found(&set, output(0, &items.to_string())).kept.get("names").and_then(Kept::short).as_deref(),
        Some("a")
    );
}

#[test]
fn of_the_current_revision_only_its_own_pods_count_and_one_whose_pods_fail_is_no_target() {
    let set = |hash: &str, revision: &str| {
        serde_json::json!({
            "kind": "ReplicaSet",
            "metadata": {
                "name": format!("web-{hash}"),
                "annotations": { "deployment.kubernetes.io/revision": revision },
                "ownerReferences": [{ "kind": "Deployment", "name": "web" }],
            },
        })
    };
    let pod = |hash: &str, reason: &str| {
        serde_json::json!({
            "kind": "Pod",
            "metadata": {
                "name": format!("web-{hash}-a"),
                "labels": { "pod-template-hash": hash },
                "ownerReferences": [{ "kind": "ReplicaSet", "name": format!("web-{hash}") }],
            },
            "status": { "containerStatuses": [{ "state": { "waiting": { "reason": reason } } }] },
        })
    };
    let images = check(
        r#"run = ["kubectl", "get", "rs,pods", "-o", "json"]
of = "current revision of web"
expect = { "json:/items/*/status/containerStatuses/*/state/waiting/reason" = { none = "ImagePullBackOff", given = "json:/items/*/metadata/name" } }"#,
    );
    let history = check(
        r#"run = ["kubectl", "get", "rs,pods", "-o", "json"]
keep = { previous = "previous revision of web", current = "current revision of web", all = "revisions of web" }"#,
    );
    let list = |items: &[serde_json::Value]| output(0, &serde_json::json!({ "items": items }).to_string());
    let sets = [set("b8", "8"), set("c10", "10"), set("a7", "7")];
    let with = |pods: &[serde_json::Value]| list(&[&sets, pods].concat());
    let (old, new) = (pod("b8", "ImagePullBackOff"), pod("c10", "ContainerCreating"));
    for (heard, verdict) in [
        (with(&[old.clone(), new.clone()]), Pass),
        (with(&[old.clone(), pod("c10", "ImagePullBackOff")]), Fail),
        (with(std::slice::from_ref(&old)), Unknown),
        (with(&[]), Unknown),
        (list(std::slice::from_ref(&new)), Unknown),
    ] {
        assert_eq!(found(&images, heard.clone()).verdict, verdict, "{heard:?}");
    }
    let kept = |pods: &[serde_json::Value]| {
        let kept = found(&history, with(pods)).kept;
        ["previous", "current", "all"].map(|name| kept[name].short().unwrap())
    };
    assert_eq!(kept(&[new]), ["8", "10", "7, 8"]);
    assert_eq!(kept(&[old, pod("c10", "CrashLoopBackOff")]), ["7", "10", "7"]);
}
