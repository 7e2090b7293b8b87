//! What is kept of the sources of alerts beside the alerts: which alert is a key's, what each source sent, and what of it could
//! not be understood.

use super::disk::Engine;
use super::engine::Write;
use super::series::{self, ValuesRow};
use super::{Store, StoreError, codec, values};
use domain::alert::asking::Asking;
use domain::alert::ear::{Ear, Known, MisreadBody};
use domain::alert::signal::Source;
use domain::alert::watch::Beat;
use watch::expiry::ExpiryRow;
use watch::row::Row;
use watch::runs::Runs;
use watch::vendor::VendorRow;

/// Which alert is a key's.
const KEY: &[u8] = b"K/";
/// A source that spoke.
pub(super) const EAR: &[u8] = b"L/";
/// Deliveries that could not be understood, a few of each source.
const MISREAD: &[u8] = b"M/";

/// What should be heard of every so often, and when it was.
const BEAT: &[u8] = b"N/";
/// What is watched, and how it stands.
const WATCHED: &[u8] = b"W/";
/// Finished runs of workflows: one row.
const RUNS: &[u8] = b"Z";
/// Vendors, and what their status pages said.
const VENDOR: &[u8] = b"Y/";
/// Certificates, and when they run out.
const CERTIFICATE: &[u8] = b"X/";
/// What sources are asked, and what became of it: one row.
const ASKING: &[u8] = b"O";

/// What a commit changes of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeardRows {
    pub known: Vec<(Source, String, Known)>,
    pub ears: Vec<Ear>,
    pub misread: Vec<MisreadBody>,
    /// By key; `None` where it is expected no longer.
    pub beats: Vec<(String, Option<Beat>)>,
    pub asking: Option<Asking>,
    /// By name; `None` where it is watched no longer.
    pub watched: Vec<(String, Option<Row>)>,
    /// What was read of it.
    pub values: Vec<ValuesRow>,
    /// By name; `None` where it is read no longer.
    pub vendors: Vec<(String, Option<VendorRow>)>,
    /// By host; `None` where it is watched no longer.
    pub expiries: Vec<(String, Option<ExpiryRow>)>,
    pub runs: Option<Runs>,
}

impl HeardRows {
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
            && self.ears.is_empty()
            && self.misread.is_empty()
            && self.beats.is_empty()
            && self.asking.is_none()
            && self.watched.is_empty()
            && self.values.is_empty()
            && self.vendors.is_empty()
            && self.expiries.is_empty()
            && self.runs.is_none()
    }

    pub(super) fn rows(&self, writes: &mut Vec<Write>) -> Result<(), StoreError> {
        for (source, key, known) in &self.known {
            writes.push((key_of(*source, key), Some(codec::encode(known)?)));
        }
        for ear in &self.ears {
            writes.push((ear_of(ear.source), Some(codec::encode(ear)?)));
        }
        for body in &self.misread {
            let key = [MISREAD, &[letter(body.source), body.misread.slot()]].concat();
            writes.push((key, Some(codec::encode(body)?)));
        }
        for (key, beat) in &self.beats {
            let row = beat.as_ref().map(codec::encode).transpose()?;
            writes.push(([BEAT, key.as_bytes()].concat(), row));
        }
        for (name, row) in &self.watched {
            let row = row.as_ref().map(codec::encode).transpose()?;
            writes.push(([WATCHED, name.as_bytes()].concat(), row));
        }
        for (name, row) in &self.vendors {
            let row = row.as_ref().map(codec::encode).transpose()?;
            writes.push(([VENDOR, name.as_bytes()].concat(), row));
        }
        for (host, row) in &self.expiries {
            let row = row.as_ref().map(codec::encode).transpose()?;
            writes.push(([CERTIFICATE, host.as_bytes()].concat(), row));
        }
        series::rows(&self.values, writes)?;
        if let Some(runs) = &self.runs {
            writes.push((RUNS.to_vec(), Some(codec::encode(runs)?)));
        }
        if let Some(asking) = &self.asking {
            writes.push((ASKING.to_vec(), Some(codec::encode(asking)?)));
        }
        Ok(())
    }
}

/// A source's own letter in a row's key.
fn letter(source: Source) -> u8 {
    match source {
        Source::GitHub => b'g',
        Source::Vercel => b'v',
        Source::UptimeRobot => b'u',
        Source::Alertmanager => b'a',
        Source::Grafana => b'f',
        Source::PagerDuty => b'p',
        Source::Events => b'e',
        Source::Heartbeat => b'h',
        Source::Watch => b'w',
    }
}

fn key_of(source: Source, key: &str) -> Vec<u8> {
    [KEY, &[letter(source)], key.as_bytes()].concat()
}

fn ear_of(source: Source) -> Vec<u8> {
    [EAR, &[letter(source)]].concat()
}

/// The sources that spoke.
pub(super) fn ears(engine: &Engine) -> Result<Vec<Ear>, StoreError> {
    values(engine, EAR)
}

/// What should be heard of.
pub(super) fn beats(engine: &Engine) -> Result<Vec<Beat>, StoreError> {
    values(engine, BEAT)
}

/// What is watched.
pub(super) fn watched(engine: &Engine) -> Result<Vec<Row>, StoreError> {
    values(engine, WATCHED)
}

/// What vendors said.
pub(super) fn vendors(engine: &Engine) -> Result<Vec<VendorRow>, StoreError> {
    values(engine, VENDOR)
}

/// Certificates that are looked at.
pub(super) fn expiries(engine: &Engine) -> Result<Vec<ExpiryRow>, StoreError> {
    values(engine, CERTIFICATE)
}

/// Finished runs of workflows.
pub(super) fn runs(engine: &Engine) -> Result<Runs, StoreError> {
    let row = engine.get(RUNS)?.map(|row| codec::decode(&row)).transpose()?;
    Ok(row.unwrap_or_default())
}

/// What sources are asked.
pub(super) fn asking(engine: &Engine) -> Result<Asking, StoreError> {
    let row = engine.get(ASKING)?.map(|row| codec::decode(&row)).transpose()?;
    Ok(row.unwrap_or_default())
}

impl Store {
    /// What is known of a source's key.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub fn known(&self, source: Source, key: &str) -> Result<Option<Known>, StoreError> {
        self.with(|engine| engine.get(&key_of(source, key))?.map(|row| codec::decode(&row)).transpose())
    }

    /// The newest deliveries of a source that could not be understood, the newest first.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub fn misread(&self, source: Source) -> Result<Vec<MisreadBody>, StoreError> {
        let prefix = [MISREAD, &[letter(source)]].concat();
        let mut found: Vec<MisreadBody> = self.with(|engine| values(engine, &prefix))?;
        found.sort_by_key(|body| std::cmp::Reverse(body.misread.number));
        Ok(found)
    }
}
