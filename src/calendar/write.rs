//! A schedule as a calendar that other programs subscribe to.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::Shift;
use super::line::{escape, fold};

/// Begins the line of a description that names the backup.
pub(super) const BACKUP: &str = "Backup: ";

/// The calendar as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed<'f> {
    /// What the calendar is called in the list of the program that subscribes.
    pub name: &'f str,
    /// Ends each event's name, so that it is like no other program's: a domain, or the instance's id.
    pub place: &'f str,
    /// When this state of the schedule was made; the same state should have the same instant.
    pub stamp: Timestamp,
    /// How often programs should ask again. Whole minutes.
    pub refresh: SignedDuration,
}

/// A shift with the words that people read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty<'d> {
    pub shift: &'d Shift,
    /// "On call: " and this.
    pub name: &'d str,
    pub backup: Option<&'d str>,
}

/// Writes the duties, or one person's where `only` is their shifts' `person`. The same input gives the same text.
/// Times are in UTC, to the second.
///
/// An event's name follows from the person and the start: a shift that ends at another time is the same event.
pub fn write(feed: &Feed<'_>, duties: &[Duty<'_>], only: Option<&str>) -> String {
    let mut out = String::new();
    let minutes = feed.refresh.as_mins().max(1);
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        concat!("PRODID:-//howler//howler ", env!("CARGO_PKG_VERSION"), "//EN"),
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        &format!("X-WR-CALNAME:{}", escape(feed.name)),
        &format!("REFRESH-INTERVAL;VALUE=DURATION:PT{minutes}M"),
        // What Outlook reads instead.
        &format!("X-PUBLISHED-TTL:PT{minutes}M"),
    ] {
        fold(&mut out, line);
    }
    let mut seen = BTreeMap::new();
    for duty in duties.iter().filter(|duty| only.is_none_or(|person| duty.shift.person == person)) {
        let again = seen.entry((&duty.shift.person, duty.shift.from)).or_insert(0_u32);
        event(&mut out, feed, duty, *again);
        *again += 1;
    }
    fold(&mut out, "END:VCALENDAR");
    out
}

fn event(out: &mut String, feed: &Feed<'_>, duty: &Duty<'_>, again: u32) {
    let shift = duty.shift;
    let backup = duty.backup.map(|backup| format!("{BACKUP}{backup}"));
    let description: Vec<&str> = shift.why.as_deref().into_iter().chain(backup.as_deref()).collect();
    for line in [
        "BEGIN:VEVENT",
        &format!("UID:{}@{}", uid(shift, again), escape(feed.place)),
        &format!("DTSTAMP:{}", utc(feed.stamp)),
        &format!("DTSTART:{}", utc(shift.from)),
        &format!("DTEND:{}", utc(shift.until)),
        &format!("SUMMARY:On call: {}", escape(duty.name)),
    ] {
        fold(out, line);
    }
    if !description.is_empty() {
        fold(out, &format!("DESCRIPTION:{}", escape(&description.join("\n"))));
    }
    // Whoever is on call can still be invited to a meeting.
    fold(out, "TRANSP:TRANSPARENT");
    fold(out, "END:VEVENT");
}

fn uid(shift: &Shift, again: u32) -> String {
    let name = format!("{}\n{}\n{again}", shift.person, shift.from.as_second());
    let digest = Sha256::digest(name.as_bytes());
    hex::encode(digest.get(..16).unwrap_or_default())
}

fn utc(instant: Timestamp) -> String {
    instant.strftime("%Y%m%dT%H%M%SZ").to_string()
}
