use super::*;
use domain::actor::Actor;

/// As Slack documents it: no channel, no message, no address.
fn everywhere(callback_id: &str) -> Value {
    json!({
        "type": "shortcut", "token": "XXX", "action_ts": "1581106241.371594",
        "team": { "id": "TXXXXXXXX", "domain": "monkeytown" },
        "user": { "id": "UXXXXXXXXX", "username": "aman", "team_id": "TXXXXXXXX" },
        "callback_id": callback_id, "trigger_id": "944799105734.773906753841.38b5894552bdd4a780554ee59d1f3638",
        "is_enterprise_install": false, "enterprise": null, "api_app_id": "A1",
    })
}

fn in_a_menu(callback_id: &str, text: &str) -> Value {
    json!({
        "type": "message_action", "token": "Nj2rfC2hU8mAfgaJLemZgO7H", "callback_id": callback_id,
        "trigger_id": "13345224609.8534564800.6f8ab1f53e13d0cd15f96106292d5536", "action_ts": "1528483040.000100",
        "response_url": "https://hooks.slack.com/app-actions/T0MJR11A4/21974584944/yk1S9ndf35Q1flupVG5JbpM6",
        "team": { "id": "T0MJRM1A7", "domain": "monkeytown" }, "enterprise": null, "is_enterprise_install": false,
        "channel": { "id": "D0LFFBKLZ", "name": "cats" },
        "user": { "id": "U0D15K92L", "name": "dr_maomao", "team_id": "T0MJRM1A7" }, "api_app_id": "A1",
        "message_ts": "1525215129.000001",
        "message": { "type": "message", "user": "U0MJRG1AL", "ts": "1525215129.000001", "text": text },
    })
}

fn parse(payload: &Value) -> Parsed {
    interaction::parse(&payload_body(payload))
}

#[track_caller]
fn command(payload: &Value) -> Command {
    match incoming(parse(payload)).request.ask {
        Ask::Line(Line { incident: None, command }) => command,
        other => panic!("{other:?}"),
    }
}

const LINK: &str = "https://monkeytown.slack.com/archives/D0LFFBKLZ/p1525215129000001";

#[test]
fn the_one_that_is_everywhere_opens_the_declaration() {
    let Incoming { request, trigger, origin: from, .. } = incoming(parse(&everywhere("declare")));
    assert_eq!(from, origin("A1", "TXXXXXXXX", None, Some("TXXXXXXXX")));
    assert_eq!(trigger.as_deref(), Some("944799105734.773906753841.38b5894552bdd4a780554ee59d1f3638"));
    let wanted = Request {
        delivery: DeliveryId::from("sc:944799105734.773906753841.38b5894552bdd4a780554ee59d1f3638"),
        by: Actor::from("UXXXXXXXXX"),
        place: Place::home(),
        reply: ReplyPath::Direct,
        ask: here(Command::DeclareForm { title: None }),
    };
    assert_eq!(request, wanted);
}

#[test]
fn a_message_becomes_the_title_and_the_first_note() {
    let text = "<@U0IAN> the *event stream* is down &amp; out";
    let Incoming { request, .. } = incoming(parse(&in_a_menu("declare_from_message", text)));
    assert_eq!(request.place, place("D0LFFBKLZ", None));
    assert!(matches!(&request.reply, ReplyPath::ResponseUrl(address) if address.contains("app-actions")));
    let said = "@U0IAN the *event stream* is down & out";
    let note = format!("\u{201C}{said}\u{201D} (@U0MJRG1AL, {LINK})");
    assert_eq!(request.ask, here(Command::DeclareFrom { title: Some(said.into()), note: note.clone() }));
    assert_eq!(command(&in_a_menu("add_to_timeline", text)), Command::NoteForm { note });
}

#[test]
fn a_long_message_is_cut_at_a_word_and_its_note_fits_into_the_form() {
    for unit in ["word ", "\"\\\n", "👩\u{200d}🚒 ", "x"] {
        let text: String = unit.chars().cycle().take(39_000).collect();
        let payload = in_a_menu("declare_from_message", &text);
        let Command::DeclareFrom { title, note } = command(&payload) else { panic!("a declaration") };
        assert!(title.is_some_and(|title| title.chars().count() <= 120));
        let json = serde_json::to_string(&note).unwrap();
        assert!(json.encode_utf16().count() <= 2_500, "{unit:?}: {}", json.encode_utf16().count());
        assert!(note.ends_with(&format!("(@U0MJRG1AL, {LINK})")), "the link stays: {unit:?}");
    }
}

#[test]
fn what_an_app_said_and_what_stands_in_a_thread() {
    let mut payload = in_a_menu("add_to_timeline", "");
    payload["message"] = json!({ "type": "message", "bot_id": "B1", "ts": "1525215129.000001", "text": null,
        "thread_ts": "1525215100.000009" });
    let note = format!("a message without text (an app, {LINK}?thread_ts=1525215100.000009&cid=D0LFFBKLZ)");
    assert_eq!(command(&payload), Command::NoteForm { note });
    assert_eq!(incoming(parse(&payload)).request.place, place("D0LFFBKLZ", Some("1525215100.000009")));
    // Installed for a whole organization: no workspace is told.
    payload["team"] = json!(null);
    let Command::NoteForm { note } = command(&payload) else { panic!("a note") };
    assert!(note.contains("(an app, https://slack.com/app_redirect?channel=D0LFFBKLZ)"), "{note}");
}

#[test]
fn other_shortcuts_are_none_of_howlers() {
    let unknown = Parsed::Ignored { why: "unknown_shortcut" };
    assert_eq!(parse(&everywhere("poll")), unknown);
    assert_eq!(parse(&everywhere("add_to_timeline")), unknown, "it is of messages");
    assert_eq!(parse(&in_a_menu("declare", "x")), unknown);
    let mut nowhere = in_a_menu("add_to_timeline", "x");
    nowhere["channel"] = json!(null);
    assert_eq!(parse(&nowhere), Parsed::Malformed);
}
