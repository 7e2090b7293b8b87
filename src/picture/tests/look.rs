//! Pictures as they were looked at: what is drawn now is the same but for what rounding and another processor may change.
//!
//! `PICTURES=write cargo test -p howler-picture` draws them anew; look at each.

use std::path::Path;

use super::samples::{day, month, night, nothing};
use crate::colour::Colour;
use crate::{Chart, HEIGHT, Picture, WIDTH};

/// How many of a thousand pixels may differ by more than [`SEEN`].
const PIXELS: usize = 4;
/// A difference of a colour that can be seen, of 255.
const SEEN: u8 = 40;

/// The colours of a PNG, three bytes a pixel.
fn colours(png: &[u8]) -> Vec<u8> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut colours = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut colours).unwrap();
    assert_eq!((info.width, info.color_type), (WIDTH, png::ColorType::Rgb));
    colours
}

/// How many pixels differ so that it can be seen.
fn differ(one: &[u8], other: &[u8]) -> usize {
    let differs =
        |(one, other): (&[u8], &[u8])| one.iter().zip(other).any(|(one, other)| one.abs_diff(*other) > SEEN);
    one.chunks(3).zip(other.chunks(3)).filter(|pair| differs(*pair)).count()
}

const MOST: usize = (WIDTH * HEIGHT) as usize * PIXELS / 1_000;

fn is_as_it_was(name: &str, chart: &Chart) {
    is_the_picture(name, &chart.draw().unwrap());
}

/// The picture is as the one of this name, that somebody looked at.
pub fn is_the_picture(name: &str, picture: &Picture) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/snapshots/{name}.png"));
    if std::env::var("PICTURES").is_ok_and(|what| what == "write") {
        std::fs::write(&path, &picture.png).unwrap();
    }
    assert!(picture.png.len() < 60_000, "{name}");
    let (then, now) = (colours(&std::fs::read(&path).unwrap()), colours(&picture.png));
    assert_eq!(then.len(), now.len(), "{name}: as tall as it was");
    let differ = differ(&then, &now);
    assert!(
        differ <= MOST,
        "{name}: {differ} pixels differ, at most {MOST}; look at it, then PICTURES=write"
    );
}

#[test]
fn a_night_is_as_it_was() {
    is_as_it_was("night", &night());
}

#[test]
fn a_day_is_as_it_was() {
    is_as_it_was("day", &day());
}

#[test]
fn a_month_is_as_it_was() {
    is_as_it_was("month", &month());
}

#[test]
fn nothing_is_as_it_was() {
    is_as_it_was("nothing", &nothing());
}

#[test]
fn a_comparison_sees_a_missing_breach() {
    let mut chart = night();
    chart.limits.clear();
    let differ = differ(&colours(&night().draw().unwrap().png), &colours(&chart.draw().unwrap().png));
    assert!(differ > MOST, "{differ}");
}

#[test]
fn the_same_chart_is_the_same_bytes() {
    assert_eq!(day().draw(), day().draw());
}

/// WCAG's: 4.5 for letters, 3 for lines.
#[test]
fn contrasts_hold() {
    let light = |Colour(red, green, blue, _): Colour| {
        let linear = [red, green, blue].map(|one| {
            let one = f64::from(one) / 255.0;
            if one <= 0.040_45 { one / 12.92 } else { ((one + 0.055) / 1.055).powf(2.4) }
        });
        0.212_6 * linear[0] + 0.715_2 * linear[1] + 0.072_2 * linear[2]
    };
    let contrast = |one: Colour, other: Colour| {
        let (one, other) = (light(one) + 0.05, light(other) + 0.05);
        one.max(other) / one.min(other)
    };
    for letters in [Colour::TEXT, Colour::QUIET_TEXT, Colour::WARNING, Colour::CRITICAL, Colour::MARK] {
        assert!(contrast(letters, Colour::GROUND) >= 4.5, "{letters:?}");
    }
    assert!(contrast(Colour::LINE, Colour::GROUND) >= 4.5);
    // The edge tells the picture from Slack's dark theme, and the ground from its light one.
    assert!(contrast(Colour::GROUND, Colour(255, 255, 255, 255)) >= 4.5);
    assert!(contrast(Colour::EDGE, Colour(0x1a, 0x1d, 0x21, 255)) >= 2.0);
}
