//! The long poll through which an open page follows the world.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout_at};

use super::{Refusal, Stage, Workspace, sight};

/// Shorter than the patience of any proxy or browser.
const PATIENCE: Duration = Duration::from_secs(25);
/// Timers come and go without the world changing; this often it is looked whether the next one is another.
const GLANCE: Duration = Duration::from_millis(500);

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default, rename = "as")]
    person: String,
    /// The version the page has; empty asks for an answer at once.
    #[serde(default)]
    after: String,
}

pub(super) async fn world<W: Workspace>(
    State(stage): State<Arc<Stage<W>>>,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Refusal> {
    // The version is read before the world: at worst the page asks once too often, it never misses a change.
    let version = news(&stage, &asked.after).await;
    let world = stage.workspace.world();
    let person = sight::person(&world, &asked.person)
        .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "There is nobody in this workspace to act as."))?;
    let mut answer = stage.time();
    answer["version"] = version.into();
    answer["boot"] = stage.boot.as_str().into();
    answer["view"] = sight::view(&world, &person);
    answer["home"] = sight::home(&world, &person);
    answer["shortcuts"] = stage.workspace.shortcuts();
    answer["world"] = sight::filtered(world, &person);
    answer["as"] = json!(person);
    answer["on_call"] = (stage.controls.on_call)();
    answer["production"] = (stage.controls.production)();
    Ok(Json(answer))
}

/// The first version that is not `known`, or that same one after a while.
#[expect(clippy::disallowed_methods, reason = "a browser waits in real time")]
async fn news<W: Workspace>(stage: &Stage<W>, known: &str) -> String {
    let mut changes = stage.workspace.changes();
    let mut moves = stage.moves.subscribe();
    let until = Instant::now() + PATIENCE;
    loop {
        let next = (stage.controls.next_timer)().map(|due| due.as_millisecond());
        let mut seen = DefaultHasher::new();
        (stage.controls.on_call)().to_string().hash(&mut seen);
        (stage.controls.production)().to_string().hash(&mut seen);
        let version = format!(
            "{}.{}.{}.{}.{:x}",
            stage.boot,
            *changes.borrow_and_update(),
            *moves.borrow_and_update(),
            next.unwrap_or_default(),
            seen.finish()
        );
        if version != known {
            return version;
        }
        let something = async {
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { sleep(GLANCE).await },
                _ = moves.changed() => {}
                () = sleep(GLANCE) => {}
            }
        };
        if timeout_at(until, something).await.is_err() {
            return version;
        }
    }
}
