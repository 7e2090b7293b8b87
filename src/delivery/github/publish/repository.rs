//! What is read of a repository: where its branches stand, and the bytes of a file.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use super::why::{Permission, Step, Why};
use crate::github::client::{Ask, Client};
use crate::github::verdict::Trouble;

/// A repository on GitHub, by one token.
pub(super) struct Repository<'c> {
    pub client: &'c Client,
    /// `owner/name`.
    pub name: &'c str,
}

/// What GitHub tells of a repository before anything is published there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanPublish {
    /// The default branch.
    pub branch: String,
    /// Whether the token's account may push; `None` where GitHub does not tell. A fine-grained token may still lack the permission.
    pub may_push: Option<bool>,
    /// Whether a rule protects the default branch; `None` where GitHub does not tell.
    pub protected: Option<bool>,
}

/// A file where it stands, or what stands there instead of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    File { sha: String, mode: String },
    Other(&'static str),
}

/// A branch's newest commit and its tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tip {
    pub commit: String,
    pub tree: String,
    /// The first one, where it has any.
    pub parent: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Named {
    pub sha: String,
}

#[derive(Deserialize)]
struct Tree {
    tree: Vec<Line>,
    #[serde(default)]
    truncated: bool,
}

#[derive(Clone, Deserialize)]
struct Line {
    path: String,
    mode: String,
    sha: String,
}

const READ: Step<'static> = Step::Read(Permission::Contents);

impl Repository<'_> {
    pub fn path(&self, rest: &str) -> String {
        format!("/repos/{}{rest}", self.name)
    }

    pub fn owner(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }

    /// The name of its default branch.
    pub async fn default_branch(&self) -> Result<String, Why> {
        #[derive(Deserialize)]
        struct Told {
            default_branch: String,
            archived: bool,
        }
        if !is_name(self.name) {
            return Err(Why::NotAName);
        }
        let told: Result<Told, Trouble> = self.client.call(&Ask::Get(self.path(""))).await;
        match told {
            Ok(told) if told.archived => Err(Why::Archived),
            Ok(told) => Ok(told.default_branch),
            Err(Trouble::Refused { status: 301 | 302 | 307 | 308, message }) => {
                Err(Why::Renamed(self.new_name(&message).await))
            }
            Err(trouble) => Err(Why::of(trouble, Step::Look)),
        }
    }

    /// What can be told of publishing there without trying it.
    pub async fn can_publish(&self) -> Result<CanPublish, Why> {
        #[derive(Deserialize)]
        struct Told {
            #[serde(default)]
            permissions: Option<Permissions>,
        }
        #[derive(Deserialize)]
        struct Permissions {
            push: bool,
        }
        #[derive(Deserialize)]
        struct Branch {
            protected: bool,
        }
        let branch = self.default_branch().await?;
        if self.tip(&branch).await?.is_none() {
            return Err(Why::Empty);
        }
        let told: Told = self.read("").await?;
        // A token without the permission to administer is not told all of it; the flag itself is shown to whoever reads.
        let shown: Result<Branch, Why> = self.read(&format!("/branches/{}", encoded(&branch))).await;
        let may_push = told.permissions.map(|permissions| permissions.push);
        Ok(CanPublish { branch, may_push, protected: shown.ok().map(|branch| branch.protected) })
    }

    /// What it is called now, where GitHub's redirection can be followed.
    async fn new_name(&self, message: &str) -> Option<String> {
        #[derive(Deserialize)]
        struct Told {
            full_name: String,
        }
        let (_, id) = message.rsplit_once("/repositories/")?;
        let id: String = id.chars().take_while(char::is_ascii_digit).collect();
        let told: Result<Told, Trouble> = self.client.call(&Ask::Get(format!("/repositories/{id}"))).await;
        told.ok().map(|told| told.full_name)
    }

    /// Where a branch stands; nothing where there is no such branch.
    pub async fn tip(&self, branch: &str) -> Result<Option<Tip>, Why> {
        #[derive(Deserialize)]
        struct Ref {
            object: Named,
        }
        let asked = Ask::Get(self.path(&format!("/git/ref/heads/{}", encoded(branch))));
        match self.client.call::<Ref>(&asked).await {
            Ok(found) => self.commit(&found.object.sha).await.map(Some),
            Err(Trouble::Refused { status: 404, .. }) => Ok(None),
            Err(trouble) => Err(Why::of(trouble, READ)),
        }
    }

    pub async fn commit(&self, sha: &str) -> Result<Tip, Why> {
        #[derive(Deserialize)]
        struct Commit {
            sha: String,
            tree: Named,
            parents: Vec<Named>,
        }
        let commit: Commit = self.read(&format!("/git/commits/{sha}")).await?;
        let parent = commit.parents.into_iter().next().map(|parent| parent.sha);
        Ok(Tip { commit: commit.sha, tree: commit.tree.sha, parent })
    }

    /// What stands at these names of a folder.
    pub async fn find(&self, tree: &str, folder: &str, files: &[&str]) -> Result<Vec<Found>, Why> {
        let (mut tree, mut at) = (tree.to_owned(), String::new());
        for part in folder.split('/').filter(|part| !part.is_empty()) {
            let lines = self.tree(&tree, &at).await?;
            at = if at.is_empty() { part.to_owned() } else { format!("{at}/{part}") };
            match lines.iter().find(|line| line.path == part) {
                None => return Ok(vec![Found::Nothing; files.len()]),
                Some(line) if line.mode == "040000" => line.sha.clone_into(&mut tree),
                Some(line) => return Err(Why::InTheWay { path: at, what: what(&line.mode) }),
            }
        }
        let lines = self.tree(&tree, &at).await?;
        let found = |name: &&str| match lines.iter().find(|line| line.path == **name) {
            None => Found::Nothing,
            Some(Line { mode, sha, .. }) if mode == "100644" || mode == "100755" => {
                Found::File { sha: sha.clone(), mode: mode.clone() }
            }
            Some(line) => Found::Other(what(&line.mode)),
        };
        Ok(files.iter().map(found).collect())
    }

    async fn tree(&self, sha: &str, path: &str) -> Result<Vec<Line>, Why> {
        let tree: Tree = self.read(&format!("/git/trees/{sha}")).await?;
        if tree.truncated {
            let path = if path.is_empty() { "the first folder" } else { path };
            return Err(Why::FolderTooLarge { path: path.to_owned() });
        }
        Ok(tree.tree)
    }

    /// The text of a file.
    pub async fn text(&self, sha: &str, path: &str) -> Result<String, Why> {
        #[derive(Deserialize)]
        struct Blob {
            content: String,
        }
        let blob: Blob = self.read(&format!("/git/blobs/{sha}")).await?;
        let plain: String = blob.content.split_ascii_whitespace().collect();
        let bytes = STANDARD.decode(plain).ok();
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        text.ok_or_else(|| Why::NotText { path: path.to_owned() })
    }

    pub async fn read<T: serde::de::DeserializeOwned>(&self, rest: &str) -> Result<T, Why> {
        self.client.call(&Ask::Get(self.path(rest))).await.map_err(|trouble| Why::of(trouble, READ))
    }

    pub async fn make(&self, rest: &str, body: Value, step: Step<'_>) -> Result<String, Why> {
        let made = self.client.call::<Named>(&Ask::Post(self.path(rest), body)).await;
        made.map(|made| made.sha).map_err(|trouble| Why::of(trouble, step))
    }
}

fn what(mode: &str) -> &'static str {
    match mode {
        "040000" => "a folder",
        "120000" => "a symbolic link",
        "160000" => "a submodule",
        "100644" | "100755" => "a file",
        _ => "of another kind",
    }
}

/// Whether it is `owner/name`, and changes no address.
pub(in crate::github) fn is_name(name: &str) -> bool {
    let is_part = |part: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        part.chars().all(allowed) && part.chars().any(|c| c != '.')
    };
    name.split_once('/').is_some_and(|(owner, name)| is_part(owner) && is_part(name))
}

/// A branch's name or a path in an address.
pub(super) fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'/');
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
