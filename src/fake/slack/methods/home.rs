//! `views.publish`: the app's Home tab, for one person each. It takes no scope (docs.slack.dev, `views.publish`).

use serde_json::{Value, json};

use super::Turn;
use super::views::{fill, hash, within_limits};
use crate::slack::args::{Answer, Refusal, refuse};
use crate::slack::blocks;
use crate::slack::shape::{self, object};
use crate::slack::world::OpenView;

pub(super) fn publish(turn: &mut Turn<'_>) -> Answer {
    let user = turn.args.required("user_id")?;
    let known = turn.world.person(&user).is_some_and(|person| !person.deleted && !person.is_bot);
    if !known {
        return Err(Refusal::with("invalid_arguments", &["invalid user [json-pointer:/user_id]".to_owned()]));
    }
    let mut view = match turn.args.json("view") {
        Ok(Some(view)) => within_limits(view.clone(), &blocks::check_home(&view))?,
        Ok(None) => {
            return Err(Refusal::with("invalid_arguments", &["missing required field: view".to_owned()]));
        }
        Err(()) => {
            let says = "must provide an object [json-pointer:/view]".to_owned();
            return Err(Refusal::with("invalid_arguments", &[says]));
        }
    };
    if !turn.home_tab {
        return refuse("not_enabled");
    }
    let stands = turn.world.homes.get(&user);
    if turn.args.text("hash").is_some_and(|hash| stands.is_none_or(|stands| stands.hash != hash)) {
        return refuse("hash_conflict");
    }
    let id = stands.map(|stands| stands.id.clone());
    let id = id.unwrap_or_else(|| format!("V{:09}", turn.world.number()));
    fill(turn.world, &mut view);
    let home = OpenView {
        root_view_id: id.clone(),
        previous_view_id: None,
        user: user.clone(),
        hash: hash(turn.world, turn.now),
        trigger_id: String::new(),
        id,
        view,
    };
    let answer = json!({ "view": shape::view(turn.world, &home, Value::Object(Default::default())) });
    turn.world.homes.insert(user, home);
    Ok(object(answer))
}
