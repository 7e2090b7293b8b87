//! Letters: the outlines of the font in the binary, as paths. A sign that it lacks is an empty box.

use tiny_skia::{Path, PathBuilder};
use ttf_parser::{Face, GlyphId, OutlineBuilder};

use crate::PictureError;

const ROBOTO: &[u8] = include_bytes!("font/Roboto-Medium.ttf");

pub struct Font {
    face: Face<'static>,
}

struct Pen {
    path: PathBuilder,
    x: f32,
    y: f32,
    scale: f32,
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, self.y - y * self.scale)
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

/// Signs that take no room and have no shape of their own.
fn is_shown(sign: char) -> bool {
    let joins = matches!(sign, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}');
    !sign.is_control() && !joins && !matches!(sign, '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

impl Font {
    /// # Errors
    /// When the font in the binary is none.
    pub fn load() -> Result<Self, PictureError> {
        let face = Face::parse(ROBOTO, 0).map_err(|error| PictureError::Font(error.to_string()))?;
        Ok(Self { face })
    }

    fn scale(&self, size: f32) -> f32 {
        size / f32::from(self.face.units_per_em().max(1))
    }

    fn glyph(&self, sign: char) -> GlyphId {
        self.face.glyph_index(sign).unwrap_or_default()
    }

    fn advance(&self, glyph: GlyphId) -> f32 {
        f32::from(self.face.glyph_hor_advance(glyph).unwrap_or_default())
    }

    /// How wide a text is, in pixels.
    pub fn width(&self, text: &str, size: f32) -> f32 {
        let units: f32 =
            text.chars().filter(|sign| is_shown(*sign)).map(|sign| self.advance(self.glyph(sign))).sum();
        units * self.scale(size)
    }

    /// The text as a path whose letters stand on `y` and begin at `x`; nothing where none has a shape.
    pub fn path(&self, text: &str, size: f32, x: f32, y: f32) -> Option<Path> {
        let scale = self.scale(size);
        let mut pen = Pen { path: PathBuilder::new(), x, y, scale };
        for sign in text.chars().filter(|sign| is_shown(*sign)) {
            let glyph = self.glyph(sign);
            self.face.outline_glyph(glyph, &mut pen);
            pen.x += self.advance(glyph) * scale;
        }
        pen.path.finish()
    }

    /// As much of the text as fits, with an ellipsis where that is not all.
    pub fn fitting(&self, text: &str, size: f32, most: f32) -> String {
        if self.width(text, size) <= most {
            return text.to_owned();
        }
        let room = most - self.width("…", size);
        let mut width = 0.0;
        let fits = text.chars().take_while(|sign| {
            width += self.width(sign.encode_utf8(&mut [0; 4]), size);
            width <= room
        });
        let fitting: String = fits.collect();
        format!("{}…", fitting.trim_end())
    }
}
