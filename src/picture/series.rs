//! The line itself, how far its values reached, and what of it was on the wrong side.

use watch::history::Point;
use watch::standing::Level;

use crate::canvas::{Area, Canvas, Pen};
use crate::chart::{Chart, is_finite};
use crate::colour::Colour;
use crate::layout::Layout;

/// What was seen in one column of pixels.
#[derive(Clone, Copy)]
struct Column {
    x: f32,
    min: f64,
    max: f64,
    mean: f64,
}

pub fn draw(canvas: &mut Canvas, chart: &Chart, layout: &Layout) {
    let pieces: Vec<Vec<Column>> =
        chart.stretches.iter().map(|stretch| drawn(&columns(chart, stretch, layout))).collect();
    for piece in &pieces {
        shade(canvas, chart, piece, layout);
    }
    for piece in &pieces {
        let reaches = piece.iter().any(|column| (layout.y(column.min) - layout.y(column.max)).abs() > 1.0);
        for column in piece.iter().filter(|_| reaches && piece.len() > 1) {
            let (top, bottom) = (layout.y(column.max), layout.y(column.min).max(layout.y(column.max) + 1.0));
            let area = Area { left: column.x, top, right: column.x + 1.0, bottom };
            canvas.fill(area, Colour::LINE.faint(70));
        }
        trace(canvas, chart, piece, layout);
    }
}

/// The points of a stretch that lie in the span, as columns; those that share one are one.
fn columns(chart: &Chart, stretch: &[Point], layout: &Layout) -> Vec<Column> {
    let mut columns: Vec<(Column, f64)> = Vec::new();
    let within = |point: &&Point| point.until > chart.from && point.from < chart.until && is_finite(point);
    for point in stretch.iter().filter(within) {
        let middle = (layout.x(point.from) + layout.x(point.until)) / 2.0;
        let x = middle.round().clamp(layout.plot.left, layout.plot.right);
        let Point { min, max, mean, .. } = *point;
        match columns.last_mut() {
            Some((column, many)) if (column.x - x).abs() < 0.5 => {
                column.mean = (column.mean * *many + mean) / (*many + 1.0);
                (column.min, column.max, *many) = (column.min.min(min), column.max.max(max), *many + 1.0);
            }
            _ => columns.push((Column { x, min, max, mean }, 1.0)),
        }
    }
    columns.into_iter().map(|(column, _)| column).collect()
}

/// Every column between the first and the last, those between two points by a straight line.
fn drawn(columns: &[Column]) -> Vec<Column> {
    let mut all: Vec<Column> = columns.first().into_iter().copied().collect();
    for pair in columns.windows(2) {
        let [from, to] = pair else { continue };
        let mut x = from.x + 1.0;
        while x <= to.x {
            let part = f64::from((x - from.x) / (to.x - from.x));
            // Halves, for the difference of two numbers may be none.
            let between = |from: f64, to: f64| from * (1.0 - part) + to * part;
            let (min, max) = (between(from.min, to.min), between(from.max, to.max));
            all.push(Column { x, min, max, mean: between(from.mean, to.mean) });
            x += 1.0;
        }
    }
    all
}

fn level(chart: &Chart, column: &Column) -> Option<Level> {
    chart.level_of(|limit| limit.is_wrong(column.min) || limit.is_wrong(column.max))
}

/// From top to bottom a little, and from the threshold to the value more.
fn shade(canvas: &mut Canvas, chart: &Chart, piece: &[Column], layout: &Layout) {
    let (plot, wide) = (layout.plot, if piece.len() == 1 { 3.0 } else { 0.5 });
    for column in piece {
        let Some(level) = level(chart, column) else { continue };
        let (colour, left) = (Colour::of(level), column.x - wide);
        let right = column.x + wide;
        canvas.fill(Area { left, right, ..plot }, colour.faint(44));
        let limit = chart.limits.iter().find(|limit| limit.level == level);
        let Some((limit, above)) = limit.and_then(|limit| Some((limit, limit.wrong_is_above()?))) else {
            continue;
        };
        let (line, value) = (layout.y(limit.number), layout.y(if above { column.max } else { column.min }));
        canvas.fill(Area { left, top: line.min(value), right, bottom: line.max(value) }, colour.faint(90));
    }
}

/// The line, in the colour of its level where it is on the wrong side.
fn trace(canvas: &mut Canvas, chart: &Chart, piece: &[Column], layout: &Layout) {
    let mut begin = 0;
    while begin < piece.len() {
        let level_here = level(chart, &piece[begin]);
        let same = piece[begin..].iter().take_while(|column| level(chart, column) == level_here).count();
        let end = begin + same;
        let from = begin.saturating_sub(1);
        let points: Vec<(f32, f32)> =
            piece[from..end].iter().map(|column| (column.x, layout.y(column.mean))).collect();
        let colour = level_here.map_or(Colour::LINE, Colour::of);
        canvas.line(&points, Pen::solid(colour, 5.0));
        begin = end;
    }
}
