//! What all interaction payloads have in common.

use serde_json::{Map, Value, json};

use super::choose::{elements, held};
use crate::slack::Slack;
use crate::slack::shape::object;
use crate::slack::world::{Person, World};

impl Slack {
    /// Team, user, app, and the old token.
    pub(super) fn interaction(&self, world: &World, kind: &str, person: &Person) -> Map<String, Value> {
        object(json!({
            "type": kind,
            "team": { "id": world.team.id, "domain": world.team.domain },
            "user": {
                "id": person.id, "username": person.name, "name": person.name, "team_id": world.team_of(person),
            },
            "api_app_id": world.bot.app_id,
            "token": self.old_token(),
            "enterprise": null,
            "is_enterprise_install": false,
        }))
    }
}

/// `state.values`: what every element that holds something holds; `given` is by action id.
pub(super) fn state<'g>(blocks: &[Value], given: impl Fn(&str) -> Option<&'g str>) -> Value {
    let mut values: Map<String, Value> = Map::new();
    for found in elements(blocks).iter().filter(|found| !matches!(found.kind(), "button" | "overflow")) {
        let held = held(&found.element, given(found.action_id())).or_else(|_| held(&found.element, None));
        let Ok(held) = held else { continue };
        let block = values.entry(found.block_id.clone()).or_insert_with(|| json!({}));
        if let Some(block) = block.as_object_mut() {
            block.insert(found.action_id().to_owned(), Value::Object(held));
        }
    }
    Value::Object(values)
}
