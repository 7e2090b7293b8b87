//! Git's objects as git writes them, named by SHA-1 over kind, length and bytes (Pro Git, "Git Internals - Git Objects").

use std::fmt;

use jiff::Timestamp;
use sha1::{Digest, Sha1};

/// The name of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Oid([u8; 20]);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Blob,
    Tree,
    Commit,
}

/// An object, its bytes without git's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    pub kind: Kind,
    pub bytes: Vec<u8>,
}

/// One line of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// `100644`, `100755`, `120000` (symbolic link), `160000` (another repository's commit) or `40000` (tree).
    pub mode: u32,
    pub name: String,
    pub oid: Oid,
}

/// Who wrote it, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub name: String,
    pub email: String,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    pub tree: Oid,
    pub parents: Vec<Oid>,
    pub author: Signature,
    pub committer: Signature,
    pub message: String,
}

pub const FILE: u32 = 0o100_644;
pub const TREE: u32 = 0o40_000;
pub const SUBMODULE: u32 = 0o160_000;
pub const LINK: u32 = 0o120_000;

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Blob => "blob",
            Self::Tree => "tree",
            Self::Commit => "commit",
        }
    }
}

impl Oid {
    /// From forty hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = hex::decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl Object {
    pub fn oid(&self) -> Oid {
        let mut hash = Sha1::new();
        hash.update(format!("{} {}\0", self.kind.word(), self.bytes.len()).as_bytes());
        hash.update(&self.bytes);
        Oid(hash.finalize().into())
    }

    /// A tree of these entries, in git's order: a folder counts as if its name ended in `/`.
    pub fn tree(mut entries: Vec<Entry>) -> Self {
        let key = |entry: &Entry| {
            let end = if entry.mode == TREE { "/" } else { "" };
            format!("{}{end}", entry.name).into_bytes()
        };
        entries.sort_by_key(key);
        let mut bytes = Vec::new();
        for entry in entries {
            bytes.extend(format!("{:o} {}\0", entry.mode, entry.name).into_bytes());
            bytes.extend(entry.oid.0);
        }
        Self { kind: Kind::Tree, bytes }
    }

    pub fn commit(commit: &Commit) -> Self {
        let mut text = format!("tree {}\n", commit.tree);
        for parent in &commit.parents {
            text += &format!("parent {parent}\n");
        }
        text += &format!("author {}\ncommitter {}\n\n{}", commit.author, commit.committer, commit.message);
        Self { kind: Kind::Commit, bytes: text.into_bytes() }
    }

    /// The entries of a tree.
    pub fn entries(&self) -> Option<Vec<Entry>> {
        let mut rest = (self.kind == Kind::Tree).then_some(self.bytes.as_slice())?;
        let mut entries = Vec::new();
        while !rest.is_empty() {
            let space = rest.iter().position(|byte| *byte == b' ')?;
            let end = rest.iter().position(|byte| *byte == 0)?;
            let mode = u32::from_str_radix(std::str::from_utf8(rest.get(..space)?).ok()?, 8).ok()?;
            let name = String::from_utf8(rest.get(space + 1..end)?.to_vec()).ok()?;
            let oid = Oid(rest.get(end + 1..end + 21)?.try_into().ok()?);
            entries.push(Entry { mode, name, oid });
            rest = rest.get(end + 21..)?;
        }
        Some(entries)
    }

    /// What a commit says.
    pub fn read_commit(&self) -> Option<Commit> {
        let text = (self.kind == Kind::Commit).then(|| std::str::from_utf8(&self.bytes).ok())??;
        let (head, message) = text.split_once("\n\n")?;
        let all = |name: &'static str| {
            head.lines().filter_map(move |line| line.strip_prefix(name)?.strip_prefix(' '))
        };
        Some(Commit {
            tree: Oid::parse(all("tree").next()?)?,
            parents: all("parent").map(Oid::parse).collect::<Option<_>>()?,
            author: Signature::read(all("author").next()?)?,
            committer: Signature::read(all("committer").next()?)?,
            message: message.to_owned(),
        })
    }
}

impl Signature {
    fn read(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once(" <")?;
        let (email, when) = rest.split_once("> ")?;
        let at = Timestamp::from_second(when.split(' ').next()?.parse().ok()?).ok()?;
        Some(Self { name: name.to_owned(), email: email.to_owned(), at })
    }

    /// One of GitHub's accounts.
    pub fn of(login: &str, at: Timestamp) -> Self {
        Self { name: login.to_owned(), email: format!("{login}@users.noreply.github.com"), at }
    }
}

/// Git takes no angle brackets and no line ends in a name.
impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |text: &str| text.replace(['<', '>', '\n', '\0'], "");
        write!(f, "{} <{}> {} +0000", plain(&self.name), plain(&self.email), self.at.as_second())
    }
}
