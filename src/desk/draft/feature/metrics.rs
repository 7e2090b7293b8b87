//! What people ask of what is watched: how each stands, and how one went.

use ::watch::course::{Course, LimitLine};
use ::watch::history::{History, RowKey};
use ::watch::reading::near;
use ::watch::row::Row;
use ::watch::standing::{Level, State};
use ::watch::told;
use ::watch::watched::Watch;
use jiff::{SignedDuration, Timestamp};

use crate::book::Book;
use crate::draft::expiries::expiries;
use crate::draft::vendors::stand;
use config::Config;
use domain::metrics::{Course as Told, Metric, MetricsAnswer, MetricsLine, Spans, Stands, Went};
use store::StoreError;

/// Most names that are offered.
const NEAR: usize = 3;
/// Most stretches of a kind that are told one by one.
const STRETCHES: usize = 5;

/// Answers a line.
pub(super) fn read(
    book: &Book<'_>,
    config: &Config,
    line: &MetricsLine,
) -> Result<MetricsAnswer, StoreError> {
    Ok(match line {
        MetricsLine::All => {
            let metrics = config.watches.iter().map(|watch| metric(book, watch));
            let mut metrics = metrics.collect::<Result<Vec<Metric>, StoreError>>()?;
            metrics.sort_by_key(|metric| metric.stands);
            MetricsAnswer::All {
                metrics,
                vendors: stand(book, config),
                certificates: expiries(book, config),
                now: book.now,
            }
        }
        MetricsLine::One { name, span } => match named(config, name) {
            Named::One(watch) => MetricsAnswer::One(Box::new(answered(book, watch, *span)?)),
            Named::Several(names) => MetricsAnswer::Which { typed: name.clone(), names, span: *span },
            Named::None(near) => MetricsAnswer::NoSuch { typed: name.clone(), near },
        },
    })
}

/// Whom a name, or a part of one, means.
enum Named<'c> {
    One(&'c Watch),
    Several(Vec<String>),
    None(Vec<String>),
}

/// `p99` and `Response time P99` mean `response-time-p99`.
fn named<'c>(config: &'c Config, typed: &str) -> Named<'c> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', '.'], " ");
    let wanted = plain(typed);
    let whole = config.watches.iter().find(|watch| plain(&watch.name) == wanted);
    let words: Vec<&str> = wanted.split_whitespace().collect();
    let holds = |watch: &&Watch| {
        let name = plain(&watch.name);
        words.iter().all(|word| name.contains(word))
    };
    let found: Vec<&Watch> =
        whole.map_or_else(|| config.watches.iter().filter(holds).collect(), |it| vec![it]);
    match found[..] {
        [one] => Named::One(one),
        [] => Named::None(close(config, typed)),
        _ => Named::Several(found.into_iter().map(|watch| watch.name.clone()).collect()),
    }
}

/// Names like the one that was typed, else those with a word like it.
fn close(config: &Config, typed: &str) -> Vec<String> {
    let names = || config.watches.iter().map(|watch| watch.name.as_str());
    let whole = near(typed, names());
    if !whole.is_empty() {
        return whole;
    }
    let has_such = |name: &&str| !near(typed, name.split(['-', '_', '.'])).is_empty();
    names().filter(has_such).take(NEAR).map(str::to_owned).collect()
}

fn row<'b>(book: &'b Book<'_>, watch: &Watch) -> Option<&'b Row> {
    book.state.alerts.watched.get(&watch.name).filter(|row| row.of == watch.fingerprint())
}

fn metric(book: &Book<'_>, watch: &Watch) -> Result<Metric, StoreError> {
    let row = row(book, watch);
    let (stands, why) = match row.map(|row| row.standing.state(book.now, &watch.rules)) {
        None => (Stands::CannotTell, Some("it was not read yet".to_owned())),
        Some(State::Fine) => (Stands::Fine, None),
        Some(State::Breached { level: Level::Warning, .. }) => (Stands::Warning, None),
        Some(State::Breached { level: Level::Critical, .. }) => (Stands::Critical, None),
        Some(State::CannotTell { reason, .. }) => (Stands::CannotTell, Some(reason)),
    };
    let last = row.and_then(|row| row.standing.last());
    Ok(Metric {
        name: watch.name.clone(),
        stands,
        value: last.map(|(last, _)| told::shown(watch, last)),
        at: last.map(|(_, at)| at),
        why,
        hour: last_hour(book, watch)?,
    })
}

/// The lowest and the highest of the last hour, by its minutes alone.
fn last_hour(book: &Book<'_>, watch: &Watch) -> Result<Option<(String, String)>, StoreError> {
    let from = book.now.saturating_sub(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MIN);
    let mut rows = Vec::new();
    for key in RowKey::minutes(from, book.now) {
        rows.push((key, book.store.values_row(&watch.name, key)?));
    }
    let course = Course::of(watch, &History::load(rows), from, book.now);
    let both = course.lowest().zip(course.highest());
    Ok(both.map(|((low, _), (high, _))| (watch.shown(low), watch.shown(high))))
}

/// All that is kept of a watch between two instants. Blocks for the few milliseconds that about 120 rows take.
///
/// # Errors
/// When a row cannot be read.
pub fn course(
    book: &Book<'_>,
    watch: &Watch,
    from: Timestamp,
    until: Timestamp,
) -> Result<Course, StoreError> {
    // What is kept of something else goes with the next reading.
    let is_own = row(book, watch).is_some_and(|row| row.measured == watch.measured());
    let rows = if is_own { book.store.values(&watch.name)? } else { Vec::new() };
    Ok(Course::of(watch, &History::load(rows), from, until))
}

fn answered(book: &Book<'_>, watch: &Watch, span: SignedDuration) -> Result<Told, StoreError> {
    let from = book.now.saturating_sub(span).unwrap_or(Timestamp::MIN);
    let course = course(book, watch, from, book.now)?;
    Ok(Told {
        metric: metric(book, watch)?,
        asked: watch.asks.to_string(),
        from,
        until: book.now,
        begins: course.begins,
        went: went(watch, &course),
        gaps: Spans::of(&course.gaps, STRETCHES),
        words: watch.is_state(),
    })
}

fn went(watch: &Watch, course: &Course) -> Option<Went> {
    let (lowest, middle, highest) = (course.lowest()?, course.middle()?, course.highest()?);
    let over = |line: &LimitLine| {
        let threshold = watch.rules.of(line.level).map(told::in_words).unwrap_or_default();
        let name = format!("{} ({threshold})", told::word(line.level));
        (name, Spans::of(&course.over(line), STRETCHES))
    };
    let shown = |(number, at): (f64, Timestamp)| (watch.shown(number), at);
    Some(Went {
        lowest: shown(lowest),
        middle: watch.shown(middle),
        highest: shown(highest),
        over: course.limits.iter().map(over).collect(),
    })
}
