//! What the sources of alerts are known by.

use super::SecretsError;
use domain::secret::Secret;

/// One secret, or two with a comma between them while one is replaced by the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rotating(Vec<Secret>);

impl Rotating {
    /// Nothing where the variable is not set or holds commas alone.
    fn read(
        given: &impl Fn(&'static str) -> Option<Secret>,
        name: &'static str,
    ) -> Result<Option<Self>, SecretsError> {
        let Some(value) = given(name) else { return Ok(None) };
        let parts = value.reveal().split(',').map(str::trim).filter(|part| !part.is_empty());
        let secrets: Vec<_> = parts.map(Secret::new).collect();
        match secrets.len() {
            0 => Ok(None),
            1 | 2 => Ok(Some(Self(secrets))),
            _ => Err(SecretsError::Rotation { name }),
        }
    }

    pub fn secrets(&self) -> &[Secret] {
        &self.0
    }
}

impl From<&str> for Rotating {
    fn from(secret: &str) -> Self {
        Self(vec![Secret::new(secret)])
    }
}

/// Each turns its source on; without it the source's address does not exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookSecrets {
    /// Of GitHub's webhook.
    pub github: Option<Rotating>,
    /// Of Vercel's webhook.
    pub vercel: Option<Rotating>,
    /// A part of the address that Uptime Robot is given.
    pub uptimerobot: Option<Rotating>,
    /// howler's own token: for Alertmanager, Grafana, PagerDuty's form, howler's own form, and heartbeats.
    pub token: Option<Rotating>,
    /// What Grafana signs with, beside the token or in its place.
    pub grafana: Option<Rotating>,
}

impl HookSecrets {
    pub(super) fn read(given: &impl Fn(&'static str) -> Option<Secret>) -> Result<Self, SecretsError> {
        Ok(Self {
            github: Rotating::read(given, "GITHUB_WEBHOOK_SECRET")?,
            vercel: Rotating::read(given, "VERCEL_WEBHOOK_SECRET")?,
            uptimerobot: Rotating::read(given, "UPTIMEROBOT_TOKEN")?,
            token: Rotating::read(given, "HOWLER_HOOK_TOKEN")?,
            grafana: Rotating::read(given, "GRAFANA_WEBHOOK_SECRET")?,
        })
    }

    /// Every one of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &Secret> {
        let Self { github, vercel, uptimerobot, token, grafana } = self;
        [github, vercel, uptimerobot, token, grafana].into_iter().flatten().flat_map(Rotating::secrets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_secret_or_two_with_a_comma_between_them() {
        let read = |value: &str| {
            let given = |name: &'static str| (name == "HOWLER_HOOK_TOKEN").then(|| Secret::new(value));
            HookSecrets::read(&given).map(|secrets| {
                assert_eq!(secrets.github, None);
                let token = secrets.token.map(|token| token.0).unwrap_or_default();
                token.iter().map(|secret| secret.reveal().to_owned()).collect::<Vec<_>>()
            })
        };
        assert_eq!(read("a").unwrap(), ["a"]);
        assert_eq!(read("old, new").unwrap(), ["old", "new"]);
        assert_eq!(read("a,").unwrap(), ["a"]);
        assert!(read(" , ").unwrap().is_empty(), "commas alone are no secret");
        assert!(read("a,b,c").unwrap_err().to_string().contains("HOWLER_HOOK_TOKEN holds more than two"));
    }
}
