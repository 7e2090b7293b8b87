//! The words for what is watched: how each stands, and how one went.

use jiff::{SignedDuration, Timestamp};

use crate::Message;
use crate::blocks::{Button, Draft};
use crate::lines::Via;
use crate::time::{day_utc, spoken, typed as typed_time};
use crate::vendors;
use crate::words::{Words, bold, clock, code, moment, words};
use domain::command::{Command, Line};
use domain::feature::FeatureLine;
use domain::metrics::{Course, Metric, MetricsAnswer, MetricsLine, RunsOut, Spans, Stands, USUAL, Went};
use domain::text::shorten;

/// Most that are named in a list.
const NAMED: usize = 40;
/// Most of a reason and of what is asked, and of a name in a button.
const WHY: usize = 80;
const ASKED: usize = 300;
const BUTTON: usize = 60;
/// Most certificates.
const CERTIFICATES: usize = 4;
/// Most choices.
const CHOICES: usize = 5;

/// The private answer.
pub(super) fn answer(answer: &MetricsAnswer, via: Via) -> Message {
    match answer {
        MetricsAnswer::All { metrics, vendors, certificates, now } => {
            let draft = match metrics.is_empty() {
                true => Draft::new().line(words![
                    "Nothing is watched: howler.toml has no ",
                    code("[[watch]]"),
                    "."
                ]),
                false => all(metrics, *now, via),
            };
            let head = (!vendors.is_empty()).then(|| words![bold("Vendors"), ":"]);
            let draft = draft.lines(head.into_iter().collect()).bullets(vendors::lines(vendors, *now));
            let head = (!certificates.is_empty()).then(|| words![bold("Certificates and domains"), ":"]);
            draft.lines(head.into_iter().collect()).bullets(self::certificates(certificates)).finish()
        }
        MetricsAnswer::One(course) => one(course, via),
        MetricsAnswer::Which { typed, names, span } => which(typed, names, *span, via),
        MetricsAnswer::NoSuch { typed, near } => {
            let near = (!near.is_empty()).then(|| words![format!(" Near: {}.", near.join(", "))]);
            Draft::new()
                .line(words!["No watch is called ", code(typed.clone()), "."].and_if(near))
                .line(words!["All of them: ", code(via.runbook("metrics"))])
                .finish()
        }
    }
}

fn all(metrics: &[Metric], now: Timestamp, via: Via) -> Draft {
    let count = |stands: Stands| metrics.iter().filter(|metric| metric.stands == stands).count();
    let counted = [(Stands::Critical, "critical"), (Stands::Warning, "in warning"), (Stands::Fine, "fine")];
    let mut counts: Vec<String> = counted
        .into_iter()
        .filter_map(|(stands, word)| {
            Some(format!("{} {word}", Some(count(stands)).filter(|many| *many > 0)?))
        })
        .collect();
    let blind = count(Stands::CannotTell);
    counts.extend((blind > 0).then(|| format!("of {blind} nobody can tell")));
    let lead = words![bold(format!("{} watched", metrics.len())), format!(": {}", counts.join(", "))];
    let rows = metrics.iter().take(NAMED).map(|metric| row(metric, now)).collect();
    let more = metrics.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| words![format!("And {more} more, none of them worse than these.")]);
    let example = metrics.first().map_or("p99", |metric| metric.name.as_str());
    Draft::new().line(lead).bullets(rows).lines(more.into_iter().collect()).line(words![
        "How one went: ",
        code(via.runbook(&format!("metrics {example} {}", typed_span(USUAL)))),
        " (1h, 24h, 7d, 30d; half a name is enough)."
    ])
}

/// Those that are not well first.
fn certificates(all: &[RunsOut]) -> Vec<Words> {
    let mut all: Vec<&RunsOut> = all.iter().collect();
    all.sort_by_key(|one| one.is_well);
    let more = all.len().saturating_sub(CERTIFICATES);
    let row = |one: &&RunsOut| {
        let mark = if one.is_well { "" } else { "⚠️ " };
        words![mark, bold(shorten(&one.host, BUTTON)), ": ", shorten(&one.stands, WHY)]
    };
    let rows = all.iter().take(CERTIFICATES).map(row);
    let more = (more > 0).then(|| words![format!("{more} more")]);
    rows.chain(more).collect()
}

fn row(metric: &Metric, now: Timestamp) -> Words {
    let hour = metric.hour.as_ref().map(|(low, high)| match low == high {
        true => words![format!("; {low} throughout the last hour")],
        false => words![format!("; {low} to {high} in the last hour")],
    });
    words![mark(metric.stands), bold(metric.name.clone()), ": "]
        .and(stands(metric))
        .and_if(hour)
        .and_if(read(metric, now))
}

fn mark(stands: Stands) -> &'static str {
    match stands {
        Stands::CannotTell => "⚠️ ",
        Stands::Critical => "🔴 ",
        Stands::Warning => "🟠 ",
        Stands::Fine => "",
    }
}

fn stands(metric: &Metric) -> Words {
    let value = metric.value.clone().unwrap_or_else(|| "no value yet".to_owned());
    let value = shorten(&value, WHY);
    match metric.stands {
        Stands::Fine => words![value],
        Stands::Warning => words![value, ", ", bold("warning")],
        Stands::Critical => words![value, ", ", bold("critical")],
        Stands::CannotTell => {
            let why = metric.why.as_deref().unwrap_or("nothing was heard of it");
            words![bold("cannot tell"), format!(": {}; the last: {value}", shorten(why, WHY))]
        }
    }
}

/// How old the reading is.
fn read(metric: &Metric, now: Timestamp) -> Option<Words> {
    let at = metric.at?;
    Some(words![format!("; read {} ago", spoken(now.duration_since(at)))])
}

fn one(course: &Course, via: Via) -> Message {
    let Course { metric, asked, from, until, begins, went, gaps, words: is_words } = course;
    let now = words![mark(metric.stands), bold(metric.name.clone()), ": "].and(stands(metric));
    let draft =
        Draft::new().line(now.and_if(read(metric, *until))).line(words!["Asked: ", shorten(asked, ASKED)]);
    if *is_words {
        return draft
            .line(words!["It is held against a word, and words are not kept: only numbers are."])
            .finish();
    }
    let long = spoken(until.duration_since(*from));
    let Some(went) = went else {
        let nothing = words![format!("Nobody saw a value in the last {long}.")];
        return draft.line(nothing).lines(gaps_of(gaps, *until).into_iter().collect()).finish();
    };
    let at = |at: Timestamp| instant(at, *until);
    let Went { lowest, middle, highest, over } = went;
    let numbers =
        words![bold(format!("The last {long}")), ": lowest ", lowest.0.clone(), " (", at(lowest.1)].and(
            words!["), middle ", middle.clone(), ", highest ", highest.0.clone(), " (", at(highest.1), ")."],
        );
    let over = over.iter().map(|(line, spans)| over_line(line, spans, *until)).collect();
    let begins =
        begins.map(|begins| words!["The first value came ", at(begins), "; before it there is none."]);
    let gaps = gaps_of(gaps, *until).unwrap_or_else(|| words!["No gaps: somebody saw it all the time."]);
    let picture = (via != Via::Shell).then(|| words!["A picture of it comes as a direct message."]);
    draft
        .line(numbers)
        .bullets(over)
        .lines(begins.into_iter().chain([gaps]).chain(picture).collect())
        .finish()
}

fn instant(at: Timestamp, now: Timestamp) -> crate::words::Part {
    if day_utc(at) == day_utc(now) { clock(at) } else { moment(at) }
}

fn over_line(line: &str, spans: &Spans, now: Timestamp) -> Words {
    let line = line.to_owned();
    if spans.many == 0 {
        return words!["never on the wrong side of ", line];
    }
    let long = spoken(spans.long);
    let (times, long) = match spans.many {
        1 => ("once".to_owned(), format!(", for {long}: ")),
        many => (format!("{many} times"), format!(", {long} together: ")),
    };
    words![format!("{times} on the wrong side of "), line, long].and(listed(spans, now))
}

fn gaps_of(gaps: &Spans, now: Timestamp) -> Option<Words> {
    let long = spoken(gaps.long);
    let (what, long) = match gaps.many {
        0 => return None,
        1 => ("A gap".to_owned(), format!(" of {long}")),
        many => (format!("{many} gaps"), format!(" of {long} together")),
    };
    let lead = words![bold(what), long, ", in which nobody saw it: "];
    Some(lead.and(listed(gaps, now)))
}

fn listed(spans: &Spans, now: Timestamp) -> Words {
    let one = |(from, until): &(Timestamp, Timestamp)| {
        let end = if *until == now { words!["now"] } else { words![instant(*until, now)] };
        words![instant(*from, now), " to "].and(end)
    };
    let listed = Words::joined(spans.newest.iter().map(one), ", ");
    let before = spans.many.saturating_sub(spans.newest.len());
    let before = (before > 0).then(|| words![format!(", and {before} before these")]);
    listed.and_if(before)
}

fn which(typed: &str, names: &[String], span: SignedDuration, via: Via) -> Message {
    let button = |name: &String| {
        let line = FeatureLine::Metrics(MetricsLine::One { name: name.clone(), span });
        let command = Command::Feature(Box::new(line));
        Button::of(shorten(name, BUTTON), Line { incident: None, command })
    };
    let more = names.len().saturating_sub(CHOICES);
    let more = (more > 0).then(|| words![format!(" (and {more} more)")]);
    let example = names.first().map_or("p99", String::as_str);
    Draft::new()
        .line(
            words![format!("{} names hold ", names.len()), code(typed.to_owned())]
                .and_if(more)
                .and(words![". Which do you mean?"]),
        )
        .buttons(names.iter().take(CHOICES).map(button).collect())
        .line(words!["Or type it: ", code(via.runbook(&format!("metrics {example} {}", typed_span(span))))])
        .finish()
}

/// A span as people type it: `24h`, `7d`.
fn typed_span(span: SignedDuration) -> String {
    let hours = span.as_hours();
    match hours % 24 == 0 && hours > 24 {
        true => format!("{}d", hours / 24),
        false => typed_time(span).replace(' ', ""),
    }
}

/// The line to type, behind the command.
pub(super) fn typed(line: &MetricsLine) -> Option<String> {
    Some(match line {
        MetricsLine::All => line.word().to_owned(),
        MetricsLine::One { name, span } => format!("{} {name} {}", line.word(), typed_span(*span)),
    })
}
