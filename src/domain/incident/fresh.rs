//! A form that was open for a while: only what its person changed counts, and what somebody else changed meanwhile stays.

use jiff::Timestamp;

use super::{Eta, Incident};
use crate::command::EtaText;
use crate::incident::severity::Status;
use crate::refusal::Refusal;
use crate::request::Shown;
use crate::text::fingerprint;

/// The fields of an update's form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields {
    pub status: Option<Status>,
    pub impact: Option<String>,
    pub action: Option<String>,
    pub eta: Option<EtaText>,
}

impl Shown {
    /// What a form about `incident` shows now.
    pub fn of(incident: &Incident) -> Self {
        Self {
            status: incident.status,
            impact: fingerprint(incident.impact.as_deref()),
            action: fingerprint(incident.action.as_deref()),
            eta: eta(incident.eta.as_ref()),
        }
    }
}

impl Fields {
    /// What of it is this person's own change since the form was `shown`.
    ///
    /// # Errors
    /// A field that somebody else changed meanwhile, to something else.
    pub fn changed(self, shown: &Shown, incident: &Incident, now: Timestamp) -> Result<Self, Refusal> {
        let current = Shown::of(incident);
        let meanwhile = |field: &str, says: Option<&String>| Refusal::ChangedMeanwhile {
            incident: incident.id,
            field: field.to_owned(),
            now: says.cloned().unwrap_or_default(),
        };
        let text = |field: &str, given: Option<String>, shown: u64, current: u64, says: Option<&String>| {
            let print = fingerprint(given.as_deref());
            own(given, print, shown, current).map_err(|()| meanwhile(field, says))
        };
        let given = self.eta.clone().map(|eta| Eta::fixed(eta, now));
        let expected = match &incident.eta {
            Some(Eta::Words(words)) => Some(words.clone()),
            Some(Eta::At(at)) => Some(at.to_string()),
            None => None,
        };
        Ok(Self {
            status: own(self.status, sign(self.status), sign(Some(shown.status)), sign(Some(current.status)))
                .map_err(|()| meanwhile("status", Some(&incident.status.to_string())))?,
            impact: text("impact", self.impact, shown.impact, current.impact, incident.impact.as_ref())?,
            action: text("action", self.action, shown.action, current.action, incident.action.as_ref())?,
            eta: own(self.eta, eta(given.as_ref()), shown.eta, current.eta)
                .map_err(|()| meanwhile("eta", expected.as_ref()))?,
        })
    }
}

/// A field as its person left it: nothing where it is as it was shown, or as it is by now.
fn own<T>(given: Option<T>, print: u64, shown: u64, current: u64) -> Result<Option<T>, ()> {
    match given {
        None => Ok(None),
        Some(_) if print == shown || print == current => Ok(None),
        Some(_) if shown != current => Err(()),
        given => Ok(given),
    }
}

fn sign(status: Option<Status>) -> u64 {
    fingerprint(status.map(|status| status.to_string()).as_deref())
}

/// Forms show an instant to the minute.
fn eta(eta: Option<&Eta>) -> u64 {
    match eta {
        Some(Eta::At(at)) => fingerprint(Some(&format!("{}", at.as_second().div_euclid(60)))),
        Some(Eta::Words(words)) => fingerprint(Some(words)),
        None => 0,
    }
}
