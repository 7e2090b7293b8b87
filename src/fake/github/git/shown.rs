//! What REST shows of trees, commits and branches ("REST API endpoints for Git trees", "... commits", "... branches").

use axum::http::Method;
use serde_json::{Value, json};

use super::refs::refused;
use super::{Git, Oid, SUBMODULE, TREE};
use crate::github::http::Listing;
use crate::github::world::{Refusal, not_found, second};

type Answer = Result<(u16, Value), Refusal>;

impl Git {
    /// `/branches/...`, `/commits...` and `/compare/...`.
    pub(super) fn shown(&self, method: &Method, rest: &[&str], listing: &Listing) -> Answer {
        if method != Method::GET {
            return Err(not_found());
        }
        match rest {
            ["branches", name @ ..] => self.branch(&name.join("/")),
            ["commits"] => self.commits(listing),
            ["commits", name @ ..] => {
                let oid = self.named(&name.join("/")).ok_or_else(|| no_commit(&name.join("/")))?;
                self.listed(oid).map(|shown| (200, shown)).ok_or_else(not_found)
            }
            ["compare", names @ ..] => self.compare(&names.join("/")),
            _ => Err(not_found()),
        }
    }

    fn branch(&self, name: &str) -> Answer {
        let missing = || (404, json!({ "message": "Branch not found", "status": "404" }));
        let oid = self.head(name).ok_or_else(missing)?;
        let protected = self.protection(&format!("refs/heads/{name}")).is_some();
        Ok((200, json!({ "name": name, "commit": { "sha": oid.to_string() }, "protected": protected })))
    }

    /// A branch, or a commit by its name.
    pub(super) fn named(&self, name: &str) -> Option<Oid> {
        let branch = name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("heads/")).unwrap_or(name);
        self.head(branch).or_else(|| Oid::parse(name).filter(|oid| self.commit(*oid).is_some()))
    }

    fn commits(&self, listing: &Listing) -> Answer {
        let name = listing.sha.as_deref().unwrap_or(&self.default_branch);
        let from = self.named(name).ok_or_else(not_found)?;
        let touches = |oid: &Oid| match listing.path.as_deref() {
            None | Some("") => true,
            Some(path) => self.touches(*oid, path),
        };
        let covers = |oid: &Oid| self.commit(*oid).is_some_and(|commit| listing.covers(commit.committer.at));
        let found = self.log(from).into_iter().filter(covers).filter(touches);
        let shown = found.filter_map(|oid| self.listed(oid)).collect();
        Ok((200, listing.page_of(shown)))
    }

    /// Whether a commit left the path other than all of its parents.
    fn touches(&self, oid: Oid, path: &str) -> bool {
        let Some(commit) = self.commit(oid) else { return false };
        let there = |tree| self.at(tree, path).map(|entry| (entry.mode, entry.oid));
        let now = there(commit.tree);
        match commit.parents.as_slice() {
            [] => now.is_some(),
            parents => {
                parents.iter().all(|parent| now != self.commit(*parent).and_then(|parent| there(parent.tree)))
            }
        }
    }

    fn listed(&self, oid: Oid) -> Option<Value> {
        let mut shown = self.shown_commit(oid)?;
        let commit = shown.clone();
        shown["commit"] = commit;
        Some(shown)
    }

    pub(super) fn shown_commit(&self, oid: Oid) -> Option<Value> {
        let commit = self.commit(oid)?;
        let who =
            |who: &super::Signature| json!({ "name": who.name, "email": who.email, "date": second(who.at) });
        let parents = commit.parents.iter().map(|oid| json!({ "sha": oid.to_string() }));
        Some(json!({
            "sha": oid.to_string(),
            "node_id": "",
            "html_url": format!("https://github.com/o/r/commit/{oid}"),
            "author": who(&commit.author),
            "committer": who(&commit.committer),
            "message": commit.message,
            "tree": { "sha": commit.tree.to_string(), "url": "" },
            "parents": parents.collect::<Vec<_>>(),
            "verification": { "verified": false, "reason": "unsigned" },
        }))
    }

    pub(super) fn shown_tree(&self, name: &str, recursive: bool) -> Answer {
        let oid = self.named(name).or_else(|| Oid::parse(name)).ok_or_else(not_found)?;
        let tree = self.tree_of(oid).ok_or_else(not_found)?;
        let entries = self.objects.get(&tree).and_then(super::Object::entries).unwrap_or_default();
        let mut all: Vec<(String, u32, Oid)> =
            entries.into_iter().map(|entry| (entry.name, entry.mode, entry.oid)).collect();
        if recursive {
            let folders = all.iter().filter(|(_, mode, _)| *mode == TREE).cloned().collect::<Vec<_>>();
            for (folder, _, oid) in folders {
                let below = self.files(oid).into_iter();
                all.extend(below.map(|(path, (mode, oid))| (format!("{folder}/{path}"), mode, oid)));
            }
        }
        let truncated = all.len() > self.tree_most;
        all.truncate(self.tree_most);
        let shown = all.into_iter().map(|(path, mode, oid)| {
            let kind = match mode {
                TREE => "tree",
                SUBMODULE => "commit",
                _ => "blob",
            };
            let mut shown =
                json!({ "path": path, "mode": format!("{mode:06o}"), "type": kind, "sha": oid.to_string() });
            if let Some(bytes) = self.blob(oid) {
                shown["size"] = bytes.len().into();
            }
            shown
        });
        let shown: Vec<Value> = shown.collect();
        Ok((200, json!({ "sha": tree.to_string(), "tree": shown, "truncated": truncated })))
    }

    /// `main...howler/inc-7`: what the second has that the first has not.
    fn compare(&self, names: &str) -> Answer {
        let (base, head) = names.split_once("...").ok_or_else(not_found)?;
        let (base, head) = (self.named(base).ok_or_else(not_found)?, self.named(head).ok_or_else(not_found)?);
        let fork = self.merge_base(base, head).ok_or_else(not_found)?;
        let only = |here, there| -> usize {
            let there = self.log(there);
            self.log(here).iter().filter(|oid| !there.contains(oid)).count()
        };
        let (ahead, behind) = (only(head, base), only(base, head));
        let (old, new) = (self.files_at(fork), self.files_at(head));
        let changed = new.iter().filter(|(path, file)| old.get(*path) != Some(file));
        let changed = changed.map(|(path, (_, oid))| {
            let status = if old.contains_key(path) { "modified" } else { "added" };
            json!({ "filename": path, "status": status, "sha": oid.to_string() })
        });
        let removed = old.iter().filter(|(path, _)| !new.contains_key(*path));
        let removed = removed
            .map(|(path, (_, oid))| json!({ "filename": path, "status": "removed", "sha": oid.to_string() }));
        let status = match (ahead, behind) {
            (0, 0) => "identical",
            (_, 0) => "ahead",
            (0, _) => "behind",
            _ => "diverged",
        };
        Ok((
            200,
            json!({
                "status": status, "ahead_by": ahead, "behind_by": behind, "total_commits": ahead,
                "merge_base_commit": { "sha": fork.to_string() },
                // GitHub shows 300 of them at most.
                "files": changed.chain(removed).take(300).collect::<Vec<_>>(),
            }),
        ))
    }
}

fn no_commit(name: &str) -> Refusal {
    refused(&format!("No commit found for SHA: {name}"))
}
