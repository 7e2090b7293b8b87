//! User groups, and the people who may be in them.

use super::*;

const ONCALL: &str = "S0ONCALL";

fn manifest() -> String {
    MANIFEST
        .replace("- usergroups:read", "- usergroups:read\n      - usergroups:write\n      - users:read\n      - pins:read\n      - dnd:read")
        .replace("reaction_removed]", "reaction_removed, subteam_members_changed]")
}

impl Town {
    async fn put(&self, users: &str) -> String {
        self.error("usergroups.users.update", json!({ "usergroup": ONCALL, "users": users })).await
    }

    async fn members(&self) -> Value {
        self.get("usergroups.users.list", &[("usergroup", ONCALL)]).await["users"].clone()
    }

    fn change(&self, name: &str, change: impl Fn(&mut world::Person)) {
        self.slack.arrange(|world| {
            world.people.iter_mut().filter(|person| person.name == name).for_each(change);
        });
    }
}

#[tokio::test]
async fn a_group_is_replaced_as_a_whole_and_read_back() {
    let town = Town::with(&manifest()).await;
    assert_eq!(town.members().await, json!(["U0IAN", "U0MAYA"]));
    let args = json!({ "usergroup": ONCALL, "users": "U0KOFI,U0ZOE,U0KOFI" });
    let answer = town.call("usergroups.users.update", args).await;
    assert_eq!(answer["usergroup"]["users"], json!(["U0KOFI", "U0ZOE"]));
    assert_eq!(answer["usergroup"]["date_update"], 1_800_000_000);
    assert_eq!(answer["usergroup"]["updated_by"], "U0HOWLER");
    assert_eq!(town.members().await, json!(["U0KOFI", "U0ZOE"]));
}

#[tokio::test]
async fn who_cannot_be_in_a_group_is_refused_by_name_and_nothing_changes() {
    let town = Town::with(&manifest()).await;
    assert_eq!(town.put("").await, "no_users_provided");
    assert_eq!(town.put("U0IAN,U0NOBODY").await, "invalid_users");
    type Change = fn(&mut world::Person);
    let changes: [(Change, &str); 4] = [
        (|person| person.deleted = true, "invalid_users"),
        (|person| person.is_bot = true, "invalid_users"),
        (|person| person.is_guest = true, "invalid_users"),
        (|person| person.is_stranger = true, "failed_for_some_users"),
    ];
    for (change, error) in changes {
        let before = town.slack.look(|world| world.people.clone());
        town.change("zoe", change);
        assert_eq!(town.put("U0IAN,U0ZOE").await, error);
        town.slack.arrange(|world| world.people = before);
    }
    town.slack.arrange(|world| world.team.largest_group = Some(2));
    assert_eq!(town.put("U0IAN,U0ZOE,U0KOFI").await, "subteam_max_users_exceeded");
    assert_eq!(town.put("U0IAN,U0ZOE,U0IAN").await, "none");
    let unknown = json!({ "usergroup": "S0NONE", "users": "U0IAN" });
    assert_eq!(town.error("usergroups.users.update", unknown).await, "no_such_subteam");
    assert_eq!(town.members().await, json!(["U0IAN", "U0ZOE"]));
}

#[tokio::test]
async fn plan_setting_and_scope_are_asked_first() {
    let town = Town::with(&manifest()).await;
    town.slack.arrange(|world| world.team.groups_for_admins = true);
    assert_eq!(town.put("U0KOFI").await, "permission_denied");
    assert_eq!(town.error("usergroups.disable", json!({ "usergroup": ONCALL })).await, "permission_denied");
    assert_eq!(town.members().await, json!(["U0IAN", "U0MAYA"]));
    town.slack.arrange(|world| world.team.paid = false);
    assert_eq!(town.put("U0KOFI").await, "plan_upgrade_required");
    assert_eq!(town.get("usergroups.list", &[]).await["error"], "plan_upgrade_required");
    town.slack.faults().drop_scope("usergroups:write");
    let refused =
        town.call("usergroups.users.update", json!({ "usergroup": ONCALL, "users": "U0KOFI" })).await;
    assert_eq!(
        (&refused["error"], &refused["needed"]),
        (&json!("missing_scope"), &json!("usergroups:write"))
    );
}

#[tokio::test]
async fn a_disabled_group_is_hidden_until_it_is_asked_for() {
    let town = Town::with(&manifest()).await;
    let group = json!({ "usergroup": ONCALL });
    assert_eq!(town.error("usergroups.disable", group.clone()).await, "none");
    let shown = |groups: &Value| groups["usergroups"].as_array().unwrap().len();
    assert_eq!(shown(&town.get("usergroups.list", &[]).await), 1);
    let all = town.get("usergroups.list", &[("include_disabled", "true")]).await;
    assert_eq!((shown(&all), &all["usergroups"][0]["date_delete"]), (2, &json!(1_800_000_000)));
    let hidden = town.get("usergroups.users.list", &[("usergroup", ONCALL)]).await;
    assert_eq!(hidden["error"], "no_such_subteam");
    assert_eq!(town.error("usergroups.enable", group).await, "none");
    assert_eq!(town.members().await, json!(["U0IAN", "U0MAYA"]));
}

#[tokio::test]
async fn a_change_by_hand_is_told_to_who_subscribes() {
    let town = Town::with(&manifest()).await;
    let ear = Ear::of(&town).await;
    let replies = town.slack.edit_group("zoe", "@monkeytown-oncall", &["maya", "kofi"]).await.unwrap();
    assert_eq!((replies.len(), ear.requests().len()), (1, 1));
    let body: Value = serde_json::from_str(&ear.last().body).unwrap();
    let event = &body["event"];
    assert_eq!((&event["type"], &event["subteam_id"]), (&json!("subteam_members_changed"), &json!(ONCALL)));
    assert_eq!((&event["added_users"], &event["removed_users"]), (&json!(["U0KOFI"]), &json!(["U0IAN"])));
    assert_eq!((&event["added_users_count"], &event["date_previous_update"]), (&json!("1"), &json!(0)));
    assert_eq!(town.members().await, json!(["U0MAYA", "U0KOFI"]));
    let same = town.slack.edit_group("zoe", ONCALL, &["kofi", "maya"]).await.unwrap();
    assert_eq!((same.len(), ear.requests().len()), (0, 1));
    let unknown = town.slack.edit_group("zoe", "@nobody", &["kofi"]).await;
    assert_eq!(unknown, Err(PersonError::UnknownGroup("@nobody".to_owned())));
    town.slack.faults().drop_scope("usergroups:read");
    assert!(town.slack.edit_group("zoe", ONCALL, &["zoe"]).await.unwrap().is_empty());
}

#[tokio::test]
async fn people_have_a_zone_until_they_leave() {
    let town = Town::with(&manifest()).await;
    let zoe = town.get("users.info", &[("user", "U0ZOE")]).await;
    // 15 January 2027: summer in Auckland.
    assert_eq!((&zoe["user"]["tz_offset"], &zoe["user"]["is_bot"]), (&json!(46_800), &json!(false)));
    town.change("zoe", |person| person.deleted = true);
    let gone = town.get("users.info", &[("user", "U0ZOE")]).await;
    assert_eq!((&gone["user"]["deleted"], &gone["user"]["tz"]), (&json!(true), &Value::Null));
    let bot = town.get("users.info", &[("user", "U0HOWLER")]).await;
    assert_eq!((&bot["user"]["is_bot"], &bot["user"]["tz_offset"]), (&json!(true), &json!(-28_800)));
    assert_eq!(town.get("users.info", &[("user", "U0NOBODY")]).await["error"], "user_not_found");
}

#[tokio::test]
async fn quiet_hours_and_pins() {
    let town = Town::with(&manifest()).await;
    let off = town.get("dnd.info", &[("user", "U0IAN")]).await;
    assert_eq!((&off["dnd_enabled"], &off["next_dnd_start_ts"]), (&json!(false), &json!(1)));
    town.change("ian", |person| person.quiet = Some(world::Quiet { from: 10, until: 20 }));
    let on = town.get("dnd.info", &[("user", "U0IAN")]).await;
    assert_eq!((&on["dnd_enabled"], &on["next_dnd_end_ts"]), (&json!(true), &json!(20)));
    assert_eq!(town.get("dnd.info", &[("user", "U0NOBODY")]).await["error"], "user_not_found");
    let mut posts = Vec::new();
    for text in ["first", "second"] {
        let ts = town.post(text).await;
        let item = json!({ "channel": EMERGENCIES, "timestamp": ts });
        assert_eq!(town.error("pins.add", item.clone()).await, "none");
        posts.push(item);
    }
    let pins = town.get("pins.list", &[("channel", EMERGENCIES)]).await;
    let item = &pins["items"][0];
    assert_eq!((&item["message"]["text"], &item["created_by"]), (&json!("second"), &json!("U0HOWLER")));
    assert_eq!((&item["created"], pins["items"].as_array().unwrap().len()), (&json!(1_800_000_000), 2));
    assert_eq!(town.error("pins.remove", posts.remove(1)).await, "none");
    let pins = town.get("pins.list", &[("channel", EMERGENCIES)]).await;
    assert_eq!(pins["items"][0]["message"]["text"], "first");
    assert_eq!(town.get("pins.list", &[("channel", "C0METRICS")]).await["error"], "not_in_channel");
}
