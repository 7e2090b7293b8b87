//! `conversations.history` and `.replies`.

use serde_json::{Value, json};

use super::{Turn, page_next, page_start};
use crate::slack::args::{Answer, Args, Refusal, refuse};
use crate::slack::shape::{self, object};
use crate::slack::ts;
use crate::slack::world::{Channel, Message};

/// Which times are asked for.
struct Window {
    oldest: Option<i64>,
    latest: Option<i64>,
    inclusive: bool,
}

impl Window {
    fn read(args: &Args) -> Result<Self, Refusal> {
        let time = |name: &str, error: &str| match args.text(name) {
            None => Ok(None),
            Some(text) => ts::parse(&text).map(Some).ok_or_else(|| Refusal::new(error)),
        };
        Ok(Self {
            oldest: time("oldest", "invalid_ts_oldest")?,
            latest: time("latest", "invalid_ts_latest")?,
            inclusive: args.flag("inclusive"),
        })
    }

    fn holds(&self, message: &Message) -> bool {
        let at = ts::parse(&message.ts).unwrap_or_default();
        let after = |oldest: i64| at > oldest || (self.inclusive && at == oldest);
        let before = |latest: i64| at < latest || (self.inclusive && at == latest);
        self.oldest.is_none_or(after) && self.latest.is_none_or(before)
    }
}

pub(super) fn history(turn: &mut Turn<'_>) -> Answer {
    let channel = turn.channel(&["history"])?;
    turn.inside(&channel)?;
    let window = Window::read(turn.args)?;
    let limit = turn.args.limit(100, 999)?;
    let start = page_start(turn.args, "history")?;
    let mut found: Vec<&Message> = channel
        .messages
        .iter()
        .filter(|message| message.is_public() && message.is_top_level() && window.holds(message))
        .collect();
    // With `oldest` alone Slack hands out the messages nearest to it first, so that one can page forward; each page
    // is newest first all the same.
    let forward = window.oldest.is_some_and(|oldest| oldest > 0) && window.latest.is_none();
    if !forward {
        found.reverse();
    }
    let mut page: Vec<&Message> = found.iter().skip(start).take(limit).copied().collect();
    if forward {
        page.reverse();
    }
    let next = page_next("history", start, limit, found.len());
    let mut answer = messages(turn, &channel, &page, next);
    answer.insert("pin_count".to_owned(), json!(channel.pins.len()));
    Ok(answer)
}

pub(super) fn replies(turn: &mut Turn<'_>) -> Answer {
    let channel = turn.channel(&["history"])?;
    turn.inside(&channel)?;
    let asked = turn.args.required("ts")?;
    let Some(root) = channel.message(&asked) else { return refuse("thread_not_found") };
    let window = Window::read(turn.args)?;
    let limit = turn.args.limit(1000, 1000)?;
    let start = page_start(turn.args, "replies")?;
    let replies: Vec<&Message> = channel.replies(&asked).filter(|message| window.holds(message)).collect();
    // Every page begins with the message that the thread hangs from.
    let page: Vec<&Message> =
        std::iter::once(root).chain(replies.iter().skip(start).take(limit).copied()).collect();
    let next = page_next("replies", start, limit, replies.len());
    Ok(messages(turn, &channel, &page, next))
}

fn messages(
    turn: &Turn<'_>,
    channel: &Channel,
    page: &[&Message],
    next: String,
) -> serde_json::Map<String, Value> {
    let with_metadata = turn.args.flag("include_all_metadata");
    let shapes: Value =
        page.iter().map(|message| shape::message(turn.world, channel, message, with_metadata)).collect();
    let mut answer = object(json!({ "messages": shapes, "has_more": !next.is_empty() }));
    if !next.is_empty() {
        answer.insert("response_metadata".to_owned(), json!({ "next_cursor": next }));
    }
    answer
}
