//! Files by their path ("REST API endpoints for repository contents"): read, and the one way to begin an empty repository.

use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::api::lines;
use super::refs::refused;
use super::{FILE, Git, LINK, SUBMODULE, Signature, TREE};
use crate::github::http::{Listing, asked};
use crate::github::world::{Refusal, not_found};

/// Larger files have no text here; the git database has it.
const TEXT_MOST: usize = 1_000_000;

type Answer = Result<(u16, Value), Refusal>;

impl Git {
    pub(super) fn contents_api(
        &mut self,
        method: &Method,
        path: &str,
        body: &[u8],
        listing: &Listing,
        by: (&str, Timestamp),
    ) -> Answer {
        match method.as_str() {
            "GET" => self.content(path, listing.r#ref.as_deref()),
            "PUT" => self.put_content(path, &asked(body)?, by),
            _ => Err(not_found()),
        }
    }

    fn content(&self, path: &str, name: Option<&str>) -> Answer {
        let name = name.unwrap_or(&self.default_branch);
        let missing =
            || (404, json!({ "message": format!("No commit found for the ref {name}"), "status": "404" }));
        let commit = self.named(name).and_then(|oid| self.commit(oid)).ok_or_else(missing)?;
        let entry = self.at(commit.tree, path).ok_or_else(not_found)?;
        if entry.mode == TREE {
            let entries = self.objects.get(&entry.oid).and_then(super::Object::entries).unwrap_or_default();
            let shown = entries.into_iter().map(|entry| {
                let kind = match entry.mode {
                    TREE => "dir",
                    LINK => "symlink",
                    // GitHub says `file` for what is a submodule, where a folder is listed.
                    _ => "file",
                };
                json!({ "type": kind, "name": entry.name, "path": format!("{path}/{}", entry.name), "sha": entry.oid.to_string() })
            });
            return Ok((200, shown.collect()));
        }
        if entry.mode == SUBMODULE {
            return Ok((200, json!({ "type": "submodule", "path": path, "sha": entry.oid.to_string() })));
        }
        let bytes = self.blob(entry.oid).ok_or_else(not_found)?;
        let (encoding, content) =
            if bytes.len() > TEXT_MOST { ("none", String::new()) } else { ("base64", lines(bytes)) };
        Ok((
            200,
            json!({
                "type": "file", "encoding": encoding, "size": bytes.len(), "name": entry.name, "path": path,
                "content": content, "sha": entry.oid.to_string(),
            }),
        ))
    }

    fn put_content(&mut self, path: &str, asked: &Value, (login, now): (&str, Timestamp)) -> Answer {
        let text = |field: &str| asked[field].as_str();
        let message =
            text("message").ok_or_else(|| refused("Invalid request. \"message\" wasn't supplied."))?;
        let content = text("content").and_then(|content| STANDARD.decode(content).ok());
        let content = content.ok_or_else(|| refused("content is not valid Base64"))?;
        let branch = text("branch").unwrap_or(&self.default_branch).to_owned();
        let old = self.head(&branch);
        if old.is_none() && !self.is_empty() {
            return Err((404, json!({ "message": format!("Branch {branch} not found") })));
        }
        let mut files = old.map(|oid| self.files_at(oid)).unwrap_or_default();
        let stands = files.get(path).map(|(_, oid)| oid.to_string());
        match (&stands, text("sha")) {
            (Some(_), None) => return Err(refused("Invalid request.\n\n\"sha\" wasn't supplied.")),
            (Some(stands), Some(given)) if stands != given => {
                return Err((409, json!({ "message": format!("{path} does not match {given}") })));
            }
            _ => {}
        }
        if self.protection(&format!("refs/heads/{branch}")).is_some_and(|protection| protection.pull_request)
        {
            let message = "Could not update file: Changes must be made through a pull request.";
            return Err((409, json!({ "message": message })));
        }
        let blob = self.put_blob(content);
        files.insert(path.to_owned(), (FILE, blob));
        let commit = self.add(&branch, &files, &Signature::of(login, now), message);
        let status = if stands.is_some() { 200 } else { 201 };
        Ok((
            status,
            json!({ "content": { "path": path, "sha": blob.to_string() }, "commit": { "sha": commit.to_string() } }),
        ))
    }
}
