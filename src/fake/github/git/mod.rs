//! The repository's git side: real objects under their real names, and refs. What is pushed here can be written into a
//! repository of git's own and read there.

mod api;
mod contents;
mod export;
mod object;
mod people;
mod refs;
mod shown;
#[cfg(test)]
pub(in crate::github) mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use object::{Commit, Entry, FILE, Kind, LINK, Object, Oid, SUBMODULE, Signature, TREE};
pub use refs::Protection;

/// Files of a tree by their whole path: mode and name of what stands there.
pub type Files = BTreeMap<String, (u32, Oid)>;

/// Objects and refs.
#[derive(Clone, Debug)]
pub struct Git {
    objects: BTreeMap<Oid, Object>,
    /// `refs/heads/main`.
    refs: BTreeMap<String, Oid>,
    pub default_branch: String,
    /// By the branch's name; a name that ends in `/*` is of all below it.
    pub protected: BTreeMap<String, Protection>,
    /// Whether it may only be read.
    pub archived: bool,
    /// The name that it has now, where it is no longer the one that it was made with.
    pub renamed: Option<String>,
    /// The largest file that is taken, in bytes: GitHub takes 100 MB.
    pub blob_most: usize,
    /// The most entries that a tree is shown with: GitHub shows 100,000.
    pub tree_most: usize,
}

impl Default for Git {
    fn default() -> Self {
        Self {
            objects: BTreeMap::new(),
            refs: BTreeMap::new(),
            default_branch: "main".to_owned(),
            protected: BTreeMap::new(),
            archived: false,
            renamed: None,
            blob_most: 100_000_000,
            tree_most: 100_000,
        }
    }
}

impl Git {
    pub fn objects(&self) -> impl Iterator<Item = (&Oid, &Object)> {
        self.objects.iter()
    }

    pub fn refs(&self) -> &BTreeMap<String, Oid> {
        &self.refs
    }

    pub fn is_empty(&self) -> bool {
        self.refs.is_empty()
    }

    pub fn head(&self, branch: &str) -> Option<Oid> {
        self.refs.get(&format!("refs/heads/{branch}")).copied()
    }

    pub fn commit(&self, oid: Oid) -> Option<Commit> {
        self.objects.get(&oid)?.read_commit()
    }

    pub fn blob(&self, oid: Oid) -> Option<&[u8]> {
        let object = self.objects.get(&oid)?;
        (object.kind == Kind::Blob).then_some(object.bytes.as_slice())
    }

    /// What stands at a path on a branch.
    pub fn file(&self, branch: &str, path: &str) -> Option<Vec<u8>> {
        let files = self.files_at(self.head(branch)?);
        self.blob(files.get(path)?.1).map(<[u8]>::to_vec)
    }

    /// Commits from `from` back to the first, each before its parents.
    pub fn log(&self, from: Oid) -> Vec<Oid> {
        let (mut seen, mut order) = (BTreeSet::new(), Vec::new());
        let mut next = std::collections::VecDeque::from([from]);
        while let Some(oid) = next.pop_front() {
            let Some(commit) = self.commit(oid).filter(|_| seen.insert(oid)) else { continue };
            order.push(oid);
            next.extend(commit.parents);
        }
        // Parents are never younger; where a second has several commits, the breadth-first order decides.
        order.sort_by_key(|oid| std::cmp::Reverse(self.commit(*oid).map(|commit| commit.committer.at)));
        order
    }

    fn is_ancestor(&self, old: Oid, new: Oid) -> bool {
        self.log(new).contains(&old)
    }

    /// The newest commit that both come from.
    fn merge_base(&self, one: Oid, other: Oid) -> Option<Oid> {
        let others: BTreeSet<Oid> = self.log(other).into_iter().collect();
        self.log(one).into_iter().find(|oid| others.contains(oid))
    }

    fn files_at(&self, commit: Oid) -> Files {
        self.commit(commit).map(|commit| self.files(commit.tree)).unwrap_or_default()
    }

    /// All files below a tree.
    fn files(&self, tree: Oid) -> Files {
        let mut files = Files::new();
        let mut folders = vec![(String::new(), tree)];
        while let Some((prefix, tree)) = folders.pop() {
            let entries = self.objects.get(&tree).and_then(Object::entries).unwrap_or_default();
            for entry in entries {
                let path = format!("{prefix}{}", entry.name);
                match entry.mode {
                    TREE => folders.push((format!("{path}/"), entry.oid)),
                    mode => drop(files.insert(path, (mode, entry.oid))),
                }
            }
        }
        files
    }

    fn put(&mut self, object: Object) -> Oid {
        let oid = object.oid();
        self.objects.insert(oid, object);
        oid
    }

    fn put_blob(&mut self, bytes: Vec<u8>) -> Oid {
        self.put(Object { kind: Kind::Blob, bytes })
    }

    /// The tree of these files, and those below it.
    fn put_files(&mut self, files: &Files) -> Oid {
        let mut entries = Vec::new();
        let mut folders: BTreeMap<&str, Files> = BTreeMap::new();
        for (path, (mode, oid)) in files {
            match path.split_once('/') {
                None => entries.push(Entry { mode: *mode, name: path.clone(), oid: *oid }),
                Some((folder, rest)) => {
                    folders.entry(folder).or_default().insert(rest.to_owned(), (*mode, *oid));
                }
            }
        }
        for (folder, files) in folders {
            let oid = self.put_files(&files);
            entries.push(Entry { mode: TREE, name: folder.to_owned(), oid });
        }
        self.put(Object::tree(entries))
    }

    fn put_commit(&mut self, commit: &Commit) -> Oid {
        self.put(Object::commit(commit))
    }

    /// What stands at a path of a tree: a file's entry, or a folder's.
    fn at(&self, tree: Oid, path: &str) -> Option<Entry> {
        let mut here = Entry { mode: TREE, name: String::new(), oid: tree };
        for part in path.split('/').filter(|part| !part.is_empty()) {
            let entries = self.objects.get(&here.oid).and_then(Object::entries)?;
            here = entries.into_iter().find(|entry| entry.name == part)?;
        }
        Some(here)
    }
}
