//! Which version of a program is here, asked as it is asked anything, and whether the procedures can use it.

use std::time::Duration;

use regex::Regex;

use super::Prober;
use domain::procedure::CannotTell;

/// A program that says nothing of its version within this will not answer a check either.
const LIMIT: Duration = Duration::from_secs(20);

/// A program, how it is asked for its version, the first that can do what procedures ask, and what that is.
type Known = (&'static str, &'static [&'static str], [u32; 2], &'static str);
const KNOWN: [Known; 9] = [
    ("aws", &["--version"], [2, 0], "`aws logs tail` came with version 2"),
    ("gh", &["--version"], [2, 0], "`gh workflow run` came with it"),
    ("helm", &["version"], [3, 0], "Helm 2 keeps its releases elsewhere"),
    (
        "kubectl",
        &["version", "--client"],
        [1, 21],
        "`--show-managed-fields`, by which owners are seen, came with it",
    ),
    ("pg_isready", &["--version"], [10, 0], "older ones are not kept up any more"),
    ("pg_restore", &["--version"], [10, 0], "older ones are not kept up any more"),
    ("psql", &["--version"], [10, 0], "older ones are not kept up any more"),
    (
        "terraform",
        &["version"],
        [1, 0],
        "before that a plan's exit code and its state changed from version to version",
    ),
    (
        "vercel",
        &["--version"],
        [50, 18],
        "older ones do not read VERCEL_TOKEN, and would ask somebody to log in",
    ),
];

/// What a program says of its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub here: String,
    /// The first that would do, and why; none where this one does.
    pub too_old: Option<String>,
}

impl Prober {
    /// Asks a program for its version.
    ///
    /// # Errors
    /// Why it says none.
    pub async fn version(&self, program: &str) -> Result<Version, CannotTell> {
        let (_, arguments, least, why) =
            KNOWN.into_iter().find(|(known, ..)| *known == program).ok_or_else(|| {
                CannotTell(format!("howler does not know how {program} is asked for its version"))
            })?;
        let argv: Vec<String> = [program].iter().chain(arguments).map(|part| (*part).to_owned()).collect();
        let heard = self.unaimed(&argv, LIMIT).await?;
        let said = heard.all();
        if heard.exit != Some(0) {
            let ended =
                heard.exit.map_or("was ended by a signal".to_owned(), |code| format!("ended with {code}"));
            let said = domain::text::shorten(&domain::text::clean_line(said.trim()), 160);
            return Err(CannotTell(format!("{program} {ended}: {said}")));
        }
        read(&said, least, why).ok_or_else(|| CannotTell(format!("{program} says nothing of its version")))
    }
}

/// The first thing that looks like a version.
fn read(said: &str, least: [u32; 2], why: &str) -> Option<Version> {
    let pattern = Regex::new(r"(\d+)\.(\d+)(?:\.\d+)*").ok()?;
    let found = pattern.captures(said)?;
    let number = |at: usize| found.get(at)?.as_str().parse::<u32>().ok();
    let is_old = [number(1)?, number(2)?] < least;
    let [major, minor] = least;
    Some(Version {
        here: found.get(0)?.as_str().to_owned(),
        too_old: is_old.then(|| format!("{major}.{minor} is the first that will do: {why}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_print_of_their_version_is_read_and_what_is_too_old_is_said() {
        for (program, said, here, is_old) in [
            ("kubectl", "Client Version: v1.32.3\nKustomize Version: v5.5.0\n", "1.32.3", false),
            (
                "kubectl",
                "Client Version: version.Info{Major:\"1\", Minor:\"20\", GitVersion:\"v1.20.2\", GitCommit:\"faecb1\"}\n",
                "1.20.2",
                true,
            ),
            (
                "helm",
                "version.BuildInfo{Version:\"v3.17.2\", GitCommit:\"cc0b\", GoVersion:\"go1.23.7\"}\n",
                "3.17.2",
                false,
            ),
            ("helm", "Client: &version.Version{SemVer:\"v2.17.0\", GitCommit:\"a690\"}\n", "2.17.0", true),
            ("vercel", "Vercel CLI 58.10.0\n58.10.0\n", "58.10.0", false),
            ("vercel", "Vercel CLI 50.1.3\n50.1.3\n", "50.1.3", true),
            ("vercel", "Vercel CLI 9.0.0\n9.0.0\n", "9.0.0", true),
            ("terraform", "Terraform v1.11.4\non linux_amd64\n", "1.11.4", false),
            ("psql", "psql (PostgreSQL) 15.6 (Debian 15.6-0+deb12u1)\n", "15.6", false),
            ("pg_isready", "pg_isready (PostgreSQL) 9.6.24\n", "9.6.24", true),
            ("aws", "aws-cli/1.45.11 Python/3.11.7 Linux/6.1 botocore/1.43.11\n", "1.45.11", true),
            ("aws", "aws-cli/2.17.9 Python/3.11.9 Linux/6.1 exe/x86_64.ubuntu.22\n", "2.17.9", false),
            (
                "gh",
                "gh version 2.40.1 (2023-12-13)\nhttps://github.com/cli/cli/releases/tag/v2.40.1\n",
                "2.40.1",
                false,
            ),
        ] {
            let (.., least, why) = KNOWN.into_iter().find(|(known, ..)| *known == program).unwrap();
            let found = read(said, least, why).unwrap();
            assert_eq!((found.here.as_str(), found.too_old.is_some()), (here, is_old), "{program}: {said}");
        }
        assert_eq!(read("command not found", [1, 0], ""), None);
    }

    #[test]
    fn every_program_of_procedures_can_be_asked() {
        let known: Vec<&str> = KNOWN.iter().map(|(program, ..)| *program).collect();
        assert_eq!(
            known,
            ["aws", "gh", "helm", "kubectl", "pg_isready", "pg_restore", "psql", "terraform", "vercel"]
        );
    }
}
