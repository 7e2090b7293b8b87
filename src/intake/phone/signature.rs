//! Whether Twilio or PagerDuty wrote this.
//!
//! Twilio's page "Secure webhooks": base64 of the HMAC-SHA1, by the auth token, of the whole address followed by each
//! parameter's name and value, sorted by name. As in Twilio's own libraries, a name's values are sorted, each once, and
//! the address counts with and without its port. PagerDuty's page "Verifying Signatures": `v1=` and the hex HMAC-SHA256
//! of the body, several with commas while a secret is replaced.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Url;
use sha1::Sha1;
use sha2::Sha256;

use super::Rejected;
use domain::secret::Secret;

/// Twilio's header.
pub const TWILIO_SIGNATURE: &str = "x-twilio-signature";
/// PagerDuty's header.
pub const PAGERDUTY_SIGNATURE: &str = "x-pagerduty-signature";

/// Checks what one Twilio account signs.
#[derive(Clone)]
pub struct TwilioVerifier(Hmac<Sha1>);

/// Checks what one PagerDuty subscription signs.
#[derive(Clone)]
pub struct PagerDutyVerifier(Hmac<Sha256>);

impl TwilioVerifier {
    pub fn new(auth_token: &Secret) -> Self {
        Self(Hmac::new_from_slice(auth_token.reveal().as_bytes()).expect("HMAC takes a key of any length"))
    }

    /// `url` is the one that Twilio was given, query included. The comparison takes the same time wherever the signatures
    /// differ.
    ///
    /// # Errors
    /// Why the request is not believed.
    pub fn verify(
        &self,
        url: &str,
        parameters: &[(String, String)],
        signature: Option<&str>,
    ) -> Result<(), Rejected> {
        let claimed =
            STANDARD.decode(signature.ok_or(Rejected::Missing)?).map_err(|_| Rejected::Malformed)?;
        let sorted: BTreeSet<_> = parameters.iter().collect();
        let fits = |url: &str| {
            let mut mac = self.0.clone();
            mac.update(url.as_bytes());
            for (name, value) in &sorted {
                mac.update(name.as_bytes());
                mac.update(value.as_bytes());
            }
            mac.verify_slice(&claimed).is_ok()
        };
        let other = with_other_port(url);
        if fits(url) | other.is_some_and(|url| fits(&url)) { Ok(()) } else { Err(Rejected::Wrong) }
    }
}

/// `url` without the port that it has, or with the one that it leaves out.
fn with_other_port(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let port = Url::parse(url).ok()?.port_or_known_default()?;
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.chars().all(|c| c.is_ascii_digit()) => {
            Some(format!("{scheme}://{host}{path}"))
        }
        _ => Some(format!("{scheme}://{authority}:{port}{path}")),
    }
}

impl PagerDutyVerifier {
    pub fn new(secret: &Secret) -> Self {
        Self(Hmac::new_from_slice(secret.reveal().as_bytes()).expect("HMAC takes a key of any length"))
    }

    /// Takes the header as it came.
    ///
    /// # Errors
    /// Why the request is not believed.
    pub fn verify(&self, body: &[u8], signatures: Option<&str>) -> Result<(), Rejected> {
        let claimed = signatures.ok_or(Rejected::Missing)?.split(',');
        let claimed: Vec<_> = claimed
            .filter_map(|one| one.trim().strip_prefix("v1=").and_then(|digits| hex::decode(digits).ok()))
            .collect();
        if claimed.is_empty() {
            return Err(Rejected::Malformed);
        }
        let mut mac = self.0.clone();
        mac.update(body);
        let fits = claimed.iter().any(|one| mac.clone().verify_slice(one).is_ok());
        if fits { Ok(()) } else { Err(Rejected::Wrong) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }

    /// The vectors of Twilio's documentation and of its own libraries' tests, token 12345.
    #[test]
    fn twilios_own_vectors() {
        let verifier = TwilioVerifier::new(&Secret::new("12345"));
        let documented = pairs(&[
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
            ("To", "+18005551212"),
        ]);
        let backwards: Vec<_> = documented.iter().rev().cloned().collect();
        let double = pairs(&[
            ("Sid", "CA123"),
            ("SidAccount", "AC123"),
            ("Digits", "5678"),
            ("Digits", "1234"),
            ("Digits", "1234"),
        ]);
        let tail = "mycompany.com/myapp.php?foo=1&bar=2";
        let ported = "mycompany.com:1234/myapp.php?foo=1&bar=2";
        let plain = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
        for (url, parameters, signature) in [
            (format!("https://{tail}"), &documented, plain),
            (format!("https://{tail}"), &backwards, plain),
            (format!("https://{ported}"), &documented, plain),
            (format!("http://{ported}"), &documented, "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
            (format!("https://{tail}"), &documented, "kvajT1Ptam85bY51eRf/AJRuM3w="),
            (format!("http://{tail}"), &documented, "0ZXoZLH/DfblKGATFgpif+LLRf4="),
            (format!("https://user:pass@{tail}"), &documented, "CukzLTc1tT5dXEDIHm/tKBanW10="),
            (format!("https://user:pass@{tail}"), &documented, "ZQFR1PTIZXF2MXB8ZnKCvnnA+rI="),
            (format!("https://{tail}"), &double, "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
        ] {
            assert_eq!(verifier.verify(&url, parameters, Some(signature)), Ok(()), "{url} {signature}");
            let other = TwilioVerifier::new(&Secret::new("12346"));
            assert_eq!(other.verify(&url, parameters, Some(signature)), Err(Rejected::Wrong));
            assert_eq!(
                verifier.verify(&format!("{url}1"), parameters, Some(signature)),
                Err(Rejected::Wrong)
            );
            assert_eq!(verifier.verify(&url, &parameters[1..], Some(signature)), Err(Rejected::Wrong));
        }
        let url = format!("https://{tail}");
        assert_eq!(verifier.verify(&url, &documented, None), Err(Rejected::Missing));
        assert_eq!(verifier.verify(&url, &documented, Some("no base64!")), Err(Rejected::Malformed));
        assert_eq!(verifier.verify(&url, &documented, Some("")), Err(Rejected::Wrong));
    }

    #[test]
    fn one_of_pagerdutys_signatures_is_enough() {
        // RFC 4231, test case 2.
        let verifier = PagerDutyVerifier::new(&Secret::new("Jefe"));
        let body = b"what do ya want for nothing?";
        let good = "v1=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let bad = format!("v1={}", "0".repeat(64));
        for (header, expected) in [
            (Some(good.to_owned()), Ok(())),
            (Some(format!("{bad},{good}")), Ok(())),
            (Some(format!("{good}, {bad}")), Ok(())),
            (Some(bad.clone()), Err(Rejected::Wrong)),
            (Some(good.replace("v1", "v2")), Err(Rejected::Malformed)),
            (Some(good[..60].to_owned()), Err(Rejected::Malformed)),
            (Some(good[..59].to_owned()), Err(Rejected::Wrong)),
            (Some(String::new()), Err(Rejected::Malformed)),
            (None, Err(Rejected::Missing)),
        ] {
            let judged = verifier.verify(body, header.as_deref());
            assert_eq!(judged.is_ok(), expected.is_ok(), "{header:?}: {judged:?}");
        }
        assert_eq!(verifier.verify(b"other", Some(good)), Err(Rejected::Wrong));
    }
}
