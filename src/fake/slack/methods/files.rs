//! `files.getUploadURLExternal` and `files.completeUploadExternal`, and the address between them that takes the bytes
//! (docs.slack.dev, "Working with files"). `files.upload` ended on 2025-11-12. A picture can be shown by an `image` block of a message of the
//! bot's, shared or not, once Slack has looked at it.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Turn;
use crate::slack::Slack;
use crate::slack::args::{Answer, Refusal, refuse};
use crate::slack::shape::object;
use crate::slack::world::{File, Message};

/// Longest text for those who do not see a picture.
const ALT_MOST: usize = 1_000;

pub(super) fn begin(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["files:write"])?;
    let name = turn.args.required("filename")?;
    let length = turn.args.required("length")?.parse().unwrap_or(0);
    if length == 0 {
        return refuse("missing_argument");
    }
    let alt = turn.args.text("alt_txt").unwrap_or_default();
    if alt.chars().count() > ALT_MOST {
        return refuse("alt_txt_too_large");
    }
    let id = format!("F{:09}", turn.world.number());
    let url = format!("{}/upload/{id}", turn.base);
    turn.world.files.insert(id.clone(), File { id: id.clone(), name, length, alt, ..File::default() });
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
            world.files.get_mut(&id).filter(|file| file.length == body.len() && !file.is_uploaded())?;
        if is_a_picture(&body) {
            file.picture = Some(STANDARD.encode(&body));
        } else {
            file.text = Some(String::from_utf8_lossy(&body).into_owned());
        }
        Some(body.len())
    });
    match taken {
        Some(length) => (StatusCode::OK, format!("OK - {length}")).into_response(),
        None => (StatusCode::BAD_REQUEST, "the upload does not fit what was announced").into_response(),
    }
}

/// PNG, JPEG and GIF are those that blocks show.
fn is_a_picture(bytes: &[u8]) -> bool {
    let begins: [&[u8]; 3] = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8"];
    begins.iter().any(|begin| bytes.starts_with(begin))
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
        // "This method can only be called once."
        if !file.is_uploaded() || file.ready.is_some() {
            return refuse("file_update_failed");
        }
        file.ready = Some(turn.now.saturating_add(turn.looks).unwrap_or(Timestamp::MAX));
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
