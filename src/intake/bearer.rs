//! `Authorization: Bearer`, for those who may read the metrics.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use domain::secret::Secret;

/// Knows one secret and lets in whoever else knows it.
#[derive(Clone)]
pub struct Bearer {
    keyed: Hmac<Sha256>,
    secret: Secret,
}

impl Bearer {
    pub fn new(secret: &Secret) -> Self {
        let keyed = Hmac::new_from_slice(secret.reveal().as_bytes()).expect("HMAC takes a key of any length");
        Self { keyed, secret: secret.clone() }
    }

    /// Whether the header, as it came, holds the secret. What is compared are two hashes, in constant time: neither the
    /// secret's length nor where a guess goes wrong can be measured.
    pub fn lets_in(&self, header: Option<&[u8]>) -> bool {
        let Some((scheme, token)) = header.and_then(|header| header.split_at_checked(7)) else {
            return false;
        };
        let hashed = |text: &[u8]| {
            let mut mac = self.keyed.clone();
            mac.update(text);
            mac
        };
        let own = hashed(self.secret.reveal().as_bytes()).finalize().into_bytes();
        scheme.eq_ignore_ascii_case(b"Bearer ") && hashed(token).verify_slice(&own).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Bearer;
    use domain::secret::Secret;

    #[test]
    fn only_the_secret_itself_lets_in() {
        let bearer = Bearer::new(&Secret::new("open sesame"));
        let good: [&[u8]; 2] = [b"Bearer open sesame", b"bearer open sesame"];
        assert!(good.iter().all(|header| bearer.lets_in(Some(header))));
        let bad: [&[u8]; 9] = [
            b"",
            b"Bearer",
            b"Bearer ",
            b"Bearer open sesam",
            b"Bearer open sesame ",
            b"Bearer  open sesame",
            b"Basic open sesame",
            b"open sesame",
            b"Bearer \xff\xfe",
        ];
        assert!(bad.iter().all(|header| !bearer.lets_in(Some(header))));
        assert!(!bearer.lets_in(None));
    }
}
