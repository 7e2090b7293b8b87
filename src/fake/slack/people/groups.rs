//! A user group changed by hand, in Slack's own client.

use serde_json::{Value, json};

use super::{PersonError, Reply, person};
use crate::slack::Slack;
use crate::slack::shape;
use crate::slack::ts;
use crate::slack::world::World;

impl Slack {
    /// A person changes who is in a group, by its id or handle. Answers what howler said to `subteam_updated` and to
    /// `subteam_members_changed`, each if it is subscribed to and something changed.
    ///
    /// # Errors
    /// Nobody is called so, or no group.
    pub async fn edit_group(
        &self,
        person: &str,
        group: &str,
        users: &[&str],
    ) -> Result<Vec<Reply>, PersonError> {
        let now = self.now();
        let events = self.arrange(|world| {
            let by = self::person(world, person)?.id;
            let users = users.iter().map(|user| Ok(self::person(world, user)?.id));
            let users = users.collect::<Result<Vec<String>, PersonError>>()?;
            let bare = group.trim_start_matches('@');
            let found = world.usergroups.iter_mut().find(|one| one.id == group || one.handle == bare);
            let found = found.ok_or_else(|| PersonError::UnknownGroup(group.to_owned()))?;
            let before = std::mem::replace(&mut found.users, users);
            let previous = std::mem::replace(&mut found.updated, now.as_second());
            found.updated_by = Some(by);
            let id = found.id.clone();
            Ok(changes(world, &id, &before, previous, &ts::format(now.as_microsecond())))
        })?;
        let mut replies = Vec::new();
        for (name, event) in events {
            replies.extend(self.send_event(name, "usergroups:read", event).await?);
        }
        Ok(replies)
    }
}

/// The events of a change of members; none where there is no change.
fn changes(
    world: &World,
    id: &str,
    before: &[String],
    previous: i64,
    at: &str,
) -> Vec<(&'static str, Value)> {
    let Some(group) = world.usergroup(id) else { return Vec::new() };
    let missing = |from: &[String], of: &[String]| -> Vec<String> {
        of.iter().filter(|user| !from.contains(user)).cloned().collect()
    };
    let (added, removed) = (missing(before, &group.users), missing(&group.users, before));
    if added.is_empty() && removed.is_empty() {
        return Vec::new();
    }
    let subteam = shape::usergroup(world, group, true);
    // Slack's example writes the counts as text.
    vec![
        ("subteam_updated", json!({ "type": "subteam_updated", "subteam": subteam, "event_ts": at })),
        (
            "subteam_members_changed",
            json!({
                "type": "subteam_members_changed", "subteam_id": id, "team_id": world.team.id,
                "date_previous_update": previous, "date_update": group.updated,
                "added_users": added, "added_users_count": added.len().to_string(),
                "removed_users": removed, "removed_users_count": removed.len().to_string(), "event_ts": at,
            }),
        ),
    ]
}
