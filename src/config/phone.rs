//! `[phone]`: who rings the phones, and how.

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, de};

use domain::duration::Humane;
use domain::oncall::phone::PhoneNumber;

/// Longest that Twilio lets a phone ring.
const RING_MOST: SignedDuration = SignedDuration::from_secs(600);
/// Less than this is hardly one ring.
const RING_LEAST: SignedDuration = SignedDuration::from_secs(5);

/// Who rings the phones, and how.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Phone {
    pub provider: Provider,
    /// The number at Twilio that calls and sends texts.
    pub from: Option<PhoneNumber>,
    /// Where Twilio's callbacks arrive.
    pub public_url: Option<PublicUrl>,
    /// How long a phone rings before the text follows.
    #[serde(deserialize_with = "ring_for")]
    pub ring_for: Humane,
    /// One of Twilio's voices.
    #[serde(deserialize_with = "name")]
    pub voice: String,
    /// Of the voice, such as `en-US`.
    #[serde(deserialize_with = "name")]
    pub language: String,
}

/// Who rings the phones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    #[default]
    Off,
    Twilio,
    #[serde(rename = "pagerduty")]
    PagerDuty,
}

/// howler's own address as the providers see it: https, or plain http on this machine; without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

/// A key of `[phone]` that the provider needs is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneDoubt {
    #[error("phone.from: provider is \"twilio\", which needs your number there, such as \"+14155550100\"")]
    From,
    #[error(
        "phone.public_url: provider is \"twilio\", which needs the address where it reaches howler, such as \
         \"https://howler.example\""
    )]
    PublicUrl,
}

impl Default for Phone {
    fn default() -> Self {
        Self {
            provider: Provider::Off,
            from: None,
            public_url: None,
            ring_for: Humane(SignedDuration::from_secs(25)),
            voice: "alice".into(),
            language: "en-US".into(),
        }
    }
}

impl Phone {
    /// What the provider needs and is missing.
    pub fn doubts(&self) -> Vec<PhoneDoubt> {
        if self.provider != Provider::Twilio {
            return Vec::new();
        }
        let from = self.from.is_none().then_some(PhoneDoubt::From);
        let address = self.public_url.is_none().then_some(PhoneDoubt::PublicUrl);
        from.into_iter().chain(address).collect()
    }
}

impl PublicUrl {
    /// # Errors
    /// A sentence that says what the address looks like.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no address for callbacks; write one like https://howler.example");
        let text = text.trim().trim_end_matches('/');
        let url = url::Url::parse(text).ok().filter(url::Url::has_host).ok_or_else(wrong)?;
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
            return Err(wrong());
        }
        let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        match url.scheme() {
            "https" => Ok(Self(text.to_owned())),
            "http" if here => Ok(Self(text.to_owned())),
            _ => Err(format!(
                "`{text}` must start with https://, for what arrives there wakes or spares people"
            )),
        }
    }

    /// Without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for PublicUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

fn ring_for<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Humane, D::Error> {
    let time = Humane::deserialize(deserializer)?;
    if (RING_LEAST..=RING_MOST).contains(&time.0) {
        Ok(time)
    } else {
        Err(de::Error::custom("a phone rings between 5s and 10m"))
    }
}

/// Names of voices and languages, so that none of it changes what is said.
fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    if !text.is_empty() && text.chars().all(allowed) {
        Ok(text)
    } else {
        Err(de::Error::custom(format!(
            "`{text}` is no name of a voice or language, such as Polly.Joanna or en-US"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, problems, secrets};

    #[test]
    fn twilio_needs_a_number_and_an_address() {
        let whole =
            "[phone]\nprovider = \"twilio\"\nfrom = \"+1 415 555 0100\"\npublic_url = \"https://h.example/\"";
        let phone = Config::parse(whole).unwrap().phone;
        assert_eq!(phone.from.as_ref().map(PhoneNumber::expose), Some("+14155550100"));
        assert_eq!(phone.public_url.as_ref().map(PublicUrl::as_str), Some("https://h.example"));
        assert_eq!(problems(whole), Vec::<String>::new());
        let bare = problems("[phone]\nprovider = \"twilio\"");
        assert!(
            matches!(bare.as_slice(), [from, url] if from.contains("phone.from") && url.contains("phone.public_url"))
        );
        assert_eq!(problems("[phone]\nprovider = \"pagerduty\""), Vec::<String>::new());
    }

    #[test]
    fn values_that_fit_nothing_are_refused() {
        for (line, part) in [
            ("provider = \"pigeon\"", "twilio"),
            ("from = \"4155550100\"", "country"),
            ("public_url = \"howler.example\"", "https://howler.example"),
            ("public_url = \"http://howler.example\"", "must start with https"),
            ("public_url = \"https://howler.example/?a=b\"", "no address"),
            ("public_url = \"https://u:p@howler.example\"", "no address"),
            ("ring_for = \"1s\"", "between 5s and 10m"),
            ("ring_for = \"1h\"", "between 5s and 10m"),
            ("voice = \"a\\\" loop=\\\"9\"", "no name of a voice"),
            ("language = \"\"", "no name of a voice"),
            ("number = 1", "unknown field"),
        ] {
            let error = Config::parse(&format!("[phone]\n{line}")).unwrap_err();
            assert!(error.contains(part), "{line}: {error}");
        }
        assert!(Config::parse("[phone]\npublic_url = \"http://127.0.0.1:8080\"").is_ok());
    }

    #[test]
    fn the_environment_is_read_and_checked() {
        let read = |name: &'static str, value: &'static str| {
            secrets::Secrets::read(|asked| match asked {
                "SLACK_BOT_TOKEN" | "SLACK_SIGNING_SECRET" => Some("set".into()),
                asked if asked == name => Some(value.into()),
                _ => None,
            })
            .map(|secrets| secrets.phone)
        };
        assert_eq!(read("NONE", "").unwrap(), secrets::PhoneSecrets::default());
        let sid = "AC0123456789abcdef0123456789abcdef";
        let phone = read("TWILIO_ACCOUNT_SID", sid).unwrap();
        assert_eq!(phone.twilio_account_sid.as_ref().map(domain::secret::Secret::reveal), Some(sid));
        assert!(!format!("{phone:?}").contains("abcdef"));
        for (name, value) in [
            ("TWILIO_ACCOUNT_SID", "SK0123456789abcdef0123456789abcdef"),
            ("TWILIO_API_URL", "api.twilio.com"),
            ("PAGERDUTY_API_URL", "events.pagerduty.com"),
        ] {
            assert!(read(name, value).unwrap_err().to_string().contains(name), "{name}");
        }
        assert_eq!(
            read("TWILIO_API_URL", "http://localhost:1/").unwrap().twilio_api_url,
            "http://localhost:1"
        );
    }
}
