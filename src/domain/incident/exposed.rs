//! Secrets that may be exposed (runbook 2.5): a checklist of names on the card of an incident that looks like one of security. howler
//! proposes all that people rotate, for it cannot know which were seen.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Incident;
use super::severity::Severity;
use crate::actor::Actor;
use crate::credential::Credential;
use crate::credential::plan::Lives;

/// Words of a title by which it looks like one of security: the beginnings of words.
const WORDS: [&str; 15] = [
    "security",
    "leak",
    "breach",
    "compromis",
    "unauthori",
    "intru",
    "stolen",
    "hack",
    "exfiltrat",
    "expos",
    "suspicious",
    "token",
    "secret",
    "credential",
    "password",
];
/// Most that are listed.
const MOST: usize = 40;

/// One of the checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposed {
    pub name: String,
    pub lives: Lives,
    /// Who rotated it since then, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotated: Option<(Actor, Timestamp)>,
}

/// What happened to the checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SecretNews {
    Proposed {
        secrets: Vec<Exposed>,
    },
    Rotated {
        name: String,
    },
    /// The rotation was none.
    Undone {
        name: String,
    },
}

/// Whether a title looks like an incident of security, or names one of the secrets.
fn looks_so(title: &str, names: &[&str]) -> bool {
    let title = title.to_lowercase();
    let mut words = title.split(|sign: char| !sign.is_alphanumeric() && sign != '_');
    words.any(|word| {
        let parts = || word.split('_');
        WORDS.iter().any(|begins| parts().any(|part| part.starts_with(begins)))
            || names.iter().any(|name| name.eq_ignore_ascii_case(word))
    })
}

/// The checklist that an incident is to have now: by its title where it is severe, or because its `procedure` is at work.
pub fn proposed(incident: &Incident, all: &[&Credential], procedure: bool) -> Option<SecretNews> {
    let listed = || all.iter().filter(|one| one.listed && !one.is_automatic());
    let names: Vec<&str> = listed().map(|one| one.plan.name.as_str()).collect();
    let severe = incident.severity <= Severity::P2;
    let looks = procedure || severe && looks_so(&incident.title, &names);
    if !incident.is_open() || !incident.exposed.is_empty() || names.is_empty() || !looks {
        return None;
    }
    let exposed = |one: &&Credential| Exposed {
        name: one.plan.name.clone(),
        lives: one.plan.lives.clone(),
        rotated: None,
    };
    Some(SecretNews::Proposed { secrets: listed().take(MOST).map(exposed).collect() })
}

impl Incident {
    /// Whether it is one of security, as far as its checklist and its title tell: its report has a folder of its own (runbook 2.5).
    pub fn is_of_security(&self) -> bool {
        !self.exposed.is_empty() || looks_so(&self.title, &[])
    }

    /// Whether `name` is on its checklist, and not rotated yet where `open`.
    pub fn exposes(&self, name: &str, open: bool) -> bool {
        self.exposed.iter().any(|one| one.name == name && one.rotated.is_none() == open)
    }

    pub(super) fn secrets_news(&mut self, news: &SecretNews, by: &Actor, at: Timestamp) {
        let (name, rotated) = match news {
            SecretNews::Proposed { secrets } => return self.exposed.clone_from(secrets),
            SecretNews::Rotated { name } => (name, Some((by.clone(), at))),
            SecretNews::Undone { name } => (name, None),
        };
        if let Some(one) = self.exposed.iter_mut().find(|one| one.name == *name) {
            one.rotated = rotated;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_looks_like_security_by_its_words() {
        for title in [
            "Security incident",
            "Data leaked to a public bucket",
            "VERCEL_TOKEN in a public repository",
            "Unauthorised access to the admin page",
            "token found in logs",
            "mail_key is public",
        ] {
            assert!(looks_so(title, &["MAIL_KEY"]), "{title}");
        }
        for title in ["Event stream down", "No witnesses can connect", "Bleak numbers", "Tokyo is slow", ""] {
            assert!(!looks_so(title, &["MAIL_KEY"]), "{title}");
        }
    }
}
