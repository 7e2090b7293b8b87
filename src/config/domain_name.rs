//! `[[domain]]`: domains whose end is looked at, at their registry's RDAP server.

use serde::{Deserialize, Deserializer, de};
use url::Url;

use ::watch::domain_name::DomainName;

/// Most of them.
const MOST: usize = 50;
/// Longest name (RFC 1035).
const NAME_MOST: usize = 253;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    rdap: String,
}

impl Written {
    fn read(self) -> Result<DomainName, String> {
        let name = self.name.trim().trim_end_matches('.').to_lowercase();
        let label = |label: &str| {
            let plain = label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
            !label.is_empty() && plain && !label.starts_with('-') && !label.ends_with('-')
        };
        if name.len() > NAME_MOST || !name.contains('.') || !name.split('.').all(label) {
            return Err(format!(
                "`{}` is no domain; write it like monkeytown.ai, others in their xn-- form",
                self.name
            ));
        }
        let such =
            || format!("the domain {name}: `{}` is no RDAP server; write its https address", self.rdap);
        let url = Url::parse(&self.rdap).map_err(|_| such())?;
        let bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() || !bare {
            return Err(such());
        }
        Ok(DomainName { name, rdap: url.as_str().trim_end_matches('/').to_owned() })
    }
}

/// Names are keys: no two are the same.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<DomainName>, D::Error> {
    let written = Vec::<Written>::deserialize(from)?;
    if written.len() > MOST {
        return Err(de::Error::custom(format!("there are {} domains, at most {MOST} can be", written.len())));
    }
    let mut domains: Vec<DomainName> = Vec::new();
    for one in written {
        let domain = one.read().map_err(de::Error::custom)?;
        if domains.iter().any(|other| other.name == domain.name) {
            return Err(de::Error::custom(format!("the domain {} is there twice", domain.name)));
        }
        domains.push(domain);
    }
    Ok(domains)
}

#[cfg(test)]
mod tests {
    use super::super::{Config, problems};

    const ONE: &str = "[[domain]]\nname = \"monkeytown.ai\"\nrdap = \"https://rdap.example/rdap/\"\n";

    #[test]
    fn one_is_read() {
        let config = Config::parse(&ONE.replace("monkeytown.ai", "MonkeyTown.ai.")).unwrap();
        assert_eq!(config.domains[0].address(), "https://rdap.example/rdap/domain/monkeytown.ai");
    }

    #[test]
    fn each_mistake_says_what_to_write() {
        for (text, part) in [
            (ONE.replace("monkeytown.ai", "monkeytown"), "is no domain"),
            (ONE.replace("monkeytown.ai", "https://monkeytown.ai"), "is no domain"),
            (ONE.replace("monkeytown.ai", "größe.de"), "xn--"),
            (ONE.replace("https://rdap.example/rdap/", "rdap.example"), "is no RDAP server"),
            (ONE.replace("rdap.example", "me:hunter2@rdap.example"), "is no RDAP server"),
            (ONE.repeat(2), "is there twice"),
            (format!("{ONE}every = \"1h\"\n"), "every"),
        ] {
            let found = problems(&text);
            assert!(found.iter().any(|line| line.contains(part)), "{part} in {found:#?}");
        }
    }
}
