//! Which source an address belongs to, and whether a request is believed.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use jiff::Timestamp;

use config::secrets::{HookSecrets, Rotating};
use config::{Config, Heartbeat};
use domain::alert::hear::Checked;
use domain::alert::watch::Expected;
use sources::sign::{
    GITHUB_SIGNATURE, GRAFANA_SIGNATURE, GRAFANA_TIMESTAMP, Keys, Rejected, VERCEL_SIGNATURE,
};
use sources::{Body, github, pagerduty};

/// What the sources are known by, and what of them counts.
#[derive(Clone, Debug, Default)]
pub struct Doors {
    pub(super) github: Option<Keys>,
    pub(super) vercel: Option<Keys>,
    pub(super) uptimerobot: Option<Keys>,
    pub(super) token: Option<Keys>,
    pub(super) grafana: Option<Keys>,
    pub(super) branches: github::Rules,
    pub(super) heartbeats: Vec<Expected>,
}

/// An address, with what of it names somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Door {
    GitHub,
    Vercel,
    UptimeRobot { token: String },
    Alertmanager,
    Grafana,
    Events,
    Enqueue,
    Change,
    Metrics,
    Heartbeat { name: String, token: String },
}

/// Why a request is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// There is no such address.
    Off,
    Unknown(Rejected),
}

/// Whether it is known who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Yes,
    /// Only the body tells.
    NotYet,
}

impl From<Rejected> for Refused {
    fn from(rejected: Rejected) -> Self {
        Self::Unknown(rejected)
    }
}

impl Door {
    /// For metrics and the log.
    pub fn word(&self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::Vercel => "vercel",
            Self::UptimeRobot { .. } => "uptimerobot",
            Self::Alertmanager => "alertmanager",
            Self::Grafana => "grafana",
            Self::Events => "events",
            Self::Enqueue | Self::Change => "pagerduty",
            Self::Metrics => "metrics",
            Self::Heartbeat { .. } => "heartbeat",
        }
    }
}

impl Doors {
    pub fn new(secrets: &HookSecrets, config: &Config) -> Self {
        let keys = |secret: &Option<Rotating>| {
            let keys = Keys::new(secret.iter().flat_map(Rotating::secrets).map(|one| one.reveal()));
            (!keys.is_empty()).then_some(keys)
        };
        Self {
            github: keys(&secrets.github),
            vercel: keys(&secrets.vercel),
            uptimerobot: keys(&secrets.uptimerobot),
            token: keys(&secrets.token),
            grafana: keys(&secrets.grafana),
            branches: github::Rules { branches: config.sources.github_branches.clone() },
            heartbeats: config.heartbeats.iter().map(Heartbeat::expected).collect(),
        }
    }

    /// The names of the sources that are on.
    pub fn on(&self) -> Vec<&'static str> {
        let token = self.token.is_some();
        let all = [
            ("GitHub", self.github.is_some()),
            ("Vercel", self.vercel.is_some()),
            ("Uptime Robot", self.uptimerobot.is_some()),
            ("Alertmanager", token),
            ("Grafana", token || self.grafana.is_some()),
            ("PagerDuty's Events v2", token),
            ("/hooks/events", token),
            ("/v1/metrics", token),
            ("heartbeats", token && !self.heartbeats.is_empty()),
        ];
        all.into_iter().filter_map(|(name, is_on)| is_on.then_some(name)).collect()
    }

    /// Checks what stands in the address or in a header.
    pub(super) fn before_the_body(&self, door: &Door, headers: &HeaderMap) -> Result<Known, Refused> {
        let header = |name: &str| headers.get(name).map(|value| value.as_bytes());
        let claimed = headers.get(AUTHORIZATION).map(|value| value.as_bytes());
        let token = self.token.as_ref();
        match door {
            Door::UptimeRobot { token } => on(self.uptimerobot.as_ref())?.token(token.as_bytes())?,
            Door::Alertmanager | Door::Events | Door::Metrics => on(token)?.authorization(claimed)?,
            Door::Grafana if !self.is_signed_by_grafana(headers) => on(token)?.authorization(claimed)?,
            Door::Heartbeat { name, token: claimed } => {
                on(token)?.heartbeat(name, claimed.as_bytes())?;
                // Only who has a token learns which names there are.
                self.heartbeat(name).map(|_| ()).ok_or(Refused::Off)?;
            }
            Door::GitHub => return signed(header(GITHUB_SIGNATURE)),
            Door::Vercel => return signed(header(VERCEL_SIGNATURE)),
            Door::Grafana | Door::Enqueue | Door::Change => return Ok(Known::NotYet),
        }
        Ok(Known::Yes)
    }

    /// Checks what needs the body.
    pub(super) fn with_the_body(
        &self,
        door: &Door,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), Refused> {
        let header = |name: &str| headers.get(name).map(|value| value.as_bytes());
        match door {
            Door::GitHub => on(self.github.as_ref())?.github(header(GITHUB_SIGNATURE), body)?,
            Door::Vercel => on(self.vercel.as_ref())?.vercel(header(VERCEL_SIGNATURE), body)?,
            Door::Grafana if self.is_signed_by_grafana(headers) => {
                let keys = on(self.grafana.as_ref())?;
                keys.grafana(header(GRAFANA_SIGNATURE), header(GRAFANA_TIMESTAMP), body, now)?;
            }
            Door::Enqueue | Door::Change => {
                let own = pagerduty::routing_key(&Body::json(body)).map(String::into_bytes);
                let claimed = own.or_else(|| header(pagerduty::ROUTING_KEY).map(<[u8]>::to_vec));
                on(self.token.as_ref())?.token(&claimed.unwrap_or_default())?;
            }
            _ => {}
        }
        Ok(())
    }

    /// By what the source of a request that was believed is known.
    pub(super) fn checked(&self, door: &Door, headers: &HeaderMap) -> Checked {
        match door {
            Door::GitHub | Door::Vercel => Checked::Signature,
            Door::Grafana if self.is_signed_by_grafana(headers) => Checked::Signature,
            _ => Checked::Token,
        }
    }

    /// Where Grafana signs and its secret is known, the signature is what counts.
    fn is_signed_by_grafana(&self, headers: &HeaderMap) -> bool {
        self.grafana.is_some() && (headers.contains_key(GRAFANA_SIGNATURE) || self.token.is_none())
    }

    pub(super) fn heartbeat(&self, name: &str) -> Option<&Expected> {
        self.heartbeats.iter().find(|expected| expected.key == name)
    }
}

fn signed(header: Option<&[u8]>) -> Result<Known, Refused> {
    header.map(|_| Known::NotYet).ok_or(Refused::Unknown(Rejected::Missing))
}

fn on<T>(keys: Option<T>) -> Result<T, Refused> {
    keys.ok_or(Refused::Off)
}
