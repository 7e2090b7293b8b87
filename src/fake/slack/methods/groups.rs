//! `usergroups.*`.

use serde_json::{Value, json};

use super::Turn;
use crate::fake::slack::args::{Answer, Refusal, refuse};
use crate::fake::slack::shape::{self, object};
use crate::fake::slack::world::Usergroup;

fn on_paid_plan(turn: &Turn<'_>) -> Result<(), Refusal> {
    if turn.world.team.paid { Ok(()) } else { refuse("plan_upgrade_required") }
}

fn group(turn: &Turn<'_>) -> Result<Usergroup, Refusal> {
    let id = turn.args.required("usergroup")?;
    turn.world.usergroup(&id).cloned().ok_or_else(|| Refusal::new("no_such_subteam"))
}

pub(super) fn list(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["usergroups:read"])?;
    on_paid_plan(turn)?;
    let with_users = turn.args.flag("include_users");
    let groups = turn.world.usergroups.iter().map(|group| shape::usergroup(turn.world, group, with_users));
    Ok(object(json!({ "usergroups": groups.collect::<Value>() })))
}

pub(super) fn users(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["usergroups:read"])?;
    on_paid_plan(turn)?;
    Ok(object(json!({ "users": group(turn)?.users })))
}

pub(super) fn update(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["usergroups:write"])?;
    on_paid_plan(turn)?;
    let mut group = group(turn)?;
    group.users = turn.args.list("users");
    if group.users.is_empty() {
        return refuse("no_users_provided");
    }
    if group.users.iter().any(|user| turn.world.person(user).is_none_or(|person| person.deleted)) {
        return refuse("invalid_users");
    }
    let answer = object(json!({ "usergroup": shape::usergroup(turn.world, &group, true) }));
    if let Some(kept) = turn.world.usergroups.iter_mut().find(|one| one.id == group.id) {
        *kept = group;
    }
    Ok(answer)
}
