//! Pictures of what is watched, as PNG, and the same in words for whoever does not see them; pure.
//!
//! A picture is read on a phone at night: 390 points wide, drawn at two pixels a point, few ticks, large letters, on a dark ground of its own
//! that stands on Slack's light and dark themes. Times are UTC, and it says so: Slack shows a picture to everybody alike.
//!
//! Decided: `tiny-skia` draws (a port of Skia's software painter, kept by Linebender, no C), and `ttf-parser` gives the outlines of letters,
//! which are filled as paths; so no second rasteriser and no layout engine. `plotters` was left out: its bitmap text wants system fonts or
//! a rasteriser unmaintained for years, and its charts know neither gaps nor breaches. The font is in the binary ([`font`]), 32 KB of it.
//! A stripped release program that reads a course and draws it is 643 KB larger than one that only reads it (1,576 KB and 933 KB, November
//! 2026); some of that howler has anyway.
//!
//! The same chart gives the same bytes, of one build on one kind of processor.

mod alt;
mod axis;
mod canvas;
mod chart;
mod colour;
mod font;
mod header;
mod layout;
mod marks;
mod plot;
mod roster;
mod series;
#[cfg(test)]
mod tests;

use thiserror::Error;

pub use chart::{Chart, Limit, Mark};
pub use roster::{Roster, Turn, WEEKS_MOST};

/// Width of every picture in pixels: 390 points at two pixels each.
pub const WIDTH: u32 = 780;
/// Height of a chart in pixels.
pub const HEIGHT: u32 = 500;
/// Longest alternative text, in characters: what Slack takes for a file (`alt_txt_too_large`).
pub const ALT_MOST: usize = 1_000;

/// A picture, and what it shows in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// A PNG.
    pub png: Vec<u8>,
    /// At most [`ALT_MOST`] characters.
    pub alt: String,
}

/// Why there is no picture. Neither is known to happen.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PictureError {
    #[error("the font in the binary cannot be read: {0}")]
    Font(String),
    #[error("a picture of {WIDTH} by {HEIGHT} pixels cannot be made: {0}")]
    Canvas(String),
}
