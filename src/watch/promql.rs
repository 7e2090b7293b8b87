//! What `/api/v1/query` and `/api/v1/query_range` of Prometheus answer. <https://prometheus.io/docs/prometheus/latest/querying/api/>.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::reading::{Reading, Reason, words};
use crate::text_format::{Fold, instant, one};
use crate::text_line::float;

/// Most warnings that are kept of one answer.
const WARNINGS_MOST: usize = 5;
/// Most series of one answer.
const SERIES_MOST: usize = 10_000;

/// One value, as the server reckoned it.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// In the source's unit.
    pub reading: Reading,
    /// The server's clock, UTC.
    pub at: Timestamp,
    /// What the server says beside it: the value may be incomplete. Plain and cut to size, not escaped.
    pub warnings: Vec<String>,
}

/// Values over a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    /// In order of their times (the server's clock, UTC), in the source's unit; what is not a number is left out, as a gap.
    pub points: Vec<(Timestamp, f64)>,
    /// As [`Answer::warnings`].
    pub warnings: Vec<String>,
}

#[derive(Deserialize)]
struct Envelope {
    status: String,
    #[serde(default)]
    data: Option<Data>,
    #[serde(default, rename = "errorType")]
    error_type: String,
    #[serde(default)]
    error: String,
    #[serde(default)]
    warnings: Vec<String>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "resultType")]
    kind: String,
    result: Value,
}

#[derive(Deserialize)]
struct Series {
    #[serde(default)]
    value: Option<Point>,
    #[serde(default)]
    values: Vec<Point>,
}

/// A time in seconds and a value as text.
type Point = (f64, String);

/// Reads the answer of an instant query. Several series need `fold`.
///
/// # Errors
/// What the server says, or why its answer tells nothing.
pub fn read(body: &[u8], most: usize, fold: Option<Fold>) -> Result<Answer, Reason> {
    let (data, warnings) = envelope(body, most)?;
    let (at, reading) = match data.kind.as_str() {
        "scalar" => {
            let (at, value) = point(data.result)?;
            (at, Reading::number(number(&value)?))
        }
        "string" => {
            let (at, value) = point(data.result)?;
            (at, Reading::state(&value))
        }
        "vector" => {
            let points = series(data.result)?.into_iter().map(|series| series.value);
            let points: Option<Vec<Point>> = points.collect();
            let points =
                points.ok_or_else(|| not_this("a number for each series; native histograms are not read"))?;
            let at = points.first().ok_or(Reason::NothingFound)?.0;
            let numbers: Vec<f64> =
                points.iter().map(|(_, value)| number(value)).collect::<Result<_, _>>()?;
            (at, Reading::Number(one(&numbers, fold)?))
        }
        "matrix" => {
            return Err(not_this("one value for each series; ask query_range, or take the window out"));
        }
        _ => return Err(not_this("a result that howler knows")),
    };
    if let Reading::CannotTell(reason) = reading {
        return Err(reason);
    }
    Ok(Answer { reading, at: instant(at), warnings })
}

/// Reads the answer of a range query. Several series need `fold`, which is taken at each time for itself.
///
/// # Errors
/// What the server says, or why its answer tells nothing.
pub fn read_range(body: &[u8], most: usize, fold: Option<Fold>) -> Result<Range, Reason> {
    let (data, warnings) = envelope(body, most)?;
    if data.kind != "matrix" {
        return Err(not_this("a range of values"));
    }
    let all = series(data.result)?;
    match (all.len(), fold) {
        (0, _) => return Err(Reason::NothingFound),
        (1, _) | (_, Some(_)) => {}
        (found, None) => return Err(Reason::ManySeries { found }),
    }
    if all.iter().any(|series| series.values.is_empty()) {
        return Err(not_this("numbers for each series; native histograms are not read"));
    }
    let mut by_time: BTreeMap<Timestamp, Vec<f64>> = BTreeMap::new();
    for (at, value) in all.iter().flat_map(|series| &series.values) {
        by_time.entry(instant(*at)).or_default().push(number(value)?);
    }
    let points = by_time.into_iter().filter_map(|(at, numbers)| Some((at, one(&numbers, fold).ok()?)));
    Ok(Range { points: points.collect(), warnings })
}

fn not_this(what: &str) -> Reason {
    Reason::NotThis { what: what.to_owned() }
}

fn envelope(body: &[u8], most: usize) -> Result<(Data, Vec<String>), Reason> {
    if body.len() > most {
        return Err(Reason::TooLong { most });
    }
    let envelope: Envelope =
        serde_json::from_slice(body).map_err(|_| not_this("an answer of Prometheus' query API"))?;
    let warnings = envelope.warnings.iter().take(WARNINGS_MOST).map(|warning| words(warning)).collect();
    match (envelope.status.as_str(), envelope.data) {
        ("success", Some(data)) => Ok((data, warnings)),
        ("error", _) => {
            let what = words(&format!("{}: {}", envelope.error_type, envelope.error));
            Err(Reason::Refused { what })
        }
        _ => Err(not_this("an answer of Prometheus' query API")),
    }
}

fn series(result: Value) -> Result<Vec<Series>, Reason> {
    let series: Vec<Series> =
        serde_json::from_value(result).map_err(|_| not_this("a list of series with their values"))?;
    if series.len() > SERIES_MOST { Err(Reason::ManySeries { found: series.len() }) } else { Ok(series) }
}

fn point(result: Value) -> Result<Point, Reason> {
    serde_json::from_value(result).map_err(|_| not_this("a time and a value"))
}

fn number(text: &str) -> Result<f64, Reason> {
    float(text).ok_or_else(|| Reason::NotANumber { what: words(text) })
}
