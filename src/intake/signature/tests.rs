use proptest::prelude::*;

use super::*;

// The example of Slack's page "Verifying requests from Slack".
const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const AT: &str = "1531420618";
const BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&\
    channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=\
    https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=\
    398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
const SIGNED: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";

fn verifier() -> Verifier {
    Verifier::new(&Secret::new(SECRET))
}

fn after(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_531_420_618 + seconds).expect("a timestamp")
}

#[test]
fn the_published_example_is_believed() {
    assert_eq!(verifier().sign(AT, BODY.as_bytes()), SIGNED);
    assert_eq!(verifier().verify(Some(AT), Some(SIGNED), BODY.as_bytes(), after(0)), Ok(()));
}

#[test]
fn everything_else_is_not() {
    let other = SIGNED.replace("a2114d", "a2114e");
    let v1 = SIGNED.replace("v0=", "v1=");
    // Slack writes small letters, and its own libraries compare the texts.
    let upper = format!("v0={}", SIGNED[3..].to_uppercase());
    let one_upper = SIGNED.replacen('a', "A", 1);
    let short = SIGNED.get(..SIGNED.len() - 2);
    let cases = [
        ("no timestamp", None, Some(SIGNED), BODY, 0, Rejected::Missing),
        ("no signature", Some(AT), None, BODY, 0, Rejected::Missing),
        ("nothing", None, None, BODY, 0, Rejected::Missing),
        ("another body", Some(AT), Some(SIGNED), "text=x", 0, Rejected::Wrong),
        ("an empty body", Some(AT), Some(SIGNED), "", 0, Rejected::Wrong),
        ("another signature", Some(AT), Some(other.as_str()), BODY, 0, Rejected::Wrong),
        ("a shortened signature", Some(AT), short, BODY, 0, Rejected::Wrong),
        ("an empty signature", Some(AT), Some("v0="), BODY, 0, Rejected::Wrong),
        ("another version", Some(AT), Some(v1.as_str()), BODY, 0, Rejected::Malformed),
        ("capital letters", Some(AT), Some(upper.as_str()), BODY, 0, Rejected::Malformed),
        ("a capital letter", Some(AT), Some(one_upper.as_str()), BODY, 0, Rejected::Malformed),
        ("no hex", Some(AT), Some("v0=zz"), BODY, 0, Rejected::Malformed),
        ("words for a timestamp", Some("now"), Some(SIGNED), BODY, 0, Rejected::Malformed),
        ("an endless timestamp", Some("99999999999999999999"), Some(SIGNED), BODY, 0, Rejected::Malformed),
        ("another timestamp", Some("1531420619"), Some(SIGNED), BODY, 0, Rejected::Wrong),
        ("the same instant, written otherwise", Some("+1531420618"), Some(SIGNED), BODY, 0, Rejected::Wrong),
        ("late", Some(AT), Some(SIGNED), BODY, 301, Rejected::Stale),
        ("from the future", Some(AT), Some(SIGNED), BODY, -301, Rejected::Stale),
    ];
    for (name, timestamp, signature, body, seconds, wanted) in cases {
        let verdict = verifier().verify(timestamp, signature, body.as_bytes(), after(seconds));
        assert_eq!(verdict, Err(wanted), "{name}");
    }
}

#[test]
fn the_window_is_five_minutes_either_way() {
    for seconds in [-300, -1, 1, 300] {
        let verdict = verifier().verify(Some(AT), Some(SIGNED), BODY.as_bytes(), after(seconds));
        assert_eq!(verdict, Ok(()), "{seconds} s");
    }
}

#[test]
fn a_secret_of_any_length_is_taken() {
    for length in [0, 1, 63, 64, 65, 200] {
        let verifier = Verifier::new(&Secret::new("k".repeat(length)));
        let signature = verifier.sign(AT, b"body");
        assert_eq!(verifier.verify(Some(AT), Some(&signature), b"body", after(0)), Ok(()), "{length}");
    }
}

proptest! {
    #[test]
    fn any_header_is_read(timestamp in "\\PC{0,24}|[0-9]{1,20}", signature in "\\PC{0,80}|v0=[0-9a-f]{0,80}") {
        prop_assert!(verifier().verify(Some(&timestamp), Some(&signature), b"body", after(0)).is_err());
    }
}
