use jiff::Timestamp;

use crate::reading::Reason;
use crate::selector::Selector;
use crate::text_format::{Fold, Page};

const MOST: usize = 100_000;
const OPEN: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// The example of Prometheus' own page on the format; its times are of 2014.
const EXAMPLE: &str = r#"# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1.458255915e9

# Minimalistic line:
metric_without_timestamp_and_labels 12.47

# A weird metric from before the epoch:
something_weird{problem="division by zero"} +Inf -3982045

# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{le="0.05"} 24054
http_request_duration_seconds_bucket{le="+Inf"} 144320
http_request_duration_seconds_sum 53423
http_request_duration_seconds_count 144320
telemetry_requests_metrics_latency_microseconds{quantile="0.99"} 76656
telemetry_requests_metrics_latency_microseconds_sum 1.7560473e+07
"#;

fn at() -> Timestamp {
    Timestamp::from_second(1_395_066_400).unwrap()
}

fn number_of(
    body: &str,
    content_type: Option<&str>,
    wanted: &str,
    fold: Option<Fold>,
) -> Result<f64, Reason> {
    let page = Page { body: body.as_bytes(), content_type, most: MOST, at: at() };
    page.number(&wanted.parse().unwrap(), fold)
}

#[test]
fn the_published_example_is_read() {
    for (wanted, fold, number) in [
        (r#"http_requests_total{code="400"}"#, None, 3.0),
        (r#"http_requests_total{code="200", method="post",}"#, None, 1_027.0),
        (r#"http_requests_total{code=~"4.."}"#, None, 3.0),
        (r#"http_requests_total{code!="400"}"#, None, 1_027.0),
        (r#"http_requests_total{code!~"4..|5.."}"#, None, 1_027.0),
        ("http_requests_total", Some(Fold::Sum), 1_030.0),
        ("http_requests_total", Some(Fold::Max), 1_027.0),
        ("http_requests_total", Some(Fold::Min), 3.0),
        ("http_requests_total", Some(Fold::Avg), 515.0),
        (
            r#"msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error=~"(?s).*\n.*"}"#,
            None,
            1.458_255_915e9,
        ),
        ("metric_without_timestamp_and_labels", None, 12.47),
        ("metric_without_timestamp_and_labels{}", None, 12.47),
        (r#"telemetry_requests_metrics_latency_microseconds{quantile="0.99"}"#, None, 76_656.0),
        ("telemetry_requests_metrics_latency_microseconds_sum", None, 17_560_473.0),
    ] {
        assert_eq!(number_of(EXAMPLE, None, wanted, fold), Ok(number), "{wanted}");
    }
}

#[test]
fn what_cannot_be_told_says_why() {
    let other = |what: &str| Reason::NotThis { what: what.into() };
    let line = |line, what: &str| Reason::NotUnderstood { line, what: what.into() };
    for (body, wanted, reason) in [
        (EXAMPLE, "http_requests_total", Reason::ManySeries { found: 2 }),
        (
            EXAMPLE,
            "http_requests",
            Reason::NoSuchSeries {
                name: "http_requests".into(),
                near: vec![
                    "http_requests_total".into(),
                    "http_request_duration_seconds_sum".into(),
                    "http_request_duration_seconds_count".into(),
                ],
            },
        ),
        (
            EXAMPLE,
            r#"http_requests_total{code="500"}"#,
            Reason::NoSuchLabels { name: "http_requests_total".into(), have: 2 },
        ),
        (EXAMPLE, "something_weird", Reason::Stale { at: Timestamp::from_millisecond(-3_982_045).unwrap() }),
        ("a +Inf\n", "a", Reason::NotANumber { what: "inf".into() }),
        ("a Nan\n", "a", Reason::NotANumber { what: "NaN".into() }),
        ("a 1\na 2\n", "a", Reason::Duplicate { series: "a{}".into() }),
        (
            "a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 1\n",
            "a",
            Reason::Duplicate { series: "a{x=\"1\",y=\"2\"}".into() },
        ),
        ("", "a", Reason::Empty),
        ("\n\n", "a", Reason::Empty),
        ("# HELP a nothing else\n", "a", Reason::Empty),
        ("a 12", "a", Reason::CutOff),
        ("a 1\nb{x=\"", "a", Reason::CutOff),
        ("a 1\nb{x=\"\n", "a", line(2, "a double quote is not closed")),
        ("a 1\n1b 2\n", "a", line(2, "it begins with no name of a metric")),
        ("a one\n", "a", line(1, "the value is not a number")),
        ("a\n", "a", line(1, "the value is missing")),
        ("a 1 2 3\n", "a", line(1, "something follows the time")),
        ("a 1 now\n", "a", line(1, "the time is not a number")),
        ("a{x=\"1\",x=\"2\"} 1\n", "a", line(1, "a label stands twice")),
        ("a{x=1} 1\n", "a", line(1, "a label's value is not in double quotes")),
        ("a{x=\"1\" y=\"2\"} 1\n", "a", line(1, "labels are not separated by commas")),
        ("a 1 # see there\n", "a", line(1, "what follows the # is no exemplar")),
        ("<!doctype html>\n", "a", other("Prometheus' text format")),
        ("{\"a\": 1}\n", "a", line(1, "labels are not separated by commas")),
    ] {
        assert_eq!(number_of(body, None, wanted, None), Err(reason), "{body} {wanted}");
    }
    assert_eq!(
        number_of("a 1\n", Some("text/html; charset=utf-8"), "a", None),
        Err(other("Prometheus' text format"))
    );
    let latin = Page { body: b"a{x=\"\xff\"} 1\n", content_type: None, most: MOST, at: at() };
    assert_eq!(latin.number(&"a".parse().unwrap(), None), Err(other("text in UTF-8")));
}

#[test]
fn oddities_that_are_allowed() {
    for (body, wanted, number) in [
        (" a \t 1 \r\n", "a", 1.0),
        ("a{} 0x\nb 1\n", "b", f64::NAN),
        ("a{x=\"1\",} 1\n", r#"a{x="1"}"#, 1.0),
        ("a { x = \"}\" , y=\"a,b=c # d\" } 7\n", r#"a{x="}"}"#, 7.0),
        ("a{x=\"\"} 1\n", "a{x=\"\"}", 1.0),
        ("a{x=\"\\q\"} 1\n", r#"a{x="\\q"}"#, 1.0),
        ("a 1e3\n", "a", 1_000.0),
        ("a -.5\n", "a", -0.5),
        ("{\"a\",x=\"1\"} 4\n", "a", 4.0),
        ("a_bucket{le=\"1\"} 3 # {trace_id=\"x\"} 0.67 1395066400.1\n", "a_bucket", 3.0),
        ("#\n#comment\n# TYPE a gauge\n# HELP a \\ anything { \"\na 2\n", "a", 2.0),
        ("a 5 1395066300000\n", "a", 5.0),
    ] {
        match number_of(body, None, wanted, None) {
            Ok(read) => assert_eq!(read, number, "{body}"),
            Err(reason) => assert!(number.is_nan(), "{body}: {reason}"),
        }
    }
}

#[test]
fn open_metrics_ends_with_its_end_and_counts_in_seconds() {
    let whole = "# TYPE foo counter\n# UNIT foo seconds\nfoo_total 17.0 1395066350.789 # {id=\"a\"} 1 2\nfoo_created 1520430000.123\n# EOF\n";
    assert_eq!(number_of(whole, Some(OPEN), "foo_total", None), Ok(17.0));
    assert_eq!(number_of(whole.trim_end(), Some(OPEN), "foo_total", None), Ok(17.0));
    let cut = whole.replace("# EOF\n", "");
    assert_eq!(number_of(&cut, Some(OPEN), "foo_total", None), Err(Reason::CutOff));
    assert!(number_of(&format!("{whole}foo_total 1\n"), Some(OPEN), "foo_total", None).is_err());
    // Several points of one series: the last one counts, where they are in order.
    let points = "foo 17.0 1395066300\nfoo 18.0 1395066390\n# EOF\n";
    assert_eq!(number_of(points, Some(OPEN), "foo", None), Ok(18.0));
    assert!(matches!(number_of(points, None, "foo", None), Err(Reason::Duplicate { .. })));
    let old = "foo 17.0 1395066000\n# EOF\n";
    assert!(matches!(number_of(old, Some(OPEN), "foo", None), Err(Reason::Stale { .. })));
    let page = Page { body: whole.as_bytes(), content_type: Some(OPEN), most: MOST, at: at() };
    assert_eq!(page.kind_of("foo_total").as_deref(), Some("counter"));
    assert_eq!(page.kind_of("bar"), None);
}

#[test]
fn a_page_that_is_too_long_is_not_read() {
    let page = "a 1\n".repeat(MOST);
    assert_eq!(number_of(&page, None, "a", None), Err(Reason::TooLong { most: MOST }));
}

#[test]
fn selectors_that_are_none_say_what_works() {
    for (text, why) in [
        ("", "name of a metric is missing"),
        ("{x=\"1\"}", "name of a metric is missing"),
        ("a{x}", "a label needs =, !=, =~ or !~"),
        ("a{x=1}", "a label's value stands in double quotes"),
        ("a{x=\"1}", "a double quote is not closed"),
        ("a{x=\"1\" y=\"2\"}", "labels are separated by commas"),
        ("a b", "labels stand in braces"),
        ("a{=\"1\"}", "a label's name is missing"),
        ("a{x=~\"(\"}", "is not a pattern"),
    ] {
        let problem = text.parse::<Selector>().unwrap_err().to_string();
        assert!(problem.contains(why), "{text}: {problem}");
    }
    let page = Page { body: EXAMPLE.as_bytes(), content_type: None, most: MOST, at: at() };
    assert!(
        page.number(&"http_request_duration".parse().unwrap(), None)
            .unwrap_err()
            .to_string()
            .contains("; near: ")
    );
}

proptest::proptest! {
    /// Whatever comes is read or told.
    #[test]
    fn any_page_is_a_number_or_a_reason(body in "(\\PC|[a-z{}=\",#\\\\ 0-9\n]){0,80}\n?") {
        if let Ok(number) = number_of(&body, None, "a", Some(Fold::Sum)) {
            proptest::prop_assert!(number.is_finite());
        }
    }

    /// Any value of a label comes back as it was.
    #[test]
    fn labels_keep_their_values(value in "\\PC{1,20}|[\\\\\"\n,}=#]{1,8}", number in -1e9..1e9_f64) {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let body = format!("a{{x=\"{escaped}\",y=\"other\"}} {number}\na{{x=\"not {escaped}\"}} 1\n");
        let wanted = format!("a{{x=\"{escaped}\"}}");
        proptest::prop_assert_eq!(number_of(&body, None, &wanted, None), Ok(number));
    }
}
