use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use crate::config::secrets::Secret;
use crate::probe::process::Kept;
use crate::probe::redact::{Redactor, without_escapes};

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

    /// However a stream comes in pieces, what is kept of it is the same.
    #[test]
    fn pieces_do_not_matter(text in "[a-z\n]{0,200}", cuts in proptest::collection::vec(0_usize..200, 0..8)) {
        let mut whole = Kept::default();
        whole.push(text.as_bytes());
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
        cuts.sort_unstable();
        let mut pieces = Kept::default();
        let mut from = 0;
        for cut in cuts.into_iter().chain([text.len()]) {
            pieces.push(&text.as_bytes()[from..cut]);
            from = cut;
        }
        prop_assert_eq!(whole.text(), pieces.text());
    }
}

#[test]
fn a_secret_cut_by_a_colour_is_whole_again() {
    let shown = redactor("opaque-value-9").redact(&without_escapes("x opaque-\u{1b}[31mvalue-9\u{1b}[0m y"));
    assert_eq!(shown, "x [secret] y");
}
