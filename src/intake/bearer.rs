//! `Authorization: Bearer`, for those who may read the metrics.

use domain::secret::Secret;
use sources::sign::Keys;

/// Knows one secret and lets in whoever else knows it.
#[derive(Clone)]
pub struct Bearer(Keys);

impl Bearer {
    pub fn new(secret: &Secret) -> Self {
        Self(Keys::new([secret.reveal()]))
    }

    /// Whether the header, as it came, holds the secret: see [`Keys::token`].
    pub fn lets_in(&self, header: Option<&[u8]>) -> bool {
        let token = header.and_then(|header| header.split_at_checked(7));
        token.is_some_and(|(scheme, token)| {
            scheme.eq_ignore_ascii_case(b"Bearer ") && self.0.token(token).is_ok()
        })
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
