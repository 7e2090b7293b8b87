//! Slack's request signature, made here independently of howler's own check of it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// `v0=` and the hex HMAC-SHA256 of `v0:{timestamp}:{body}`.
pub fn sign(secret: &str, timestamp: &str, body: &str) -> String {
    // HMAC takes keys of every length, so the empty answer never happens.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(format!("v0:{timestamp}:{body}").as_bytes());
    format!("v0={}", hex::encode(mac.finalize().into_bytes()))
}
