use jiff::Timestamp;

use crate::promql::{read, read_range};
use crate::reading::{Reading, Reason};
use crate::text_format::Fold;

const MOST: usize = 10_000;

fn success(kind: &str, result: &str) -> String {
    format!(r#"{{"status":"success","data":{{"resultType":"{kind}","result":{result}}}}}"#)
}

/// The examples of the API's own page.
const VECTOR: &str = r#"[{"metric":{"__name__":"up","job":"prometheus","instance":"localhost:9090"},"value":[1435781451.781,"1"]},{"metric":{"__name__":"up","job":"node","instance":"localhost:9100"},"value":[1435781451.781,"0"]}]"#;
const MATRIX: &str = r#"[{"metric":{"__name__":"up","job":"prometheus"},"values":[[1435781430.781,"1"],[1435781445.781,"NaN"],[1435781460.781,"1"]]},{"metric":{"__name__":"up","job":"node"},"values":[[1435781430.781,"0"],[1435781460.781,"1"]]}]"#;

#[test]
fn one_value_is_read() {
    let one = r#"[{"metric":{},"value":[1435781451.781,"0.25"]}]"#;
    for (body, fold, reading) in [
        (success("vector", one), None, Reading::Number(0.25)),
        (success("vector", VECTOR), Some(Fold::Min), Reading::Number(0.0)),
        (success("vector", VECTOR), Some(Fold::Avg), Reading::Number(0.5)),
        (success("scalar", r#"[1435781451.781,"1e3"]"#), None, Reading::Number(1_000.0)),
        (success("string", r#"[1435781451.781,"healthy"]"#), None, Reading::State("healthy".into())),
    ] {
        let answer = read(body.as_bytes(), MOST, fold).unwrap();
        assert_eq!(answer.reading, reading, "{body}");
        assert_eq!(answer.at, Timestamp::from_millisecond(1_435_781_451_781).unwrap());
    }
}

#[test]
fn what_tells_nothing_says_why() {
    let not = |what: &str| Reason::NotThis { what: what.into() };
    let api = || not("an answer of Prometheus' query API");
    let refused = Reason::Refused { what: "bad_data: invalid parameter \"query\": 1:3: parse error".into() };
    let nan = |what: &str| Reason::NotANumber { what: what.into() };
    for (body, reason) in [
        (success("vector", "[]"), Reason::NothingFound),
        (success("vector", VECTOR), Reason::ManySeries { found: 2 }),
        (success("vector", r#"[{"metric":{},"value":[1,"NaN"]}]"#), nan("NaN")),
        (success("scalar", r#"[1,"+Inf"]"#), nan("inf")),
        (success("scalar", r#"[1,"much"]"#), nan("much")),
        (success("scalar", "7"), not("a time and a value")),
        (success("vector", r#"[{"metric":{},"histogram":[1,{"count":"60"}]}]"#),
            not("a number for each series; native histograms are not read")),
        (success("matrix", MATRIX), not("one value for each series; ask query_range, or take the window out")),
        (success("tensor", "[]"), not("a result that howler knows")),
        (r#"{"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": 1:3: parse error"}"#.into(), refused),
        (r#"{"status":"success"}"#.into(), api()),
        (r#"{"status":"success","data":{"resultType":"vector""#.into(), api()),
        ("<html>".into(), api()),
        (String::new(), api()),
        (" ".repeat(MOST + 1), Reason::TooLong { most: MOST }),
    ] {
        assert_eq!(read(body.as_bytes(), MOST, None), Err(reason), "{body}");
    }
}

#[test]
fn what_the_server_says_beside_it_is_kept_short_and_plain() {
    let long = "x".repeat(4_000);
    let body = format!(
        r#"{{"status":"success","data":{{"resultType":"scalar","result":[1,"2"]}},"warnings":["partial\u0000 answer","{long}","3","4","5","6"],"infos":["so so"]}}"#
    );
    let warnings = read(body.as_bytes(), MOST, None).unwrap().warnings;
    assert_eq!(warnings.len(), 5);
    assert_eq!(warnings[0], "partial answer");
    assert!(warnings[1].chars().count() <= 120);
}

#[test]
fn a_range_keeps_its_gaps() {
    let at = |second: i64| Timestamp::from_millisecond(1_435_781_000_781 + second * 1_000).unwrap();
    let range = read_range(success("matrix", MATRIX).as_bytes(), MOST, Some(Fold::Sum)).unwrap();
    assert_eq!(range.points, [(at(430), 1.0), (at(460), 2.0)]);
    let many = read_range(success("matrix", MATRIX).as_bytes(), MOST, None);
    assert_eq!(many, Err(Reason::ManySeries { found: 2 }));
    let none = read_range(success("matrix", "[]").as_bytes(), MOST, None);
    assert_eq!(none, Err(Reason::NothingFound));
    assert!(read_range(success("vector", VECTOR).as_bytes(), MOST, Some(Fold::Sum)).is_err());
    let native = r#"[{"metric":{},"histograms":[[1,{}]]}]"#;
    assert!(read_range(success("matrix", native).as_bytes(), MOST, None).is_err());
}
