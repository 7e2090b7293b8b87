use super::*;
use crate::uptimerobot::read;
use domain::alert::signal::{Said, Trouble};
use fake::alerts::{Monitor, Post, Style, UptimeRobot};

const DOWN: &str = include_str!("../fixtures/uptimerobot-down.query");

fn read_post(post: &Post) -> Read {
    let redactor = redactor();
    let reading = Reading { redactor: &redactor, now: at(NOW) };
    let content_type =
        post.headers.iter().find(|(name, _)| *name == "content-type").map(|(_, value)| value.as_str());
    let query = post.path.split_once('?').map(|(_, query)| query);
    read(reading, &Body { content_type, query, bytes: post.body.as_bytes() })
}

fn query(query: &str) -> Read {
    read_post(&Post { method: "GET", path: format!("/x?{query}"), headers: Vec::new(), body: String::new() })
}

#[test]
fn down_opens_and_up_resolves_whichever_way_they_are_written() {
    let down = one(query(DOWN));
    assert_eq!((down.said, down.trouble, down.key.as_str()), (Said::Firing, Trouble::Down, "777749809"));
    assert_eq!(down.title, "Town API is down: HTTP 503 - Service Unavailable");
    assert_eq!(down.at, Some(at(NOW)));
    assert_eq!(
        facts(&down),
        [
            ("address", "https://api.monkeytown.ai/health"),
            ("details", "HTTP 503 - Service Unavailable"),
            ("monitor", "Town API"),
        ]
    );
    let up = one(json(read, include_str!("../fixtures/uptimerobot-up.json")));
    assert_eq!((up.said, up.trouble, up.key.as_str()), (Said::Resolved, Trouble::Down, "777749809"));
    assert_eq!(up.title, "Town's API & more is up");
    assert!(facts(&up).contains(&("lasted", "7 mins and 17 secs")));
    assert!(!up.facts.contains_key("days left"), "a placeholder was taken for a value");
}

#[test]
fn every_way_of_setting_it_up_says_the_same() {
    let monitor =
        Monitor { id: 7, name: "Town's <API> & more".into(), url: "https://api.monkeytown.ai/health".into() };
    let sent = |style| UptimeRobot { token: "t".into(), style };
    let when = at("2026-11-24T01:58:00Z");
    let first = read_post(&sent(Style::Query).down(&monitor, "It's gone & <lost>", when));
    for style in [Style::Form, Style::Json, Style::DollarJson] {
        assert_eq!(read_post(&sent(style).down(&monitor, "It's gone & <lost>", when)), first, "{style:?}");
    }
    assert!(first.id.is_some());
    let down = one(first.clone());
    assert_eq!(down.title, "Town's <API> & more is down: It's gone & <lost>");
    let up = read_post(&sent(Style::Form).up(&monitor, 437, when));
    assert_ne!(up.id, first.id);
    assert_eq!((one(up.clone()).said, one(up).key), (Said::Resolved, down.key));
    let expires = one(read_post(&sent(Style::Json).certificate(&monitor, 7, when)));
    assert_eq!(
        (expires.said, expires.trouble, expires.key.as_str()),
        (Said::Firing, Trouble::Expires, "7 ssl")
    );
    assert_eq!(expires.title, "Town's <API> & more: the certificate expires in 7 days");
}

#[test]
fn what_is_not_there_is_absent_and_what_cannot_be_read_is_told() {
    assert_eq!(reason(query("monitorID=*monitorID*&alertType=1")), "no monitor is named");
    assert_eq!(
        reason(query("monitorID=$monitorID&alertType=$alertType")),
        "neither a monitor nor an alert's type is named"
    );
    assert_eq!(reason(query("monitorID=7&alertType=9")), "its `alertType` is neither down, up nor expiry");
    assert_eq!(reason(query("")), "neither a monitor nor an alert's type is named");
    // Without a time nothing names the delivery; a price is no placeholder.
    let bare = query("monitorURL=https%3A%2F%2Fa.example&alertTypeFriendlyName=Down&alertDetails=$5%20off");
    assert_eq!(bare.id, None);
    let bare = one(bare);
    assert_eq!((bare.key.as_str(), bare.at), ("https://a.example", None));
    assert_eq!(bare.title, "https://a.example is down: $5 off");
    // JSON that its texts broke, and nothing else.
    assert!(
        reason(json(read, r#"{"monitorID": "7", "alertDetails": "say "hi""}"#))
            .starts_with("the body is not JSON")
    );
}
