//! `[reports]`: the repository in which reports of incidents are published (runbook 6 and 2.5).

use serde::{Deserialize, Deserializer, de};

use super::Repository;
use domain::incident::after::publication::{self, How, NoReports};

/// Where reports go, and how.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reports {
    pub repository: Repository,
    #[serde(deserialize_with = "mode")]
    pub mode: How,
    /// Inside the repository.
    #[serde(deserialize_with = "folder")]
    pub folder: String,
    /// Of incidents of security.
    #[serde(deserialize_with = "folder")]
    pub security_folder: String,
}

impl Default for Reports {
    fn default() -> Self {
        Self {
            repository: Repository::new("anomalyco/monkeytown"),
            mode: How::PullRequest,
            folder: ".monkeytown/decisions/incidents".into(),
            security_folder: ".monkeytown/security/incidents".into(),
        }
    }
}

fn mode<'de, D: Deserializer<'de>>(from: D) -> Result<How, D::Error> {
    let text = String::deserialize(from)?;
    match text.trim().to_lowercase().replace(['-', '_'], " ").as_str() {
        "pull request" => Ok(How::PullRequest),
        "commit" => Ok(How::Commit),
        _ => Err(de::Error::custom(format!(
            "`{text}` is no mode; write \"pull request\", or \"commit\" for commits to the default branch"
        ))),
    }
}

fn folder<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    let path = text.trim().trim_end_matches('/');
    let is_part = |part: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
        !part.trim().is_empty() && part != "." && part != ".." && part != ".git" && part.chars().all(allowed)
    };
    match path.split('/').all(is_part) {
        true => Ok(path.to_owned()),
        false => Err(de::Error::custom(format!(
            "`{text}` is no folder inside a repository; write it like .monkeytown/decisions/incidents, without / in front and without .."
        ))),
    }
}

/// As the domain has it. Without GitHub's token nothing is published.
pub(super) fn of(reports: &Reports, token: bool) -> Result<publication::Reports, NoReports> {
    let repository = reports.repository.name().ok_or(NoReports::Off)?;
    if !token {
        return Err(NoReports::NoToken);
    }
    let (folder, security_folder) = (reports.folder.clone(), reports.security_folder.clone());
    let repository = repository.to_owned();
    Ok(publication::Reports { repository, how: reports.mode, folder, security_folder })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    #[test]
    fn without_a_word_reports_go_where_the_runbook_says_as_a_pull_request() {
        let config = Config::parse("").unwrap();
        assert_eq!(of(&config.reports, false), Err(NoReports::NoToken));
        let reports = of(&config.reports, true).unwrap();
        assert_eq!(reports.repository, "anomalyco/monkeytown");
        assert_eq!(
            (reports.how, reports.folder.as_str()),
            (How::PullRequest, ".monkeytown/decisions/incidents")
        );
        assert_eq!(reports.security_folder, ".monkeytown/security/incidents");
    }

    #[test]
    fn the_file_says_where_else_or_nowhere() {
        let config =
            Config::parse("[reports]\nrepository = \"o/r\"\nmode = \"commit\"\nfolder = \"docs/reports/\"\n");
        let reports = of(&config.unwrap().reports, true).unwrap();
        assert_eq!((reports.how, reports.folder.as_str()), (How::Commit, "docs/reports"));
        let off = Config::parse("[reports]\nrepository = \"off\"\n").unwrap();
        assert_eq!(of(&off.reports, true), Err(NoReports::Off));
    }

    #[test]
    fn what_does_not_fit_is_said_with_what_does() {
        for (toml, says) in [
            ("repository = \"monkeytown\"", "write owner/name, or off"),
            ("mode = \"push\"", "write \"pull request\""),
            ("folder = \"/etc\"", "without / in front"),
            ("folder = \"a/../b\"", "is no folder inside a repository"),
            ("folder = \".git/hooks\"", "is no folder inside a repository"),
            ("folder = \"\"", "is no folder inside a repository"),
            ("security_folder = \"a//b\"", "is no folder inside a repository"),
            ("branch = \"x\"", "unknown field"),
        ] {
            let error = Config::parse(&format!("[reports]\n{toml}\n")).unwrap_err();
            assert!(error.contains(says), "{toml}: {error}");
        }
    }
}
