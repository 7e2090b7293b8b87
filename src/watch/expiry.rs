//! When the certificates of watched https addresses, and domains, run out: 21, 7 and 2 days before it is told, and when it did. A renewal
//! ends it; what cannot be read ends nothing and begins nothing.

use std::collections::BTreeMap;

use domain::Severity;
use domain::alert::signal::{Said, Signal};
use domain::text::shorten;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::domain_name::DomainName;
use crate::told;
use crate::watched::Watch;

const REASON_MOST: usize = 240;

/// How near its end it is, and how bad that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Days21,
    Days7,
    Days2,
    Over,
}

impl Stage {
    fn of(until: Timestamp, at: Timestamp) -> Option<Self> {
        let left = until.duration_since(at);
        let days = |days: i64| SignedDuration::from_hours(24 * days);
        Some(match left {
            left if left <= SignedDuration::ZERO => Self::Over,
            left if left <= days(2) => Self::Days2,
            left if left <= days(7) => Self::Days7,
            left if left <= days(21) => Self::Days21,
            _ => return None,
        })
    }

    /// One that runs out is nothing that is down; one that ran out is.
    fn severity(self) -> Severity {
        match self {
            Self::Days21 => Severity::P3,
            Self::Days7 | Self::Days2 => Severity::P2,
            Self::Over => Severity::P1,
        }
    }

    /// The last warning is an alert of its own, so that it is told anew to whoever took the first one and forgot it.
    fn is_last(self) -> bool {
        self >= Self::Days2
    }
}

/// What runs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Certificate,
    Domain,
}

/// How the rows of domains begin; no host holds a slash.
const DOMAIN: &str = "domain/";

impl Kind {
    /// How often one is looked at: registries bear few questions.
    pub const fn every(self) -> SignedDuration {
        match self {
            Self::Certificate => SignedDuration::from_hours(1),
            Self::Domain => SignedDuration::from_hours(12),
        }
    }

    /// Nobody could tell for so long: that is told.
    const fn absent_after(self) -> SignedDuration {
        match self {
            Self::Certificate => SignedDuration::from_hours(6),
            Self::Domain => SignedDuration::from_hours(36),
        }
    }

    fn of(row: &str) -> Self {
        if row.starts_with(DOMAIN) { Self::Domain } else { Self::Certificate }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::Domain => "domain",
        }
    }
}

/// Something that is looked at, because it runs out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpiryOf {
    pub kind: Kind,
    /// The key of its row: of a certificate its host, with its port where that is not the usual one; `domain/` and a domain's name.
    pub host: String,
    /// The address that is asked; a certificate's without its path.
    pub address: String,
}

/// The certificates of all https addresses that are watched, each host once, and the domains.
pub fn all(watches: &[Watch], domains: &[DomainName]) -> Vec<ExpiryOf> {
    let mut all = BTreeMap::new();
    for url in watches.iter().filter_map(|watch| Url::parse(watch.asks.url()?).ok()) {
        let (Some(name), "https") = (url.host_str(), url.scheme()) else { continue };
        let host = url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"));
        let address = format!("https://{host}/");
        all.insert(host.clone(), ExpiryOf { kind: Kind::Certificate, host, address });
    }
    for domain in domains {
        let host = format!("{DOMAIN}{}", domain.name);
        all.insert(host.clone(), ExpiryOf { kind: Kind::Domain, host, address: domain.address() });
    }
    all.into_values().collect()
}

/// One look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpiryRead {
    pub host: String,
    /// When it runs out; or why nobody can tell.
    pub until: Result<Timestamp, String>,
    /// When it was looked at, by howler's clock.
    pub at: Timestamp,
}

/// What is known of one: a row of the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpiryRow {
    pub host: String,
    /// When it runs out, as it was seen last, and when that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<(Timestamp, Timestamp)>,
    /// What was told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told: Option<Stage>,
    /// Since when nobody can tell, why, and whether that was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    blind: Option<(Timestamp, String, bool)>,
}

/// No watch's name holds a colon.
fn key(row: &str, last: bool) -> String {
    let end = if last { ":last" } else { "" };
    format!("{}:{}{end}", Kind::of(row).word(), shown(row))
}

/// A row's key as people read it: the host, or the domain's name.
pub fn shown(row: &str) -> &str {
    row.strip_prefix(DOMAIN).unwrap_or(row)
}

impl ExpiryRow {
    pub fn new(host: &str) -> Self {
        Self { host: host.to_owned(), seen: None, told: None, blind: None }
    }

    /// Takes a look; what there is to say of its alerts.
    pub fn take(&mut self, read: &ExpiryRead) -> Vec<Signal> {
        match &read.until {
            Ok(until) => self.see(*until, read.at),
            Err(why) => self.miss(why, read.at),
        }
    }

    fn see(&mut self, until: Timestamp, at: Timestamp) -> Vec<Signal> {
        let mut signals = Vec::new();
        if let Some((_, _, true)) = self.blind.take() {
            signals.push(told::end(
                &self.absent(),
                format!("its {} is seen again", Kind::of(&self.host).word()),
            ));
        }
        self.seen = Some((until, at));
        let stage = Stage::of(until, at);
        if stage == self.told {
            return signals;
        }
        let renewed = || format!("renewed: it is good until {}", day(until));
        let is_open = |told: Option<Stage>, last: bool| told.is_some_and(|told| !last || told.is_last());
        for last in [false, true] {
            let key = key(&self.host, last);
            let fires = stage.filter(|stage| stage.is_last() == last);
            match (fires, is_open(self.told, last) && !is_open(stage, last)) {
                (Some(stage), _) => signals.push(self.fires(key, stage, until)),
                (None, true) => signals.push(told::end(&key, renewed())),
                (None, false) => {}
            }
        }
        self.told = stage;
        signals
    }

    fn fires(&self, key: String, stage: Stage, until: Timestamp) -> Signal {
        let days = match stage {
            Stage::Days21 => "within 21 days",
            Stage::Days7 => "within 7 days",
            Stage::Days2 => "within 2 days",
            Stage::Over => "already",
        };
        let runs = if stage == Stage::Over { "ran out" } else { "runs out" };
        let title = format!("The {} {runs} {days}, on {}", self.named(), day(until));
        let exactly = until.strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
        self.signal(key, stage.severity(), title, ("runs out", exactly), Kind::of(&self.host).word())
    }

    fn miss(&mut self, why: &str, at: Timestamp) -> Vec<Signal> {
        let why = shorten(why, REASON_MOST);
        let (since, _, told) = self.blind.take().unwrap_or((at, why.clone(), false));
        let tells = !told && at.duration_since(since) >= Kind::of(&self.host).absent_after();
        self.blind = Some((since, why.clone(), told || tells));
        let title = format!("The {}: nobody can tell when it runs out", self.named());
        let signal = || self.signal(self.absent(), Severity::P3, title, ("why", why), "absent");
        tells.then(signal).into_iter().collect()
    }

    /// `certificate of api.example`, `domain monkeytown.ai`.
    fn named(&self) -> String {
        let name = shown(&self.host);
        match Kind::of(&self.host) {
            Kind::Certificate => format!("certificate of {name}"),
            Kind::Domain => format!("domain {name}"),
        }
    }

    fn absent(&self) -> String {
        format!("{}:absent", key(&self.host, false))
    }

    fn signal(
        &self,
        key: String,
        severity: Severity,
        title: String,
        (name, fact): (&str, String),
        level: &str,
    ) -> Signal {
        let facts = [("host", shown(&self.host).to_owned()), ("level", level.to_owned()), (name, fact)];
        let facts = facts.into_iter().map(|(name, fact)| (name.to_owned(), fact)).collect();
        told::told(key, Said::Firing, Some(severity), title, facts)
    }

    /// The ends of its open alerts, where it is not watched any more.
    pub fn gone(&self) -> Vec<Signal> {
        let why = || "it was taken out of the configuration".to_owned();
        let own = self.told.map(|_| key(&self.host, false));
        let last = self.told.filter(|told| told.is_last()).map(|_| key(&self.host, true));
        let blind = self.blind.as_ref().filter(|(_, _, told)| *told).map(|_| self.absent());
        own.into_iter().chain(last).chain(blind).map(|key| told::end(&key, why())).collect()
    }

    /// How it stands, in words.
    pub fn line(&self, at: Timestamp) -> String {
        let known = self.seen.map(|(until, _)| {
            let left = until.duration_since(at).as_hours() / 24;
            match Stage::of(until, at) {
                Some(Stage::Over) => format!("ran out on {}", day(until)),
                _ => format!("{left} {} left, until {}", if left == 1 { "day" } else { "days" }, day(until)),
            }
        });
        match (&self.blind, known) {
            (Some((_, why, _)), Some(known)) => format!("cannot tell: {why}; last seen: {known}"),
            (Some((_, why, _)), None) => format!("cannot tell: {why}"),
            (None, Some(known)) => known,
            (None, None) => "not looked at yet".to_owned(),
        }
    }

    /// Whether it is as it should be.
    pub fn is_well(&self) -> bool {
        self.blind.is_none() && self.told.is_none() && self.seen.is_some()
    }
}

fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}
