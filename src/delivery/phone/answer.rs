//! What pressing 1 acknowledges: a token that goes with the call and comes back with the key. It carries what it means
//! and proves that howler made it, so nothing is stored.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;

use domain::id::UserId;
use domain::secret::Secret;

/// What is acknowledged, by whom, and through which call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The incident or the page.
    pub about: String,
    pub person: UserId,
    /// The effect that rang.
    pub mark: String,
}

/// `claim.proof`, both in URL-safe base64. It acts for the person, so it does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct AckToken(String);

/// Makes and checks tokens; one store's are of no use to another's.
#[derive(Clone)]
pub struct AckKey(Hmac<Sha256>);

impl AckToken {
    /// As it stands in an address.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AckToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(token)")
    }
}

impl AckKey {
    /// `secret` is one that nobody outside knows, such as the provider's token; `instance` is the store's, which alone
    /// would be no secret.
    pub fn new(secret: &Secret, instance: &str) -> Self {
        let mut derived = keyed(secret.reveal().as_bytes());
        derived.update(b"howler: a key on the phone acknowledges, 1\0");
        derived.update(instance.as_bytes());
        Self(keyed(&derived.finalize().into_bytes()))
    }

    pub fn make(&self, claim: &Claim) -> AckToken {
        // Three texts always encode.
        let claim = URL_SAFE_NO_PAD.encode(serde_json::to_vec(claim).unwrap_or_default());
        let proof = URL_SAFE_NO_PAD.encode(self.proof(&claim).finalize().into_bytes());
        AckToken(format!("{claim}.{proof}"))
    }

    /// The claim, if howler made this token. The comparison takes the same time wherever the proofs differ.
    pub fn check(&self, token: &str) -> Option<Claim> {
        let (claim, proof) = token.split_once('.')?;
        let proof = URL_SAFE_NO_PAD.decode(proof).ok()?;
        self.proof(claim).verify_slice(&proof).ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claim).ok()?).ok()
    }

    fn proof(&self, claim: &str) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(claim.as_bytes());
        mac
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn claim(about: &str) -> Claim {
        Claim { about: about.into(), person: "U0IAN".into(), mark: "a-1".into() }
    }

    #[test]
    fn only_the_same_secret_and_store_know_a_token() {
        let key = AckKey::new(&Secret::new("s"), "i");
        let token = key.make(&claim("INC-7"));
        assert_eq!(key.check(token.expose()), Some(claim("INC-7")));
        assert_eq!(AckKey::new(&Secret::new("t"), "i").check(token.expose()), None);
        assert_eq!(AckKey::new(&Secret::new("s"), "j").check(token.expose()), None);
        assert!(!format!("{token:?}").contains(token.expose()));
        for text in ["", ".", "a.b", token.expose().split('.').next().unwrap()] {
            assert_eq!(key.check(text), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_token_with_one_character_changed_is_none(about in "\\PC{0,20}", at in 0usize..400, to in "[A-Za-z0-9_.-]") {
            let key = AckKey::new(&Secret::new("s"), "i");
            let token = key.make(&claim(&about)).expose().to_owned();
            prop_assert_eq!(key.check(&token), Some(claim(&about)));
            prop_assert!(token.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)));
            let at = at % token.len();
            let changed = format!("{}{to}{}", &token[..at], &token[at + 1..]);
            prop_assert_eq!(key.check(&changed).is_some(), changed == token);
        }
    }
}
