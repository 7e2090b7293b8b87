//! What howler asks of sources beside what they say: whether an open alert still stands, what could not be delivered, whether a
//! schedule was kept. What cannot be found out changes nothing, and is said.

pub mod agenda;
pub mod cron;
pub mod missed;
pub mod schedule;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use self::missed::{Found, Missed, OfGitHub};
use super::Alert;
use super::ear::Ear;
use super::signal::{Signal, Source};
use crate::aggregate::Aggregate;
use crate::id::DeliveryId;
use crate::text::shorten;
use crate::timer::Outage;

/// An open alert of which nothing was heard for so long is asked about.
pub const OLD: SignedDuration = SignedDuration::from_mins(30);
/// A shorter outage is told only where something was missed in it.
pub const LONG: SignedDuration = SignedDuration::from_mins(5);
/// Where the other side does not answer for so long after an outage, that is told.
const PATIENCE: SignedDuration = SignedDuration::from_hours(2);
/// What is as it was is written again after this.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);
/// That nothing of GitHub's arrives, however often, is told again after this.
const STILL: SignedDuration = SignedDuration::from_hours(6);
/// Outages that are kept apart until they are told.
const OUTAGES_MOST: usize = 8;
/// Lines of one subject.
const LINES_MOST: usize = 10;
const LINE_MOST: usize = 300;
/// A source that did not speak for so long is not asked after.
const SPOKE: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Vercel goes on for so long with what it could not deliver.
const VERCEL_KEEPS: SignedDuration = SignedDuration::from_hours(24);

/// What is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Open alerts.
    Alerts,
    /// What could not be delivered.
    Deliveries,
    /// Workflows that run by a schedule.
    Schedules,
    /// When secrets were changed; never what they are.
    Secrets,
}

/// What is known of asking: a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asking {
    /// When howler did not listen, as far as it has not told yet what it missed then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub down: Vec<Outage>,
    /// An outage up to then was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Timestamp>,
    /// What GitHub tried to deliver up to then is known of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// When it was told last that what GitHub delivers does not arrive, however often.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shut: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<Asked>,
}

/// What became of asking one source about one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub source: Source,
    pub subject: Subject,
    /// When it answered last, to the hour.
    pub at: Option<Timestamp>,
    /// What it did not answer, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cannot: Vec<Cannot>,
    /// What is worth knowing and no failure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Something that could not be found out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cannot {
    /// With what is missing, such as a permission.
    pub why: String,
    pub since: Timestamp,
}

/// What a source answered about an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The name that the source's own delivery of it has, so that it counts once.
    pub id: DeliveryId,
    pub signal: Signal,
    /// `run 12 succeeded`.
    pub what: String,
}

/// What was learned by asking one source about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learned {
    pub source: Source,
    pub subject: Subject,
    pub answers: Vec<Answer>,
    /// Names of secrets, and when each was changed last.
    pub secrets: Vec<(String, Timestamp)>,
    /// It answered, at least in part.
    pub heard: bool,
    pub cannot: Vec<String>,
    pub notes: Vec<String>,
    /// What became of what could not be delivered, where that was asked.
    pub found: Option<Found>,
}

impl Learned {
    /// Nothing yet.
    pub fn of(source: Source, subject: Subject) -> Self {
        let (answers, cannot, notes, secrets) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { source, subject, answers, secrets, heard: false, cannot, notes, found: None }
    }
}

/// Whether an alert is to be asked about: it is open, and nothing was heard of it for [`OLD`].
pub fn is_old(alert: &Alert, now: Timestamp) -> bool {
    alert.is_live() && now.duration_since(alert.last.max(alert.heard)) >= OLD
}

/// Whether `signal` tells something newer of the alert than is known.
pub fn is_news(alert: &Alert, signal: &Signal) -> bool {
    let newest = alert.course.newest();
    let place = signal.at.map(|at| super::course::Place(at, signal.order));
    place.is_some_and(|place| newest.is_none_or(|newest| place > newest))
}

impl Asking {
    /// Since when deliveries are asked for: what came before is known of, or was long ago.
    pub fn after(&self, now: Timestamp) -> Timestamp {
        let back = |at: Timestamp, by| at.saturating_sub(by).unwrap_or(Timestamp::MIN);
        let down = self.down.iter().map(|outage| back(outage.from, missed::LISTED_AFTER)).min();
        self.until.or(down).unwrap_or_else(|| back(now, AGAIN))
    }

    /// howler did not listen during `outage`. The same one counts once, and none that was told.
    pub fn was_down(&mut self, outage: Outage) {
        let is_known = self.down.contains(&outage) || self.told.is_some_and(|told| outage.until <= told);
        if is_known || outage.until <= outage.from {
            return;
        }
        self.down.push(outage);
        if self.down.len() > OUTAGES_MOST {
            let first = self.down.remove(0);
            if let Some(next) = self.down.first_mut() {
                next.from = next.from.min(first.from);
            }
        }
    }

    /// Takes in what was learned; gives what people are to be told of an outage. `ears`: which sources spoke.
    pub fn learn(&mut self, learned: &Learned, ears: &[Ear], now: Timestamp) -> Option<Missed> {
        self.keep(learned, now);
        let missed = self.found(learned.found.as_ref()?, now)?;
        let missed = Missed { unasked: unasked(&missed.down, ears, now), ..missed };
        let tells = missed.is_worth_telling() && !self.is_shut(&missed, now);
        tells.then_some(missed)
    }

    /// A webhook with a wrong secret, say, never gets through: that is told once in a while, and not of each of its deliveries.
    fn is_shut(&mut self, missed: &Missed, now: Timestamp) -> bool {
        let Some(OfGitHub::Listed(listed)) = &missed.github else { return false };
        if listed.here > 0 {
            self.shut = None;
        }
        if listed.here > 0 || listed.missed == 0 || !missed.down.is_empty() {
            return false;
        }
        let known = self.shut.is_some_and(|told| now.duration_since(told) < STILL);
        if !known {
            self.shut = Some(now);
        }
        known
    }

    fn keep(&mut self, learned: &Learned, now: Timestamp) {
        let Learned { source, subject, .. } = *learned;
        let position = self.of.iter().position(|asked| asked.source == source && asked.subject == subject);
        let before = position.map(|position| self.of.remove(position));
        let since = |why: &str| {
            let known = before.iter().flat_map(|asked| &asked.cannot).find(|cannot| cannot.why == why);
            known.map_or(now, |cannot| cannot.since)
        };
        let lines = |lines: &[String]| -> Vec<String> {
            lines.iter().take(LINES_MOST).map(|line| shorten(line, LINE_MOST)).collect()
        };
        let cannot = lines(&learned.cannot);
        let cannot: Vec<Cannot> = cannot.into_iter().map(|why| Cannot { since: since(&why), why }).collect();
        let known = before.as_ref().and_then(|asked| asked.at);
        let stale = known.is_none_or(|at| now.duration_since(at) >= AGAIN);
        let at = if learned.heard && stale { Some(now) } else { known };
        let asked = Asked { source, subject, at, cannot, notes: lines(&learned.notes) };
        if asked.at.is_some() || !asked.cannot.is_empty() {
            self.of.push(asked);
            self.of.sort_by_key(|asked| (asked.source, asked.subject));
        }
    }

    /// What is known of the outages now; `None` while it is not known yet.
    fn found(&mut self, found: &Found, now: Timestamp) -> Option<Missed> {
        let ended = self.down.iter().map(|outage| outage.until).max();
        let github = match found {
            Found::Waits => return None,
            Found::Listed { until, .. } if ended.is_some_and(|ended| ended > *until) => return None,
            Found::Listed { until, listed } => {
                self.until = Some(*until);
                Some(OfGitHub::Listed(listed.clone()))
            }
            Found::Cannot { why, lasting } => {
                let tried = ended.is_some_and(|ended| now.duration_since(ended) >= PATIENCE);
                if !(*lasting || tried) {
                    return None;
                }
                Some(OfGitHub::CannotAsk { why: shorten(why, LINE_MOST) })
            }
            Found::NoSource => None,
        };
        if ended.is_some() {
            self.told = ended;
        }
        Some(Missed { down: std::mem::take(&mut self.down), github, unasked: Vec::new() })
    }
}

/// Sources that spoke lately, keep no list of what they could not deliver and do not send it again.
fn unasked(down: &[Outage], ears: &[Ear], now: Timestamp) -> Vec<Source> {
    let longest = down.iter().map(|outage| outage.until.duration_since(outage.from)).max();
    let longest = longest.unwrap_or_default();
    let loses = |source: Source| match source {
        Source::UptimeRobot | Source::PagerDuty | Source::Events => true,
        Source::Vercel => longest > VERCEL_KEEPS,
        // GitHub is asked, the others say again what still stands, a silent heartbeat is an alert, and what is watched is asked again.
        Source::GitHub | Source::Alertmanager | Source::Grafana | Source::Heartbeat | Source::Watch => false,
    };
    let spoke = |ear: &&Ear| now.duration_since(ear.last) <= SPOKE;
    ears.iter().filter(spoke).map(|ear| ear.source).filter(|source| loses(*source)).collect()
}
