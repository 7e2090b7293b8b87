//! `files.getUploadURLExternal` and `files.completeUploadExternal`, and the address between them that takes the bytes
//! (docs.slack.dev, "Working with files"). `files.upload` ended on 2025-11-12.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Turn;
use crate::slack::Slack;
use crate::slack::args::{Answer, Refusal, refuse};
use crate::slack::shape::object;
use crate::slack::world::{File, Message};

pub(super) fn begin(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["files:write"])?;
    let name = turn.args.required("filename")?;
    let length = turn.args.required("length")?.parse().unwrap_or(0);
    if length == 0 {
        return Err(Refusal::with("invalid_arguments", &["must be greater than 0: length".to_owned()]));
    }
    let id = format!("F{:09}", turn.world.number());
    let url = format!("{}/upload/{id}", turn.base);
    turn.world.files.insert(id.clone(), File { id: id.clone(), name, length, ..File::default() });
    Ok(object(json!({ "upload_url": url, "file_id": id })))
}

/// Takes the bytes that were announced, and no others.
pub(in crate::slack) async fn take(
    State(slack): State<Slack>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let taken = slack.arrange(|world| {
        let file =
            world.files.get_mut(&id).filter(|file| file.length == body.len() && file.text.is_none())?;
        file.text = Some(String::from_utf8_lossy(&body).into_owned());
        Some(body.len())
    });
    match taken {
        Some(length) => (StatusCode::OK, format!("OK - {length}")).into_response(),
        None => (StatusCode::BAD_REQUEST, "the upload does not fit what was announced").into_response(),
    }
}

pub(super) fn complete(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["files:write"])?;
    let named = turn.args.0.get("files").cloned().unwrap_or_default();
    let named: Vec<Value> = match named {
        Value::Array(files) => files,
        Value::String(text) => serde_json::from_str(&text).unwrap_or_default(),
        _ => Vec::new(),
    };
    if named.is_empty() {
        return Err(Refusal::with("invalid_arguments", &["missing required field: files".to_owned()]));
    }
    let channel = match turn.args.text("channel_id") {
        None => None,
        Some(id) => {
            let channel = turn.visible(turn.world.channel(&id).cloned())?;
            turn.inside(&channel)?;
            Some(channel)
        }
    };
    let mut files = Vec::new();
    for one in &named {
        let id = one["id"].as_str().unwrap_or_default();
        let Some(file) = turn.world.files.get_mut(id) else { return refuse("file_not_found") };
        if file.text.is_none() || file.shared {
            return refuse("file_update_failed");
        }
        file.title = one["title"].as_str().unwrap_or(&file.name).to_owned();
        file.shared = channel.is_some();
        files.push(file.clone());
    }
    if let Some(channel) = channel {
        let thread = turn.args.text("thread_ts");
        if let Some(thread) = thread.as_ref().filter(|thread| channel.message(thread).is_none()) {
            return Err(Refusal::with("invalid_thread_ts", std::slice::from_ref(thread)));
        }
        let message = Message {
            user: turn.bot(),
            bot_id: Some(turn.world.bot.bot_id.clone()),
            text: turn.args.text("initial_comment").unwrap_or_default(),
            thread_ts: thread,
            files: files.clone(),
            ..Message::default()
        };
        turn.world.post(&channel.id, message, turn.now);
    }
    let listed: Vec<Value> = files.iter().map(|file| json!({ "id": file.id, "title": file.title })).collect();
    Ok(object(json!({ "files": listed })))
}
