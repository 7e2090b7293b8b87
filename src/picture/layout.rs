//! Where everything is: what instant and what number lie at which pixel.

use jiff::Timestamp;
use watch::value::Kind;

use crate::canvas::Area;
use crate::chart::Chart;
use crate::font::Font;
use crate::marks::{self, Placed};
use crate::{HEIGHT, WIDTH, axis};

/// Room around everything.
pub const ROOM: f32 = 24.0;
/// Sizes of letters, in pixels; half of that in points on a phone.
pub const TITLE: f32 = 34.0;
pub const VALUE: f32 = 44.0;
pub const TEXT: f32 = 26.0;
pub const SMALL: f32 = 24.0;
/// How tall one row of labels of marks is.
pub const LANE: f32 = 32.0;

pub struct Layout {
    pub plot: Area,
    from: f64,
    seconds: f64,
    pub scale: Scale,
    /// Ticks of the numbers, with their words.
    pub ticks: Vec<(f64, String)>,
    pub marks: Vec<Placed>,
}

/// The numbers that the plot reaches from and to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    pub low: f64,
    pub high: f64,
    pub step: f64,
}

/// Beyond this times the range of the values a limit is named at the edge, so that the values can still be told apart.
const FAR: f64 = 25.0;
/// Larger numbers are cut: they are far beyond everything that is watched, and their differences must stay numbers.
const MOST: f64 = 1e300;

impl Scale {
    pub fn of(chart: &Chart) -> Self {
        let cut = |number: f64| number.clamp(-MOST, MOST);
        let values: Vec<f64> = chart.points().flat_map(|point| [point.min, point.max]).map(cut).collect();
        let limits: Vec<f64> = chart.limits.iter().map(|limit| cut(limit.number)).collect();
        let ends = |values: &[f64]| {
            let low = values.iter().copied().reduce(f64::min)?;
            Some((low, values.iter().copied().reduce(f64::max)?))
        };
        let (mut low, mut high) = ends(&values).or_else(|| ends(&limits)).unwrap_or((0.0, 1.0));
        let range = (high - low).max(high.abs().max(low.abs()) / 4.0);
        let range = if range > 0.0 { range } else { f64::INFINITY };
        for limit in limits {
            if limit - high <= range * FAR && low - limit <= range * FAR {
                (low, high) = (low.min(limit), high.max(limit));
            }
        }
        // Zero is where people expect the ground to be.
        if low > 0.0 && low <= high * 0.7 {
            low = 0.0;
        } else if high < 0.0 && high >= low * 0.7 {
            high = 0.0;
        }
        if high - low <= f64::EPSILON * high.abs().max(low.abs()) {
            let half = if high == 0.0 { 1.0 } else { high.abs() / 2.0 };
            (low, high) = (low - half, high + half);
        }
        Self::rounded(low, high, chart.kind)
    }

    /// From one round number to another.
    fn rounded(low: f64, high: f64, kind: Kind) -> Self {
        let step = axis::step((high - low) / 3.0, kind);
        let (first, last) = ((low / step).floor() * step, (high / step).ceil() * step);
        // Nothing is more than all of it.
        let last = if kind == Kind::Share && high <= 1.0 { last.min(1.0) } else { last };
        Self { low: first, high: last.max(first + step / 2.0), step }
    }

    pub fn ticks(&self) -> Vec<f64> {
        let many = ((self.high - self.low) / self.step + 1e-6).floor().clamp(0.0, 8.0);
        // Counted, so that nothing adds up.
        let number = |count: u8| self.low + f64::from(count) * self.step;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it was clamped to 0 to 8"
        )]
        (0..=many as u8).map(number).collect()
    }

    /// Whether a number can be shown.
    pub fn holds(&self, number: f64) -> bool {
        (self.low..=self.high).contains(&number)
    }
}

impl Layout {
    pub fn of(chart: &Chart, font: &Font) -> Self {
        let scale = Scale::of(chart);
        let words = |tick: f64| (tick, axis::words(tick, scale.step, chart.kind));
        let ticks: Vec<(f64, String)> = scale.ticks().into_iter().map(words).collect();
        let widest = ticks.iter().map(|(_, words)| font.width(words, SMALL)).fold(0.0, f32::max);
        let gutter = widest.max(font.width("UTC", SMALL));
        let (width, height) = (WIDTH as f32, HEIGHT as f32);
        let plot =
            Area { left: ROOM + gutter + 14.0, top: 116.0, right: width - ROOM, bottom: height - 60.0 };
        let seconds = chart.until.duration_since(chart.from).as_secs_f64().max(1.0);
        let from = chart.from.as_second() as f64;
        let mut layout = Self { plot, from, seconds, scale, ticks, marks: Vec::new() };
        let (marks, lanes) = marks::place(chart, &layout, font);
        layout.plot.top += f32::from(lanes) * LANE + if lanes > 0 { 10.0 } else { 0.0 };
        layout.marks = marks;
        layout
    }

    /// The column of an instant, whether or not within the plot.
    pub fn x(&self, at: Timestamp) -> f32 {
        let part = (at.as_second() as f64 - self.from) / self.seconds;
        self.plot.left + (part * f64::from(self.plot.width())) as f32
    }

    /// The row of a number, within the plot.
    pub fn y(&self, number: f64) -> f32 {
        let Scale { low, high, .. } = self.scale;
        let part = ((number.clamp(-MOST, MOST) - low) / (high - low)).clamp(0.0, 1.0);
        self.plot.bottom - (part * f64::from(self.plot.height())) as f32
    }
}
