use serde_json::{Value, json};

use super::{check_message, check_view};

fn plain(text: &str) -> Value {
    json!({ "type": "plain_text", "text": text })
}

fn mrkdwn(text: &str) -> Value {
    json!({ "type": "mrkdwn", "text": text })
}

/// What Slack says about one block in a message.
fn says(block: Value) -> Vec<String> {
    check_message(&[block]).iter().map(ToString::to_string).collect()
}

#[track_caller]
fn taken(block: Value) {
    assert_eq!(says(block), Vec::<String>::new());
}

#[track_caller]
fn refused(block: Value, says: &str, pointer: &str) {
    let found = self::says(block);
    let wanted = format!("{says} [json-pointer:/blocks/0{pointer}]");
    assert!(found.contains(&wanted), "wanted {wanted:?}, found {found:?}");
}

fn actions(element: Value) -> Value {
    json!({ "type": "actions", "elements": [element] })
}

fn button(with: Value) -> Value {
    merged(json!({ "type": "button", "action_id": "a", "text": plain("Go") }), with)
}

fn select(with: Value) -> Value {
    let option = json!({ "text": plain("P1"), "value": "p1" });
    merged(json!({ "type": "static_select", "action_id": "a", "options": [option] }), with)
}

fn input(element: Value) -> Value {
    json!({ "type": "input", "label": plain("Title"), "element": element })
}

/// `base` with fields put in, or taken out where they are null.
fn merged(mut base: Value, with: Value) -> Value {
    for (name, value) in with.as_object().unwrap() {
        if value.is_null() {
            base.as_object_mut().unwrap().remove(name);
        } else {
            base[name] = value.clone();
        }
    }
    base
}

#[test]
fn sections() {
    taken(json!({ "type": "section", "text": mrkdwn(&"x".repeat(3000)) }));
    taken(json!({ "type": "section", "fields": vec![mrkdwn(&"x".repeat(2000)); 10] }));
    refused(
        json!({ "type": "section", "text": mrkdwn(&"x".repeat(3001)) }),
        "must be less than 3001 characters",
        "/text/text",
    );
    refused(json!({ "type": "section", "text": mrkdwn("") }), "must be more than 0 characters", "/text/text");
    refused(json!({ "type": "section" }), "must define either `text` or `fields`", "/type");
    refused(
        json!({ "type": "section", "fields": vec![mrkdwn("x"); 11] }),
        "no more than 10 items allowed",
        "/fields",
    );
    let long = json!({ "type": "section", "fields": [plain(&"x".repeat(2001))] });
    refused(long, "must be less than 2001 characters", "/fields/0/text");
    let emoji = json!({ "type": "section", "text": { "type": "mrkdwn", "text": "x", "emoji": true } });
    refused(emoji, "invalid additional property: emoji", "/text");
}

#[test]
fn headers_are_plain_and_short() {
    taken(json!({ "type": "header", "text": plain(&"x".repeat(150)) }));
    refused(
        json!({ "type": "header", "text": plain(&"x".repeat(151)) }),
        "must be less than 151 characters",
        "/text/text",
    );
    refused(
        json!({ "type": "header", "text": mrkdwn("x") }),
        "must be a valid enum value: plain_text",
        "/text/type",
    );
    refused(json!({ "type": "header" }), "missing required field: text", "");
}

#[test]
fn contexts_and_unknown_blocks() {
    taken(json!({ "type": "context", "elements": vec![mrkdwn("x"); 10] }));
    refused(
        json!({ "type": "context", "elements": vec![mrkdwn("x"); 11] }),
        "no more than 10 items allowed",
        "/elements",
    );
    refused(json!({ "type": "context", "elements": [] }), "no fewer than 1 items allowed", "/elements");
    refused(json!({ "type": "banner" }), "unsupported type: banner", "/type");
    refused(json!({ "text": "x" }), "missing required field: type", "");
    refused(json!("x"), "must provide an object", "");
    refused(json!({ "type": "divider", "text": plain("x") }), "invalid additional property: text", "");
}

#[test]
fn counts_and_ids() {
    assert!(check_message(&vec![json!({ "type": "divider" }); 50]).is_empty());
    let many = check_message(&vec![json!({ "type": "divider" }); 51]);
    assert_eq!(many[0].to_string(), "no more than 50 items allowed [json-pointer:/blocks]");
    let twice = check_message(&vec![json!({ "type": "divider", "block_id": "b" }); 2]);
    assert_eq!(twice[0].to_string(), "`block_id` \"b\" already exists [json-pointer:/blocks/1/block_id]");
    refused(
        json!({ "type": "divider", "block_id": "x".repeat(256) }),
        "must be less than 256 characters",
        "/block_id",
    );
    refused(
        json!({ "type": "actions", "elements": [button(json!({})), button(json!({}))] }),
        "`action_id` \"a\" already exists",
        "/elements/1/action_id",
    );
    let apart = [actions(button(json!({}))), actions(button(json!({})))];
    assert!(check_message(&apart).is_empty(), "an action id may come again in another block");
}

#[test]
fn buttons() {
    taken(actions(button(json!({ "style": "danger", "value": "x".repeat(2000) }))));
    let at = "/elements/0";
    for (with, says, pointer) in [
        (json!({ "text": plain(&"x".repeat(76)) }), "must be less than 76 characters", "/text/text"),
        (json!({ "text": mrkdwn("x") }), "must be a valid enum value: plain_text", "/text/type"),
        (json!({ "text": null }), "missing required field: text", ""),
        (json!({ "value": "x".repeat(2001) }), "must be less than 2001 characters", "/value"),
        (json!({ "action_id": "x".repeat(256) }), "must be less than 256 characters", "/action_id"),
        (json!({ "url": "x".repeat(3001) }), "must be less than 3001 characters", "/url"),
        (json!({ "style": "default" }), "must be a valid enum value: primary, danger", "/style"),
        (json!({ "colour": "red" }), "invalid additional property: colour", ""),
        (json!({ "confirm": { "title": plain("x") } }), "missing required field: text", "/confirm"),
    ] {
        refused(actions(button(with)), says, &format!("{at}{pointer}"));
    }
    refused(
        json!({ "type": "actions", "elements": vec![button(json!({ "action_id": null })); 26] }),
        "no more than 25 items allowed",
        "/elements",
    );
    refused(input(button(json!({}))), "unsupported type: button", "/element/type");
}

#[test]
fn confirmation_dialogs() {
    let dialog = |text: usize| json!({ "title": plain("Sure?"), "text": mrkdwn(&"x".repeat(text)), "confirm": plain("Yes"), "deny": plain("No") });
    taken(actions(button(json!({ "confirm": dialog(300) }))));
    refused(
        actions(button(json!({ "confirm": dialog(301) }))),
        "must be less than 301 characters",
        "/elements/0/confirm/text/text",
    );
}

#[test]
fn menus() {
    let option =
        |text: usize, value: usize| json!({ "text": plain(&"x".repeat(text)), "value": "v".repeat(value) });
    taken(actions(select(json!({ "options": vec![option(75, 150); 100], "placeholder": plain("Pick") }))));
    let at = "/elements/0";
    let mark = json!({ "text": mrkdwn("x"), "value": "v" });
    for (with, says, pointer) in [
        (json!({ "options": [] }), "no fewer than 1 items allowed", "/options"),
        (json!({ "options": vec![option(1, 1); 101] }), "no more than 100 items allowed", "/options"),
        (json!({ "options": [option(76, 1)] }), "must be less than 76 characters", "/options/0/text/text"),
        (json!({ "options": [option(1, 151)] }), "must be less than 151 characters", "/options/0/value"),
        (json!({ "options": [mark] }), "must be a valid enum value: plain_text", "/options/0/text/type"),
        (json!({ "options": null }), "must define either `options` or `option_groups`", ""),
        (
            json!({ "initial_option": option(1, 1) }),
            "must match exactly one of the provided options",
            "/initial_option",
        ),
        (
            json!({ "placeholder": plain(&"x".repeat(151)) }),
            "must be less than 151 characters",
            "/placeholder/text",
        ),
    ] {
        refused(actions(select(with)), says, &format!("{at}{pointer}"));
    }
    taken(actions(json!({ "type": "users_select", "action_id": "a", "initial_user": "U1" })));
    refused(
        actions(json!({ "type": "planets_select", "action_id": "a" })),
        "unsupported type: planets_select",
        "/elements/0/type",
    );
}

#[test]
fn text_inputs() {
    let text = |with: Value| input(merged(json!({ "type": "plain_text_input", "action_id": "a" }), with));
    taken(text(json!({ "multiline": true, "max_length": 3000, "min_length": 0 })));
    for (with, says, pointer) in [
        (json!({ "max_length": 3001 }), "must be less than or equal to 3000", "/max_length"),
        (json!({ "max_length": 0 }), "must be greater than or equal to 1", "/max_length"),
        (
            json!({ "max_length": 2, "initial_value": "abc" }),
            "must be less than 3 characters",
            "/initial_value",
        ),
        (json!({ "options": [] }), "invalid additional property: options", ""),
    ] {
        refused(text(with), says, &format!("/element{pointer}"));
    }
    let long = merged(text(json!({})), json!({ "label": plain(&"x".repeat(2001)) }));
    refused(long, "must be less than 2001 characters", "/label/text");
    let lone = actions(json!({ "type": "plain_text_input", "action_id": "a" }));
    refused(lone, "unsupported type: plain_text_input", "/elements/0/type");
}

#[test]
fn rich_text() {
    let of = |elements: Value| json!({ "type": "rich_text", "elements": elements });
    let section = |piece: Value| json!({ "type": "rich_text_section", "elements": [piece] });
    for piece in [
        json!({ "type": "text", "text": "x", "style": { "bold": true } }),
        json!({ "type": "user", "user_id": "U1" }),
        json!({ "type": "usergroup", "usergroup_id": "S1" }),
        json!({ "type": "channel", "channel_id": "C1" }),
        json!({ "type": "emoji", "name": "fire" }),
        json!({ "type": "link", "url": "https://x.dev", "text": "x" }),
        json!({ "type": "date", "timestamp": 1, "format": "{date}", "fallback": "then" }),
        json!({ "type": "broadcast", "range": "channel" }),
    ] {
        taken(of(json!([section(piece)])));
    }
    let at = "/elements/0/elements/0";
    for (piece, says, pointer) in [
        (json!({ "type": "text", "text": "" }), "must be more than 0 characters", "/text"),
        (json!({ "type": "user", "user_id": "ian" }), "must be a valid user_id", "/user_id"),
        (
            json!({ "type": "broadcast", "range": "all" }),
            "must be a valid enum value: here, channel, everyone",
            "/range",
        ),
        (json!({ "type": "date", "timestamp": 1 }), "missing required field: format", ""),
        (json!({ "type": "mrkdwn", "text": "x" }), "unsupported type: mrkdwn", "/type"),
    ] {
        refused(of(json!([section(piece)])), says, &format!("{at}{pointer}"));
    }
    let list = json!({ "type": "rich_text_list", "style": "bullet", "elements": [section(json!({ "type": "text", "text": "x" }))] });
    taken(of(json!([list])));
    refused(
        of(json!([{ "type": "rich_text_list", "style": "stars", "elements": [] }])),
        "must be a valid enum value: bullet, ordered",
        "/elements/0/style",
    );
    let code = json!({ "type": "rich_text_preformatted", "elements": [{ "type": "user", "user_id": "U1" }] });
    refused(of(json!([code])), "unsupported type: user", "/elements/0/elements/0/type");
}

#[test]
fn modals() {
    let text = input(json!({ "type": "plain_text_input", "action_id": "a" }));
    let view = |with: Value| {
        let base =
            json!({ "type": "modal", "title": plain("Declare"), "submit": plain("Go"), "blocks": [text] });
        check_view(&merged(base, with)).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert!(view(json!({ "close": plain("Cancel"), "private_metadata": "x".repeat(3000) })).is_empty());
    for (with, says) in [
        (
            json!({ "title": plain(&"x".repeat(25)) }),
            "must be less than 25 characters [json-pointer:/view/title/text]",
        ),
        (json!({ "title": null }), "missing required field: title [json-pointer:/view]"),
        (json!({ "submit": null }), "missing required field: submit [json-pointer:/view]"),
        (
            json!({ "private_metadata": "x".repeat(3001) }),
            "must be less than 3001 characters [json-pointer:/view/private_metadata]",
        ),
        (
            json!({ "callback_id": "x".repeat(256) }),
            "must be less than 256 characters [json-pointer:/view/callback_id]",
        ),
        (
            json!({ "blocks": vec![json!({ "type": "divider" }); 101] }),
            "no more than 100 items allowed [json-pointer:/view/blocks]",
        ),
        (json!({ "type": "dialog" }), "unsupported type: dialog [json-pointer:/view/type]"),
        (
            json!({ "blocks": [{ "type": "markdown", "text": "x" }] }),
            "unsupported type: markdown [json-pointer:/view/blocks/0/type]",
        ),
    ] {
        let found = view(with);
        assert!(found.iter().any(|one| one == says), "wanted {says:?}, found {found:?}");
    }
}
