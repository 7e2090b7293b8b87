//! `views.*`: modals.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Turn;
use crate::slack::args::{Answer, Args, Refusal, refuse};
use crate::slack::blocks;
use crate::slack::shape::{self, object};
use crate::slack::world::{OpenView, Trigger, World};

/// How long a trigger opens something.
pub(in crate::slack) const TRIGGER_LIVES: SignedDuration = SignedDuration::from_secs(3);
/// How many modals may be stacked.
const STACK_MOST: usize = 3;
/// In bytes.
const VIEW_MOST: usize = 250_000;

pub(super) fn open(turn: &mut Turn<'_>) -> Answer {
    let view = given(turn.args)?;
    let (id, trigger) = trigger(turn)?;
    spend(turn, &id);
    let opened = push_view(turn.world, &trigger.user, view, &id, turn.now, true);
    Ok(answer(turn.world, &opened))
}

pub(super) fn push(turn: &mut Turn<'_>) -> Answer {
    let view = given(turn.args)?;
    let (id, trigger) = trigger(turn)?;
    if trigger.view.is_none() || turn.world.top_view(&trigger.user).is_none() {
        return refuse("invalid_trigger_id");
    }
    if stacked(turn.world, &trigger.user) >= STACK_MOST {
        return refuse("push_limit_reached");
    }
    spend(turn, &id);
    let opened = push_view(turn.world, &trigger.user, view, &id, turn.now, false);
    Ok(answer(turn.world, &opened))
}

pub(super) fn update(turn: &mut Turn<'_>) -> Answer {
    let view = given(turn.args)?;
    let found = match (turn.args.text("view_id"), turn.args.text("external_id")) {
        (Some(id), _) => turn.world.views.iter().find(|view| view.id == id),
        (None, Some(id)) => turn
            .world
            .views
            .iter()
            .find(|open| open.view.get("external_id").and_then(Value::as_str) == Some(id.as_str())),
        (None, None) => {
            return Err(Refusal::with("invalid_arguments", &["missing required field: view_id".to_owned()]));
        }
    };
    let Some(found) = found.cloned() else { return refuse("not_found") };
    if turn.args.text("hash").is_some_and(|hash| hash != found.hash) {
        return refuse("hash_conflict");
    }
    let updated = replace_view(turn.world, &found.id, view, turn.now);
    updated.map_or_else(|| refuse("not_found"), |view| Ok(answer(turn.world, &view)))
}

fn answer(world: &World, open: &OpenView) -> serde_json::Map<String, Value> {
    object(json!({ "view": shape::view(world, open, json!({})) }))
}

/// The view in the arguments, once it passes.
fn given(args: &Args) -> Result<Value, Refusal> {
    match args.json("view") {
        Ok(Some(view)) => checked(view),
        Ok(None) => Err(Refusal::with("invalid_arguments", &["missing required field: view".to_owned()])),
        Err(()) => Err(Refusal::with(
            "invalid_arguments",
            &["must provide an object [json-pointer:/view]".to_owned()],
        )),
    }
}

/// Passes a view on if Slack would take it.
pub(in crate::slack) fn checked(view: Value) -> Result<Value, Refusal> {
    let problems = blocks::check_view(&view);
    within_limits(view, &problems)
}

pub(super) fn within_limits(view: Value, problems: &[blocks::Problem]) -> Result<Value, Refusal> {
    if !problems.is_empty() {
        return Err(Refusal::problems("invalid_arguments", problems));
    }
    if view.to_string().len() > VIEW_MOST {
        return refuse("view_too_large");
    }
    Ok(view)
}

fn trigger(turn: &Turn<'_>) -> Result<(String, Trigger), Refusal> {
    let id = match turn.args.text("trigger_id") {
        Some(id) => id,
        None => turn.args.required("interactivity_pointer").or_else(|_| turn.args.required("trigger_id"))?,
    };
    let Some(trigger) = turn.world.triggers.get(&id) else { return refuse("invalid_trigger_id") };
    if trigger.used {
        return refuse("exchanged_trigger_id");
    }
    if turn.now.duration_since(trigger.issued) > TRIGGER_LIVES {
        return refuse("expired_trigger_id");
    }
    Ok((id, trigger.clone()))
}

fn spend(turn: &mut Turn<'_>, id: &str) {
    if let Some(trigger) = turn.world.triggers.get_mut(id) {
        trigger.used = true;
    }
}

fn stacked(world: &World, user: &str) -> usize {
    world.views.iter().filter(|view| view.user == user).count()
}

/// Puts a modal on a person's stack; `root` begins a new stack.
pub(in crate::slack) fn push_view(
    world: &mut World,
    user: &str,
    mut view: Value,
    trigger_id: &str,
    now: Timestamp,
    root: bool,
) -> OpenView {
    if root {
        world.views.retain(|view| view.user != user);
    }
    fill(world, &mut view);
    let below = world.top_view(user).cloned();
    let id = format!("V{:09}", world.number());
    let open = OpenView {
        root_view_id: below.as_ref().map_or_else(|| id.clone(), |view| view.root_view_id.clone()),
        previous_view_id: below.map(|view| view.id),
        user: user.to_owned(),
        hash: hash(world, now),
        trigger_id: trigger_id.to_owned(),
        id,
        view,
    };
    world.views.push(open.clone());
    open
}

/// Puts other content in an open modal.
pub(in crate::slack) fn replace_view(
    world: &mut World,
    id: &str,
    mut view: Value,
    now: Timestamp,
) -> Option<OpenView> {
    fill(world, &mut view);
    let hash = hash(world, now);
    let open = world.views.iter_mut().find(|view| view.id == id)?;
    open.view = view;
    open.hash = hash;
    Some(open.clone())
}

/// Whether one more modal may be pushed.
pub(in crate::slack) fn can_push(world: &World, user: &str) -> bool {
    stacked(world, user) < STACK_MOST
}

pub(super) fn fill(world: &mut World, view: &mut Value) {
    if let Some(blocks) = view.get_mut("blocks").and_then(Value::as_array_mut) {
        world.fill_ids(blocks);
    }
}

pub(super) fn hash(world: &mut World, now: Timestamp) -> String {
    format!("{}.{:08x}", now.as_second(), world.number())
}
