//! Vendors' status pages: `/api/v2/summary.json` and `/api/v2/components.json` as Statuspage documents them
//! (<https://www.githubstatus.com/api>), and as incident.io answers at the same paths, which status.openai.com does.
//!
//! What differs there: `summary.json` lists a part of the components, and not always the same one, so that `components.json` is to be read
//! beside it; a component may be `full_outage`, a maintenance `maintenance_in_progress`; an incident often names no component. On both,
//! the indicator may say that all is well while an incident is open: so nothing here is reckoned from it.
//!
//! All texts are of others: they come plain, on one line and cut to size, and are not escaped for Slack: that is the view's.

use domain::text::{clean_line, shorten};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::reading::{Reason, near, words};

/// Longest title of an incident, in characters.
const TITLE_MOST: usize = 200;
/// Longest link, in bytes; a longer one is left out.
const LINK_MOST: usize = 500;
/// Most components, incidents and maintenances of a page.
const COMPONENTS_MOST: usize = 1_000;
const INCIDENTS_MOST: usize = 50;

/// How a component does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComponentState {
    Operational,
    /// It says something that howler does not know: cannot tell.
    Unknown,
    UnderMaintenance,
    DegradedPerformance,
    PartialOutage,
    MajorOutage,
}

impl ComponentState {
    fn read(word: &str) -> Self {
        match word {
            "operational" => Self::Operational,
            "under_maintenance" | "maintenance" => Self::UnderMaintenance,
            "degraded_performance" => Self::DegradedPerformance,
            "partial_outage" => Self::PartialOutage,
            "major_outage" | "full_outage" => Self::MajorOutage,
            _ => Self::Unknown,
        }
    }

    /// In words, as they follow a name: `Actions: degraded`.
    pub fn said(self) -> &'static str {
        match self {
            Self::Operational => "operational",
            Self::Unknown => "nobody can tell",
            Self::UnderMaintenance => "under maintenance",
            Self::DegradedPerformance => "degraded",
            Self::PartialOutage => "partly down",
            Self::MajorOutage => "down",
        }
    }

    /// Whether what is heard of it may be late or missing.
    pub fn is_trouble(self) -> bool {
        self >= Self::UnderMaintenance
    }
}

/// How bad the vendor says it is; the page's indicator, and an incident's impact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Impact {
    None,
    /// It says something that howler does not know, or nothing.
    Unknown,
    Maintenance,
    Minor,
    Major,
    Critical,
}

impl Impact {
    fn read(word: Option<&str>) -> Self {
        match word {
            Some("none") => Self::None,
            Some("maintenance") => Self::Maintenance,
            Some("minor") => Self::Minor,
            Some("major") => Self::Major,
            Some("critical") => Self::Critical,
            _ => Self::Unknown,
        }
    }
}

/// A part of what the vendor runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    pub id: String,
    pub name: String,
    pub state: ComponentState,
}

/// What the vendor says is wrong. Only open ones are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorIncident {
    pub id: String,
    pub title: String,
    pub impact: Impact,
    /// `investigating`, `identified`, `monitoring`, as the vendor writes it.
    pub status: String,
    /// When it began, UTC; when it was written down where it does not say.
    pub since: Option<Timestamp>,
    pub link: Option<String>,
    /// Names of components, where it says which; often none.
    pub components: Vec<String>,
}

/// Work that the vendor planned and that is not over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorMaintenance {
    pub id: String,
    pub title: String,
    pub under_way: bool,
    /// UTC.
    pub from: Option<Timestamp>,
    /// UTC.
    pub until: Option<Timestamp>,
    pub link: Option<String>,
    pub components: Vec<String>,
}

/// A status page as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusPage {
    pub name: String,
    pub link: Option<String>,
    /// What the vendor says of all of it. It may say none while an incident is open.
    pub indicator: Impact,
    pub components: Vec<Component>,
    pub incidents: Vec<VendorIncident>,
    pub maintenances: Vec<VendorMaintenance>,
}

#[derive(Deserialize)]
struct Summary {
    page: PageWire,
    #[serde(default)]
    status: Option<StatusWire>,
    components: Vec<ComponentWire>,
    incidents: Vec<EventWire>,
    #[serde(default)]
    scheduled_maintenances: Vec<EventWire>,
}

#[derive(Deserialize)]
struct PageWire {
    name: String,
    #[serde(default)]
    url: Option<String>,
}

#[derive(Deserialize)]
struct StatusWire {
    #[serde(default)]
    indicator: Option<String>,
}

#[derive(Deserialize)]
struct Components {
    components: Vec<ComponentWire>,
}

#[derive(Deserialize)]
struct ComponentWire {
    id: String,
    name: String,
    #[serde(default)]
    status: String,
}

#[derive(Deserialize)]
struct EventWire {
    id: String,
    name: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    impact: Option<String>,
    #[serde(default)]
    started_at: Option<String>,
    #[serde(default)]
    created_at: Option<String>,
    #[serde(default)]
    resolved_at: Option<String>,
    #[serde(default)]
    scheduled_for: Option<String>,
    #[serde(default)]
    scheduled_until: Option<String>,
    #[serde(default)]
    shortlink: Option<String>,
    #[serde(default)]
    components: Option<Vec<NameWire>>,
}

#[derive(Deserialize)]
struct NameWire {
    #[serde(default)]
    name: String,
}

impl StatusPage {
    /// Reads `summary.json`.
    ///
    /// # Errors
    /// Why nobody can tell: it is no summary, it lacks its list of components or of incidents, it is too long.
    pub fn read(body: &[u8], most: usize) -> Result<Self, Reason> {
        let summary: Summary = parsed(body, most, "a status page's summary")?;
        too_many(summary.incidents.len(), INCIDENTS_MOST)?;
        too_many(summary.scheduled_maintenances.len(), INCIDENTS_MOST)?;
        Ok(Self {
            name: words(&summary.page.name),
            link: link(summary.page.url.as_deref()),
            indicator: Impact::read(summary.status.and_then(|status| status.indicator).as_deref()),
            components: components(summary.components)?,
            incidents: summary.incidents.into_iter().filter_map(incident).collect(),
            maintenances: summary.scheduled_maintenances.into_iter().filter_map(maintenance).collect(),
        })
    }

    /// Adds what `components.json` lists; what both have is as it says there.
    ///
    /// # Errors
    /// Why its components cannot be told.
    pub fn with_components(mut self, body: &[u8], most: usize) -> Result<Self, Reason> {
        let list: Components = parsed(body, most, "a status page's list of components")?;
        let all = components(list.components)?;
        self.components.retain(|known| all.iter().all(|listed| listed.id != known.id));
        self.components.extend(all);
        Ok(self)
    }

    /// How the component does that the configuration names, by its id or its name. Of several with one name the worst counts.
    ///
    /// # Errors
    /// It is not on the page, or says what howler does not know.
    pub fn component(&self, wanted: &str) -> Result<&Component, Reason> {
        let wanted = wanted.trim();
        let named = |component: &&Component| {
            component.id == wanted || component.name.to_lowercase() == wanted.to_lowercase()
        };
        let found = self.components.iter().filter(named).max_by_key(|component| component.state);
        let found = found.ok_or_else(|| {
            let names = self.components.iter().map(|component| component.name.as_str());
            Reason::NoSuchComponent { name: words(wanted), near: near(wanted, names) }
        })?;
        match found.state {
            ComponentState::Unknown => {
                Err(Reason::NotThis { what: format!("a state of {} that howler knows", found.name) })
            }
            _ => Ok(found),
        }
    }
}

fn parsed<'b, T: Deserialize<'b>>(body: &'b [u8], most: usize, what: &str) -> Result<T, Reason> {
    if body.len() > most {
        return Err(Reason::TooLong { most });
    }
    serde_json::from_slice(body).map_err(|_| Reason::NotThis { what: what.to_owned() })
}

fn too_many(many: usize, most: usize) -> Result<(), Reason> {
    if many > most {
        Err(Reason::NotThis { what: format!("a page of at most {most} entries: it has {many}") })
    } else {
        Ok(())
    }
}

fn components(wire: Vec<ComponentWire>) -> Result<Vec<Component>, Reason> {
    too_many(wire.len(), COMPONENTS_MOST)?;
    let read = |wire: ComponentWire| Component {
        id: words(&wire.id),
        name: words(&wire.name),
        state: ComponentState::read(&wire.status),
    };
    Ok(wire.into_iter().map(read).collect())
}

fn incident(wire: EventWire) -> Option<VendorIncident> {
    let is_over =
        wire.resolved_at.is_some() || matches!(wire.status.as_str(), "resolved" | "postmortem" | "completed");
    (!is_over).then(|| VendorIncident {
        id: words(&wire.id),
        title: title(&wire.name),
        impact: Impact::read(wire.impact.as_deref()),
        status: words(&wire.status),
        since: time(wire.started_at.as_deref()).or_else(|| time(wire.created_at.as_deref())),
        link: link(wire.shortlink.as_deref()),
        components: names(wire.components),
    })
}

fn maintenance(wire: EventWire) -> Option<VendorMaintenance> {
    let is_over =
        matches!(wire.status.as_str(), "completed" | "maintenance_complete" | "resolved" | "postmortem");
    (!is_over).then(|| VendorMaintenance {
        id: words(&wire.id),
        title: title(&wire.name),
        under_way: matches!(wire.status.as_str(), "in_progress" | "verifying" | "maintenance_in_progress"),
        from: time(wire.scheduled_for.as_deref()),
        until: time(wire.scheduled_until.as_deref()),
        link: link(wire.shortlink.as_deref()),
        components: names(wire.components),
    })
}

fn names(wire: Option<Vec<NameWire>>) -> Vec<String> {
    let names =
        wire.unwrap_or_default().into_iter().take(INCIDENTS_MOST).map(|component| words(&component.name));
    names.filter(|name| !name.is_empty()).collect()
}

fn title(text: &str) -> String {
    let begins: String = text.chars().take(TITLE_MOST * 8).collect();
    match shorten(&clean_line(&begins), TITLE_MOST) {
        blank if blank.is_empty() => "(no title)".to_owned(),
        title => title,
    }
}

fn time(text: Option<&str>) -> Option<Timestamp> {
    text?.trim().parse().ok()
}

/// An https address that can be followed and shown as it stands; any other is left out.
fn link(url: Option<&str>) -> Option<String> {
    let url = url?.trim();
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let is_plain =
        url.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '|' | '"' | '`' | '\\' | '\''));
    (is_plain && url.len() <= LINK_MOST && host.starts_with(|c: char| c.is_ascii_alphanumeric()))
        .then(|| url.to_owned())
}
