//! `usergroups.*`.

use serde_json::{Value, json};

use super::Turn;
use crate::slack::args::{Answer, Refusal, refuse};
use crate::slack::shape::{self, object};
use crate::slack::world::{Usergroup, World};

fn on_paid_plan(turn: &Turn<'_>) -> Result<(), Refusal> {
    if turn.world.team.paid { Ok(()) } else { refuse("plan_upgrade_required") }
}

/// What every method that changes a group asks first. "A bot token can be used only if permissions are set to
/// everyone", says `usergroups.users.update`.
fn may_write(turn: &mut Turn<'_>) -> Result<(), Refusal> {
    turn.need(&["usergroups:write"])?;
    on_paid_plan(turn)?;
    if turn.world.team.groups_for_admins { refuse("permission_denied") } else { Ok(()) }
}

fn group(turn: &Turn<'_>) -> Result<Usergroup, Refusal> {
    let id = turn.args.required("usergroup")?;
    turn.world.usergroup(&id).cloned().ok_or_else(|| Refusal::new("no_such_subteam"))
}

/// A disabled group is there only for who asks for such.
fn is_shown(turn: &Turn<'_>, group: &Usergroup) -> bool {
    group.disabled.is_none() || turn.args.flag("include_disabled")
}

pub(super) fn list(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["usergroups:read"])?;
    on_paid_plan(turn)?;
    let with_users = turn.args.flag("include_users");
    let groups = turn.world.usergroups.iter().filter(|group| is_shown(turn, group));
    let groups = groups.map(|group| shape::usergroup(turn.world, group, with_users));
    Ok(object(json!({ "usergroups": groups.collect::<Value>() })))
}

pub(super) fn users(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["usergroups:read"])?;
    on_paid_plan(turn)?;
    let group = group(turn)?;
    if is_shown(turn, &group) {
        Ok(object(json!({ "users": group.users })))
    } else {
        refuse("no_such_subteam")
    }
}

/// Replaces the whole list. A group cannot be emptied so: that is what `usergroups.disable` is for.
pub(super) fn update(turn: &mut Turn<'_>) -> Answer {
    may_write(turn)?;
    let group = group(turn)?;
    let users = members(turn.world, turn.args.list("users"))?;
    keep(turn, Usergroup { users, ..group })
}

/// The people as a group's members, each once, or why Slack would not have them.
fn members(world: &World, users: Vec<String>) -> Result<Vec<String>, Refusal> {
    if users.is_empty() {
        return refuse("no_users_provided");
    }
    let mut members: Vec<String> = Vec::new();
    let mut elsewhere = false;
    for user in users {
        match world.person(&user) {
            None => return refuse("invalid_users"),
            Some(person) if person.deleted || person.is_bot || person.is_guest => {
                return refuse("invalid_users");
            }
            Some(person) => elsewhere |= person.is_stranger,
        }
        if !members.contains(&user) {
            members.push(user);
        }
    }
    if elsewhere {
        return refuse("failed_for_some_users");
    }
    if world.team.largest_group.is_some_and(|most| members.len() > most) {
        return refuse("subteam_max_users_exceeded");
    }
    Ok(members)
}

pub(super) fn disable(turn: &mut Turn<'_>) -> Answer {
    may_write(turn)?;
    let group = group(turn)?;
    keep(turn, Usergroup { disabled: Some(turn.now.as_second()), ..group })
}

pub(super) fn enable(turn: &mut Turn<'_>) -> Answer {
    may_write(turn)?;
    let group = group(turn)?;
    keep(turn, Usergroup { disabled: None, ..group })
}

/// The group as the bot has changed it.
fn keep(turn: &mut Turn<'_>, mut group: Usergroup) -> Answer {
    (group.updated, group.updated_by) = (turn.now.as_second(), Some(turn.bot()));
    let answer = object(json!({ "usergroup": shape::usergroup(turn.world, &group, true) }));
    if let Some(kept) = turn.world.usergroup_mut(&group.id) {
        *kept = group;
    }
    Ok(answer)
}
