//! What happened: a line through the plot, and its words above.

use crate::axis::clock;
use crate::canvas::{Area, Canvas, Pen};
use crate::chart::Chart;
use crate::colour::Colour;
use crate::font::Font;
use crate::layout::{LANE, Layout, ROOM, SMALL};

/// A mark within the span.
pub struct Placed {
    pub x: f32,
    /// Its words, where they have room: the row counted from the plot upwards, and the left end.
    pub label: Option<(u8, f32, String)>,
}

/// Most rows of words.
const LANES: u8 = 2;

/// Puts the marks side by side, and the number of rows that takes.
pub fn place(chart: &Chart, layout: &Layout, font: &Font) -> (Vec<Placed>, u8) {
    let mut taken: Vec<(u8, f32, f32)> = Vec::new();
    let mut placed = Vec::new();
    for mark in chart.marks.iter().filter(|mark| chart.from <= mark.at && mark.at <= chart.until) {
        let x = layout.x(mark.at);
        let words = font.fitting(&format!("{} {}", mark.words, clock(mark.at, chart)), SMALL, 360.0);
        let wide = font.width(&words, SMALL);
        let left = (x - wide / 2.0).clamp(ROOM, (layout.plot.right - wide).max(ROOM));
        let is_free = |lane: u8| {
            let meets = |(other, from, to): &(u8, f32, f32)| {
                *other == lane && left < to + 18.0 && from - 18.0 < left + wide
            };
            !taken.iter().any(meets)
        };
        let lane = (0..LANES).find(|lane| is_free(*lane));
        taken.extend(lane.map(|lane| (lane, left, left + wide)));
        placed.push(Placed { x, label: lane.map(|lane| (lane, left, words)) });
    }
    (placed, taken.iter().map(|(lane, ..)| lane + 1).max().unwrap_or(0))
}

pub fn draw(canvas: &mut Canvas, layout: &Layout) {
    let plot = layout.plot;
    let baseline = |lane: u8| plot.top - 22.0 - f32::from(lane) * LANE;
    for Placed { x, label } in &layout.marks {
        let top = label.as_ref().map_or(plot.top, |(lane, ..)| baseline(*lane) + 6.0);
        canvas.line(&[(*x, top), (*x, plot.bottom)], Pen::solid(Colour::MARK, 3.0));
    }
    for (lane, left, words) in layout.marks.iter().filter_map(|placed| placed.label.as_ref()) {
        let y = baseline(*lane);
        let Area { left: from, top, right, bottom } = canvas.area_of(words, SMALL, *left, y);
        canvas.fill(Area { left: from - 6.0, top, right: right + 6.0, bottom }, Colour::GROUND);
        canvas.write(words, SMALL, *left, y, Colour::MARK);
    }
}
