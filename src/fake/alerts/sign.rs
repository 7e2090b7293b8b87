//! The sources' signatures, made here independently of howler's own check of them.

use hmac::{Hmac, KeyInit, Mac};

/// The hexadecimal HMAC-SHA256.
pub fn sha256(secret: &str, body: &str) -> String {
    // HMAC takes keys of every length, so the empty answer never happens.
    let Ok(mut mac) = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(body.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// The hexadecimal HMAC-SHA1.
pub fn sha1(secret: &str, body: &str) -> String {
    let Ok(mut mac) = Hmac::<sha1::Sha1>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(body.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}
