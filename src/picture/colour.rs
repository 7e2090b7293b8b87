//! The colours: chosen on one dark ground, so that they hold whatever theme is around it.

use tiny_skia::Color;
use watch::standing::Level;

/// Red, green, blue and opacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8, pub u8);

impl Colour {
    pub const GROUND: Self = Self(0x16, 0x18, 0x1d, 255);
    /// Around the picture, so that it ends somewhere on a dark theme too.
    pub const EDGE: Self = Self(0x4a, 0x50, 0x5c, 255);
    pub const GRID: Self = Self(0x33, 0x38, 0x42, 255);
    pub const TEXT: Self = Self(0xf4, 0xf6, 0xfa, 255);
    pub const QUIET_TEXT: Self = Self(0xb9, 0xc0, 0xcd, 255);
    pub const LINE: Self = Self(0x6c, 0xb8, 0xff, 255);
    pub const WARNING: Self = Self(0xff, 0xbd, 0x4a, 255);
    pub const CRITICAL: Self = Self(0xff, 0x73, 0x70, 255);
    pub const MARK: Self = Self(0xd3, 0xb5, 0xff, 255);
    pub const HATCH: Self = Self(0x5b, 0x62, 0x70, 255);

    /// Of a level's line, and of what is on the wrong side of it.
    pub const fn of(level: Level) -> Self {
        match level {
            Level::Warning => Self::WARNING,
            Level::Critical => Self::CRITICAL,
        }
    }

    /// The same, as opaque as that.
    pub const fn faint(self, opacity: u8) -> Self {
        Self(self.0, self.1, self.2, opacity)
    }

    pub fn skia(self) -> Color {
        Color::from_rgba8(self.0, self.1, self.2, self.3)
    }
}
