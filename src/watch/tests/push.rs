use jiff::{SignedDuration, Timestamp};

use crate::push::{Took, read, route};
use crate::reading::Reading;
use crate::selector::Selector;
use crate::standing::Rules;
use crate::value::Unit;
use crate::watched::{Asks, Severities, Watch};

fn now() -> Timestamp {
    "2026-11-30T02:10:00Z".parse().unwrap()
}

fn watch(name: &str, metric: &str, unit: &str) -> Watch {
    let every = SignedDuration::from_mins(1);
    Watch {
        name: name.to_owned(),
        asks: Asks::Push { metric: metric.parse::<Selector>().unwrap() },
        unit: Unit::parse(unit).unwrap(),
        per_second: false,
        every,
        rules: Rules::every(every, Some("> 5".parse().unwrap()), None),
        severities: Severities::default(),
    }
}

/// What a body comes to for the two watches there are: watch, seconds before now, number; and the rest.
fn routed(body: &str) -> (Vec<(String, i64, Option<f64>)>, Took) {
    let watches = [watch("mail", "queue_depth{queue!=\"sms\"}", ""), watch("slow", "took", "ms")];
    let (routed, took) = route(&read(body.as_bytes(), None).unwrap(), &watches, now());
    let told = routed.into_iter().map(|one| {
        let number = if let Reading::Number(number) = one.reading { Some(number) } else { None };
        (one.watch, now().duration_since(one.at).as_secs(), number)
    });
    (told.collect(), took)
}

#[test]
fn each_form_is_read() {
    let mail = |ago: i64, number: f64| ("mail".to_owned(), ago, Some(number));
    let slow = |ago: i64, number: f64| ("slow".to_owned(), ago, Some(number));
    for (body, wanted) in [
        (r#"{"name": "queue_depth", "value": 12}"#, vec![mail(0, 12.0)]),
        (r#"{"metric": "queue_depth", "value": 12, "time": "2026-11-30T02:09:00Z"}"#, vec![mail(60, 12.0)]),
        (r#"{"name": "queue_depth", "value": 1, "timestamp": 1796004540}"#, vec![mail(60, 1.0)]),
        (r#"{"name": "queue_depth", "value": 1, "time": 1796004540000}"#, vec![mail(60, 1.0)]),
        (r#"{"name": "took", "value": 640}"#, vec![slow(0, 0.64)]),
        (r#"{"name": "took", "value": 1.5, "unit": "s"}"#, vec![slow(0, 1.5)]),
        // In order of time, whatever the order they stand in.
        (
            r#"[{"name":"took","value":2,"time":1796004570},{"name":"took","value":1,"time":1796004540}]"#,
            vec![slow(60, 0.001), slow(30, 0.002)],
        ),
        ("# HELP queue_depth x\n# TYPE queue_depth gauge\nqueue_depth 12\n", vec![mail(0, 12.0)]),
        ("queue_depth{queue=\"mail\"} 3 1796004540000\n", vec![mail(60, 3.0)]),
        ("queue_depth{queue=\"sms\"} 9\nqueue_depth{queue=\"mail\"} 3\n", vec![mail(0, 3.0)]),
        // A number that is none, and one of another unit, cannot tell.
        ("took NaN\n", vec![("slow".to_owned(), 0, None)]),
        (r#"{"name": "took", "value": 5, "unit": "KB"}"#, vec![("slow".to_owned(), 0, None)]),
    ] {
        assert_eq!(routed(body).0, wanted, "{body}");
    }
}

#[test]
fn what_cannot_count_says_why() {
    let (_, took) = routed(
        r#"[{"name":"queue_dept","value":1},{"name":"nobody","value":1},{"name":"nobody","value":2}]"#,
    );
    assert_eq!(
        took.unknown,
        [("queue_dept".to_owned(), vec!["queue_depth".to_owned()]), ("nobody".to_owned(), Vec::new())]
    );
    for (body, part) in [
        (r#"{"name":"took","value":1,"time":"2026-11-30T02:12:00Z"}"#, "more than a minute ahead"),
        (r#"{"name":"took","value":1,"time":"2026-11-30T01:00:00Z"}"#, "more than an hour ago"),
        ("queue_depth{queue=\"mail\"} 3\nqueue_depth{queue=\"fax\"} 4\n", "several values of one time"),
    ] {
        let (routed, took) = routed(body);
        assert!(routed.is_empty() && took.refused.concat().contains(part), "{body}: {took:?}");
    }
    // What nobody can compare is told to whoever sent it, too.
    for (body, why) in [
        (
            r#"{"name":"took","value":5,"unit":"%"}"#,
            "a value of took for the watch slow: the value is a share, the watch counts in a time",
        ),
        ("took NaN\n", "a value of took for the watch slow: the value is NaN, which is no number to compare"),
    ] {
        assert_eq!(routed(body).1.refused, [why], "{body}");
    }
    // The same name with other labels: what is asked for is not what was sent.
    let (_, took) = routed("queue_depth{queue=\"sms\"} 3\n");
    assert_eq!(took.unknown, [("queue_depth".to_owned(), vec!["queue_depth{queue!=\"sms\"}".to_owned()])]);
    // The same value twice is one that came twice.
    let twice =
        r#"[{"name":"took","value":1,"time":1796004540},{"name":"took","value":1,"time":1796004540}]"#;
    assert_eq!(routed(twice).0.len(), 2);
}

#[test]
fn a_body_is_read_whole_or_not_at_all() {
    let many = "took 1\n".repeat(1_001);
    for (body, kind, part) in [
        ("", None, "the body is empty"),
        ("  \n", None, "the body is empty"),
        ("[]", None, "no value in it"),
        ("# nothing\n", None, "no value in it"),
        ("took 1", None, "cut off"),
        ("took\n", None, "line 1 is not understood: the value is missing"),
        ("took 1\nwhat is this\n", None, "line 2"),
        ("took 1\n", Some("application/json; charset=utf-8"), "not JSON"),
        (many.as_str(), None, "1001 values, at most 1000"),
        (r#"{"name":"took"}"#, None, "missing field `value`"),
        (r#"{"name":"took","value":"640ms"}"#, None, "value 1 is not understood"),
        (r#"{"name":"took","value":1,"tiem":1}"#, None, "unknown field `tiem`"),
        (r#"{"name":"queue depth","value":1}"#, None, "`queue depth` is no name"),
        (r#"{"name":"","value":1}"#, None, "is no name"),
        (r#"{"name":"took","value":1,"unit":"parsec"}"#, None, "parsec"),
        (r#"{"name":"took","value":1,"time":"yesterday"}"#, None, "`yesterday` is no time"),
        (r#"[{"name":"took","value":1},{"name":"took"}]"#, None, "value 2"),
        ("[1, 2", None, "not understood"),
        ("\u{0}\n", None, "line 1"),
    ] {
        let why = read(body.as_bytes(), kind).unwrap_err();
        assert!(why.contains(part), "{body:?}: {why}");
    }
    assert!(read(&[0xff, 0xfe], None).unwrap_err().contains("UTF-8"));
}

/// Silence of one that is pushed, every minute; nothing is told before ten minutes of it.
#[test]
fn silence_counts_from_the_newest_value_or_from_when_howler_listens() {
    let rules = watch("mail", "queue_depth", "").rules;
    let at = |minute: i64| now() + SignedDuration::from_mins(minute);
    // The minutes with a value, since when howler listens (it looks from then on), and when silence is told.
    for (values, listening, told) in [
        (vec![], None, Some(10)),
        (vec![], Some(0), Some(10)),
        (vec![0, 1, 2], None, Some(12)),
        (vec![0, 1, 2], Some(20), Some(30)),
        (vec![0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38], None, None),
        (vec![0, 1, 11, 21], None, Some(31)),
    ] {
        let (mut standing, mut found) = (crate::standing::Standing::default(), None);
        for minute in 0..=39 {
            if values.contains(&minute) {
                standing.take(&Reading::Number(1.0), at(minute), &rules);
            }
            if minute < listening.unwrap_or(0) {
                continue;
            }
            let changes = standing.silent(at(minute), listening.map(at), &rules);
            found = found.or((!changes.is_empty()).then_some(minute));
        }
        assert_eq!(found, told, "{values:?} {listening:?}");
    }
}
