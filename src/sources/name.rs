//! Names for deliveries and keys: what is the same for the same thing, and short.

use sha2::{Digest, Sha256};

use domain::alert::signal::KEY_MOST;
use domain::text::clean_line;
use redact::Redactor;

/// Hexadecimal digits of a hash that stands for a whole text: 128 bits.
const HASH: usize = 32;
/// Those that end a key which was cut.
const TAIL: usize = 16;

/// A short sign for all `parts`; where one ends and the next begins counts.
pub fn hash<'p>(parts: impl IntoIterator<Item = &'p [u8]>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let mut digits = hex::encode(hasher.finalize());
    digits.truncate(HASH);
    digits
}

/// The key of an alert: plain, without secrets, at most [`KEY_MOST`] signs. One that had to be changed for that ends in a hash of
/// what it was, so that two keys stay two.
pub fn key(redactor: &Redactor, text: &str) -> String {
    // Cut first: nobody reads a key of a megabyte, and its hash tells it apart.
    let begins: String = text.chars().take(KEY_MOST).collect();
    // No guesses: random ids are what keys are made of.
    let shown = redactor.without_known(&clean_line(&begins));
    if shown == text {
        return shown;
    }
    let mut tail = hash([text.as_bytes()]);
    tail.truncate(TAIL);
    let kept: String = shown.chars().take(KEY_MOST - TAIL - 1).collect();
    format!("{}~{tail}", kept.trim_end()).trim_start_matches('~').to_owned()
}
