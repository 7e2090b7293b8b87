//! What a person does on the page, handed on to the workspace.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Later, Refusal, Stage, Workspace, sight};

#[derive(Deserialize)]
struct Who {
    #[serde(rename = "as")]
    person: String,
}

#[derive(Deserialize)]
struct Command {
    channel: String,
    line: String,
}

#[derive(Deserialize)]
struct Say {
    channel: String,
    thread: Option<String>,
    text: String,
}

#[derive(Deserialize)]
struct Break {
    what: String,
}

#[derive(Deserialize)]
struct Click {
    channel: String,
    ts: String,
    action_id: String,
    value: Option<String>,
}

#[derive(Deserialize)]
struct ClickHome {
    action_id: String,
    value: Option<String>,
}

#[derive(Deserialize)]
struct Shortcut {
    callback_id: String,
}

#[derive(Deserialize)]
struct MessageShortcut {
    channel: String,
    ts: String,
    callback_id: String,
}

#[derive(Deserialize)]
struct Form {
    view: String,
    #[serde(default)]
    values: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Reaction {
    channel: String,
    ts: String,
    emoji: String,
}

#[derive(Deserialize)]
struct Forward {
    #[serde(default)]
    minutes: i64,
    #[serde(default)]
    next: bool,
    #[serde(default)]
    hand_over: bool,
}

#[derive(Deserialize)]
struct Phone {
    call: String,
    deed: String,
}

/// `POST /rehearsal/{verb}`.
pub(super) async fn act<W: Workspace>(
    State(stage): State<Arc<Stage<W>>>,
    Path(verb): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    // Runs to its end even if the page is closed meanwhile: half a move of the clock would lose timers.
    tokio::spawn(async move { perform(&stage, &verb, &body).await.map(Json) })
        .await
        .map_err(|_| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "The rehearsal stumbled. Try again."))?
}

async fn perform<W: Workspace>(stage: &Stage<W>, verb: &str, body: &[u8]) -> Result<Value, Refusal> {
    if verb == "forward" {
        return forward(stage, parse(body)?).await;
    }
    let Who { person } = parse(body)?;
    if sight::person(&stage.workspace.world(), &person).as_ref() != Some(&person) {
        return Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "That person is not in this workspace."));
    }
    let workspace = &stage.workspace;
    let done: Later<Result<(), String>> = match verb {
        "command" => {
            let Command { channel, line } = parse(body)?;
            workspace.command(person, channel, line)
        }
        "say" => {
            let Say { channel, thread, text } = parse(body)?;
            workspace.say(person, channel, thread, text)
        }
        "click" => {
            let Click { channel, ts, action_id, value } = parse(body)?;
            workspace.click(person, channel, ts, action_id, value)
        }
        "home" => workspace.open_home(person),
        "click-home" => {
            let ClickHome { action_id, value } = parse(body)?;
            workspace.click_home(person, action_id, value)
        }
        "shortcut" => {
            let Shortcut { callback_id } = parse(body)?;
            workspace.shortcut(person, callback_id)
        }
        "message-shortcut" => {
            let MessageShortcut { channel, ts, callback_id } = parse(body)?;
            workspace.message_shortcut(person, channel, ts, callback_id)
        }
        "submit" => {
            let Form { view, values } = parse(body)?;
            still_open(stage, &person, &view)?;
            let submitted = workspace.submit(person, values).await.map_err(refused)?;
            return Ok(json!(submitted));
        }
        "close" => {
            let Form { view, .. } = parse(body)?;
            // Closing what is closed already is what was wanted.
            if still_open(stage, &person, &view).is_err() {
                return Ok(json!({}));
            }
            workspace.close_view(person)
        }
        "phone" => {
            let Phone { call, deed } = parse(body)?;
            (stage.controls.phone)(call, deed)
        }
        "break" => {
            let Break { what } = parse(body)?;
            let done = (stage.controls.breaks)(&what);
            // An open page hears of it as of a move of the clock.
            stage.moves.send_modify(|moves| *moves += 1);
            Box::pin(async move { done })
        }
        "alert" => {
            let Break { what } = parse(body)?;
            (stage.controls.alerts)(&what)
        }
        "react" => {
            let Reaction { channel, ts, emoji } = parse(body)?;
            workspace.react(person, channel, ts, emoji)
        }
        "unreact" => {
            let Reaction { channel, ts, emoji } = parse(body)?;
            workspace.unreact(person, channel, ts, emoji)
        }
        _ => return Err(Refusal::new(StatusCode::NOT_FOUND, "The rehearsal does not know how to do that.")),
    };
    done.await.map_err(refused)?;
    Ok(json!({}))
}

/// Two windows may show the same form; what one of them answers must not land in another form.
fn still_open<W: Workspace>(stage: &Stage<W>, person: &str, view: &str) -> Result<(), Refusal> {
    let open = sight::view(&stage.workspace.world(), person);
    if open["id"] == view {
        return Ok(());
    }
    Err(Refusal::new(StatusCode::CONFLICT, "This form is not open any more. Open it again."))
}

async fn forward<W: Workspace>(stage: &Stage<W>, asked: Forward) -> Result<Value, Refusal> {
    let _alone = stage.moving.lock().await;
    let now = stage.controls.clock.now();
    let hand_over = (stage.controls.on_call)()["next_hand_over"].as_str().and_then(|at| at.parse().ok());
    let next = if asked.hand_over { hand_over } else { (stage.controls.next_timer)() };
    let target = target(&asked, now, next)?;
    (stage.controls.forward)(target).await;
    stage.moves.send_modify(|moves| *moves += 1);
    Ok(stage.time())
}

fn target(asked: &Forward, now: Timestamp, next: Option<Timestamp>) -> Result<Timestamp, Refusal> {
    let refuse = |words: &str| Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, words));
    if asked.next || asked.hand_over {
        return match next {
            Some(due) => Ok(due.max(now)),
            None if asked.hand_over => refuse("No hand-over is in sight: nobody else is in the rotation."),
            None => refuse("No timer is running: howler waits for nothing."),
        };
    }
    if !(1..=24 * 60).contains(&asked.minutes) {
        return refuse("The clock moves by one minute to one day at a time.");
    }
    now.checked_add(SignedDuration::from_mins(asked.minutes))
        .or_else(|_| refuse("The clock cannot go that far."))
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|_| {
        Refusal::new(StatusCode::BAD_REQUEST, "The page sent something unreadable. Load it again.")
    })
}

fn refused(words: String) -> Refusal {
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, words)
}
