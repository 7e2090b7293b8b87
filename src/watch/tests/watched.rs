use std::time::Duration;

use domain::alert::signal::Said;
use jiff::{SignedDuration, Timestamp};

use crate::reading::Reading;
use crate::row::Row;
use crate::standing::Rules;
use crate::told::came;
use crate::value::Unit;
use crate::watched::{Answer, Asks, Severities, Watch};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

fn watch(asks: Asks, unit: &str, warning: &str) -> Watch {
    let every = SignedDuration::from_mins(1);
    Watch {
        name: "queue-depth".to_owned(),
        asks,
        unit: Unit::parse(unit).unwrap(),
        per_second: false,
        every,
        rules: Rules::every(every, Some(warning.parse().unwrap()), None),
        severities: Severities::default(),
    }
}

fn url() -> String {
    "https://api.example/".to_owned()
}

#[test]
fn what_an_answer_tells() {
    let page = |metric: &str| Asks::Page { url: url(), metric: metric.parse().unwrap(), fold: None };
    let json = || Asks::Json { url: url(), pointer: "/status".to_owned() };
    let query = || Asks::Query { query: "sum(up)".to_owned(), fold: None };
    let vector = "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1,\"12\"]}}";
    let bad = "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse error\"}";
    for (asks, unit, warning, status, body, told) in [
        (page("depth"), "", "> 5", 200, "depth 7\n", "7"),
        (page("depth"), "ms", "> 5ms", 200, "depth 1500\n", "1.5 s"),
        (page("dept"), "", "> 5", 200, "depth 7\n", "no series is called dept; near: depth"),
        (page("depth"), "", "> 5", 500, "depth 7\n", "it could not be asked: it answered 500"),
        (json(), "", "!= \"healthy\"", 200, "{\"status\":\"degraded\"}", "\"degraded\""),
        (json(), "%", "< 90%", 200, "{\"status\":\"87.5\"}", "87.5 %"),
        (json(), "", "> 5", 204, "", "it could not be asked: it answered 204"),
        (query(), "s", "> 5s", 200, vector, "12 s"),
        (query(), "s", "> 5s", 400, bad, "the source says: bad_data: parse error"),
        (query(), "s", "> 5s", 502, "<html>", "it could not be asked: it answered 502"),
        (Asks::Status { url: url() }, "", "!= 200", 503, "", "503"),
        (Asks::Latency { url: url() }, "s", "> 1s", 200, "", "250 ms"),
        (
            Asks::Latency { url: url() },
            "s",
            "> 1s",
            301,
            "",
            "it could not be asked: it answered 301, and howler follows no redirect",
        ),
    ] {
        let watch = watch(asks, unit, warning);
        let took = Duration::from_millis(250);
        let answer = Answer { status, content_type: None, body: body.as_bytes(), took, at: at(0) };
        assert_eq!(came(&watch, &watch.read(&answer)), told, "{} {status} {body}", watch.asks);
    }
}

#[test]
fn a_counter_is_its_growth_and_its_reset_is_no_reading() {
    let page = Asks::Page { url: url(), metric: "errors_total".parse().unwrap(), fold: None };
    let watch = Watch { per_second: true, ..watch(page, "", "> 1") };
    let mut row = Row::new(&watch);
    let mut take = |second, total| row.take(&watch, Reading::Number(total), at(second));
    assert_eq!(take(0, 1_000.0), [], "a total alone says nothing");
    assert_eq!(take(60, 1_030.0), [], "half a second's worth");
    let began = take(120, 1_150.0);
    assert_eq!(began[0].title, "Queue depth is 2 a second: over 1");
    assert_eq!(take(180, 10.0), [], "a reset ends nothing");
    let ended = take(240, 20.0);
    assert_eq!((ended[0].said, ended[0].title.as_str()), (Said::Resolved, "0.1667 a second came"));
}

#[test]
fn howlers_own_downtime_is_nobodys_silence() {
    let watch = watch(Asks::Status { url: url() }, "", "!= 200");
    let silent = || Reading::from(Err(crate::reading::Reason::Empty));
    let mut row = Row::new(&watch);
    // Five minutes, then half an hour in which nobody asked.
    for minute in (0..5).chain(35..45) {
        assert_eq!(row.take(&watch, silent(), at(minute * 60)), [], "minute {minute}");
    }
    let blind = row.take(&watch, silent(), at(45 * 60));
    assert_eq!(blind[0].key, "queue-depth:absent");
    assert_eq!(blind[0].facts["level"], "absent");
    assert!(row.gone("over").iter().any(|end| end.key == "queue-depth:absent" && end.title == "over"));
    let stored: Row = serde_json::from_str(&serde_json::to_string(&row).unwrap()).unwrap();
    assert_eq!(stored, row);
}

#[test]
fn what_changes_the_meaning_changes_the_fingerprint() {
    let one = watch(Asks::Status { url: url() }, "", "!= 200");
    let every = Watch { every: SignedDuration::from_mins(5), ..one.clone() };
    assert_eq!(one.fingerprint(), every.fingerprint());
    let other = watch(Asks::Status { url: url() }, "", "!= 204");
    let unit = watch(Asks::Status { url: url() }, "k", "!= 200");
    let address = watch(Asks::Status { url: "https://other.example/".to_owned() }, "", "!= 200");
    for different in [other, unit, address, Watch { per_second: true, ..one.clone() }] {
        assert_ne!(one.fingerprint(), different.fingerprint(), "{different:?}");
    }
}
