//! How old what runs was when the trouble began, in the shapes that kubectl, helm and howler's Vercel give.

use serde_json::{Value, json};

use super::judging::{check, found, output};
use crate::procedure::Verdict::{Fail, Pass, Unknown};
use crate::procedure::{Heard, Verdict};

const DEPLOYMENT: &str = r#"run = ["kubectl"]
    expect = { "released:current revision of queue" = { fresh = "24h" } }"#;
const HELM: &str = r#"run = ["helm"]
    expect = { "released:current revision" = { fresh = "24h" } }"#;
const VERCEL: &str = r#"vercel = "deployments: 10"
    expect = { "released:the current one" = { fresh = "24h" } }"#;

/// Of `owner`, with the number and those before it, the image, when it was restarted, and when it was made.
fn set(owner: &str, (revision, history): (&str, &str), image: &str, restarted: &str, made: &str) -> Value {
    json!({
        "metadata": {
            "creationTimestamp": made,
            "annotations": { "deployment.kubernetes.io/revision": revision, "deployment.kubernetes.io/revision-history": history },
            "ownerReferences": [{ "kind": "Deployment", "name": owner }],
        },
        "spec": { "template": {
            "metadata": { "annotations": { "kubectl.kubernetes.io/restartedAt": restarted } },
            "spec": { "containers": [{ "image": image }] },
        } },
    })
}

fn list(sets: &[Value]) -> Heard {
    output(0, &json!({ "items": sets }).to_string())
}

fn releases(rows: &[(u64, &str, &str, Option<&str>)]) -> Heard {
    let one = |(revision, status, description, updated): &(u64, &str, &str, Option<&str>)| json!({ "revision": revision, "status": status, "description": description, "updated": updated });
    output(0, &json!(rows.iter().map(one).collect::<Vec<_>>()).to_string())
}

const MONTHS_AGO: &str = "2026-07-27T08:00:00Z";
const DAYS_AGO: &str = "2026-11-21T08:00:00Z";
const TONIGHT: &str = "2026-11-24T01:40:00Z";
const SINCE_THEN: &str = "2026-11-24T02:05:00Z";

#[test]
fn what_ran_for_long_before_the_trouble_is_told_from_what_was_just_released() {
    let (old, new) =
        (set("queue", ("7", ""), "q:1", "", MONTHS_AGO), set("queue", ("8", ""), "q:2", "", TONIGHT));
    let restarted = |made| set("queue", ("9", ""), "q:1", "02:05", made);
    let back = set("queue", ("9", "7"), "q:1", "", MONTHS_AGO);
    let canary = set("queue-canary", ("41", ""), "q:3", "", TONIGHT);
    let timeless = json!({ "metadata": { "annotations": { "deployment.kubernetes.io/revision": "8" },
        "ownerReferences": [{ "kind": "Deployment", "name": "queue" }] } });
    let ok = "Upgrade complete";
    let vercel = |rows: &[(bool, Value)]| {
        let one = |(current, released): &(bool, Value)| json!({ "url": "x", "state": "READY", "current": current, "released": released });
        output(0, &json!(rows.iter().map(one).collect::<Vec<_>>()).to_string())
    };
    let table: Vec<(&str, &str, Heard, Verdict)> = vec![
        ("four months", DEPLOYMENT, list(std::slice::from_ref(&old)), Fail),
        ("twenty minutes", DEPLOYMENT, list(&[old.clone(), new.clone()]), Pass),
        ("while it lasts", DEPLOYMENT, list(&[set("queue", ("8", ""), "q:2", "", SINCE_THEN)]), Pass),
        (
            "just within",
            DEPLOYMENT,
            list(&[set("queue", ("8", ""), "q:2", "", "2026-11-23T02:00:00Z")]),
            Pass,
        ),
        (
            "just beyond",
            DEPLOYMENT,
            list(&[set("queue", ("8", ""), "q:2", "", "2026-11-23T01:59:59Z")]),
            Fail,
        ),
        ("a restart releases nothing", DEPLOYMENT, list(&[old.clone(), restarted(SINCE_THEN)]), Fail),
        ("nor does going back", DEPLOYMENT, list(&[new, back]), Fail),
        ("a canary is another one", DEPLOYMENT, list(&[old.clone(), canary.clone()]), Fail),
        ("of a canary alone nothing is known", DEPLOYMENT, list(&[canary]), Unknown),
        ("nothing says when", DEPLOYMENT, list(&[old, timeless]), Unknown),
        ("no replica set", DEPLOYMENT, list(&[]), Unknown),
        ("nothing", DEPLOYMENT, output(0, ""), Unknown),
        (
            "cut",
            DEPLOYMENT,
            Heard { cut: true, ..list(&[set("queue", ("8", ""), "q", "", MONTHS_AGO)]) },
            Unknown,
        ),
        ("refused", DEPLOYMENT, output(1, "error: You must be logged in to the server"), Unknown),
        ("Helm, long ago", HELM, releases(&[(6, "deployed", ok, Some(DAYS_AGO))]), Fail),
        (
            "Helm, tonight",
            HELM,
            releases(&[
                (5, "superseded", ok, Some(DAYS_AGO)),
                (6, "deployed", ok, Some("2026-11-24T01:40:00.123456789+00:00")),
            ]),
            Pass,
        ),
        (
            "Helm, a rollback tonight to what is old",
            HELM,
            releases(&[
                (5, "superseded", ok, Some(DAYS_AGO)),
                (6, "superseded", ok, Some(TONIGHT)),
                (7, "deployed", "Rollback to 5", Some(TONIGHT)),
            ]),
            Fail,
        ),
        (
            "Helm forgot what it went back to",
            HELM,
            releases(&[
                (6, "superseded", ok, Some(TONIGHT)),
                (7, "deployed", "Rollback to 5", Some(TONIGHT)),
            ]),
            Unknown,
        ),
        ("Helm, no time", HELM, releases(&[(6, "deployed", ok, None)]), Unknown),
        ("Helm has none", HELM, releases(&[]), Unknown),
        ("Vercel, long ago", VERCEL, vercel(&[(false, json!(TONIGHT)), (true, json!(MONTHS_AGO))]), Fail),
        ("Vercel, tonight", VERCEL, vercel(&[(true, json!(TONIGHT)), (false, json!(MONTHS_AGO))]), Pass),
        ("Vercel tells no time", VERCEL, vercel(&[(true, Value::Null)]), Unknown),
        ("Vercel tells no current one", VERCEL, vercel(&[(false, json!(TONIGHT))]), Unknown),
    ];
    for (name, written, heard, expected) in table {
        let heard = if written == VERCEL { Heard { exit: None, ..heard } } else { heard };
        let told = found(&check(written), heard);
        assert_eq!(told.verdict, expected, "{name}: {told:?}");
    }
}

#[test]
fn how_old_a_release_is_is_said_in_days() {
    let told = found(&check(DEPLOYMENT), list(&[set("queue", ("7", ""), "q:1", "", MONTHS_AGO)]));
    let note = &told.notes[0];
    assert_eq!(
        (note.part.as_str(), note.got.as_str(), note.expected.as_str()),
        (
            "its release",
            "119 days older than the trouble: it is of 2026-07-27 08:00 UTC, and ran until then",
            "at most 1 d older than the trouble"
        )
    );
}
