//! How each severity is handled: the runbook's matrix (1.1), with what `howler.toml` changes in it.

use jiff::SignedDuration;
use serde::Deserialize;

use super::Severity;
use super::incident::after::rules::Afterwards;
use super::oncall::path::Path;
use super::oncall::path_entry::{PathEntry, steps};

/// Whom the announcements of a severity call in the emergencies channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mention {
    /// Both names of `[mentions]`, as the runbook's template does (7.1).
    Group,
    /// `[mentions] oncall` alone.
    OnCall,
    Nobody,
}

/// Whom each severity calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loudness([Mention; 4]);

impl Loudness {
    pub fn of(&self, severity: Severity) -> Mention {
        self.0[severity as usize]
    }
}

impl Default for Loudness {
    fn default() -> Self {
        Severities::default().loudness()
    }
}

/// How one severity is handled.
#[derive(Clone, Debug, PartialEq)]
pub struct SeverityRule {
    pub definition: String,
    /// From the declaration to an acknowledgement by a named person; P4 has no limit (runbook: next sprint).
    pub respond_within: Option<SignedDuration>,
    pub update_every: Option<SignedDuration>,
    /// Whether the incident gets a channel of its own.
    pub own_channel: bool,
    /// How long Slack may take for the news before it is told on GitHub: see `[backup]`.
    pub backup_after: Option<SignedDuration>,
    pub mention: Mention,
    /// Whom it pages: see [`SeverityRule::pages`].
    pub path: Vec<PathEntry>,
    pub report_within: Option<SignedDuration>,
    pub retro_within: Option<SignedDuration>,
}

impl SeverityRule {
    /// The steps of paging; none where nobody is paged.
    pub fn pages(&self) -> Path {
        steps(&self.path, self.respond_within)
    }

    /// Whether a missed response time calls everybody in the emergencies channel.
    pub fn calls_everybody(&self) -> bool {
        self.path.contains(&PathEntry::EmergencyChannel)
    }
}

/// The four severities' rules, and what follows an incident of any.
#[derive(Clone, Debug, PartialEq)]
pub struct Severities([SeverityRule; 4], Afterwards);

impl Severities {
    pub fn rule(&self, severity: Severity) -> &SeverityRule {
        &self.0[severity as usize]
    }

    /// When people are reminded of what they owe, and when sprints are planned.
    pub fn afterwards(&self) -> &Afterwards {
        &self.1
    }

    pub fn set_afterwards(&mut self, afterwards: Afterwards) {
        self.1 = afterwards;
    }

    pub fn loudness(&self) -> Loudness {
        Loudness(Severity::ALL.map(|severity| self.rule(severity).mention))
    }

    pub fn rule_mut(&mut self, severity: Severity) -> &mut SeverityRule {
        &mut self.0[severity as usize]
    }

    /// Tells a P1 on GitHub where Slack has not taken the news of it within `after`; `None` turns that off.
    pub fn back_up(&mut self, after: Option<SignedDuration>) {
        self.0[Severity::P1 as usize].backup_after = after;
    }
}

impl Default for Severities {
    fn default() -> Self {
        Self(Severity::ALL.map(built_in), Afterwards::default())
    }
}

fn built_in(severity: Severity) -> SeverityRule {
    let hours = |hours| Some(SignedDuration::from_hours(hours));
    let minutes = |minutes| Some(SignedDuration::from_mins(minutes));
    match severity {
        Severity::P1 => SeverityRule {
            definition: "System down, no witnesses can connect".into(),
            respond_within: minutes(15),
            update_every: minutes(30),
            own_channel: true,
            backup_after: None,
            mention: Mention::Group,
            path: vec![PathEntry::Alert, PathEntry::Phone, PathEntry::EmergencyChannel],
            report_within: hours(24),
            retro_within: hours(48),
        },
        Severity::P2 => SeverityRule {
            definition: "Degraded service, partial functionality".into(),
            respond_within: hours(1),
            update_every: minutes(30),
            own_channel: true,
            backup_after: None,
            mention: Mention::Group,
            path: vec![PathEntry::Alert, PathEntry::Slack],
            report_within: hours(24),
            retro_within: hours(7 * 24),
        },
        Severity::P3 => SeverityRule {
            definition: "Non-critical failure, workaround exists".into(),
            respond_within: hours(24),
            update_every: minutes(30),
            own_channel: false,
            backup_after: None,
            mention: Mention::Nobody,
            path: vec![PathEntry::WeeklyReview],
            report_within: None,
            retro_within: None,
        },
        Severity::P4 => SeverityRule {
            definition: "Visual issues, cosmetic problems".into(),
            respond_within: None,
            update_every: None,
            own_channel: false,
            backup_after: None,
            mention: Mention::Nobody,
            path: vec![PathEntry::Backlog],
            report_within: None,
            retro_within: None,
        },
    }
}
