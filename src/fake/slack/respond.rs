//! Response URLs: answers to a command or a click, for thirty minutes, five times.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::SignedDuration;
use serde_json::Value;

use super::Slack;
use super::args::Args;
use super::http::hook_answer;
use super::methods::{Content, content};
use super::world::{Message, ResponseUrl, World};

const LIVES: SignedDuration = SignedDuration::from_mins(30);
const USES_MOST: u32 = 5;

pub(super) async fn respond(State(slack): State<Slack>, Path(id): Path<String>, body: Bytes) -> Response {
    if slack.faults().is_down() {
        return hook_answer(StatusCode::SERVICE_UNAVAILABLE, Some("service_unavailable"));
    }
    let Ok(Value::Object(fields)) = serde_json::from_slice(&body) else {
        return hook_answer(StatusCode::BAD_REQUEST, Some("invalid_payload"));
    };
    match slack.use_response_url(&id, &Args(fields)) {
        Ok(()) => hook_answer(StatusCode::OK, None),
        Err((status, error)) => hook_answer(status, Some(&error)),
    }
}

impl Slack {
    fn use_response_url(&self, id: &str, args: &Args) -> Result<(), (StatusCode, String)> {
        let gone = |error: &str| (StatusCode::NOT_FOUND, error.to_owned());
        let now = self.now();
        self.arrange(|world| {
            let url = world.response_urls.get(id).cloned().ok_or_else(|| gone("no_service"))?;
            if now.duration_since(url.issued) > LIVES {
                return Err(gone("expired_url"));
            }
            if url.uses >= USES_MOST {
                return Err(gone("used_url"));
            }
            let deletes = args.flag("delete_original");
            let content = match content(args, world, now) {
                Ok(content) => content,
                Err(_) if deletes => Content::default(),
                Err(refusal) => return Err((StatusCode::BAD_REQUEST, refusal.error)),
            };
            if let Some(url) = world.response_urls.get_mut(id) {
                url.uses += 1;
            }
            if deletes {
                change_original(world, &url, |message| message.deleted = true);
            } else if args.flag("replace_original") && url.original.is_some() {
                replace(world, &url, content);
            } else {
                let shown = args.text("response_type").is_some_and(|kind| kind == "in_channel");
                let ts = say(world, &url, content, shown, args.text("thread_ts"), now);
                if let Some(url) = world.response_urls.get_mut(id)
                    && url.original.is_none()
                {
                    url.original = Some(ts);
                }
            }
            Ok(())
        })
    }
}

fn change_original(world: &mut World, url: &ResponseUrl, change: impl FnOnce(&mut Message)) {
    let channel = world.channel_mut(&url.channel);
    let messages = channel.into_iter().flat_map(|channel| channel.messages.iter_mut());
    let mut originals = messages.filter(|message| Some(&message.ts) == url.original.as_ref());
    if let Some(message) = originals.next() {
        change(message);
    }
}

fn replace(world: &mut World, url: &ResponseUrl, content: Content) {
    let mut blocks = content.blocks.unwrap_or_default();
    world.fill_ids(&mut blocks);
    change_original(world, url, |message| {
        message.text = content.text.unwrap_or_default();
        message.blocks = blocks.into();
    });
}

fn say(
    world: &mut World,
    url: &ResponseUrl,
    content: Content,
    shown: bool,
    thread_ts: Option<String>,
    now: jiff::Timestamp,
) -> String {
    let message = from_bot(world, content, (!shown).then(|| url.user.clone()), thread_ts);
    world.post(&url.channel, message, now)
}

/// A message of the bot's, for all or for one.
pub(super) fn from_bot(
    world: &World,
    content: Content,
    only_for: Option<String>,
    thread_ts: Option<String>,
) -> Message {
    Message {
        user: world.bot.user_id.clone(),
        bot_id: Some(world.bot.bot_id.clone()),
        text: content.text.unwrap_or_default(),
        blocks: content.blocks.unwrap_or_default().into(),
        only_for,
        thread_ts,
        ..Message::default()
    }
}
