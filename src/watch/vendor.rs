//! What a vendor's status page says of the components that matter: from one look to the next, and what is news.
//!
//! What cannot be read ends nothing and begins nothing. A component that is not on the page any more stands as it stood, with the reason.

use domain::alert::signal::Source;
use domain::id::IncidentId;
use domain::text::fingerprint;
use domain::vendor::{VendorSays, VendorStands};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::reading::Reason;
use crate::status_page::{Component, StatusPage, VendorIncident};

/// How often a page is read, and how old what it said may be before nobody can tell.
pub const EVERY: SignedDuration = SignedDuration::from_mins(1);
const OLD: SignedDuration = SignedDuration::from_mins(5);
/// Most troubles of one vendor.
const TROUBLES_MOST: usize = 20;

/// One `[[vendor]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Vendor {
    pub name: String,
    /// Of its status page, without a slash at the end.
    pub url: String,
    /// Those that matter, by their names on the page or their ids; one at least.
    pub components: Vec<String>,
    /// Whose alerts come from it.
    pub source: Option<Source>,
}

impl Vendor {
    /// The two documents that are read, in order.
    pub fn addresses(&self) -> [String; 2] {
        ["summary.json", "components.json"].map(|file| format!("{}/api/v2/{file}", self.url))
    }

    /// What changes when another page or another part of it is read.
    pub fn fingerprint(&self) -> String {
        let all = format!("{}|{}", self.url, self.components.join("|"));
        format!("{:016x}", fingerprint(Some(&all)))
    }
}

/// What a look at a page brought.
#[derive(Clone, Debug, PartialEq)]
pub enum Brought {
    Page(Box<StatusPage>),
    /// It is as it was, says the server.
    Unchanged,
    CannotTell(Reason),
}

/// One look.
#[derive(Clone, Debug, PartialEq)]
pub struct VendorRead {
    /// The vendor's.
    pub name: String,
    pub brought: Brought,
    /// When it came, by howler's clock.
    pub at: Timestamp,
}

/// What is known of a vendor: a row of the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorRow {
    pub name: String,
    /// Of the configuration by which it was read.
    pub of: String,
    #[serde(default)]
    seen: Option<Timestamp>,
    /// Why the last look told nothing.
    #[serde(default)]
    blind: Option<String>,
    /// Why a component cannot be told.
    #[serde(default)]
    missing: Option<String>,
    #[serde(default)]
    pub troubles: Vec<Trouble>,
}

/// Something that the vendor says is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    key: String,
    what: String,
    since: Timestamp,
    link: Option<String>,
    /// The incidents on whose timelines it stands.
    #[serde(default)]
    pub told: Vec<IncidentId>,
}

/// A component or an incident, by the name that it has in a row.
fn key(kind: &str, name: &str) -> String {
    format!("{kind}:{}", name.trim().to_lowercase())
}

impl VendorRow {
    pub fn new(vendor: &Vendor) -> Self {
        let (name, of) = (vendor.name.clone(), vendor.fingerprint());
        Self { name, of, seen: None, blind: None, missing: None, troubles: Vec::new() }
    }

    /// Takes a look; the troubles that are over by it.
    pub fn take(&mut self, vendor: &Vendor, brought: &Brought, at: Timestamp) -> Vec<Trouble> {
        match brought {
            Brought::CannotTell(reason) => {
                self.blind = Some(reason.to_string());
                Vec::new()
            }
            Brought::Unchanged => {
                (self.seen, self.blind) = (Some(at), None);
                Vec::new()
            }
            Brought::Page(page) => {
                (self.seen, self.blind) = (Some(at), None);
                self.compare(vendor, page, at)
            }
        }
    }

    fn compare(&mut self, vendor: &Vendor, page: &StatusPage, at: Timestamp) -> Vec<Trouble> {
        let (mut now, missing) = troubles(vendor, page, at);
        let mut over = Vec::new();
        for known in std::mem::take(&mut self.troubles) {
            match now.iter_mut().find(|trouble| trouble.key == known.key) {
                Some(same) => (same.since, same.told) = (same.since.min(known.since), known.told),
                None if missing.iter().any(|(key, _)| *key == known.key) => now.push(known),
                None => over.push(known),
            }
        }
        now.truncate(TROUBLES_MOST);
        self.troubles = now;
        self.missing = missing.into_iter().next().map(|(_, reason)| reason);
        over
    }

    /// Why nobody can tell at `now`.
    pub fn cannot_tell(&self, now: Timestamp) -> Option<String> {
        let Some(seen) = self.seen else {
            return Some(self.blind.clone().unwrap_or_else(|| "its page was not read yet".to_owned()));
        };
        let old = now.duration_since(seen) > OLD;
        let old = old.then(|| format!("its page was read last at {}", clock(seen, now)));
        self.blind.clone().or(old).or_else(|| self.missing.clone())
    }

    pub fn says(&self, vendor: &Vendor) -> Vec<VendorSays> {
        let says = |trouble: &Trouble| {
            let Trouble { what, since, link, .. } = trouble.clone();
            VendorSays { vendor: self.name.clone(), what, since, link, source: vendor.source }
        };
        self.troubles.iter().map(says).collect()
    }

    /// How it stands at `now`.
    pub fn stands(&self, vendor: &Vendor, now: Timestamp) -> VendorStands {
        let (name, why) = (self.name.clone(), self.cannot_tell(now));
        VendorStands { name, says: self.says(vendor), why, at: self.seen }
    }
}

impl Trouble {
    /// Of a timeline: `GitHub says: Actions degraded since 02:10 UTC, https://...`.
    pub fn line(&self, vendor: &str, now: Timestamp) -> String {
        let link = self.link.as_ref().map(|link| format!(", {link}")).unwrap_or_default();
        format!("{vendor} says: {} since {}{link}", self.what, clock(self.since, now))
    }

    /// That it is over.
    pub fn over(&self, vendor: &str, now: Timestamp) -> String {
        format!("{vendor} says that it is over: {}, since {}", self.what, clock(self.since, now))
    }
}

/// The time in UTC, with its day where that is another.
fn clock(at: Timestamp, now: Timestamp) -> String {
    let same = at.strftime("%F").to_string() == now.strftime("%F").to_string();
    at.strftime(if same { "%H:%M UTC" } else { "%F %H:%M UTC" }).to_string()
}

/// What is wrong, and of which components nobody can tell, with the reason. A component is in trouble for as long as its state or an open
/// incident says so.
fn troubles(vendor: &Vendor, page: &StatusPage, at: Timestamp) -> (Vec<Trouble>, Vec<(String, String)>) {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for wanted in &vendor.components {
        let key = key("component", wanted);
        match page.component(wanted) {
            Err(reason) => missing.push((key, reason.to_string())),
            Ok(component) => found.extend(of_component(key, component, page, at)),
        }
    }
    // What does not say what it is about may be about what matters, where the page is the right one.
    let unnamed = page.incidents.iter().filter(|incident| incident.components.is_empty());
    let unnamed = unnamed.filter(|_| missing.len() < vendor.components.len());
    found.extend(unnamed.map(|incident| {
        let what = format!("{} ({}, of which part it does not say)", incident.title, incident.status);
        trouble(key("incident", &incident.id), what, &[incident], page, at)
    }));
    (found, missing)
}

fn of_component(key: String, component: &Component, page: &StatusPage, at: Timestamp) -> Option<Trouble> {
    let name = component.name.to_lowercase();
    let names = |incident: &&VendorIncident| incident.components.iter().any(|one| one.to_lowercase() == name);
    let about: Vec<&VendorIncident> = page.incidents.iter().filter(names).collect();
    let what = match (component.state.is_trouble(), about.first()) {
        (true, _) => format!("{} {}", component.name, component.state.said()),
        (false, Some(incident)) => format!("{} ({})", incident.title, incident.status),
        (false, None) => return None,
    };
    Some(trouble(key, what, &about, page, at))
}

/// With what the incidents about it tell: since when, and where to read on.
fn trouble(
    key: String,
    what: String,
    about: &[&VendorIncident],
    page: &StatusPage,
    at: Timestamp,
) -> Trouble {
    let since = about.iter().filter_map(|incident| incident.since).min().unwrap_or(at);
    let link = about.iter().find_map(|incident| incident.link.clone()).or_else(|| page.link.clone());
    Trouble { key, what, since, link, told: Vec::new() }
}
