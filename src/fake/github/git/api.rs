//! The git database over REST: blobs, trees and commits ("REST API endpoints for Git blobs", "... Git trees",
//! "... Git commits"; "Using the REST API to interact with your Git database": 409 where the repository is empty).

use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::refs::refused;
use super::{Commit, Files, Git, Object, Oid, SUBMODULE, Signature, TREE};
use crate::github::GitHub;
use crate::github::http::{Listing, asked};
use crate::github::world::{Refusal, not_found};

type Answer = Result<(u16, Value), Refusal>;

impl GitHub {
    /// The answer where the path is of the git side.
    pub(in crate::github) fn git_api(
        &self,
        method: &Method,
        rest: &[&str],
        body: &[u8],
        listing: &Listing,
    ) -> Option<Answer> {
        let mut git = self.git();
        let of_git = match rest {
            ["git", ..] | ["branches", ..] | ["compare", ..] => true,
            // A repository that nobody pushed to shows the files that a test has set.
            ["contents", ..] => !git.is_empty() || method != Method::GET,
            ["commits", ..] => !git.is_empty(),
            _ => false,
        };
        if !of_git {
            return None;
        }
        if let Err(refusal) = self.may(&git, method, "contents") {
            return Some(Err(refusal));
        }
        let (login, now) = (self.0.setup.login.as_str(), self.0.setup.clock.now());
        Some(match rest {
            ["contents", path @ ..] => git.contents_api(method, &path.join("/"), body, listing, (login, now)),
            _ if git.is_empty() => {
                Err((409, json!({ "message": "Git Repository is empty.", "status": "409" })))
            }
            ["git", rest @ ..] => git.database(method, rest, body, listing, (login, now)),
            _ => git.shown(method, rest, listing),
        })
    }

    /// Whether the token may do this. A classic token without push access does not learn that it could be done.
    pub(in crate::github) fn may(&self, git: &Git, method: &Method, permission: &str) -> Result<(), Refusal> {
        let writes = method != Method::GET;
        if writes && git.archived {
            return Err((403, json!({ "message": "Repository was archived so is read-only." })));
        }
        if writes && self.faults().lacks("push") {
            return Err(not_found());
        }
        let write = writes && self.faults().lacks(&format!("{permission}: write"));
        if write || self.faults().lacks(permission) {
            let message = "Resource not accessible by personal access token";
            return Err((403, json!({ "message": message, "status": "403" })));
        }
        Ok(())
    }
}

impl Git {
    fn database(
        &mut self,
        method: &Method,
        rest: &[&str],
        body: &[u8],
        listing: &Listing,
        by: (&str, Timestamp),
    ) -> Answer {
        match (method.as_str(), rest) {
            ("POST", ["blobs"]) => self.create_blob(&asked(body)?),
            ("GET", ["blobs", sha]) => self.shown_blob(sha),
            ("POST", ["trees"]) => self.create_tree(&asked(body)?),
            ("GET", ["trees", name]) => self.shown_tree(name, listing.recursive.is_some()),
            ("POST", ["commits"]) => self.create_commit(&asked(body)?, by),
            ("GET", ["commits", sha]) => {
                let oid = Oid::parse(sha).ok_or_else(not_found)?;
                self.shown_commit(oid).map(|shown| (200, shown)).ok_or_else(not_found)
            }
            ("GET" | "DELETE", _) => self.refs_api(method, rest, &Value::Null),
            _ => self.refs_api(method, rest, &asked(body)?),
        }
    }

    fn create_blob(&mut self, asked: &Value) -> Answer {
        let content = asked["content"]
            .as_str()
            .ok_or_else(|| refused("Invalid request. \"content\" wasn't supplied."))?;
        let bytes = match asked["encoding"].as_str() {
            None | Some("utf-8") => content.as_bytes().to_vec(),
            Some("base64") => {
                let plain: String = content.split_whitespace().collect();
                STANDARD.decode(plain).map_err(|_| refused("content is not valid Base64"))?
            }
            Some(other) => return Err(refused(&format!("{other} is not a valid encoding"))),
        };
        if bytes.len() > self.blob_most {
            return Err(refused(
                "Sorry, your input was too large to process. Consider creating the blob in a local clone of the \
                 repository and then pushing it to GitHub.",
            ));
        }
        let oid = self.put_blob(bytes);
        Ok((201, json!({ "sha": oid.to_string(), "url": "" })))
    }

    fn shown_blob(&self, sha: &str) -> Answer {
        let oid =
            Oid::parse(sha).ok_or_else(|| refused("The sha parameter must be exactly 40 characters."))?;
        let bytes = self.blob(oid).ok_or_else(not_found)?;
        if bytes.len() > self.blob_most {
            let error = json!({ "resource": "Blob", "field": "data", "code": "too_large" });
            let message = "The requested blob is too large to fetch via the API, but you can always clone the repository";
            return Err((403, json!({ "message": message, "errors": [error] })));
        }
        Ok((
            200,
            json!({
                "sha": sha, "node_id": "", "size": bytes.len(), "url": "",
                "content": lines(bytes), "encoding": "base64",
            }),
        ))
    }

    fn create_tree(&mut self, asked: &Value) -> Answer {
        let mut files = match asked["base_tree"].as_str() {
            None => Files::new(),
            Some(base) => {
                let tree = Oid::parse(base).and_then(|oid| self.tree_of(oid)).ok_or_else(not_found)?;
                self.files(tree)
            }
        };
        let entries =
            asked["tree"].as_array().ok_or_else(|| refused("Invalid request. \"tree\" wasn't supplied."))?;
        for entry in entries {
            self.take(&mut files, entry)?;
        }
        let oid = self.put_files(&files);
        let shown = self.shown_tree(&oid.to_string(), false)?.1;
        Ok((201, shown))
    }

    /// One line of what a tree is made of.
    fn take(&mut self, files: &mut Files, entry: &Value) -> Result<(), Refusal> {
        let path = entry["path"].as_str().unwrap_or_default();
        let odd = |part: &str| matches!(part, "" | "." | "..") || part.eq_ignore_ascii_case(".git");
        if path.split('/').any(odd) {
            return Err(refused("tree.path contains a malformed path component"));
        }
        let below = format!("{path}/");
        if entry.get("sha").is_some_and(Value::is_null) {
            let before = files.len();
            files.retain(|known, _| known != path && !known.starts_with(&below));
            // GitHub's words for a file that is not there.
            return if files.len() == before { Err(refused("GitRPC::BadObjectState")) } else { Ok(()) };
        }
        let mode = entry["mode"].as_str().and_then(|mode| u32::from_str_radix(mode, 8).ok());
        let mode =
            mode.filter(|mode| matches!(mode, 0o100_644 | 0o100_755 | 0o40_000 | 0o160_000 | 0o120_000));
        let mode = mode.ok_or_else(|| refused("tree.mode is not valid"))?;
        let oid = match (entry["sha"].as_str(), entry["content"].as_str()) {
            (Some(sha), None) => {
                Oid::parse(sha).filter(|oid| mode == SUBMODULE || self.objects.contains_key(oid))
            }
            (None, Some(content)) => Some(self.put_blob(content.as_bytes().to_vec())),
            _ => None,
        };
        let oid = oid.ok_or_else(|| refused(&format!("tree.sha {} is not a valid blob", entry["sha"])))?;
        // What stood there as a file or as a folder makes way.
        let parents = |known: &String| path.starts_with(&format!("{known}/"));
        files.retain(|known, _| known != path && !known.starts_with(&below) && !parents(known));
        match mode {
            TREE => {
                files.extend(self.files(oid).into_iter().map(|(name, file)| (format!("{below}{name}"), file)))
            }
            mode => drop(files.insert(path.to_owned(), (mode, oid))),
        }
        Ok(())
    }

    fn create_commit(&mut self, asked: &Value, (login, now): (&str, Timestamp)) -> Answer {
        let message = asked["message"]
            .as_str()
            .ok_or_else(|| refused("Invalid request. \"message\" wasn't supplied."))?;
        let tree = asked["tree"].as_str().and_then(Oid::parse);
        let tree = tree.filter(|oid| self.objects.get(oid).and_then(Object::entries).is_some());
        let tree = tree.ok_or_else(|| refused("Tree SHA does not exist"))?;
        let mut parents = Vec::new();
        for parent in asked["parents"].as_array().into_iter().flatten() {
            let oid = parent.as_str().and_then(Oid::parse).filter(|oid| self.commit(*oid).is_some());
            parents.push(oid.ok_or_else(|| refused("Parent SHA does not exist or is not a commit object"))?);
        }
        let default = Signature::of(login, now);
        let signature = |field: &str, default: &Signature| -> Result<Signature, Refusal> {
            if asked[field].is_null() {
                return Ok(default.clone());
            }
            let text = |name: &str| asked[field][name].as_str().map(str::to_owned);
            let at = text("date")
                .map(|date| date.parse().map_err(|_| refused("Invalid request. date is not a date.")));
            Ok(Signature {
                name: text("name").ok_or_else(|| refused("Invalid request. \"name\" wasn't supplied."))?,
                email: text("email").ok_or_else(|| refused("Invalid request. \"email\" wasn't supplied."))?,
                at: at.transpose()?.unwrap_or(default.at),
            })
        };
        let author = signature("author", &default)?;
        let committer = signature("committer", &author)?;
        let commit = Commit { tree, parents, author, committer, message: message.to_owned() };
        let oid = self.put_commit(&commit);
        self.shown_commit(oid).map(|shown| (201, shown)).ok_or_else(not_found)
    }

    /// The tree itself, or the one of a commit.
    pub(super) fn tree_of(&self, oid: Oid) -> Option<Oid> {
        match self.commit(oid) {
            Some(commit) => Some(commit.tree),
            None => self.objects.get(&oid)?.entries().map(|_| oid),
        }
    }
}

/// Base64 in lines of sixty characters, as GitHub sends it.
pub(super) fn lines(bytes: &[u8]) -> String {
    let encoded = STANDARD.encode(bytes);
    let lines: Vec<&str> =
        encoded.as_bytes().chunks(60).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    if lines.is_empty() { String::new() } else { format!("{}\n", lines.join("\n")) }
}
