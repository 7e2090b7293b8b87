//! Modals from the person's side: submitting and closing.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::choose::elements;
use super::form::wrong;
use super::payload::state;
use super::send::Delivery;
use super::{PersonError, Reply, Submission, person};
use crate::slack::Slack;
use crate::slack::methods::views::{can_push, checked, push_view, replace_view};
use crate::slack::shape::{self, object};
use crate::slack::world::{OpenView, World};

impl Slack {
    /// A person fills the open modal in, by action id, and submits it. What is not named keeps what it started with;
    /// of several choices the values are separated by commas.
    ///
    /// # Errors
    /// What the person cannot do.
    pub async fn submit(
        &self,
        person: &str,
        values: BTreeMap<String, String>,
    ) -> Result<Submission, PersonError> {
        self.takes_clicks()?;
        let now = self.now();
        let prepared = self.arrange(|world| {
            let person = self::person(world, person)?;
            let open = world.top_view(&person.id).cloned().ok_or(PersonError::NoView)?;
            let blocks = blocks(&open);
            let wrong = wrong(&blocks, &values)?;
            if !wrong.is_empty() {
                return Ok(Err(wrong));
            }
            let state = state(&blocks, |id| values.get(id).map(String::as_str));
            let mut payload = self.interaction(world, "view_submission", &person);
            payload.extend(object(json!({
                "trigger_id": world.issue_trigger(&person.id, Some(open.id.clone()), now),
                "view": shape::view(world, &open, state),
                "response_urls": [],
            })));
            Ok(Ok((open, Value::Object(payload))))
        })?;
        let (open, payload) = match prepared {
            Ok(prepared) => prepared,
            Err(wrong) => return Ok(Submission::Errors(wrong)),
        };
        let reply = self.deliver(Delivery::interaction(&payload)).await?;
        Ok(self.arrange(|world| settle(world, &open, reply, now)))
    }

    /// A person closes the open modal without submitting; howler hears of it where the view asks for that.
    ///
    /// # Errors
    /// What the person cannot do.
    pub async fn close_view(&self, person: &str) -> Result<Option<Reply>, PersonError> {
        let payload = self.arrange(|world| {
            let person = self::person(world, person)?;
            let open = world.top_view(&person.id).cloned().ok_or(PersonError::NoView)?;
            world.views.retain(|view| view.id != open.id);
            let wanted = open.view.get("notify_on_close").and_then(Value::as_bool) == Some(true);
            Ok(wanted.then(|| {
                let mut payload = self.interaction(world, "view_closed", &person);
                payload.insert("view".to_owned(), shape::view(world, &open, json!({})));
                payload.insert("is_cleared".to_owned(), json!(false));
                Value::Object(payload)
            }))
        })?;
        match payload.filter(|_| self.manifest().interactive) {
            Some(payload) => self.deliver(Delivery::interaction(&payload)).await.map(Some),
            None => Ok(None),
        }
    }
}

fn blocks(open: &OpenView) -> Vec<Value> {
    open.view.get("blocks").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// Does what the answer to a submission says. An answer that Slack cannot use leaves the modal as it is.
fn settle(world: &mut World, open: &OpenView, reply: Reply, now: Timestamp) -> Submission {
    if reply.failed.is_some() {
        return Submission::Failed(reply);
    }
    if reply.body.trim().is_empty() {
        world.views.retain(|view| view.id != open.id);
        return Submission::Closed;
    }
    let Some(answer) = reply.json() else { return Submission::Failed(reply) };
    match answer.get("response_action").and_then(Value::as_str) {
        None if answer.as_object().is_some_and(serde_json::Map::is_empty) => {
            world.views.retain(|view| view.id != open.id);
            Submission::Closed
        }
        Some("clear") => {
            world.views.retain(|view| view.user != open.user);
            Submission::Closed
        }
        Some("errors") => errors(&answer, open).map_or(Submission::Failed(reply), Submission::Errors),
        Some(action @ ("update" | "push")) => {
            let Ok(view) = checked(answer.get("view").cloned().unwrap_or_default()) else {
                return Submission::Failed(reply);
            };
            if action == "update" {
                let updated = replace_view(world, &open.id, view, now);
                return updated.map_or(Submission::Failed(reply), |_| Submission::Updated);
            }
            if !can_push(world, &open.user) {
                return Submission::Failed(reply);
            }
            push_view(world, &open.user, view, &open.trigger_id, now, false);
            Submission::Pushed
        }
        _ => Submission::Failed(reply),
    }
}

/// Errors by block id; each must name an input block of the modal, or Slack shows none of them.
fn errors(answer: &Value, open: &OpenView) -> Option<BTreeMap<String, String>> {
    let errors: BTreeMap<String, String> = serde_json::from_value(answer.get("errors")?.clone()).ok()?;
    let inputs = elements(&blocks(open));
    let known = |id: &String| inputs.iter().any(|found| found.is_input() && found.block_id == *id);
    (!errors.is_empty() && errors.keys().all(known)).then_some(errors)
}
