//! What is drawn on: filled boxes, lines, letters.

use tiny_skia::{
    FillRule, LineCap, LineJoin, Paint, PathBuilder, Pixmap, Rect, Stroke, StrokeDash, Transform,
};

use crate::colour::Colour;
use crate::font::Font;
use crate::{HEIGHT, PictureError, WIDTH};

/// A box in pixels; `y` grows downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
}

impl Area {
    pub fn width(&self) -> f32 {
        self.right - self.left
    }

    pub fn height(&self) -> f32 {
        self.bottom - self.top
    }

    /// Whether the two share a pixel.
    pub fn meets(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Pen {
    pub colour: Colour,
    pub width: f32,
    /// Lengths of a dash and of the room after it.
    pub dash: Option<(f32, f32)>,
}

impl Pen {
    pub const fn solid(colour: Colour, width: f32) -> Self {
        Self { colour, width, dash: None }
    }
}

/// A text that is drawn, and where: no two may share a pixel.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    pub text: String,
    pub area: Area,
}

pub struct Canvas {
    map: Pixmap,
    pub font: Font,
    pub labels: Vec<Label>,
}

impl Canvas {
    /// # Errors
    /// When there is no room for it, or no font.
    pub fn new() -> Result<Self, PictureError> {
        Self::of(HEIGHT)
    }

    /// As tall as that.
    ///
    /// # Errors
    /// When there is no room for it, or no font.
    pub fn of(height: u32) -> Result<Self, PictureError> {
        let map = Pixmap::new(WIDTH, height).ok_or_else(|| PictureError::Canvas("no room".into()))?;
        let mut canvas = Self { map, font: Font::load()?, labels: Vec::new() };
        canvas.map.fill(Colour::GROUND.skia());
        Ok(canvas)
    }

    /// Without opacity, which every pixel has whole, and as small as that goes.
    ///
    /// # Errors
    /// When the picture cannot be written as PNG.
    pub fn png(&self) -> Result<Vec<u8>, PictureError> {
        let colours = self.map.pixels().iter().flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]);
        let colours: Vec<u8> = colours.collect();
        let written = |mut into: &mut Vec<u8>| {
            let mut encoder = png::Encoder::new(&mut into, WIDTH, self.map.height());
            encoder.set_color(png::ColorType::Rgb);
            encoder.set_compression(png::Compression::High);
            encoder.set_filter(png::Filter::NoFilter);
            let mut writer = encoder.write_header()?;
            writer.write_image_data(&colours)?;
            writer.finish()
        };
        let mut png = Vec::new();
        written(&mut png).map_err(|error| PictureError::Canvas(error.to_string()))?;
        Ok(png)
    }

    fn paint(colour: Colour) -> Paint<'static> {
        let mut paint = Paint::default();
        paint.set_color(colour.skia());
        paint
    }

    pub fn fill(&mut self, area: Area, colour: Colour) {
        if let Some(rect) = Rect::from_ltrb(area.left, area.top, area.right, area.bottom) {
            self.map.fill_rect(rect, &Self::paint(colour), Transform::identity(), None);
        }
    }

    /// A line through the points; one point is a dot.
    pub fn line(&mut self, points: &[(f32, f32)], pen: Pen) {
        let Some(((x, y), rest)) = points.split_first() else { return };
        if rest.is_empty() {
            return self.dot(*x, *y, pen.width * 1.4, pen.colour);
        }
        let mut path = PathBuilder::new();
        path.move_to(*x, *y);
        rest.iter().for_each(|(x, y)| path.line_to(*x, *y));
        let Some(path) = path.finish() else { return };
        let stroke = Stroke {
            width: pen.width,
            line_cap: if pen.dash.is_some() { LineCap::Butt } else { LineCap::Round },
            line_join: LineJoin::Round,
            dash: pen.dash.and_then(|(dash, room)| StrokeDash::new(vec![dash, room], 0.0)),
            ..Stroke::default()
        };
        self.map.stroke_path(&path, &Self::paint(pen.colour), &stroke, Transform::identity(), None);
    }

    pub fn dot(&mut self, x: f32, y: f32, radius: f32, colour: Colour) {
        if let Some(path) = PathBuilder::from_circle(x, y, radius) {
            self.map.fill_path(&path, &Self::paint(colour), FillRule::Winding, Transform::identity(), None);
        }
    }

    /// Slanting lines all over the box.
    pub fn hatch(&mut self, area: Area, pen: Pen) {
        const STEP: f32 = 16.0;
        let tall = area.height();
        // Each line goes up to the right; where it leaves the box it is cut.
        let mut start = (area.left - tall) - (area.left - tall).rem_euclid(STEP);
        while start < area.right {
            let (from, to) = (start.max(area.left), (start + tall).min(area.right));
            if to > from {
                let y = |x: f32| area.bottom - (x - start);
                self.line(&[(from, y(from)), (to, y(to))], pen);
            }
            start += STEP;
        }
    }

    /// Writes a text whose letters stand on `y`, from `x` on.
    pub fn write(&mut self, text: &str, size: f32, x: f32, y: f32, colour: Colour) {
        let Some(path) = self.font.path(text, size, x, y) else { return };
        self.map.fill_path(&path, &Self::paint(colour), FillRule::Winding, Transform::identity(), None);
        let area = self.area_of(text, size, x, y);
        self.labels.push(Label { text: text.to_owned(), area });
    }

    /// The box that a text takes.
    pub fn area_of(&self, text: &str, size: f32, x: f32, y: f32) -> Area {
        Area { left: x, top: y - size * 0.8, right: x + self.font.width(text, size), bottom: y + size * 0.22 }
    }

    /// The same on a ground of its own, so that it can be read on whatever is below.
    pub fn write_on_ground(&mut self, text: &str, size: f32, x: f32, y: f32, colour: Colour) {
        let Area { left, top, right, bottom } = self.area_of(text, size, x, y);
        let ground = Area { left: left - 6.0, top: top - 2.0, right: right + 6.0, bottom: bottom + 2.0 };
        self.fill(ground, Colour::GROUND.faint(0xd8));
        self.write(text, size, x, y, colour);
    }
}
