//! What a chart shows: plain data, in the base unit of what is watched.

use jiff::Timestamp;
use watch::history::Point;
use watch::standing::Level;
use watch::threshold::Side;
use watch::value::{Kind, Value};

use crate::canvas::Canvas;
use crate::layout::Layout;
use crate::{Picture, PictureError, alt, axis, header, marks, plot, series};

/// How something went over a span of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// What is watched, as people say it: `Response time p99`.
    pub title: String,
    pub kind: Kind,
    /// The numbers are by the second.
    pub per_second: bool,
    pub from: Timestamp,
    pub until: Timestamp,
    /// Unbroken stretches in order. Points at the edges may reach beyond the span. What is between two of them nobody saw.
    pub stretches: Vec<Vec<Point>>,
    /// Nothing was known before, where that is within the span: nobody looked yet, and it is no gap.
    pub begins: Option<Timestamp>,
    /// What it is held against, the mildest first.
    pub limits: Vec<Limit>,
    /// What happened, in order.
    pub marks: Vec<Mark>,
}

/// A threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    pub level: Level,
    /// On which side of it is wrong.
    pub side: Side,
    pub number: f64,
}

/// Something that happened: `INC-12 began`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub at: Timestamp,
    pub words: String,
}

impl Limit {
    pub fn is_wrong(&self, number: f64) -> bool {
        match self.side {
            Side::Above => number > self.number,
            Side::AtLeast => number >= self.number,
            Side::Below => number < self.number,
            Side::AtMost => number <= self.number,
            Side::Is => number == self.number,
            Side::IsNot => number != self.number,
        }
    }

    /// Of a point with several values one is enough.
    pub fn is_breached_in(&self, point: &Point) -> bool {
        self.is_wrong(point.min) || self.is_wrong(point.max)
    }

    /// What is wrong lies above the line, or below it; neither where one number alone is right or wrong.
    pub fn wrong_is_above(&self) -> Option<bool> {
        match self.side {
            Side::Above | Side::AtLeast => Some(true),
            Side::Below | Side::AtMost => Some(false),
            Side::Is | Side::IsNot => None,
        }
    }
}

impl Chart {
    pub fn points(&self) -> impl Iterator<Item = &Point> {
        let within = |point: &&Point| point.until > self.from && point.from < self.until;
        self.stretches.iter().flatten().filter(within).filter(|point| is_finite(point))
    }

    /// A number as people write it.
    pub fn shown(&self, number: f64) -> String {
        let value = Value { number, kind: self.kind };
        if self.per_second { format!("{value} a second") } else { value.to_string() }
    }

    /// The newest point.
    pub fn last(&self) -> Option<&Point> {
        self.points().last()
    }

    /// The first of the highest points.
    pub fn highest(&self) -> Option<&Point> {
        self.points().reduce(|most, point| if point.max > most.max { point } else { most })
    }

    /// The first of the lowest points.
    pub fn lowest(&self) -> Option<&Point> {
        self.points().reduce(|least, point| if point.min < least.min { point } else { least })
    }

    /// Whether low numbers are what it is watched for.
    pub fn fears_low(&self) -> bool {
        self.limits.iter().filter_map(Limit::wrong_is_above).next_back() == Some(false)
    }

    /// The worst level that a number is on the wrong side of.
    pub fn level_of(&self, is_wrong: impl Fn(&Limit) -> bool) -> Option<Level> {
        self.limits.iter().filter(|limit| is_wrong(limit)).map(|limit| limit.level).max()
    }

    /// Where nobody saw anything, within the span: between the stretches, after the last, and before the first where something was seen
    /// before the span.
    pub fn gaps(&self) -> Vec<(Timestamp, Timestamp)> {
        let within = |stretch: &&Vec<Point>| {
            let ends = stretch.first().zip(stretch.last());
            ends.is_some_and(|(first, last)| last.until > self.from && first.from < self.until)
        };
        let seen = self.stretches.iter().filter(within);
        let seen = seen.filter_map(|stretch| Some((stretch.first()?.from, stretch.last()?.until)));
        let mut gaps = Vec::new();
        let mut end = self.begins.unwrap_or(self.from).max(self.from);
        let mut is_edge = true;
        for (from, until) in seen {
            gaps.extend(
                Some((end, from)).filter(|gap| is_long(*gap, if is_edge { self.due() } else { 0.0 })),
            );
            (end, is_edge) = (end.max(until), false);
        }
        gaps.extend(Some((end, self.until)).filter(|gap| is_long(*gap, self.due())));
        gaps
    }

    /// How long at an edge nothing may be known, in seconds, before that is a gap: the next reading may not be due.
    fn due(&self) -> f64 {
        let long = |point: &Point| point.until.duration_since(point.from).as_secs_f64();
        2.0 * self.last().map_or(0.0, long)
    }

    /// Whether the newest value is so old that nobody knows whether it is still so.
    pub fn is_old(&self) -> bool {
        self.gaps().last().is_some_and(|(_, until)| *until == self.until)
    }

    /// Draws it.
    ///
    /// # Errors
    /// When it cannot be drawn at all; nothing in the chart leads to that.
    pub fn draw(&self) -> Result<Picture, PictureError> {
        Ok(Picture { png: self.canvas()?.png()?, alt: self.alt() })
    }

    /// The same in words.
    pub fn alt(&self) -> String {
        alt::words(self)
    }

    pub(crate) fn canvas(&self) -> Result<Canvas, PictureError> {
        let mut canvas = Canvas::new()?;
        let layout = Layout::of(self, &canvas.font);
        header::draw(&mut canvas, self, &layout);
        axis::draw(&mut canvas, self, &layout);
        plot::draw_gaps(&mut canvas, self, &layout);
        series::draw(&mut canvas, self, &layout);
        plot::draw_limits(&mut canvas, self, &layout);
        marks::draw(&mut canvas, &layout);
        plot::name_nothing(&mut canvas, self, &layout);
        plot::name_limits(&mut canvas, self, &layout);
        plot::name_gaps(&mut canvas, self, &layout);
        plot::draw_edge(&mut canvas);
        Ok(canvas)
    }
}

/// What is no number is not known.
pub(crate) fn is_finite(point: &Point) -> bool {
    [point.min, point.max, point.mean, point.last].into_iter().all(f64::is_finite)
}

fn is_long((from, until): (Timestamp, Timestamp), seconds: f64) -> bool {
    until.duration_since(from).as_secs_f64() > seconds
}
