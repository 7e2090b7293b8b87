//! GitHub, asked when the repository's secrets were changed: `GET /repos/{owner}/{repo}/actions/secrets`, which tells names and instants
//! and never a value (GitHub's page "REST API endpoints for GitHub Actions Secrets").

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Asked;
use config::Config;
use config::secrets::Secrets;
use domain::alert::asking::Subject;
use domain::alert::asking::agenda::Came;
use domain::alert::signal::Source;
use domain::credential::plan::{Every, Lives};
use ground::clock::Clock;
use probe::Unasked;
use redact::Redactor;

/// A rotation is a matter of days.
const EVERY: SignedDuration = SignedDuration::from_hours(1);
/// Names of a page, and most pages: GitHub keeps at most 100 secrets of a repository.
const PAGE: usize = 100;
const PAGES: usize = 3;
const NEEDS: &str = "give it the permission Secrets, read";

pub(crate) struct SecretDates {
    /// Or why it cannot be asked.
    api: Result<probe::GitHub, Unasked>,
    /// Those that are to be rotated.
    names: Vec<String>,
}

impl SecretDates {
    /// Nothing where none of the secrets that people rotate lives there.
    pub fn new(config: &Config, secrets: &Secrets, clock: &Clock) -> Option<Self> {
        let own = config.credentials.iter();
        let own = own.filter(|plan| plan.lives == Lives::GitHub && plan.every != Every::Automatic);
        let names: Vec<String> = own.map(|plan| plan.name.clone()).collect();
        let api = || probe::GitHub::new(&config.runbook, secrets, clock.clone()).map_err(Unasked::lasting);
        (!names.is_empty()).then(|| Self { api: api(), names })
    }

    /// When each was changed last.
    pub async fn ask(&self, redactor: &Redactor) -> Asked {
        let mut asked = Asked::nothing(Source::GitHub, Subject::Secrets);
        asked.came = Came::Answer { next: EVERY };
        match self.listed().await {
            Ok(listed) => {
                asked.learned.heard = true;
                let is = |name: &str| self.names.iter().any(|own| own.eq_ignore_ascii_case(name));
                let known: Vec<&String> = listed.iter().map(|(name, _)| name).collect();
                // A name that GitHub does not list says nothing of when it was rotated.
                asked.learned.cannot = self
                    .names
                    .iter()
                    .filter(|own| !known.iter().any(|name| name.eq_ignore_ascii_case(own)))
                    .map(|own| format!("GitHub lists no secret {own} of the repository"))
                    .collect();
                asked.learned.secrets = listed.into_iter().filter(|(name, _)| is(name)).collect();
            }
            Err(unasked) => asked.failed(&unasked, redactor),
        }
        asked
    }

    async fn listed(&self) -> Result<Vec<(String, Timestamp)>, Unasked> {
        let api = self.api.as_ref().map_err(Clone::clone)?;
        let mut listed = Vec::new();
        for page in 1..=PAGES {
            let path = format!("/repos/{}/actions/secrets?per_page={PAGE}&page={page}", api.repository());
            let answer = api.plain(&path, "the names of secrets", NEEDS).await?;
            let Some(secrets) = answer["secrets"].as_array() else {
                return Err(Unasked::passing_words("GitHub's list of secrets is of another shape"));
            };
            listed.extend(secrets.iter().filter_map(dated));
            if secrets.len() < PAGE {
                break;
            }
        }
        Ok(listed)
    }
}

fn dated(secret: &Value) -> Option<(String, Timestamp)> {
    let at = secret["updated_at"].as_str()?.parse().ok()?;
    Some((secret["name"].as_str()?.to_owned(), at))
}
