use super::*;
use crate::vercel::read;
use domain::alert::signal::{Said, Trouble};
use fake::alerts::{Deployment, Vercel};

const ERROR: &str = include_str!("../fixtures/vercel-error.json");

#[test]
fn a_failed_production_deployment_fires_and_the_next_one_resolves_it() {
    let failed = json(read, ERROR);
    assert_eq!(failed.id.as_deref(), Some("vercel:uev_1cUsUWMxbnYPzE8vKS8kBQyL"));
    let failed = one(failed);
    assert_eq!((failed.said, failed.trouble), (Said::Firing, Trouble::ProductionDeployFailed));
    assert_eq!(failed.key, "prj_2WjyKQmM8ZnGcJsPWMrHRHrE production");
    assert_eq!(failed.title, "web: production deployment failed");
    assert_eq!(failed.at, Some(at(NOW)));
    assert_eq!(
        links(&failed)[0],
        ("Deployment", "https://vercel.com/monkeytown/web/5NtMpb1Vf7Q1b7dWcPXUyhB6kMHS")
    );
    for kind in ["deployment.succeeded", "deployment.ready"] {
        let well = one(json(read, &ERROR.replace("deployment.error", kind)));
        assert_eq!((well.said, &well.key), (Said::Resolved, &failed.key), "{kind}");
    }
}

#[test]
fn a_promotion_resolves_and_stands_on_the_timeline_and_a_rollback_stands_there() {
    let promoted = json(read, &ERROR.replace("deployment.error", "deployment.promoted")).heard;
    assert_eq!((promoted.signals.len(), promoted.signals[0].said), (1, Said::Resolved));
    assert_eq!(
        promoted.changes[0].title,
        "web: web-hn3gcbe1n-monkeytown.vercel.app was promoted to production"
    );
    let back = json(read, &ERROR.replace("deployment.error", "deployment.rollback")).heard;
    assert!(back.signals.is_empty());
    assert_eq!(back.changes[0].title, "web was rolled back to web-hn3gcbe1n-monkeytown.vercel.app");
}

#[test]
fn previews_are_apart_and_each_branch_of_them() {
    let preview = ERROR.replace(r#""target": "production""#, r#""target": null"#);
    let signal = one(json(read, &preview));
    assert_eq!(signal.trouble, Trouble::PreviewDeployFailed);
    assert_eq!(signal.key, "prj_2WjyKQmM8ZnGcJsPWMrHRHrE preview main");
    let other = preview.replace(r#""githubCommitRef": "main""#, r#""githubCommitRef": "side""#);
    assert_ne!(one(json(read, &other)).key, signal.key);
}

#[test]
fn the_old_names_and_payloads_are_read() {
    let signal = one(json(read, include_str!("../fixtures/vercel-legacy.json")));
    assert_eq!((signal.said, signal.trouble), (Said::Firing, Trouble::PreviewDeployFailed));
    assert_eq!(signal.key, "prj_2WjyKQmM8ZnGcJsPWMrHRHrE preview");
    assert_eq!(signal.title, "web: preview deployment failed");
}

#[test]
fn other_events_are_passed_over_and_anomalies_are_alerts_that_nothing_resolves() {
    for kind in
        ["deployment.canceled", "deployment.created", "project.env-variable.deleted", "deployment-canceled"]
    {
        assert!(
            reason(json(read, &ERROR.replace("deployment.error", kind))).contains("no failure and no deploy"),
            "{kind}"
        );
    }
    let vercel = Vercel { secret: "s".into() };
    let signal = one(json(read, &vercel.anomaly("web", at("2026-11-24T01:59:00Z"), "evt_2").body));
    assert_eq!((signal.said, signal.trouble), (Said::Firing, Trouble::Other));
    assert_eq!(signal.key, "prj_web error_anomaly edge_requests_5xx");
    assert_eq!(signal.title, "web: 5xx errors are unusually many");
    assert_eq!(signal.at, Some(at("2026-11-24T01:59:00Z")));
}

#[test]
fn a_variable_that_was_changed_is_heard_by_its_id() {
    let vercel = Vercel { secret: "s".into() };
    for kind in ["project.env-variable.updated", "project.env-variable.created"] {
        let body = vercel.variable(kind, "env_3KtXVf9NQ2oLZ", at("2026-11-24T01:59:00Z"), "evt_3").body;
        let heard = json(read, &body).heard;
        let [changed] = &heard.variables[..] else { panic!("{heard:?}") };
        assert_eq!(
            (changed.id.as_str(), changed.at),
            ("env_3KtXVf9NQ2oLZ", Some(at("2026-11-24T01:59:00Z")))
        );
        assert!(heard.signals.is_empty() && heard.changes.is_empty(), "{heard:?}");
        let unnamed = json(read, &body.replace("envVarId", "other")).heard;
        assert_eq!(unnamed.not_understood, ["a variable without its id"]);
    }
}

#[test]
fn the_senders_bodies_are_read() {
    let vercel = Vercel { secret: "s".into() };
    let deployment = Deployment {
        project: "web".into(),
        target: Some("production".into()),
        branch: "main".into(),
        at: at("2026-11-24T01:59:00Z"),
    };
    let new = one(json(read, &vercel.deployment("deployment.error", &deployment, "evt_1").body));
    let old = one(json(read, &vercel.legacy("deployment-error", &deployment, "evt_1").body));
    assert_eq!((new.key.as_str(), new.said, new.trouble), ("prj_web production", old.said, old.trouble));
    assert_eq!((new.key, new.at), (old.key, old.at));
}
