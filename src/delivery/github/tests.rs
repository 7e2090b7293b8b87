use jiff::{SignedDuration, Timestamp};

use super::verdict::{LimitHeaders, Trouble, verdict};
use crate::retry::Class;

fn now() -> Timestamp {
    Timestamp::from_second(1_000).unwrap()
}

fn judged(status: u16, message: &str, headers: &LimitHeaders) -> (Class, String) {
    let verdict = verdict(&Trouble::of(status, message.to_owned(), headers, now()), "o/r");
    (verdict.class, verdict.reason)
}

#[test]
fn every_refusal_has_its_class_and_its_words() {
    let none = LimitHeaders::default();
    for (status, message, class, part) in [
        (401, "Bad credentials", Class::Slow, "GITHUB_TOKEN"),
        (403, "Resource not accessible by personal access token", Class::Slow, "Issues, read and write"),
        (404, "Not Found", Class::Slow, "o/r"),
        (410, "Issues are disabled for this repo", Class::Slow, "turned off in o/r"),
        (410, "This issue was deleted", Class::Never, "was deleted"),
        (301, "Moved Permanently", Class::Slow, "renamed or moved"),
        (422, "Validation Failed", Class::Ours, "Validation Failed"),
        (418, "I am a teapot", Class::Slow, "418"),
        (500, "", Class::Again { lost: true }, "500"),
        (502, "", Class::Again { lost: true }, "502"),
    ] {
        let (judged, reason) = judged(status, message, &none);
        assert_eq!(judged, class, "{status} {message}");
        assert!(reason.contains(part), "{part} in {reason}");
    }
    let unreached = verdict(&Trouble::Unreached("Connection refused".into()), "o/r");
    assert_eq!(unreached.class, Class::Again { lost: false });
    assert!(unreached.reason.contains("GitHub cannot be reached: Connection refused"));
}

#[test]
fn limits_end_when_github_says() {
    let at = |second| Class::At(now() + SignedDuration::from_secs(second));
    let headers = |retry_after, remaining, reset| LimitHeaders { retry_after, remaining, reset };
    for (status, message, headers, class) in [
        (403, "", headers(Some(30), None, None), at(30)),
        (429, "", headers(Some(5), Some(0), Some(2_000)), at(5)),
        (403, "API rate limit exceeded", headers(None, Some(0), Some(1_090)), at(91)),
        (429, "", headers(None, Some(0), Some(900)), at(0)),
        (403, "", headers(None, Some(0), Some(1_000_000)), at(3_600)),
        (403, "You have exceeded a secondary rate limit.", headers(None, Some(7), Some(9_000)), at(60)),
        (429, "", headers(None, None, None), at(60)),
        (403, "Forbidden", headers(None, Some(7), Some(9_000)), Class::Slow),
    ] {
        assert_eq!(judged(status, message, &headers).0, class, "{status} {message} {headers:?}");
    }
}
