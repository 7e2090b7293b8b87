//! A publication from its first call to its last.

use serde::de::IgnoredAny;
use serde_json::json;

use super::commit::Draft;
use super::find::{Opened, Place};
use super::repository::{Repository, Tip, encoded};
use super::why::{Step, Undone, Why};
use super::{CanPublish, Mode, Publication, Published, PullRequest, PullSeen, PullState};
use crate::github::GitHub;
use crate::github::client::{Ask, Client};
use crate::github::verdict::Trouble;

/// How often a branch is read again that others moved meanwhile.
const TRIES: usize = 5;

/// An attempt at a publication.
struct Attempt<'a> {
    repository: Repository<'a>,
    /// With what earlier attempts are found to have written.
    publication: Publication,
    default: String,
    /// The commit of an earlier attempt.
    made: Option<String>,
    /// Whether something of this attempt may stand.
    touched: bool,
}

impl GitHub {
    /// Publishes once, and looks first for what an earlier attempt made where that is unknown. What people wrote is kept;
    /// a branch that others moved meanwhile is read again, five times at most.
    ///
    /// # Errors
    /// Why not, with whether another attempt is of use ([`Why::verdict`]), and whether something may stand by now.
    pub async fn publish(&self, publication: &Publication) -> Result<Published, Undone> {
        let client = self.caller().map_err(|why| Undone { why, unknown: publication.unsure })?;
        let repository = Repository { client, name: &publication.repository };
        let mut attempt = Attempt {
            repository,
            publication: publication.clone(),
            default: String::new(),
            made: None,
            touched: false,
        };
        let done = attempt.run().await;
        let unknown = publication.unsure || attempt.touched;
        done.map_err(|why| Undone { why, unknown })
    }

    /// How a pull request stands.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub async fn pull_request(&self, repository: &str, number: u64) -> Result<PullSeen, Undone> {
        let ask = async {
            let repository = Repository { client: self.caller()?, name: repository };
            repository.default_branch().await?;
            let found = repository.pull(number).await?;
            Ok(PullSeen { pull: found.told(), conflicts: found.conflicts() })
        };
        ask.await.map_err(|why| Undone { why, unknown: false })
    }

    /// What can be told of publishing there without trying it.
    pub(in crate::github) async fn can_publish(&self, name: &str) -> Result<CanPublish, Why> {
        Repository { client: self.caller()?, name }.can_publish().await
    }

    pub(in crate::github) fn caller(&self) -> Result<&Client, Why> {
        self.client.as_ref().ok_or(Why::NoToken)
    }
}

impl Attempt<'_> {
    async fn run(&mut self) -> Result<Published, Why> {
        self.default = self.repository.default_branch().await?;
        let mode = self.publication.mode.clone();
        for _ in 0..TRIES {
            let published = match &mode {
                Mode::Commit => self.on_default().await?,
                Mode::PullRequest { branch, body, known, anew } => {
                    self.by_pull_request(branch, body, *known, *anew).await?
                }
            };
            if let Some(published) = published {
                return Ok(published);
            }
        }
        let branch = match mode {
            Mode::Commit => self.default.clone(),
            Mode::PullRequest { branch, .. } => branch,
        };
        Err(Why::Raced { branch })
    }

    /// Nothing where the branch moved meanwhile.
    async fn on_default(&mut self) -> Result<Option<Published>, Why> {
        let branch = self.default.clone();
        let tip = self.repository.tip(&branch).await?.ok_or(Why::Empty)?;
        self.look_for_earlier(&tip.commit).await?;
        let draft = self.repository.draft(&self.publication, &tip, true).await?;
        let Some(commit) = self.push(&draft, &branch, &tip, false).await? else { return Ok(None) };
        Ok(Some(self.published(draft, commit, branch, None)))
    }

    async fn by_pull_request(
        &mut self,
        branch: &str,
        body: &str,
        known: Option<u64>,
        anew: bool,
    ) -> Result<Option<Published>, Why> {
        match self.repository.place(&self.publication, branch, known).await? {
            Place::On { branch, pull } => {
                // It was deleted a moment ago.
                let Some(tip) = self.repository.tip(&branch).await? else { return Ok(None) };
                self.look_for_earlier(&tip.commit).await?;
                let mut draft = self.repository.draft(&self.publication, &tip, true).await?;
                self.repository.catch_up(&self.publication, &mut draft, &self.default, &branch).await?;
                let Some(commit) = self.push(&draft, &branch, &tip, false).await? else { return Ok(None) };
                match pull {
                    Some(pull) => Ok(Some(self.published(draft, commit, branch, Some(pull.told())))),
                    None => self.open(draft, commit, branch, body).await,
                }
            }
            Place::New { branch, last } => {
                let told = last.as_ref().map(super::find::Pull::told);
                if let Some(last) = &last {
                    self.look_for_earlier(&last.head.sha).await?;
                }
                if let Some(PullRequest { number, url, state: PullState::Closed, .. }) = told.clone()
                    && !anew
                {
                    return Err(Why::Closed { number, url });
                }
                let merged = told.as_ref().is_some_and(|told| told.state == PullState::Merged);
                let tip = self.repository.tip(&self.default).await?.ok_or(Why::Empty)?;
                let draft = self.repository.draft(&self.publication, &tip, merged).await?;
                if draft.is_nothing() {
                    let branch = self.default.clone();
                    return Ok(Some(self.published(draft, None, branch, told)));
                }
                let Some(commit) = self.push(&draft, &branch, &tip, true).await? else { return Ok(None) };
                self.open(draft, commit, branch, body).await
            }
        }
    }

    async fn open(
        &mut self,
        draft: Draft,
        commit: Option<String>,
        branch: String,
        body: &str,
    ) -> Result<Option<Published>, Why> {
        self.touched = true;
        match self.repository.open(&self.publication, &branch, &self.default, body).await? {
            Opened::Now(pull) => Ok(Some(self.published(draft, commit, branch, Some(pull.told())))),
            Opened::NothingToMerge => {
                let branch = self.default.clone();
                Ok(Some(self.published(draft, commit, branch, None)))
            }
            Opened::Before => {
                // What this attempt wrote by now is its own.
                self.publication.unsure = true;
                Ok(None)
            }
        }
    }

    /// Where an earlier attempt may have made its commit, that is found by its mark, and what it wrote is howler's.
    async fn look_for_earlier(&mut self, from: &str) -> Result<(), Why> {
        if !self.publication.unsure || self.made.is_some() {
            return Ok(());
        }
        self.made = self.repository.made(&self.publication, from).await?;
        if let Some(made) = self.made.clone() {
            self.repository.learn(&mut self.publication, &made).await?;
        }
        Ok(())
    }

    /// Puts what changes on top of `tip`; nothing where the branch is elsewhere by now. A commit that changes nothing is not
    /// made.
    async fn push(
        &mut self,
        draft: &Draft,
        branch: &str,
        tip: &Tip,
        new: bool,
    ) -> Result<Option<Option<String>>, Why> {
        if draft.is_nothing() {
            return Ok(Some(None));
        }
        let sha = self.repository.write(&self.publication, draft, tip).await?;
        let asked = if new {
            let body = json!({ "ref": format!("refs/heads/{branch}"), "sha": sha });
            Ask::Post(self.repository.path("/git/refs"), body)
        } else {
            let path = self.repository.path(&format!("/git/refs/heads/{}", encoded(branch)));
            Ask::Patch(path, json!({ "sha": sha, "force": false }))
        };
        match self.repository.client.call::<IgnoredAny>(&asked).await {
            Ok(_) => {
                self.touched = true;
                Ok(Some(Some(sha)))
            }
            Err(Trouble::Refused { status: 422, message }) if is_race(&message) => Ok(None),
            Err(trouble) => {
                self.touched |= matches!(trouble, Trouble::Lost(_));
                Err(Why::of(trouble, Step::Move { branch }))
            }
        }
    }

    fn published(
        &self,
        draft: Draft,
        commit: Option<String>,
        branch: String,
        pull: Option<PullRequest>,
    ) -> Published {
        let Draft { sections, wrote, index, index_wrote, .. } = draft;
        let path = format!("{}/{}", self.publication.folder, self.publication.file);
        let commit = commit.or_else(|| self.made.clone());
        Published { commit, branch, path, pull, sections, wrote, index, index_wrote }
    }
}

/// Whether somebody made, moved or deleted the branch meanwhile.
fn is_race(message: &str) -> bool {
    ["fast forward", "fast-forward", "already exists", "does not exist", "cannot be updated"]
        .iter()
        .any(|part| message.to_ascii_lowercase().contains(part))
}
