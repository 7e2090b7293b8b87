//! Slack's signature: who holds the secret wrote this body, just now.
//!
//! Slack's page "Verifying requests from Slack": `v0=` and the hex HMAC-SHA256 of `v0:{timestamp}:{body}`, over the
//! raw bytes, with the app's signing secret.

/// The bytes that a signature claims. Slack writes small letters, and its own libraries compare the texts.
fn claimed(signature: &str) -> Option<Vec<u8>> {
    let hex = signature.strip_prefix("v0=").filter(|hex| !hex.contains(|c: char| c.is_ascii_uppercase()))?;
    hex::decode(hex).ok()
}

#[cfg(test)]
mod tests;

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

use domain::secret::Secret;

/// The header with the seconds since 1970 at which Slack signed.
pub const TIMESTAMP: &str = "x-slack-request-timestamp";
/// The header with the signature.
pub const SIGNATURE: &str = "x-slack-signature";
/// How far the timestamp may be off, either way: older is a replay.
pub const WINDOW: SignedDuration = SignedDuration::from_mins(5);

/// Checks signatures made with one signing secret.
#[derive(Clone)]
pub struct Verifier {
    keyed: Hmac<Sha256>,
}

/// Why a request is not believed. For the log alone: the sender is told nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    #[error("the signature or its timestamp is missing")]
    Missing,
    #[error("the timestamp or the signature is not in Slack's form")]
    Malformed,
    #[error("the timestamp is more than five minutes off")]
    Stale,
    #[error("the signature does not fit")]
    Wrong,
}

impl Rejected {
    /// The reason's word, for metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::Stale => "stale",
            Self::Wrong => "wrong",
        }
    }
}

impl Verifier {
    pub fn new(secret: &Secret) -> Self {
        let keyed = Hmac::new_from_slice(secret.reveal().as_bytes()).expect("HMAC takes a key of any length");
        Self { keyed }
    }

    /// Takes the two headers as they came. The comparison takes the same time wherever the signatures differ.
    ///
    /// # Errors
    /// Why the request is not believed.
    pub fn verify(
        &self,
        timestamp: Option<&str>,
        signature: Option<&str>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), Rejected> {
        let (timestamp, signature) = timestamp.zip(signature).ok_or(Rejected::Missing)?;
        let signed_at = timestamp.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        let signed_at = signed_at.ok_or(Rejected::Malformed)?;
        if now.duration_since(signed_at).abs() > WINDOW {
            return Err(Rejected::Stale);
        }
        if claimed(signature).is_none() {
            return Err(Rejected::Malformed);
        }
        if self.fits(timestamp, signature, body) { Ok(()) } else { Err(Rejected::Wrong) }
    }

    /// Whether the signature fits, whenever it was made.
    pub fn fits(&self, timestamp: &str, signature: &str, body: &[u8]) -> bool {
        claimed(signature).is_some_and(|claimed| self.mac(timestamp, body).verify_slice(&claimed).is_ok())
    }

    /// The signature's header for a body, as Slack would write it.
    pub fn sign(&self, timestamp: &str, body: &[u8]) -> String {
        format!("v0={}", hex::encode(self.mac(timestamp, body).finalize().into_bytes()))
    }

    fn mac(&self, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.keyed.clone();
        for part in [b"v0:", timestamp.as_bytes(), b":", body] {
            mac.update(part);
        }
        mac
    }
}
