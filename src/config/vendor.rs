//! `[[vendor]]`: status pages of those whom production depends on, and which parts of them matter.

use serde::{Deserialize, Deserializer, de};
use url::Url;

use ::watch::vendor::Vendor;
use domain::alert::signal::Source;
use domain::text::{clean_line, shorten};

/// Most vendors, and most components of one.
const MOST: usize = 20;
/// Longest name, in characters.
const NAME_MOST: usize = 40;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    url: String,
    components: Vec<String>,
    source: Option<Source>,
}

impl Written {
    fn read(self) -> Result<Vendor, String> {
        let name = shorten(&clean_line(&self.name), NAME_MOST);
        if name.is_empty() {
            return Err("a vendor needs a name, such as \"GitHub\"".to_owned());
        }
        let wrong = |why: &str| format!("the vendor {name}: {why}");
        let such = || {
            wrong(&format!("`{}` is not an address; write it like https://www.githubstatus.com", self.url))
        };
        let url = Url::parse(&self.url).map_err(|_| such())?;
        if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
            return Err(such());
        }
        // The address itself is not said again: it holds a secret.
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
            return Err(wrong("its address holds more than a page, and addresses are shown"));
        }
        if self.components.is_empty() || self.components.len() > MOST {
            return Err(wrong("say which of its parts matter: components = [\"Actions\", \"Webhooks\"]"));
        }
        let components = self.components.iter().map(|one| clean_line(one)).collect();
        let url = url.as_str().trim_end_matches('/').to_owned();
        Ok(Vendor { name, url, components, source: self.source })
    }
}

/// Names are keys: no two are the same.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Vendor>, D::Error> {
    let written = Vec::<Written>::deserialize(from)?;
    if written.len() > MOST {
        return Err(de::Error::custom(format!("there are {} vendors, at most {MOST} can be", written.len())));
    }
    let mut vendors: Vec<Vendor> = Vec::new();
    for one in written {
        let vendor = one.read().map_err(de::Error::custom)?;
        if vendors.iter().any(|other| other.name.eq_ignore_ascii_case(&vendor.name)) {
            return Err(de::Error::custom(format!("two vendors are called `{}`", vendor.name)));
        }
        vendors.push(vendor);
    }
    Ok(vendors)
}

#[cfg(test)]
mod tests {
    use super::super::{Config, problems};
    use super::*;

    const GITHUB: &str = "[[vendor]]\nname = \"GitHub\"\nurl = \"https://www.githubstatus.com/\"\ncomponents = [\"Actions\"]\n";

    #[test]
    fn one_is_read() {
        let config = Config::parse(&format!("{GITHUB}source = \"github\"\n")).unwrap();
        let [vendor] = &config.vendors[..] else { panic!("{:?}", config.vendors) };
        assert_eq!(
            (vendor.url.as_str(), vendor.source),
            ("https://www.githubstatus.com", Some(Source::GitHub))
        );
        assert_eq!(vendor.addresses()[0], "https://www.githubstatus.com/api/v2/summary.json");
    }

    #[test]
    fn each_mistake_says_what_to_write() {
        for (text, part) in [
            (GITHUB.replace("https://", ""), "is not an address"),
            (GITHUB.replace("www.", "me:hunter2@www."), "holds more than a page"),
            (GITHUB.replace("[\"Actions\"]", "[]"), "components = "),
            (GITHUB.replace("\"GitHub\"", "\" \""), "needs a name"),
            (GITHUB.to_owned() + GITHUB, "two vendors are called `GitHub`"),
            (format!("{GITHUB}source = \"slack\"\n"), "slack"),
            (format!("{GITHUB}every = \"1m\"\n"), "every"),
        ] {
            let found = problems(&text);
            assert!(found.len() == 1 && found[0].contains(part), "{text}: {found:#?}");
            assert!(!found[0].contains("hunter2"), "{found:#?}");
        }
    }
}
