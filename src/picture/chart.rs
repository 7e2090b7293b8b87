//! What a chart shows: plain data, in the base unit of what is watched.

use jiff::Timestamp;
use watch::course::{Course, LimitLine, Stretch};
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
    /// Unbroken stretches in order. Points at the edges may reach beyond the span.
    pub stretches: Vec<Vec<Point>>,
    /// Where nobody saw anything, in order.
    pub gaps: Vec<Stretch>,
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

    /// What is drawn of what was kept of a watch.
    pub fn of(title: String, course: Course, marks: Vec<Mark>) -> Self {
        let Course { from, until, stretches, gaps, begins: _, limits, kind, per_second } = course;
        let limits = limits.into_iter().map(|line| {
            let LimitLine { level, side, number, .. } = line;
            Limit { level, side, number }
        });
        Self { title, kind, per_second, from, until, stretches, gaps, limits: limits.collect(), marks }
    }

    /// Where nobody saw anything: all of the span, where there is nothing else to show.
    pub fn gaps(&self) -> Vec<Stretch> {
        match self.points().next() {
            Some(_) => self.gaps.clone(),
            None => vec![(self.from, self.until)],
        }
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
