//! Who is on call in the next weeks: a row for each week, a bar for each turn, with the names in them and below.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use crate::canvas::{Area, Canvas, Pen};
use crate::colour::Colour;
use crate::layout::{ROOM, SMALL, TEXT, TITLE};
use crate::{ALT_MOST, Picture, PictureError, WIDTH};

/// Most weeks of a picture: more are no picture for a phone.
pub const WEEKS_MOST: usize = 12;
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Most turns that are drawn and told.
const TURNS_MOST: usize = 200;
/// How tall the head is, a row, its bar, and a row of names.
const HEAD: f32 = 142.0;
const ROW: f32 = 58.0;
const BAR: f32 = 44.0;
const NAMES: f32 = 38.0;
/// A name in a bar of less room is none.
const LEAST: f32 = 44.0;
/// On the dark ground, each under dark letters; people beyond them share.
const BARS: [Colour; 8] = [
    Colour(0x6c, 0xb8, 0xff, 255),
    Colour(0xff, 0xbd, 0x4a, 255),
    Colour(0x7d, 0xdc, 0x9a, 255),
    Colour(0xd3, 0xb5, 0xff, 255),
    Colour(0xff, 0x9a, 0x8b, 255),
    Colour(0x5f, 0xd8, 0xd8, 255),
    Colour(0xf2, 0xa5, 0xd0, 255),
    Colour(0xd9, 0xd9, 0x6b, 255),
];

/// Somebody's time on call; nobody's where there is no name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    pub from: Timestamp,
    pub until: Timestamp,
    pub who: Option<String>,
}

/// The schedule from `now` on.
#[derive(Clone, Debug, PartialEq)]
pub struct Roster {
    pub now: Timestamp,
    pub until: Timestamp,
    /// Its days are the rows' days, and its name is told.
    pub zone: TimeZone,
    /// In order.
    pub turns: Vec<Turn>,
}

/// A week: its first day, and from when until when.
struct Week {
    first: Date,
    from: Timestamp,
    until: Timestamp,
}

impl Roster {
    fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    fn midnight(&self, day: Date) -> Timestamp {
        let civil = day.at(0, 0, 0, 0);
        self.zone.to_ambiguous_timestamp(civil).compatible().unwrap_or(self.now)
    }

    /// From today on, so that the first row is the next seven days. What is left of a last day is no row of its own.
    fn weeks(&self) -> Vec<Week> {
        let today = self.zone.to_datetime(self.now).date();
        let after = |weeks: usize| today.checked_add(Span::new().days(i64::try_from(weeks * 7).ok()?)).ok();
        let week = |count: usize| {
            let (first, next) = (after(count)?, after(count + 1)?);
            Some(Week { first, from: self.midnight(first), until: self.midnight(next) })
        };
        (0..WEEKS_MOST)
            .filter_map(week)
            .take_while(|week| self.until.duration_since(week.from) > DAY)
            .collect()
    }

    fn turns(&self) -> impl Iterator<Item = &Turn> {
        self.turns.iter().filter(|turn| turn.until > self.now && turn.from < self.until).take(TURNS_MOST)
    }

    /// Everybody who has a turn, in the order of their first one.
    fn people(&self) -> Vec<&str> {
        let mut people: Vec<&str> = Vec::new();
        for name in self.turns().filter_map(|turn| turn.who.as_deref()) {
            if !people.contains(&name) {
                people.push(name);
            }
        }
        people
    }

    /// Draws it.
    ///
    /// # Errors
    /// When it cannot be drawn at all; nothing in the schedule leads to that.
    pub fn draw(&self) -> Result<Picture, PictureError> {
        Ok(Picture { png: self.canvas()?.png()?, alt: self.alt() })
    }

    pub(crate) fn canvas(&self) -> Result<Canvas, PictureError> {
        let (weeks, people) = (self.weeks(), self.people());
        let mut canvas = Canvas::of(1)?;
        let legend = legend(&canvas, &people);
        let lines = legend.last().map_or(0.0, |place| place.1 + 1.0);
        let height = HEAD + ROW * weeks.len() as f32 + NAMES * lines + ROOM;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred pixels")]
        let tall = height as u32;
        canvas = Canvas::of(tall)?;
        let title = format!("On call, {} weeks", weeks.len());
        canvas.write(&title, TITLE, ROOM, 56.0, Colour::TEXT);
        let zone = canvas.font.fitting(&format!("Days of {}", self.zone_name()), TEXT, WIDTH as f32 / 2.0);
        canvas.write(&zone, TEXT, ROOM, 94.0, Colour::QUIET_TEXT);
        let left = ROOM + canvas.font.width("30 Nov", SMALL) + 16.0;
        let right = WIDTH as f32 - ROOM;
        self.days(&mut canvas, (left, right), weeks.len());
        for (count, week) in weeks.iter().enumerate() {
            let top = HEAD + ROW * count as f32;
            let area = Area { left, top, right, bottom: top + BAR };
            let words = week.first.strftime("%-d %b").to_string();
            canvas.write(&words, SMALL, ROOM, top + BAR * 0.68, Colour::QUIET_TEXT);
            self.bars(&mut canvas, week, area, &people);
        }
        let top = HEAD + ROW * weeks.len() as f32;
        for (name, (x, line)) in people.iter().zip(&legend) {
            let y = top + NAMES * (line + 0.7);
            let square = Area { left: *x, top: y - 18.0, right: x + 20.0, bottom: y + 2.0 };
            canvas.fill(square, colour(&people, name));
            let shown = canvas.font.fitting(name, TEXT, right - x - 30.0);
            canvas.write(&shown, TEXT, x + 30.0, y, Colour::TEXT);
        }
        Ok(canvas)
    }

    /// The days of a week, and thin lines between them.
    fn days(&self, canvas: &mut Canvas, (left, right): (f32, f32), weeks: usize) {
        let today = self.zone.to_datetime(self.now).date();
        let wide = (right - left) / 7.0;
        for count in 0_i8..7 {
            let Ok(day) = today.checked_add(Span::new().days(i64::from(count))) else { continue };
            let x = left + wide * f32::from(count);
            let word = day.strftime("%a").to_string();
            let inset = (wide - canvas.font.width(&word, SMALL)) / 2.0;
            canvas.write(&word, SMALL, x + inset, HEAD - 12.0, Colour::QUIET_TEXT);
            let bottom = HEAD + ROW * weeks as f32 - (ROW - BAR);
            canvas.line(&[(x, HEAD), (x, bottom)], Pen::solid(Colour::GRID, 1.5));
        }
    }

    fn bars(&self, canvas: &mut Canvas, week: &Week, area: Area, people: &[&str]) {
        let long = week.until.duration_since(week.from).as_secs_f64().max(1.0);
        let x = |at: Timestamp| {
            let part = (at.duration_since(week.from).as_secs_f64() / long).clamp(0.0, 1.0);
            area.left + (part * f64::from(area.width())) as f32
        };
        for turn in self.turns().filter(|turn| turn.from < week.until && turn.until > week.from) {
            let (left, right) = (x(turn.from.max(self.now)), x(turn.until.min(self.until)));
            // A turn of an hour is seen, too.
            let bar = Area { left: left + 1.0, right: right.max(left + 4.0) - 1.0, ..area };
            match &turn.who {
                Some(name) => {
                    canvas.fill(bar, colour(people, name));
                    let room = bar.width() - 16.0;
                    if room >= LEAST {
                        let shown = canvas.font.fitting(name, TEXT, room);
                        canvas.write(&shown, TEXT, bar.left + 8.0, area.top + BAR * 0.68, Colour::GROUND);
                    }
                }
                None => {
                    canvas.hatch(bar, Pen::solid(Colour::CRITICAL, 3.0));
                    if bar.width() >= canvas.font.width("nobody", TEXT) + 24.0 {
                        let y = area.top + BAR * 0.68;
                        canvas.write_on_ground("nobody", TEXT, bar.left + 12.0, y, Colour::CRITICAL);
                    }
                }
            }
        }
        if week.from <= self.now && self.now < week.until {
            let now = x(self.now);
            canvas.line(&[(now, area.top - 4.0), (now, area.bottom + 4.0)], Pen::solid(Colour::TEXT, 4.0));
        }
    }

    /// The same in words: at most [`ALT_MOST`] characters, and it says where not all is told.
    pub fn alt(&self) -> String {
        let at = |at: Timestamp| at.to_zoned(self.zone.clone()).strftime("%a %-d %b %H:%M").to_string();
        let many = self.weeks().len();
        let mut alt = format!("Who is on call in the next {many} weeks, times of {}:", self.zone_name());
        let rest = " And more turns in the picture.";
        for turn in self.turns() {
            let who = turn.who.as_deref().unwrap_or("nobody");
            let next = format!(" {who} until {}.", at(turn.until.min(self.until)));
            if alt.chars().count() + next.chars().count() + rest.len() > ALT_MOST {
                return alt + rest;
            }
            alt.push_str(&next);
        }
        if self.turns().next().is_none() { alt + " nobody." } else { alt }
    }
}

fn colour(people: &[&str], name: &str) -> Colour {
    let place = people.iter().position(|known| *known == name).unwrap_or_default();
    BARS.get(place % BARS.len()).copied().unwrap_or(Colour::LINE)
}

/// Where each name below stands: from which column, and in which line.
fn legend(canvas: &Canvas, people: &[&str]) -> Vec<(f32, f32)> {
    let (mut x, mut line) = (ROOM, 0.0);
    let most = WIDTH as f32 - ROOM;
    let place = |name: &&str| {
        let wide = canvas.font.width(name, TEXT).min(most - ROOM - 30.0) + 30.0;
        if x + wide > most && x > ROOM {
            (x, line) = (ROOM, line + 1.0);
        }
        let placed = (x, line);
        x += wide + 28.0;
        placed
    };
    people.iter().map(place).collect()
}
