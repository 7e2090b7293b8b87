//! One number of a page in Prometheus' text format (0.0.4) or in OpenMetrics 1.0.
//!
//! Strict as Prometheus is: a line that is not understood, a last line without its end and a page without `# EOF` where OpenMetrics was
//! promised make all of it *cannot tell*, for half a page may be half a number.
//!
//! No crate is used for it: of those there are, `prometheus-parse` splits labels at every comma and passes over what it does not
//! understand, and brings a second library for time; `openmetrics-parser` is LGPL, keeps a copy of the whole page, and brings a generator
//! of parsers; `prom_text_format_parser` had one release and knows no OpenMetrics.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::reading::{Reason, near, words};
use crate::selector::Selector;
use crate::text_line::{Labels, Line, Sample, read as read_line};

/// Most names that are kept to find near ones among.
const NAMES_MOST: usize = 2_000;
/// Most series that may match; more are told as too many to be meant, whatever is to become of them.
const SERIES_MOST: usize = 10_000;
/// How old a value with a time of its own may be. Prometheus looks back as far.
const STALE_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// What becomes of several series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fold {
    Sum,
    Max,
    Min,
    Avg,
}

impl Fold {
    /// One number of many; `None` of none.
    pub fn of(self, numbers: &[f64]) -> Option<f64> {
        let sum = || numbers.iter().sum::<f64>();
        match self {
            _ if numbers.is_empty() => None,
            Self::Sum => Some(sum()),
            Self::Max => numbers.iter().copied().reduce(f64::max),
            Self::Min => numbers.iter().copied().reduce(f64::min),
            #[allow(clippy::cast_precision_loss)] // far fewer than 2^52
            Self::Avg => Some(sum() / numbers.len() as f64),
        }
    }
}

/// A page as it came.
#[derive(Clone, Copy, Debug)]
pub struct Page<'p> {
    pub body: &'p [u8],
    /// As its header says. `application/openmetrics-text` must end with `# EOF`, and its times are seconds.
    pub content_type: Option<&'p str>,
    /// The longest body that is read, in bytes.
    pub most: usize,
    /// When it came, UTC, by howler's clock.
    pub at: Timestamp,
}

/// Series that are wanted, in order of their labels, with their values.
pub(crate) type Found = BTreeMap<Labels, f64>;

impl Page<'_> {
    /// The number that is wanted, as it stands there.
    ///
    /// # Errors
    /// Why nobody can tell.
    pub fn number(&self, wanted: &Selector, fold: Option<Fold>) -> Result<f64, Reason> {
        let found: Vec<f64> = self.find(wanted)?.into_values().collect();
        one(&found, fold)
    }

    /// What the page says its metric is: `counter`, `gauge`, `histogram`. `None` where it says nothing, or is no page.
    pub fn kind_of(&self, name: &str) -> Option<String> {
        let text = std::str::from_utf8(self.body.get(..self.most.min(self.body.len()))?).ok()?;
        let counted = name.strip_suffix("_total");
        text.lines().find_map(|line| match read_line(line) {
            Ok(Line::Type { name: of, kind }) if of == name || Some(of) == counted => Some(words(kind)),
            _ => None,
        })
    }

    /// All series that are wanted; at least one.
    pub(crate) fn find(&self, wanted: &Selector) -> Result<Found, Reason> {
        let text = self.text()?;
        let open = self.is_open_metrics();
        let (mut series, mut names) = (Series::default(), std::collections::BTreeSet::new());
        let (mut of_the_name, mut ended) = (0, false);
        for (number, line) in (1..).zip(text.lines()) {
            let not_understood = |what: &str| Reason::NotUnderstood { line: number, what: what.to_owned() };
            match read_line(line).map_err(not_understood)? {
                _ if ended && open => return Err(not_understood("something follows the end")),
                Line::End => ended = true,
                Line::Sample(sample) if sample.name == wanted.name() => {
                    of_the_name += 1;
                    if wanted.wants(&sample.labels) {
                        series.put(sample, open)?;
                    }
                }
                Line::Sample(sample) if names.len() < NAMES_MOST && !names.contains(sample.name.as_ref()) => {
                    names.insert(sample.name.into_owned());
                }
                Line::Sample(_) | Line::Type { .. } | Line::Nothing => {}
            }
        }
        if open && !ended {
            return Err(Reason::CutOff);
        }
        match (of_the_name, series.0.is_empty()) {
            (0, _) if names.is_empty() => Err(Reason::Empty),
            (0, _) => {
                let near = near(wanted.name(), names.iter().map(String::as_str));
                Err(Reason::NoSuchSeries { name: words(wanted.name()), near })
            }
            (have, true) => Err(Reason::NoSuchLabels { name: words(wanted.name()), have }),
            _ => series.values(self.at),
        }
    }

    fn is_open_metrics(&self) -> bool {
        self.content_type.is_some_and(|kind| {
            kind.trim_start().to_ascii_lowercase().starts_with("application/openmetrics-text")
        })
    }

    fn text(&self) -> Result<&str, Reason> {
        if self.body.len() > self.most {
            return Err(Reason::TooLong { most: self.most });
        }
        let text = std::str::from_utf8(self.body)
            .map_err(|_| Reason::NotThis { what: "text in UTF-8".to_owned() })?;
        if text.trim().is_empty() {
            return Err(Reason::Empty);
        }
        let is_html = text.trim_start().starts_with('<');
        let kind = self.content_type.unwrap_or_default().to_ascii_lowercase();
        if is_html || kind.contains("html") || kind.contains("json") || kind.contains("protobuf") {
            return Err(Reason::NotThis { what: "Prometheus' text format".to_owned() });
        }
        if !text.ends_with('\n') && !text.ends_with("# EOF") {
            return Err(Reason::CutOff);
        }
        Ok(text)
    }
}

/// One number of those that match.
pub(crate) fn one(found: &[f64], fold: Option<Fold>) -> Result<f64, Reason> {
    let number = match (found, fold) {
        ([], _) => return Err(Reason::NothingFound),
        ([number], _) => *number,
        (many, None) => return Err(Reason::ManySeries { found: many.len() }),
        (many, Some(fold)) => match many.iter().find(|number| !number.is_finite()) {
            Some(odd) => *odd,
            None => fold.of(many).unwrap_or(f64::NAN),
        },
    };
    if number.is_finite() { Ok(number) } else { Err(Reason::NotANumber { what: number.to_string() }) }
}

/// Values by series, each with its time where it has one.
#[derive(Default)]
struct Series(BTreeMap<Labels, (Option<f64>, f64)>);

impl Series {
    /// The same series twice cannot be told apart; only OpenMetrics may write one with several times, of which the last counts.
    fn put(&mut self, sample: Sample<'_>, open: bool) -> Result<(), Reason> {
        let stamp = sample.stamp.map(|stamp| if open { stamp } else { stamp / 1e3 });
        let have = self.0.len();
        match self.0.get_mut(&sample.labels) {
            None if have >= SERIES_MOST => Err(Reason::ManySeries { found: have + 1 }),
            None => {
                self.0.insert(sample.labels, (stamp, sample.value));
                Ok(())
            }
            Some(known) => match (known.0, stamp) {
                (Some(before), Some(after)) if open && before < after => {
                    *known = (stamp, sample.value);
                    Ok(())
                }
                _ => Err(Reason::Duplicate {
                    series: words(&format!("{}{}", sample.name, sample.labels.shown())),
                }),
            },
        }
    }

    /// The values, where none of them is too old to be meant for now.
    fn values(self, now: Timestamp) -> Result<Found, Reason> {
        let oldest = now.saturating_sub(STALE_AFTER).unwrap_or(Timestamp::MIN);
        let mut found = Found::new();
        for (labels, (stamp, value)) in self.0 {
            if let Some(at) = stamp.map(instant).filter(|at| *at < oldest) {
                return Err(Reason::Stale { at });
            }
            found.insert(labels, value);
        }
        Ok(found)
    }
}

/// Seconds since 1970 as an instant; nonsense becomes the nearest end of time.
pub(crate) fn instant(seconds: f64) -> Timestamp {
    #[allow(clippy::cast_possible_truncation)] // casts of floats saturate
    let milliseconds = (seconds * 1e3).round() as i64;
    let end = if milliseconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(milliseconds).unwrap_or(end)
}
