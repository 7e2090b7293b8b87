use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use crate::{Redactor, without_escapes};
use domain::secret::Secret;

fn redactor(secret: &str) -> Redactor {
    Redactor::new(std::iter::once(Secret::new(secret)))
}

#[test]
fn what_looks_like_a_secret_is_taken_out() {
    let jwt = format!("eyJ{}.{}.{}", "a".repeat(20), "b".repeat(20), "c".repeat(20));
    for (text, gone) in [
        (format!("token {}-{}", "xoxb", "1234567890-abcdef"), "1234567890-abcdef"),
        (format!("{}_{}", "ghp", "abcdefghijklmnop1234"), "abcdefghijklmnop1234"),
        (format!("key {}{}", "AKIA", "ABCDEFGHIJKLMNOP"), "ABCDEFGHIJKLMNOP"),
        ("postgres://me:s3cret@db/x".to_owned(), "s3cret"),
        ("PGPASSWORD=letmein1".to_owned(), "letmein1"),
        ("{\"api_key\": \"abcd1234\"}".to_owned(), "abcd1234"),
        ("Authorization: Bearer abcdefgh12345".to_owned(), "abcdefgh12345"),
        (format!("-----BEGIN {} KEY-----\nMIIabc\n", "PRIVATE"), "MIIabc"),
        (jwt, "bbbbbbbb"),
    ] {
        let shown = redactor("unrelated").redact(&text);
        assert!(!shown.contains(gone) && shown.contains("[secret]"), "{text} became {shown}");
    }
    for json in [
        r#"{"automountServiceAccountToken": false, "token":null,"api_key": 12345}"#,
        r#"{"secret": {"secretName": "redis"}, "volumes": [{"token": true}]}"#,
    ] {
        assert_eq!(redactor("unrelated").redact(json), json);
    }
    assert_eq!(redactor("unrelated").redact("password=12345678"), "password=[secret]");
    let plain = "token expired; password reset; 3 pods; https://a.b/c?d=e";
    assert_eq!(redactor("unrelated").redact(plain), plain);
}

#[test]
fn a_value_is_taken_out_by_its_name_to_its_end() {
    let redactor = redactor("unrelated");
    for text in [
        "DB_PASS=hunter22",
        "REDIS_PASSPHRASE: hunter22",
        "DB2_PASSWORD=hunter22 OAUTH2_TOKEN=hunter22",
        "x-api-key: hunter22",
        "ENCRYPTION_KEY=hunter22",
        "host=db password='correct hunter22 battery' dbname=x",
        r#"{"password": "ab\"cd hunter22", "x": 1}"#,
        r#"{"env":[{"name":"DB_PASSWORD","value":"hunter22"}]}"#,
        "- name: DB_PASSWORD\n  value: hunter22\n- name: LOG_LEVEL\n  value: debug",
        r#"msg="{\"token\":\"hunter22\"}""#,
        "psql --password hunter22",
        "CREATE ROLE app LOGIN PASSWORD 'hunter22';",
        "postgres://app:p@hunter22@db:5432/app",
        "parse \"postgres://app:pa/hunter22@db:5432/app\": invalid port",
        "authorization: basic hunterhunter22",
    ] {
        let shown = redactor.shown(text);
        assert!(!shown.contains("hunter22") && shown.contains("[secret]"), "{text} became {shown}");
        let is_json = |text: &str| serde_json::from_str::<serde_json::Value>(text).is_ok();
        assert_eq!(is_json(&shown), is_json(text), "{shown}");
    }
}

#[test]
fn what_programs_print_where_no_secret_is_stays() {
    for text in [
        "DB_PASSWORD:  <set to the key 'password' in secret 'redis-auth'>  Optional: false",
        "~ password = (sensitive value)",
        "volumes:\n- secret:\n    secretName: redis-tls",
        "- name: API_TOKEN\n  valueFrom:\n    secretKeyRef:\n      key: token",
        "x509: invalid basic constraints; Basic authentication failed; Bearer authentication required.",
        "--token string   the token for the API server",
        "token: null; tests pass: 12 passed; PWD=/app/build",
        "https://registry:5000/team/redis@sha256:abc http://[::1]:8080/@x",
    ] {
        assert_eq!(redactor("unrelated").shown(text), text);
    }
}

proptest! {
    /// In whatever form it travels and whatever stands around it, a known value is not shown.
    #[test]
    fn a_known_value_never_leaves(secret in "[a-zA-Z0-9/+ \"=&ü]{8,40}", before in ".{0,30}", after in ".{0,30}") {
        prop_assume!(!secret.trim().is_empty());
        let redactor = redactor(&secret);
        let json = serde_json::to_string(&secret).unwrap();
        let forms = [secret.clone(), STANDARD.encode(&secret), URL_SAFE_NO_PAD.encode(&secret), json.trim_matches('"').to_owned()];
        for form in forms {
            let shown = redactor.redact(&without_escapes(&format!("{before} {form} {after}")));
            prop_assert!(!shown.contains(&form) || before.contains(&form) || after.contains(&form), "{}", shown);
        }
    }
}

#[test]
fn a_secret_cut_by_a_colour_is_whole_again() {
    let shown = redactor("opaque-value-9").redact(&without_escapes("x opaque-\u{1b}[31mvalue-9\u{1b}[0m y"));
    assert_eq!(shown, "x [secret] y");
}

#[test]
fn json_stays_json_and_is_read_as_it_reads() {
    let redactor = redactor("opaque-value-9");
    let token = format!("{}_{}", "ghp", "abcdefghijklmnop1234");
    let key = "q7Rk2ZpX9vTb4LmN8sWd3HfJ6yCg1AeU";
    // Written out, the line's end is a sign that stands right before the secret.
    let json = format!(
        r#"{{"log": "begun\n{token}\n{key}\nopaque-\u001b[31mvalue-9", "api_key": "abcd1234", "revision": 7}}"#
    )
    .replace("\\\\", "\\");
    let shown: serde_json::Value = serde_json::from_str(&redactor.shown(&json)).unwrap();
    assert_eq!(shown["log"], "begun\n[secret]\n[secret]\n[secret]");
    assert_eq!((shown["api_key"].as_str(), shown["revision"].as_u64()), (Some("[secret]"), Some(7)));
    let lines = format!("plain\n{{\"msg\":\"a\\n{key}\"}}\nlevel=error msg=\"a\\n{token}\"");
    let shown = redactor.shown(&lines);
    assert!(!shown.contains(key) && !shown.contains(&token), "{shown}");
    let clean = r#"{ "a": 1.10, "digest": "sha256:abc", "trace_id": "0af7651916cd43dd8448eb211c80319c" }"#;
    assert_eq!(redactor.shown(clean), clean, "where there is none, not a sign changes");
}

#[test]
fn what_was_taken_out_is_not_taken_out_twice() {
    assert_eq!(redactor("opaque-value-9").redact("TOKEN=opaque-value-9 x"), "TOKEN=[secret] x");
}

#[test]
fn a_variable_is_a_secret_by_its_name_or_by_the_password_in_it() {
    for (name, value, expected) in [
        ("PGPASSWORD", "x", true),
        ("DB_PWD", "x", true),
        ("DB_PW", "x", true),
        ("SMTP_PASS", "x", true),
        ("STRIPE_KEY", "x", true),
        ("GH_PAT", "x", true),
        ("BASIC_AUTH", "x", true),
        ("AWS_SECRET_ACCESS_KEY", "x", true),
        ("GOOGLE_CREDENTIALS", "x", true),
        ("VERCEL_TOKEN", "x", true),
        ("DATABASE_URL", "postgres://town:x@db/town", true),
        ("DATABASE_URL", "postgres://db/town", false),
        ("PGHOST", "db.internal", false),
        ("PGUSER", "monkeytown", false),
        ("MONKEY", "x", false),
        ("AUTHOR", "x", false),
        ("PGPASSFILE", "/srv/pgpass", false),
        ("SSH_AUTH_SOCK", "/run/x", false),
        ("GOOGLE_CREDENTIALS_FILE", "/srv/x", false),
        ("KUBECONFIG", "/srv/kube", false),
    ] {
        assert_eq!(super::is_secret(name, value), expected, "{name}={value}");
    }
}

#[test]
fn a_plan_shows_the_names_of_variables_and_no_values() {
    let plan = "deployment.apps/web Pod Template:\n  Labels:\tapp=web\n  Containers:\n   web:\n    Image:\tweb:1\n    Environment:\n      \
                GREETING:\tblue-moon-7\n      MANY:\tfirst\nsecond\n      DB:\t<set to the key 'url' in secret 'db'>\tOptional: false\n    \
                Mounts:\t<none>\n  Volumes:\t<none>\n (dry run)";
    let shown = super::without_values(plan);
    assert_eq!(shown.lines().count(), plan.lines().count());
    assert!(["blue-moon-7", "first", "second"].iter().all(|value| !shown.contains(value)), "{shown}");
    for part in [
        "GREETING: (not shown)",
        "<set to the key 'url'",
        "Image:\tweb:1",
        "Mounts:",
        "Volumes:",
        "(dry run)",
    ] {
        assert!(shown.contains(part), "{part} is not in {shown}");
    }
}

#[test]
fn names_of_variables_that_hold_secrets_are_known_and_ordinary_words_stay() {
    let redactor = Redactor::new(std::iter::empty());
    for (text, shown) in [
        ("DB_PWD=bluemoon", "DB_PWD=[secret]"),
        ("STRIPE_KEY: bluemoon", "STRIPE_KEY: [secret]"),
        (
            r#"{"name": "BASIC_AUTH_USERS", "value": "bluemoon"}"#,
            r#"{"name": "BASIC_AUTH_USERS", "value": "[secret]"}"#,
        ),
        ("Server=db;Uid=town;Pwd=bluemoon;", "Server=db;Uid=town;Pwd=[secret];"),
        ("https://a.b/x?sig=bluemoon&se=1", "https://a.b/x?sig=[secret]&se=1"),
        ("https://a.b/cb?code=bluemoon", "https://a.b/cb?code=[secret]"),
        ("key: node.kubernetes.io/not-ready", "key: node.kubernetes.io/not-ready"),
        ("author: maya", "author: maya"),
        ("exit code: 127", "exit code: 127"),
        ("monkeytown: well", "monkeytown: well"),
        ("PGHOST=db.internal", "PGHOST=db.internal"),
    ] {
        assert_eq!(redactor.shown(text), shown, "{text}");
    }
}
