//! References over REST ("REST API endpoints for Git references"), and what protects them ("About protected branches",
//! "Available rules for rulesets").

use axum::http::Method;
use serde_json::{Value, json};

use super::{Git, Kind, Oid};
use crate::github::world::{Refusal, not_found};

/// What a branch asks of whoever moves it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Protection {
    pub pull_request: bool,
    /// Names of checks.
    pub checks: Vec<String>,
    /// Nobody makes such a branch.
    pub creation: bool,
    /// Said by a ruleset instead of the branch's own protection.
    pub by_ruleset: bool,
}

type Answer = Result<(u16, Value), Refusal>;

pub(super) fn refused(message: &str) -> Refusal {
    (422, json!({ "message": message, "status": "422" }))
}

impl Git {
    /// `/git/ref/...`, `/git/refs...` and `/git/matching-refs/...`.
    pub(super) fn refs_api(&mut self, method: &Method, rest: &[&str], asked: &Value) -> Answer {
        match (method.as_str(), rest) {
            ("GET", ["ref", name @ ..]) => {
                let name = format!("refs/{}", name.join("/"));
                self.refs.get(&name).map(|oid| (200, self.shown_ref(&name, *oid))).ok_or_else(not_found)
            }
            ("GET", ["matching-refs", name @ ..]) => {
                let prefix = format!("refs/{}", name.join("/"));
                let found = self.refs.iter().filter(|(name, _)| name.starts_with(&prefix));
                Ok((200, found.map(|(name, oid)| self.shown_ref(name, *oid)).collect()))
            }
            ("POST", ["refs"]) => self.create_ref(asked),
            ("PATCH", ["refs", name @ ..]) => self.update_ref(&format!("refs/{}", name.join("/")), asked),
            ("DELETE", ["refs", name @ ..]) => {
                let gone = self.refs.remove(&format!("refs/{}", name.join("/")));
                gone.map(|_| (204, Value::Null)).ok_or_else(|| refused("Reference does not exist"))
            }
            _ => Err(not_found()),
        }
    }

    fn create_ref(&mut self, asked: &Value) -> Answer {
        let name =
            asked["ref"].as_str().ok_or_else(|| refused("Invalid request. \"ref\" wasn't supplied."))?;
        if !name.starts_with("refs/") || name.split('/').count() < 3 {
            return Err(refused("Reference name must start with 'refs/' and contain at least two slashes."));
        }
        if !is_ref_name(name) {
            return Err(refused(&format!("{name} is not a valid ref name.")));
        }
        let oid = self.asked_object(asked)?;
        if self.refs.contains_key(name) {
            return Err(refused("Reference already exists"));
        }
        // Git keeps a ref as a file: it is no folder at the same time.
        let clashes =
            |known: &String| known.starts_with(&format!("{name}/")) || name.starts_with(&format!("{known}/"));
        if self.refs.keys().any(clashes) {
            return Err(refused("Reference update failed"));
        }
        if self.protection(name).is_some_and(|protection| protection.creation) {
            return Err(refused(
                "Repository rule violations found\n\nCannot create ref due to creations being restricted.\n\n",
            ));
        }
        self.refs.insert(name.to_owned(), oid);
        Ok((201, self.shown_ref(name, oid)))
    }

    fn update_ref(&mut self, name: &str, asked: &Value) -> Answer {
        let oid = self.asked_object(asked)?;
        let old = *self.refs.get(name).ok_or_else(|| refused("Reference does not exist"))?;
        if asked["force"].as_bool() != Some(true) && !self.is_ancestor(old, oid) {
            return Err(refused("Update is not a fast forward"));
        }
        if let Some(said) = self.protection(name).filter(|_| old != oid).and_then(Protection::refusal) {
            return Err(said);
        }
        self.refs.insert(name.to_owned(), oid);
        Ok((200, self.shown_ref(name, oid)))
    }

    fn asked_object(&self, asked: &Value) -> Result<Oid, Refusal> {
        let sha =
            asked["sha"].as_str().ok_or_else(|| refused("Invalid request. \"sha\" wasn't supplied."))?;
        let oid =
            Oid::parse(sha).ok_or_else(|| refused("The sha parameter must be exactly 40 characters."))?;
        let known = self.objects.get(&oid).filter(|object| object.kind == Kind::Commit);
        known.map(|_| oid).ok_or_else(|| refused("Object does not exist"))
    }

    pub(super) fn protection(&self, name: &str) -> Option<&Protection> {
        let branch = name.strip_prefix("refs/heads/")?;
        let covers = |pattern: &str| match pattern.strip_suffix('*') {
            Some(prefix) => branch.starts_with(prefix),
            None => branch == pattern,
        };
        self.protected.iter().find(|(pattern, _)| covers(pattern)).map(|(_, protection)| protection)
    }

    fn shown_ref(&self, name: &str, oid: Oid) -> Value {
        let kind = self.objects.get(&oid).map_or("commit", |object| object.kind.word());
        json!({ "ref": name, "node_id": "", "url": "", "object": { "type": kind, "sha": oid.to_string(), "url": "" } })
    }
}

impl Protection {
    /// Only a pull request changes the branch.
    pub fn pull_request() -> Self {
        Self { pull_request: true, ..Self::default() }
    }

    fn refusal(&self) -> Option<Refusal> {
        let mut said = Vec::new();
        match self.checks.as_slice() {
            [] => {}
            [check] => said.push(format!("Required status check \"{check}\" is expected.")),
            checks => said.push(format!("{0} of {0} required status checks are expected.", checks.len())),
        }
        if self.pull_request {
            said.push("Changes must be made through a pull request.".to_owned());
        }
        let message = match (said.is_empty(), self.by_ruleset) {
            (true, _) => return None,
            (false, true) => format!("Repository rule violations found\n\n{}\n\n", said.join("\n\n")),
            (false, false) => said.join(" "),
        };
        let page = "https://docs.github.com/articles/about-protected-branches";
        Some((422, json!({ "message": message, "documentation_url": page, "status": "422" })))
    }
}

/// As `git check-ref-format` has it.
fn is_ref_name(name: &str) -> bool {
    let forbidden = |c: char| c.is_ascii_control() || " ~^:?*[\\".contains(c);
    let part = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
    !name.contains(forbidden)
        && !name.contains("..")
        && !name.contains("@{")
        && !name.ends_with('.')
        && name.split('/').all(part)
}
