//! Whether a workflow that runs by a schedule did start. GitHub starts them late under load and may drop one; it says so itself, so
//! there is a time of grace.

use jiff::{SignedDuration, Timestamp};

use super::cron::Cron;
use crate::Severity;
use crate::alert::signal::{Link, Said, Signal, Source, Trouble};

/// GitHub takes over a changed schedule within this.
pub const CHANGED: SignedDuration = SignedDuration::from_hours(1);

/// A workflow with its schedules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// `.github/workflows/nightly.yml`.
    pub path: String,
    pub times: Vec<Cron>,
}

/// What is known of its last time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It started for the time that was due.
    Yes,
    /// Nothing was due, or nobody can tell.
    Unknown,
    /// It should have started then.
    Missed { due: Timestamp },
}

impl Scheduled {
    /// The file's name.
    pub fn file(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The alert's key.
    pub fn key(&self) -> String {
        format!("schedule/{}", self.file())
    }

    /// The newest time at which it should have started by `now`, late by no more than `grace`.
    pub fn due(&self, now: Timestamp, grace: SignedDuration) -> Option<Timestamp> {
        let by = now.saturating_sub(grace).ok()?;
        self.times.iter().filter_map(|cron| cron.last(by)).max()
    }

    /// When something is due next, with its time of grace over.
    pub fn next(&self, now: Timestamp, grace: SignedDuration) -> Option<Timestamp> {
        let by = now.saturating_sub(grace).ok()?;
        let next = self.times.iter().filter_map(|cron| cron.next(by)).min()?;
        next.saturating_add(grace).ok()
    }

    /// `newest`: when its newest run by schedule began, as GitHub lists it; `changed`: whether its file was changed so shortly before
    /// that GitHub may not have known it.
    pub fn kept(
        &self,
        newest: Option<Timestamp>,
        changed: bool,
        now: Timestamp,
        grace: SignedDuration,
    ) -> Kept {
        let Some(due) = self.due(now, grace) else { return Kept::Unknown };
        match newest {
            Some(newest) if newest >= due => Kept::Yes,
            // It ran before, so its absence tells something.
            Some(_) if !changed => Kept::Missed { due },
            // One that never ran by its schedule is no evidence.
            _ => Kept::Unknown,
        }
    }

    /// What is heard of it: it did not start at `at`, or it started then.
    pub fn signal(&self, repository: &str, said: Said, at: Timestamp) -> Signal {
        let file = self.file();
        let when = at.strftime("%Y-%m-%d %H:%M UTC");
        let words = if said == Said::Firing { "did not start at" } else { "started at" };
        let page = format!("https://github.com/{repository}/actions/workflows/{file}");
        Signal {
            source: Source::GitHub,
            key: self.key(),
            said,
            trouble: Trouble::Silent,
            severity: Some(Severity::P3),
            title: format!("{file} {words} {when} ({repository})"),
            facts: [
                ("repository".to_owned(), repository.to_owned()),
                ("workflow".to_owned(), file.to_owned()),
            ]
            .into(),
            links: vec![Link { text: "Workflow".to_owned(), url: page }],
            at: Some(at),
            order: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oncall::zone::Zone;

    fn at(text: &str) -> Timestamp {
        format!("2026-11-24T{text}:00Z").parse().unwrap()
    }

    const GRACE: SignedDuration = SignedDuration::from_mins(10);

    fn nightly(times: &[&str]) -> Scheduled {
        let times = times.iter().map(|time| Cron::parse(time, Zone::utc()).unwrap()).collect();
        Scheduled { path: ".github/workflows/nightly.yml".into(), times }
    }

    #[test]
    fn it_is_missed_after_its_time_and_its_grace_and_where_it_ran_before() {
        let nightly = nightly(&["0 2 * * *", "0 14 * * *"]);
        let missed = Kept::Missed { due: at("02:00") };
        let before = Some(at("02:00") - SignedDuration::from_hours(12));
        for (newest, changed, now, kept) in [
            (before, false, "02:09", Kept::Yes),
            (before, false, "02:10", missed),
            (before, false, "13:59", missed),
            (Some(at("02:00")), false, "02:10", Kept::Yes),
            (Some(at("02:09")), false, "02:10", Kept::Yes),
            (Some(at("01:59")), false, "02:10", missed),
            (Some(at("02:40")), false, "03:00", Kept::Yes),
            (Some(at("02:09")), false, "14:10", Kept::Missed { due: at("14:00") }),
            (before, true, "02:10", Kept::Unknown),
            (None, false, "02:10", Kept::Unknown),
        ] {
            assert_eq!(nightly.kept(newest, changed, at(now), GRACE), kept, "{newest:?} {changed} {now}");
        }
        assert_eq!(nightly.next(at("02:05"), GRACE), Some(at("02:10")));
        assert_eq!(nightly.next(at("02:10"), GRACE), Some(at("14:10")));
        let never = Scheduled { times: Vec::new(), ..nightly.clone() };
        assert_eq!(never.kept(before, false, at("02:10"), GRACE), Kept::Unknown);
    }

    #[test]
    fn its_alert_has_a_key_of_its_own() {
        let signal = nightly(&["0 2 * * *"]).signal("o/r", Said::Firing, at("02:00"));
        assert_eq!(
            (signal.key.as_str(), signal.title.as_str()),
            ("schedule/nightly.yml", "nightly.yml did not start at 2026-11-24 02:00 UTC (o/r)")
        );
    }
}
