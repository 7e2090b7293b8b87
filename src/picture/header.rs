//! What is read first: the name, the newest value in the colour of its level, the span.

use jiff::SignedDuration;
use watch::history::Point;

use crate::axis::clock;
use crate::canvas::Canvas;
use crate::chart::{Chart, Limit};
use crate::colour::Colour;
use crate::layout::{Layout, ROOM, TEXT, TITLE, VALUE};

pub fn draw(canvas: &mut Canvas, chart: &Chart, layout: &Layout) {
    let right = layout.plot.right;
    let value = chart.last().map(|last| (chart.shown(last.last), colour(chart, last)));
    let mut end = right;
    if let Some((value, colour)) = value {
        let value = canvas.font.fitting(&value, VALUE, (right - ROOM) * 0.6);
        let left = right - canvas.font.width(&value, VALUE);
        canvas.write(&value, VALUE, left, 58.0, colour);
        end = left - ROOM;
    }
    let title = canvas.font.fitting(&chart.title, TITLE, end - ROOM);
    canvas.write(&title, TITLE, ROOM, 56.0, Colour::TEXT);
    let span = format!("{} to {}", span(chart), chart.until.strftime("%H:%M UTC, %b %-d"));
    canvas.write(&span, TEXT, ROOM, 94.0, Colour::QUIET_TEXT);
    let room = right - ROOM * 2.0 - canvas.font.width(&span, TEXT);
    if let Some(most) = extremes(chart).into_iter().find(|most| canvas.font.width(most, TEXT) <= room) {
        let left = right - canvas.font.width(&most, TEXT);
        canvas.write(&most, TEXT, left, 94.0, Colour::QUIET_TEXT);
    }
}

/// Of an old value nobody knows whether it is still so.
fn colour(chart: &Chart, last: &Point) -> Colour {
    let level = chart.level_of(|limit: &Limit| limit.is_wrong(last.last));
    match level {
        _ if chart.is_old() => Colour::QUIET_TEXT,
        Some(level) => Colour::of(level),
        None => Colour::TEXT,
    }
}

/// What was worst, at length and in short; of an old value when it was.
fn extremes(chart: &Chart) -> Vec<String> {
    let low = chart.fears_low();
    let worst = if low { chart.lowest() } else { chart.highest() };
    let Some(worst) = worst else { return Vec::new() };
    let (word, value) = if low { ("lowest", worst.min) } else { ("highest", worst.max) };
    let value = chart.shown(value);
    if let Some(last) = chart.last().filter(|_| chart.is_old()) {
        return vec![format!("last known at {}", clock(last.from, chart)), clock(last.from, chart)];
    }
    vec![format!("{word} {value} at {}", clock(worst.from, chart)), format!("{word} {value}")]
}

/// `3 h`, `24 h`, `7 days`.
pub fn span(chart: &Chart) -> String {
    let span = chart.until.duration_since(chart.from).max(SignedDuration::ZERO);
    let minutes = (span.as_secs() + 30) / 60;
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours @ 48.., _) if hours % 24 == 0 => format!("{} days", hours / 24),
        (hours, 0) => format!("{hours} h"),
        (hours @ 48.., _) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
