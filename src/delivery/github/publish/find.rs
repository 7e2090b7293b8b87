//! What stands already: the pull request of a report, the branch it is on, the commit of a publication.

use serde::Deserialize;
use serde_json::json;

use super::commit::trailers;
use super::repository::{Repository, encoded};
use super::why::{Permission, Step, Why};
use super::{Publication, PullRequest, PullState};
use crate::github::client::Ask;
use crate::github::verdict::Trouble;

/// Branches of one name that are looked at: a pull request each that was merged, closed, or is somebody else's.
const BRANCHES_MOST: u32 = 20;
/// Commits that are looked through.
const COMMITS: usize = 100;

/// A pull request as GitHub shows it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Pull {
    number: u64,
    html_url: String,
    state: String,
    #[serde(default)]
    merged_at: Option<String>,
    #[serde(default)]
    body: Option<String>,
    /// Only where it is looked at by itself, and once GitHub has worked it out.
    #[serde(default)]
    mergeable: Option<bool>,
    pub head: Head,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Head {
    #[serde(rename = "ref")]
    name: String,
    pub sha: String,
}

/// Where a report's next commit goes.
#[derive(Debug)]
pub(super) enum Place {
    /// A branch that is howler's already, and its open pull request.
    On { branch: String, pull: Option<Pull> },
    /// A branch that is not there yet; the newest pull request of this report, which is open no more.
    New { branch: String, last: Option<Pull> },
}

/// What came of asking for a pull request.
pub(super) enum Opened {
    Now(Box<Pull>),
    /// There is one already.
    Before,
    /// All of the branch stands on the other one.
    NothingToMerge,
}

impl Pull {
    pub fn conflicts(&self) -> bool {
        self.state == "open" && self.mergeable == Some(false)
    }

    pub fn told(&self) -> PullRequest {
        let state = match (self.state.as_str(), &self.merged_at) {
            (_, Some(_)) => PullState::Merged,
            ("closed", None) => PullState::Closed,
            _ => PullState::Open,
        };
        PullRequest { number: self.number, url: self.html_url.clone(), state, branch: self.head.name.clone() }
    }
}

/// Hidden in a pull request's text, as in an issue's.
fn hidden(mark: &str) -> String {
    format!("<!-- howler {mark} -->")
}

impl Repository<'_> {
    /// Where the report goes: the branch of its open pull request, or the first of its names that nobody has.
    pub async fn place(
        &self,
        publication: &Publication,
        branch: &str,
        known: Option<u64>,
    ) -> Result<Place, Why> {
        let mut last: Option<Pull> = None;
        for count in 1..=BRANCHES_MOST {
            let name = if count == 1 { branch.to_owned() } else { format!("{branch}-{count}") };
            let pulls = self.pulls_of(&name).await?;
            let is_ours = |pull: &&Pull| {
                let body = pull.body.as_deref().unwrap_or_default();
                Some(pull.number) == known || body.contains(&hidden(&publication.report_mark))
            };
            let open = pulls.iter().find(|pull| pull.state == "open");
            if let Some(pull) = open.filter(is_ours) {
                return Ok(Place::On { branch: name, pull: Some(pull.clone()) });
            }
            let newest = pulls.iter().filter(is_ours).max_by_key(|pull| pull.number);
            if let Some(newest) =
                newest.filter(|one| last.as_ref().is_none_or(|last| last.number < one.number))
            {
                last = Some(newest.clone());
            }
            match self.tip(&name).await? {
                None => return Ok(Place::New { branch: name, last }),
                // A crash between the branch and its pull request; somebody may have opened one meanwhile.
                Some(tip) if open.is_some() || pulls.is_empty() => {
                    let [_, report] = trailers(publication);
                    if self.commit_saying(publication, &tip.commit, &report).await?.is_some() {
                        return Ok(Place::On { branch: name, pull: open.cloned() });
                    }
                }
                Some(_) => {}
            }
        }
        Err(Why::BranchesTaken { branch: branch.to_owned() })
    }

    async fn pulls_of(&self, branch: &str) -> Result<Vec<Pull>, Why> {
        // Without its owner a head would filter nothing.
        let head = encoded(&format!("{}:{branch}", self.owner())).replace('/', "%2F");
        let path =
            self.path(&format!("/pulls?state=all&sort=created&direction=desc&per_page=100&head={head}"));
        let pulls: Vec<Pull> = self
            .client
            .call(&Ask::Get(path))
            .await
            .map_err(|trouble| Why::of(trouble, Step::Read(Permission::PullRequests)))?;
        Ok(pulls.into_iter().filter(|pull| pull.head.name == branch).collect())
    }

    /// The commit of this publication below `from`, where an earlier attempt made one.
    pub async fn made(&self, publication: &Publication, from: &str) -> Result<Option<String>, Why> {
        let [mine, _] = trailers(publication);
        self.commit_saying(publication, from, &mine).await
    }

    /// The newest commit to the report's folder with this line in its message.
    async fn commit_saying(
        &self,
        publication: &Publication,
        from: &str,
        line: &str,
    ) -> Result<Option<String>, Why> {
        #[derive(Deserialize)]
        struct Listed {
            sha: String,
            commit: Said,
        }
        #[derive(Deserialize)]
        struct Said {
            message: String,
        }
        let folder = encoded(&publication.folder);
        let query = format!("/commits?sha={}&path={folder}&per_page={COMMITS}", encoded(from));
        let listed: Vec<Listed> = self.read(&query).await?;
        let says = |listed: &Listed| listed.commit.message.lines().any(|said| said.trim() == line);
        Ok(listed.into_iter().find(says).map(|listed| listed.sha))
    }

    /// Opens the pull request.
    pub async fn open(
        &self,
        publication: &Publication,
        branch: &str,
        base: &str,
        body: &str,
    ) -> Result<Opened, Why> {
        let body = format!("{}\n\n{}", body.trim_end(), hidden(&publication.report_mark));
        let asked = json!({ "title": publication.title, "head": branch, "base": base, "body": body });
        match self.client.call::<Pull>(&Ask::Post(self.path("/pulls"), asked)).await {
            Ok(pull) => Ok(Opened::Now(Box::new(pull))),
            Err(Trouble::Refused { status: 422, message }) if message.contains("already exists") => {
                Ok(Opened::Before)
            }
            Err(Trouble::Refused { status: 422, message }) if message.contains("No commits between") => {
                Ok(Opened::NothingToMerge)
            }
            Err(trouble) => Err(Why::of(trouble, Step::Write(Permission::PullRequests))),
        }
    }

    pub async fn pull(&self, number: u64) -> Result<Pull, Why> {
        let path = self.path(&format!("/pulls/{number}"));
        let found = self.client.call(&Ask::Get(path)).await;
        found.map_err(|trouble| match trouble {
            Trouble::Refused { status: 404, .. } => Why::Hidden,
            trouble => Why::of(trouble, Step::Read(Permission::PullRequests)),
        })
    }
}
