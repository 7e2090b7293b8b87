//! Whether a source wrote this: signatures over the raw body, and tokens. Compared in constant time.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha1::Sha1;
use sha2::Sha256;

/// GitHub's header. The older `X-Hub-Signature` (SHA-1) is not looked at.
pub const GITHUB_SIGNATURE: &str = "x-hub-signature-256";
/// Vercel's header.
pub const VERCEL_SIGNATURE: &str = "x-vercel-signature";
/// Grafana's header, where its contact point names no other.
pub const GRAFANA_SIGNATURE: &str = "x-grafana-alerting-signature";
/// The header in which Grafana's contact point is to put its timestamp; it has no usual name.
pub const GRAFANA_TIMESTAMP: &str = "x-grafana-alerting-timestamp";
/// How far a signed timestamp may be off, either way.
pub const WINDOW: SignedDuration = SignedDuration::from_mins(5);

/// A source's secret, or two while one is replaced by the other.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys(Vec<Vec<u8>>);

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.0.len())
    }
}

/// Why something is not believed. For the log alone: the sender is told nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    #[error("the signature or the token is missing")]
    Missing,
    #[error("the signature is not in the source's form")]
    Malformed,
    #[error("the signature or the token does not fit")]
    Wrong,
    #[error("it was signed more than five minutes ago, or ahead")]
    Stale,
}

impl Keys {
    /// Empty secrets are none, and without any nobody is believed.
    pub fn new<'k>(secrets: impl IntoIterator<Item = &'k str>) -> Self {
        Self(secrets.into_iter().filter(|one| !one.is_empty()).map(|one| one.as_bytes().to_vec()).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// GitHub's page "Validating webhook deliveries": `sha256=` and the hexadecimal HMAC-SHA256 of the body.
    ///
    /// # Errors
    /// Why it is not believed.
    pub fn github(&self, header: Option<&[u8]>, body: &[u8]) -> Result<(), Rejected> {
        let claimed = header.ok_or(Rejected::Missing)?;
        let digits = claimed.strip_prefix(b"sha256=").ok_or(Rejected::Malformed)?;
        self.sha256(digits, &[body])
    }

    /// Vercel's page "Securing webhooks": the hexadecimal HMAC-SHA1 of the body.
    ///
    /// # Errors
    /// Why it is not believed.
    pub fn vercel(&self, header: Option<&[u8]>, body: &[u8]) -> Result<(), Rejected> {
        let claimed = hex::decode(header.ok_or(Rejected::Missing)?).map_err(|_| Rejected::Malformed)?;
        let fits = |key: &Vec<u8>| {
            let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes a key of any length");
            mac.update(body);
            mac.verify_slice(&claimed).is_ok()
        };
        self.any(fits)
    }

    /// Grafana's webhook contact point: the hexadecimal HMAC-SHA256 of the body, or of `{timestamp}:{body}` where a timestamp's
    /// header is configured.
    ///
    /// # Errors
    /// Why it is not believed.
    pub fn grafana(
        &self,
        header: Option<&[u8]>,
        timestamp: Option<&[u8]>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), Rejected> {
        let digits = header.ok_or(Rejected::Missing)?;
        let Some(signed_at) = timestamp else { return self.sha256(digits, &[body]) };
        self.sha256(digits, &[signed_at, b":", body])?;
        let seconds = std::str::from_utf8(signed_at).ok().and_then(|text| text.trim().parse().ok());
        let at =
            seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()).ok_or(Rejected::Malformed)?;
        if now.duration_since(at).abs() > WINDOW { Err(Rejected::Stale) } else { Ok(()) }
    }

    /// `Authorization: Bearer` with the token, or Basic with it as the password, whoever the user is.
    ///
    /// # Errors
    /// Why it is not believed.
    pub fn authorization(&self, header: Option<&[u8]>) -> Result<(), Rejected> {
        let header = header.ok_or(Rejected::Missing)?.trim_ascii();
        let space = header.iter().position(|byte| *byte == b' ').ok_or(Rejected::Malformed)?;
        let (scheme, rest) = header.split_at(space);
        let rest = rest.trim_ascii();
        if scheme.eq_ignore_ascii_case(b"Bearer") {
            return self.token(rest);
        }
        if !scheme.eq_ignore_ascii_case(b"Basic") {
            return Err(Rejected::Malformed);
        }
        let decoded = STANDARD.decode(rest).or_else(|_| STANDARD_NO_PAD.decode(rest));
        let pair = decoded.map_err(|_| Rejected::Malformed)?;
        let colon = pair.iter().position(|byte| *byte == b':').ok_or(Rejected::Malformed)?;
        self.token(pair.get(colon + 1..).unwrap_or_default())
    }

    /// The token itself. Two hashes are compared, so that neither its length nor where a guess goes wrong can be measured.
    ///
    /// # Errors
    /// Why it is not believed.
    pub fn token(&self, claimed: &[u8]) -> Result<(), Rejected> {
        if claimed.is_empty() {
            return Err(Rejected::Missing);
        }
        self.any(|key| same(key, claimed))
    }

    /// The token in the address of one heartbeat: howler's own, or one that is good for this heartbeat alone, the first 32
    /// hexadecimal digits of the HMAC-SHA256 of `heartbeat:{name}` by howler's own.
    ///
    /// # Errors
    /// Why it is not believed.
    pub fn heartbeat(&self, name: &str, claimed: &[u8]) -> Result<(), Rejected> {
        if claimed.is_empty() {
            return Err(Rejected::Missing);
        }
        self.any(|key| same(key, claimed) | same(heartbeat_token(key, name).as_bytes(), claimed))
    }

    fn sha256(&self, digits: &[u8], parts: &[&[u8]]) -> Result<(), Rejected> {
        let claimed = hex::decode(digits).map_err(|_| Rejected::Malformed)?;
        self.any(|key| {
            let mut mac = keyed(key);
            parts.iter().for_each(|part| mac.update(part));
            mac.verify_slice(&claimed).is_ok()
        })
    }

    /// All keys are tried, whichever fits.
    fn any(&self, fits: impl Fn(&Vec<u8>) -> bool) -> Result<(), Rejected> {
        if self.0.iter().fold(false, |found, key| found | fits(key)) { Ok(()) } else { Err(Rejected::Wrong) }
    }
}

/// The token of one heartbeat, made of howler's own.
pub fn heartbeat_token(token: &[u8], name: &str) -> String {
    let mut mac = keyed(token);
    mac.update(format!("heartbeat:{name}").as_bytes());
    let mut digits = hex::encode(mac.finalize().into_bytes());
    digits.truncate(32);
    digits
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}

fn same(known: &[u8], claimed: &[u8]) -> bool {
    let hashed = |text: &[u8]| {
        let mut mac = keyed(known);
        mac.update(text);
        mac
    };
    hashed(claimed).verify_slice(&hashed(known).finalize().into_bytes()).is_ok()
}
