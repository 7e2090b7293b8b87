//! What people do in the repository, past all protection: as an administrator, or by a push of their own.

use std::sync::MutexGuard;

use jiff::Timestamp;

use super::{Commit, FILE, Files, Git, Oid, Signature};
use crate::github::GitHub;

impl GitHub {
    /// The repository's git side, to look at and to change.
    ///
    /// Not to be held across a call.
    pub fn git(&self) -> MutexGuard<'_, Git> {
        self.0.git.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Somebody commits to a branch: a text for each path, or nothing where the file goes. The first commit of an empty
    /// repository makes the branch.
    pub fn somebody_commits(&self, login: &str, branch: &str, changes: &[(&str, Option<&[u8]>)]) -> Oid {
        let now = self.0.setup.clock.now();
        let mut git = self.git();
        let mut files = git.head(branch).map(|oid| git.files_at(oid)).unwrap_or_default();
        for (path, bytes) in changes {
            match bytes {
                Some(bytes) => {
                    let oid = git.put_blob(bytes.to_vec());
                    let mode = files.get(*path).map_or(FILE, |(mode, _)| *mode);
                    files.insert((*path).to_owned(), (mode, oid));
                }
                None => drop(files.remove(*path)),
            }
        }
        let paths: Vec<&str> = changes.iter().map(|(path, _)| *path).collect();
        git.add(branch, &files, &Signature::of(login, now), &format!("Change {}", paths.join(", ")))
    }

    /// Somebody deletes a branch: its open pull requests are closed by that.
    pub fn somebody_deletes_branch(&self, branch: &str) {
        let now = self.0.setup.clock.now();
        self.git().refs.remove(&format!("refs/heads/{branch}"));
        for pull in self.world().pulls.iter_mut().filter(|pull| pull.head == branch && pull.open) {
            pull.close(now);
        }
    }
}

impl Git {
    /// Sets an entry of another kind, such as a symbolic link or another repository.
    pub fn place(&mut self, branch: &str, path: &str, mode: u32, bytes: &[u8]) {
        let mut files = self.head(branch).map(|oid| self.files_at(oid)).unwrap_or_default();
        let oid = self.put_blob(bytes.to_vec());
        files.insert(path.to_owned(), (mode, oid));
        self.add(branch, &files, &Signature::of("somebody", Timestamp::UNIX_EPOCH), "Place it");
    }

    /// A commit of these files on top of a branch.
    pub(super) fn add(&mut self, branch: &str, files: &Files, by: &Signature, message: &str) -> Oid {
        let parents = self.head(branch).into_iter().collect();
        let tree = self.put_files(files);
        let commit =
            Commit { tree, parents, author: by.clone(), committer: by.clone(), message: message.to_owned() };
        let oid = self.put_commit(&commit);
        self.refs.insert(format!("refs/heads/{branch}"), oid);
        oid
    }

    /// Makes `base` have what `head` has. Whole files are compared: one that both changed is a conflict, named.
    pub(in crate::github) fn merge(
        &mut self,
        base: &str,
        head: Oid,
        by: &Signature,
        message: &str,
        squash: bool,
    ) -> Result<Oid, String> {
        let tip = self.head(base).ok_or("there is no such branch")?;
        let files = self.merged(tip, head)?;
        let tree = self.put_files(&files);
        let parents = if squash { vec![tip] } else { vec![tip, head] };
        let commit =
            Commit { tree, parents, author: by.clone(), committer: by.clone(), message: message.to_owned() };
        let oid = self.put_commit(&commit);
        self.refs.insert(format!("refs/heads/{base}"), oid);
        Ok(oid)
    }

    /// The files of a merge; an error names what both changed.
    pub(in crate::github) fn merged(&self, tip: Oid, head: Oid) -> Result<Files, String> {
        let fork = self.merge_base(tip, head).ok_or("nothing in common")?;
        let (fork, theirs) = (self.files_at(fork), self.files_at(head));
        let mut files = self.files_at(tip);
        let paths: std::collections::BTreeSet<&String> = fork.keys().chain(theirs.keys()).collect();
        for path in paths {
            let (old, new) = (fork.get(path), theirs.get(path));
            let here = files.get(path);
            if old == new || here == new {
                continue;
            }
            if here != old {
                return Err(path.clone());
            }
            match new {
                Some(file) => drop(files.insert(path.clone(), *file)),
                None => drop(files.remove(path)),
            }
        }
        Ok(files)
    }

    pub(in crate::github) fn ahead(&self, base: Oid, head: Oid) -> usize {
        let known = self.log(base);
        self.log(head).iter().filter(|oid| !known.contains(oid)).count()
    }
}
