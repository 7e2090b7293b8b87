//! What lies in the plot beside the line: where nobody saw anything, the thresholds, the edge.

use watch::threshold::Side;

use crate::canvas::{Area, Canvas, Pen};
use crate::chart::{Chart, Limit};
use crate::colour::Colour;
use crate::layout::{Layout, SMALL, TITLE};
use crate::{HEIGHT, WIDTH};
use watch::standing::Level;

const UNKNOWN: &str = "nothing known";

/// Hatched, and named once: in the widest one.
pub fn draw_gaps(canvas: &mut Canvas, chart: &Chart, layout: &Layout) {
    for area in gaps(chart, layout) {
        canvas.fill(area, Colour::GROUND);
        canvas.hatch(area, Pen::solid(Colour::HATCH, 2.0));
    }
}

/// Where there is nothing else to see it is said large.
pub fn name_nothing(canvas: &mut Canvas, chart: &Chart, layout: &Layout) {
    if chart.points().next().is_none() {
        let plot = layout.plot;
        let wide = canvas.font.width(UNKNOWN, TITLE);
        let (x, y) = ((plot.left + plot.right - wide) / 2.0, (plot.top + plot.bottom) / 2.0 + 10.0);
        canvas.write_on_ground(UNKNOWN, TITLE, x, y, Colour::TEXT);
    }
}

/// What a hatched part is.
pub fn name_gaps(canvas: &mut Canvas, chart: &Chart, layout: &Layout) {
    let widest = gaps(chart, layout).into_iter().max_by(|one, other| one.width().total_cmp(&other.width()));
    let Some(gap) = widest.filter(|_| chart.points().next().is_some()) else { return };
    let plot = layout.plot;
    let wide = canvas.font.width(UNKNOWN, SMALL);
    let least = plot.left + 8.0;
    let most = (plot.right - 8.0 - wide).max(least);
    let middle = (gap.left + gap.right - wide) / 2.0;
    let columns = [middle, gap.left - 10.0, gap.right + 10.0 - wide].map(|x| x.clamp(least, most));
    let rows = (1..24).map(|row| plot.top + 14.0 * row as f32);
    let spots = rows.flat_map(|y| columns.map(|x| (x, y, 0))).collect();
    if let Some((x, y)) = place(canvas, chart, layout, UNKNOWN, spots) {
        canvas.write_on_ground(UNKNOWN, SMALL, x, y, Colour::TEXT);
    }
}

/// The columns of what nobody saw.
fn gaps(chart: &Chart, layout: &Layout) -> Vec<Area> {
    let plot = layout.plot;
    let area = |(from, until)| {
        let left = layout.x(from).clamp(plot.left, plot.right - 2.0);
        let right = layout.x(until).clamp(left + 2.0, plot.right);
        Area { left, right, ..plot }
    };
    chart.gaps().into_iter().map(area).collect()
}

/// The lines, told apart without colours too.
pub fn draw_limits(canvas: &mut Canvas, chart: &Chart, layout: &Layout) {
    let plot = layout.plot;
    for limit in chart.limits.iter().filter(|limit| layout.scale.holds(limit.number)) {
        let (y, colour) = (layout.y(limit.number), Colour::of(limit.level));
        let dash = if limit.level == Level::Critical { (18.0, 8.0) } else { (6.0, 8.0) };
        canvas.line(&[(plot.left, y), (plot.right, y)], Pen { colour, width: 3.0, dash: Some(dash) });
    }
}

/// A word for each line where it hides least.
pub fn name_limits(canvas: &mut Canvas, chart: &Chart, layout: &Layout) {
    let plot = layout.plot;
    // The worst first: it has the better place.
    for limit in chart.limits.iter().rev() {
        let words = words(chart, limit, layout);
        let words = canvas.font.fitting(&words, SMALL, plot.width() - 24.0);
        let line = layout.y(limit.number);
        let (first, last) = (plot.left + 10.0, plot.right - 7.0 - canvas.font.width(&words, SMALL));
        let columns = [0.0, 1.0, 0.5, 0.25, 0.75].map(|part| first + (last - first).max(0.0) * part);
        // Above the line and below it; further away where that is taken.
        let near = [line - 12.0, line + SMALL * 0.8 + 10.0].map(|y| (y, 0));
        let rows = near.into_iter().chain((1..12).map(|row| (plot.top + 26.0 * row as f32, 12)));
        let spots = rows.flat_map(|(y, far)| columns.map(|x| (x, y, far))).collect();
        if let Some((x, y)) = place(canvas, chart, layout, &words, spots) {
            canvas.write_on_ground(&words, SMALL, x, y, Colour::of(limit.level));
        }
    }
}

/// `critical: over 1 s`.
fn words(chart: &Chart, limit: &Limit, layout: &Layout) -> String {
    let side = match limit.side {
        Side::Above => "over ",
        Side::AtLeast => "at least ",
        Side::Below => "under ",
        Side::AtMost => "at most ",
        Side::Is => "",
        Side::IsNot => "not ",
    };
    let far = match limit.number {
        number if number > layout.scale.high => ", far above",
        number if number < layout.scale.low => ", far below",
        _ => "",
    };
    format!("{}: {side}{}{far}", watch::told::word(limit.level), chart.shown(limit.number))
}

/// Of some spots, each with what speaks against it, the one where words hide no others and the fewest points.
fn place(
    canvas: &Canvas,
    chart: &Chart,
    layout: &Layout,
    words: &str,
    spots: Vec<(f32, f32, usize)>,
) -> Option<(f32, f32)> {
    let plot = layout.plot;
    let free = spots.into_iter().filter(|(x, y, _)| {
        let area = canvas.area_of(words, SMALL, *x, *y);
        let within = area.top >= plot.top + 2.0 && area.bottom <= plot.bottom - 2.0;
        within && !canvas.labels.iter().any(|label| label.area.meets(&area))
    });
    let best = free.min_by_key(|(x, y, against)| {
        let area = canvas.area_of(words, SMALL, *x, *y);
        let hides = |point: &watch::history::Point| {
            let x = layout.x(point.from);
            let touches = layout.y(point.max) < area.bottom + 4.0 && layout.y(point.min) > area.top - 4.0;
            x > area.left - 6.0 && x < area.right + 6.0 && touches
        };
        let is_within = |x: f32| x > area.left - 6.0 && x < area.right + 6.0;
        let marks = layout.marks.iter().filter(|mark| is_within(mark.x)).count();
        let meets = |limit: &&Limit| {
            let line = layout.y(limit.number);
            layout.scale.holds(limit.number) && line > area.top - 3.0 && line < area.bottom + 3.0
        };
        let lines = chart.limits.iter().filter(meets).count();
        (chart.points().filter(|point| hides(point)).count() + 8 * marks) / 4 + 2 * lines + against
    });
    best.map(|(x, y, _)| (x, y))
}

/// So that the picture ends somewhere on every theme.
pub fn draw_edge(canvas: &mut Canvas) {
    let (right, bottom) = (WIDTH as f32 - 1.0, HEIGHT as f32 - 1.0);
    let corners = [(1.0, 1.0), (right, 1.0), (right, bottom), (1.0, bottom), (1.0, 1.0)];
    canvas.line(&corners, Pen::solid(Colour::EDGE, 2.0));
}
