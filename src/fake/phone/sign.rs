//! The providers' signatures, made here independently of howler's own check of them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};

/// Base64 of the HMAC-SHA1 of the address and the sorted parameters.
pub fn twilio(auth_token: &str, url: &str, form: &[(String, String)]) -> String {
    let mut sorted = form.to_vec();
    sorted.sort();
    let text: String = sorted.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]).collect();
    // HMAC takes keys of every length, so the empty answer never happens.
    let Ok(mut mac) = Hmac::<sha1::Sha1>::new_from_slice(auth_token.as_bytes()) else { return String::new() };
    mac.update(format!("{url}{text}").as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// `v1=` and the hex HMAC-SHA256 of the body.
pub fn pagerduty(secret: &str, body: &str) -> String {
    let Ok(mut mac) = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(body.as_bytes());
    format!("v1={}", hex::encode(mac.finalize().into_bytes()))
}
