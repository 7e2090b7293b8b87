//! Ticks: few, round, and in words that people use.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use watch::value::{Kind, Value};

use crate::canvas::{Area, Canvas, Pen};
use crate::chart::Chart;
use crate::colour::Colour;
use crate::layout::{Layout, ROOM, SMALL};

/// Round times between two ticks, in seconds.
const TIMES: [i64; 17] = [
    60, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 259_200, 432_000,
    604_800, 864_000, 1_296_000,
];
const DAY: i64 = 86_400;

/// The round number that is at least so much.
pub fn step(least: f64, kind: Kind) -> f64 {
    if kind == Kind::Time && least > 30.0 {
        let round = TIMES.iter().map(|seconds| *seconds as f64).find(|seconds| *seconds >= least);
        if let Some(round) = round {
            return round;
        }
    }
    let ten = 10_f64.powf(least.max(f64::MIN_POSITIVE).log10().floor());
    let round = [1.0, 2.0, 2.5, 5.0, 10.0]
        .map(|many| many * ten)
        .into_iter()
        .find(|step| *step >= least * (1.0 - 1e-9));
    round.unwrap_or(least)
}

/// A tick in words. A large count is short, for the room is the picture's.
pub fn words(number: f64, step: f64, kind: Kind) -> String {
    // What is left of rounding is nothing.
    let number = if number.abs() < step / 1e6 { 0.0 } else { number };
    if kind != Kind::Count || number == 0.0 {
        return Value { number, kind }.to_string();
    }
    let plain = |number: f64| Value { number, kind: Kind::Count }.to_string();
    match number.abs().max(step) {
        1e15.. => format!("{number:.0e}"),
        1e12.. => format!("{}T", plain(number / 1e12)),
        1e9.. => format!("{}G", plain(number / 1e9)),
        1e6.. => format!("{}M", plain(number / 1e6)),
        1e4.. => format!("{}k", plain(number / 1e3)),
        ..1e-4 => format!("{number:.0e}"),
        _ => plain(number),
    }
}

/// `02:14`, with the day where the span is longer than one.
pub fn clock(at: Timestamp, chart: &Chart) -> String {
    let is_long = chart.until.duration_since(chart.from) > SignedDuration::from_hours(36);
    at.strftime(if is_long { "%b %-d %H:%M" } else { "%H:%M" }).to_string()
}

pub fn draw(canvas: &mut Canvas, chart: &Chart, layout: &Layout) {
    let plot = layout.plot;
    for (number, words) in &layout.ticks {
        let y = layout.y(*number);
        canvas.line(&[(plot.left, y), (plot.right, y)], Pen::solid(Colour::GRID, 2.0));
        let x = plot.left - 14.0 - canvas.font.width(words, SMALL);
        canvas.write(words, SMALL, x, y + SMALL * 0.35, Colour::QUIET_TEXT);
    }
    let y = plot.bottom + 36.0;
    canvas.write("UTC", SMALL, ROOM, y, Colour::QUIET_TEXT);
    let mut end = plot.left - 14.0;
    for (at, words) in instants(canvas, chart, &plot) {
        let (x, wide) = (layout.x(at), canvas.font.width(&words, SMALL));
        let left = (x - wide / 2.0).clamp(plot.left - 8.0, (plot.right - wide).max(plot.left));
        if left < end + 14.0 {
            continue;
        }
        canvas.line(&[(x, plot.top), (x, plot.bottom + 6.0)], Pen::solid(Colour::GRID, 2.0));
        canvas.write(&words, SMALL, left, y, Colour::QUIET_TEXT);
        end = left + wide;
    }
}

/// Round instants with room for their words.
fn instants(canvas: &Canvas, chart: &Chart, plot: &Area) -> Vec<(Timestamp, String)> {
    let seconds = chart.until.duration_since(chart.from).as_secs().max(1);
    let widest = canvas.font.width("Nov 30", SMALL) + 40.0;
    let most = (plot.width() / widest).floor().clamp(1.0, 6.0);
    let least = seconds as f64 / f64::from(most);
    let step = TIMES.into_iter().find(|step| *step as f64 >= least).unwrap_or(30 * DAY);
    let format = if step >= DAY { "%b %-d" } else { "%H:%M" };
    let first = chart.from.as_second().div_euclid(step).saturating_add(1).saturating_mul(step);
    let first = if chart.from.as_second().rem_euclid(step) == 0 { chart.from.as_second() } else { first };
    let all = (0..64).map(|count: i64| first.saturating_add(count * step));
    let within = all.take_while(|second| *second <= chart.until.as_second());
    let instants = within.filter_map(|second| Timestamp::from_second(second).ok());
    // A day may begin within a short span: it is named there.
    let words = |at: Timestamp| {
        let is_midnight = at.as_second().rem_euclid(DAY) == 0;
        at.to_zoned(TimeZone::UTC).strftime(if is_midnight { "%b %-d" } else { format }).to_string()
    };
    instants.map(|at| (at, words(at))).collect()
}
