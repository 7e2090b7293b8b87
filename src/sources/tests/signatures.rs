//! Vectors that others published or computed, and what is one sign beside them.

use super::at;
use crate::sign::{Keys, Rejected, heartbeat_token};
use fake::alerts::{Alert, Alertmanager, Deployment, GitHub, Grafana, Post, Run, Vercel};

const GRAFANA: &[u8] = br#"{"status":"firing"}"#;
const BODY_ONLY: &[u8] = b"872dfa53493a8a0d59ae141e92cbcf2646186b04226e4aa8565ac5a64e990c2d";
const WITH_TIME: &[u8] = b"d018c5483bd92b261a7e233d4a83e5bcf71f62ea7477c9848c3bbc7f85670581";

fn keys(secrets: &[&str]) -> Keys {
    Keys::new(secrets.iter().copied())
}

#[test]
fn githubs_published_vector() {
    let github = keys(&["It's a Secret to Everybody"]);
    let signature = b"sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    assert_eq!(github.github(Some(signature), b"Hello, World!"), Ok(()));
    assert_eq!(github.github(Some(signature), b"Hello, World?"), Err(Rejected::Wrong));
    assert_eq!(keys(&["other"]).github(Some(signature), b"Hello, World!"), Err(Rejected::Wrong));
    for (header, why) in [
        (None, Rejected::Missing),
        (Some(b"sha1=757107ea".as_slice()), Rejected::Malformed),
        (Some(b"sha256=zz"), Rejected::Malformed),
        (Some(b"sha256="), Rejected::Wrong),
        (Some(b"sha256=757107ea"), Rejected::Wrong),
        (Some(b"\xff\xfe"), Rejected::Malformed),
    ] {
        assert_eq!(github.github(header, b"Hello, World!"), Err(why), "{header:?}");
    }
}

#[test]
fn while_a_secret_is_replaced_both_are_believed() {
    let signature = b"sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    for both in [["It's a Secret to Everybody", "new"], ["new", "It's a Secret to Everybody"]] {
        assert_eq!(keys(&both).github(Some(signature), b"Hello, World!"), Ok(()));
    }
    assert_eq!(keys(&[]).github(Some(signature), b"Hello, World!"), Err(Rejected::Wrong));
    assert_eq!(keys(&["", "a"]).token(b""), Err(Rejected::Missing), "an empty secret lets nobody in");
    assert_eq!(format!("{:?}", keys(&["swordfish"])), "Keys(1)");
}

#[test]
fn vercels_vector() {
    let vercel = keys(&["howler-test"]);
    let body = br#"{"id":"evt_1","type":"deployment.error"}"#;
    assert_eq!(vercel.vercel(Some(b"4b6886a4dfb7f0b00192c824077c3faafbcf50ea"), body), Ok(()));
    assert_eq!(vercel.vercel(Some(b"4b6886a4dfb7f0b00192c824077c3faafbcf50eb"), body), Err(Rejected::Wrong));
    assert_eq!(vercel.vercel(Some(b"sha1=4b68"), body), Err(Rejected::Malformed));
    assert_eq!(vercel.vercel(None, body), Err(Rejected::Missing));
}

#[test]
fn grafanas_vectors_with_and_without_a_time() {
    let grafana = keys(&["howler-test"]);
    let signed = at("2023-11-14T22:13:20Z");
    assert_eq!(signed.as_second(), 1_700_000_000);
    assert_eq!(grafana.grafana(Some(BODY_ONLY), None, GRAFANA, signed), Ok(()));
    let timed = |time: &'static [u8], now| grafana.grafana(Some(WITH_TIME), Some(time), GRAFANA, now);
    assert_eq!(timed(b"1700000000", signed), Ok(()));
    assert_eq!(timed(b"1700000000", at("2023-11-14T22:18:20Z")), Ok(()));
    assert_eq!(timed(b"1700000000", at("2023-11-14T22:18:21Z")), Err(Rejected::Stale));
    assert_eq!(timed(b"1700000000", at("2023-11-14T22:08:19Z")), Err(Rejected::Stale));
    assert_eq!(timed(b"1700000001", signed), Err(Rejected::Wrong));
    assert_eq!(grafana.grafana(Some(BODY_ONLY), Some(b"1700000000"), GRAFANA, signed), Err(Rejected::Wrong));
}

#[test]
fn a_token_comes_as_bearer_or_as_a_password() {
    let token = keys(&["open sesame"]);
    // `howler:open sesame`, `:open sesame`, and one without its padding.
    for header in [
        "Bearer open sesame",
        "bearer  open sesame ",
        "Basic aG93bGVyOm9wZW4gc2VzYW1l",
        "basic Om9wZW4gc2VzYW1l",
    ] {
        assert_eq!(token.authorization(Some(header.as_bytes())), Ok(()), "{header}");
    }
    for (header, why) in [
        ("Bearer open sesam", Rejected::Wrong),
        ("Bearer ", Rejected::Malformed),
        ("Bearer", Rejected::Malformed),
        ("open sesame", Rejected::Malformed),
        ("Basic !!", Rejected::Malformed),
        ("Basic b3BlbiBzZXNhbWU=", Rejected::Malformed),
        ("Basic aG93bGVyOg==", Rejected::Missing),
        ("Digest open sesame", Rejected::Malformed),
    ] {
        assert_eq!(token.authorization(Some(header.as_bytes())), Err(why), "{header}");
    }
    assert_eq!(token.authorization(None), Err(Rejected::Missing));
}

#[test]
fn a_heartbeats_own_token_is_good_for_it_alone() {
    let token = keys(&["open sesame"]);
    // printf %s heartbeat:backup | openssl dgst -sha256 -hmac 'open sesame' | cut --characters 18-49
    let own = heartbeat_token(b"open sesame", "backup");
    assert_eq!(own.len(), 32);
    assert_eq!(token.heartbeat("backup", own.as_bytes()), Ok(()));
    assert_eq!(token.heartbeat("other", own.as_bytes()), Err(Rejected::Wrong));
    assert_eq!(token.heartbeat("other", b"open sesame"), Ok(()));
    assert_eq!(token.heartbeat("backup", b""), Err(Rejected::Missing));
}

#[test]
fn what_the_senders_sign_is_believed() {
    let header = |post: &Post, name: &str| {
        post.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_bytes().to_vec())
    };
    let now = at(super::NOW);
    let github = GitHub { secret: "a".into(), repository: "a/b".into(), default_branch: "main".into() };
    for post in
        [github.run(&Run::new(1, "failure", now), "g"), github.run_as_form(&Run::new(1, "failure", now), "g")]
    {
        let signature = header(&post, "x-hub-signature-256");
        assert_eq!(keys(&["a"]).github(signature.as_deref(), post.body.as_bytes()), Ok(()));
        assert_eq!(keys(&["b"]).github(signature.as_deref(), post.body.as_bytes()), Err(Rejected::Wrong));
    }
    let deployment = Deployment { project: "web".into(), target: None, branch: "main".into(), at: now };
    let post = Vercel { secret: "a".into() }.deployment("deployment.error", &deployment, "e");
    assert_eq!(
        keys(&["a"]).vercel(header(&post, "x-vercel-signature").as_deref(), post.body.as_bytes()),
        Ok(())
    );
    let alerts = [Alert::new("A", "error", "i", now)];
    let post = Grafana { token: "t".into(), secret: Some("a".into()) }.group(&alerts, now);
    let [signature, time] =
        ["x-grafana-alerting-signature", "x-grafana-alerting-timestamp"].map(|name| header(&post, name));
    assert_eq!(
        keys(&["a"]).grafana(signature.as_deref(), time.as_deref(), post.body.as_bytes(), now),
        Ok(())
    );
    assert_eq!(keys(&["t"]).authorization(header(&post, "authorization").as_deref()), Ok(()));
    let post = Alertmanager { token: "t".into() }.group(&alerts);
    assert_eq!(keys(&["t"]).authorization(header(&post, "authorization").as_deref()), Ok(()));
}
