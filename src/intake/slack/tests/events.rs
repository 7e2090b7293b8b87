use super::*;
use domain::Severity;
use domain::actor::Actor;
use domain::command::Role;
use domain::oncall::line::Oncall;
use domain::oncall::said::Heard;
use domain::refusal::Doubt;

pub(super) fn callback(event: Value) -> Value {
    json!({
        "token": "ZZZZZZWSxiZZZ2yIvs3peJ",
        "team_id": "T123ABC456",
        "api_app_id": "A123ABC456",
        "event": event,
        "type": "event_callback",
        "event_id": "Ev123ABC456",
        "event_time": 1515449522,
        "is_ext_shared_channel": false,
        "authorizations": [{ "enterprise_id": null, "team_id": "T123ABC456", "user_id": "UBOT", "is_bot": true }],
        "event_context": "4-abc",
    })
}

/// A mention in a thread as Slack sends it.
pub(super) fn mention(text: &str) -> Value {
    callback(json!({
        "type": "app_mention",
        "user": "U061F7AUR",
        "client_msg_id": "b3b9",
        "text": text,
        "ts": "1515449522.000016",
        "thread_ts": "1515449500.000100",
        "blocks": [{ "type": "rich_text", "elements": [] }],
        "channel": "C123ABC456",
        "event_ts": "1515449522000016",
    }))
}

fn reaction(kind: &str, name: &str) -> Value {
    callback(json!({
        "type": kind,
        "user": "U123ABC456",
        "item": { "type": "message", "channel": "C123ABC456", "ts": "1464196127.000002" },
        "reaction": name,
        "item_user": "U222222222",
        "event_ts": "1465244570.336841",
    }))
}

fn parse(json: &Value) -> Parsed {
    event::parse(json.to_string().as_bytes())
}

/// A message counts once for each text it has.
fn said_in(channel: &str, ts: &str, text: &str) -> DeliveryId {
    DeliveryId(format!("msg:{channel}:{ts}:{}", &digest(text.as_bytes())[..16]))
}

#[test]
fn a_mention_is_a_request() {
    let wanted = Request {
        delivery: said_in("C123ABC456", "1515449522.000016", "<@UBOT> ack"),
        by: Actor::from("U061F7AUR"),
        place: place("C123ABC456", Some("1515449500.000100")),
        reply: ReplyPath::Ephemeral,
        ask: here(Command::Ack),
    };
    let origin = origin("A123ABC456", "T123ABC456", None, Some("T123ABC456"));
    assert_eq!(
        incoming(parse(&mention("<@UBOT> ack"))),
        Incoming { request: wanted, trigger: None, origin, at_home: false, unnamed: None }
    );
}

#[test]
fn in_a_shared_channel_the_sender_is_of_the_workspace_that_is_told_or_of_none() {
    let mut shared = mention("<@UBOT> ack");
    shared["is_ext_shared_channel"] = json!(true);
    // Beside it stands where it was said.
    shared["team_id"] = json!("T0ELSEWHERE");
    assert_eq!(incoming(parse(&shared)).origin, origin("A123ABC456", "T123ABC456", None, None));
    shared["event"]["team"] = json!("T123ABC456");
    shared["event"]["user_team"] = json!("T0ELSEWHERE");
    let visitor = origin("A123ABC456", "T123ABC456", None, Some("T0ELSEWHERE"));
    assert_eq!(incoming(parse(&shared)).origin, visitor);
}

#[test]
fn what_is_said_after_the_name_counts() {
    let cases = [
        ("<@UBOT> list", Command::List),
        ("<@UBOT|howler> list", Command::List),
        ("<@UBOT>: list", Command::List),
        ("<@UBOT>, list", Command::List),
        ("<@UBOT>list", Command::List),
        ("hey <@UBOT> list", Command::List),
        ("<@U1> says <@UBOT> list", Command::List),
        ("<@UBOT> <@UBOT> list", Command::List),
        ("<@UOLDBOT> list", Command::List),
        ("<@UBOT>", Command::List),
        ("<@UBOT> update two\nlines", Command::Update { text: "two\nlines".into() }),
        ("<@UBOT> note <@UBOT> saw &lt;it&gt;", Command::Note { text: "@UBOT saw <it>".into() }),
    ];
    for (text, command) in cases {
        assert_eq!(incoming(parse(&mention(text))).request.ask, here(command), "{text:?}");
    }
}

/// Only at the beginning of a message is a mention a command.
#[test]
fn a_mention_elsewhere_gets_a_button_and_never_acts() {
    let resolve = |cause: &str| Command::Resolve { root_cause: cause.into() };
    for (text, command) in [
        ("Reminder: <@UBOT> resolve", Command::ResolveForm),
        ("&gt; <@UBOT> note Redis", Command::Note { text: "Redis".into() }),
        ("we said <@UBOT> resolve redis expired", resolve("redis expired")),
        ("hey <@UBOT> ack", Command::Ack),
        ("<@U1> <@UBOT> take", Command::Take { role: Role::Commander }),
        ("p1 Slow <@UBOT>", Command::Declare { severity: Severity::P1, title: "Slow".into() }),
        (
            "don't use <@UBOT> p1 for that",
            Command::Declare { severity: Severity::P1, title: "for that".into() },
        ),
    ] {
        let Ask::Unclear(Refusal::Unsure { doubt: Doubt::Aside, meanings, .. }) =
            incoming(parse(&mention(text))).request.ask
        else {
            panic!("{text}")
        };
        let lines: Vec<Command> = meanings.into_iter().map(|meaning| meaning.line.command).collect();
        assert_eq!(lines, [command], "{text}");
    }
    let asked = incoming(parse(&mention("please don't <@UBOT> resolve yet"))).request.ask;
    assert!(matches!(asked, Ask::Unclear(Refusal::Unsure { doubt: Doubt::Aside, .. })), "{asked:?}");
}

/// A name in the middle belongs to the sentence: the line is not cut there.
#[test]
fn somebody_elses_name_does_not_cut_a_line() {
    let direct = |text: &str| {
        let event = json!({ "type": "message", "channel_type": "im", "user": "U1", "text": text,
            "ts": "1515449522.000016", "channel": "D1" });
        incoming(parse(&callback(event))).request.ask
    };
    let title = |title: &str| here(Command::Declare { severity: Severity::P3, title: title.into() });
    assert_eq!(direct("p3 <@UDAG> cannot log in"), title("@UDAG cannot log in"));
    assert_eq!(direct("<@UBOT> p3 <@UDAG> cannot log in"), title("@UDAG cannot log in"));
    let said = direct("can <@UDAG> resolve it");
    assert!(matches!(said, Ask::Said { .. }), "{said:?}");
    let page = Oncall::Page { whom: "UDAG".into(), reason: "please look".into() };
    assert_eq!(direct("oncall page <@UDAG> please look"), here(Command::Oncall(Box::new(page))));
}

#[test]
fn an_edit_is_heard_and_the_same_text_is_the_same_delivery() {
    let mut edited = mention("<@UBOT> list");
    edited["event"]["edited"] = json!({ "user": "U1", "ts": "1515449523.000000" });
    edited["event_id"] = json!("Ev0OTHER");
    let (first, again) = (incoming(parse(&mention("<@UBOT> list"))), incoming(parse(&edited)));
    assert_eq!(first.request, again.request);
    edited["event"]["text"] = json!("<@UBOT> show");
    assert_ne!(incoming(parse(&edited)).request.delivery, first.request.delivery);
}

#[test]
fn a_mention_without_a_text_thread_or_authorizations() {
    let json = json!({ "type": "event_callback",
        "event": { "type": "app_mention", "user": "U1", "channel": "C1" } });
    let request = incoming(parse(&json)).request;
    assert_eq!(request.place, place("C1", None));
    assert_eq!(request.ask, here(Command::List));
    assert_eq!(request.delivery.0, format!("ev:sha256:{}", digest(json.to_string().as_bytes())));
}

#[test]
fn a_pushpin_is_a_request() {
    let cases = [
        ("reaction_added", "pushpin", true),
        ("reaction_removed", "pushpin", false),
        ("reaction_added", "round_pushpin", true),
    ];
    for (kind, name, added) in cases {
        let request = incoming(parse(&reaction(kind, name))).request;
        let author = Some(UserId::from("U222222222"));
        assert_eq!(request.ask, Ask::Pin { message: MessageTs::from("1464196127.000002"), author, added });
        assert_eq!(request.place, place("C123ABC456", None));
        assert_eq!(request.by, UserId::from("U123ABC456"));
        assert_eq!(request.reply, ReplyPath::Ephemeral);
    }
}

#[test]
fn a_pushpin_on_a_bots_message_has_no_author() {
    let mut json = reaction("reaction_added", "pushpin");
    json["event"].as_object_mut().expect("an event").remove("item_user");
    let Ask::Pin { author: None, .. } = incoming(parse(&json)).request.ask else { panic!("a pin") };
}

#[test]
fn a_yes_by_reaction_is_a_request_and_its_removal_is_none() {
    for name in ["+1", "thumbsup", "+1::skin-tone-2", "eyes", "white_check_mark", "heavy_check_mark"] {
        let request = incoming(parse(&reaction("reaction_added", name))).request;
        assert_eq!(request.ask, Ask::Reacted { message: MessageTs::from("1464196127.000002") }, "{name}");
        let removed = parse(&reaction("reaction_removed", name));
        assert_eq!(removed, Parsed::Ignored { why: "other_reaction" }, "{name}");
    }
    for name in ["-1", "-1::skin-tone-2", "x", "eyes2", ""] {
        let other = parse(&reaction("reaction_added", name));
        assert_eq!(other, Parsed::Ignored { why: "other_reaction" }, "{name}");
    }
}

/// A cut text may end in half a sign. Slack would send it again, and then not any more.
#[test]
fn half_a_sign_is_read_as_one_that_cannot_be_shown() {
    let title = |text: &str| {
        let json = mention("<@UBOT> p3 TITLE").to_string().replace("TITLE", text);
        match incoming(event::parse(json.as_bytes())).request.ask {
            Ask::Line(Line { command: Command::Declare { title, .. }, .. }) => title,
            other => panic!("{text}: {other:?}"),
        }
    };
    for (typed, read) in [
        (r"Search \ud83d\ude80 slow", "Search 🚀 slow"),
        (r"Search \ud83d", "Search \u{fffd}"),
        (r"Search \uDE80\uD83D slow", "Search \u{fffd}\u{fffd} slow"),
        (r"Search \ud83dx\ud83d\ude80", "Search \u{fffd}x🚀"),
        (r"Search \ud83d\n\\ud83d", r"Search \u{fffd} \ud83d"),
        (r"Search \\\ud83d", "Search \\\u{fffd}"),
    ] {
        let read = read.replace(r"\u{fffd}", "\u{fffd}");
        assert_eq!(title(typed), read, "{typed}");
    }
    let mut raw = mention("<@UBOT> p3 TITLE").to_string().replace("TITLE", "Search ~").into_bytes();
    raw.iter_mut().filter(|byte| **byte == b'~').for_each(|byte| *byte = 0xff);
    assert!(matches!(event::parse(&raw), Parsed::Request(_)), "bytes that are no UTF-8");
}

#[test]
fn what_is_said_in_a_direct_message_with_a_picture_is_said() {
    let direct = |subtype: Option<&str>| {
        let event = json!({ "type": "message", "channel_type": "im", "user": "U1", "channel": "D1",
            "ts": "1515449522.000016", "text": "on it", "subtype": subtype });
        parse(&callback(event))
    };
    for subtype in [None, Some("file_share"), Some("thread_broadcast"), Some("me_message")] {
        let request = incoming(direct(subtype)).request;
        assert!(matches!(request.ask, Ask::Said { heard: Heard::Yes, .. }), "{subtype:?}: {request:?}");
    }
    for subtype in ["message_changed", "message_deleted", "channel_topic", "huddle_thread", "reminder_add"] {
        assert_eq!(direct(Some(subtype)), Parsed::Ignored { why: "edited" }, "{subtype}");
    }
    assert_eq!(direct(Some("bot_message")), Parsed::Ignored { why: "edited" });
}

#[test]
fn what_is_ignored_says_why() {
    let with = |mut json: Value, path: &str, value: Value| {
        *json.pointer_mut(path).expect("a place") = value;
        json
    };
    let by = |mark: &str, value: Value| {
        let mut json = mention("<@UBOT> list");
        json["event"][mark] = value;
        json
    };
    let file = json!({ "type": "file", "file": "F1" });
    let cases = [
        (by("bot_id", json!("B1")), "bot"),
        (by("bot_profile", json!({ "id": "B1", "app_id": "A1", "name": "other" })), "bot"),
        (by("app_id", json!("A1")), "bot"),
        (by("subtype", json!("bot_message")), "bot"),
        (by("user", json!("USLACKBOT")), "bot"),
        (with(reaction("reaction_added", "pushpin"), "/event/user", json!("USLACKBOT")), "bot"),
        (with(mention("<@UBOT> list"), "/event/user", json!("UBOT")), "bot"),
        (with(mention("<@UBOT> list"), "/event/user", json!(null)), "bot"),
        (mention("thanks <@UBOT>"), "mentioned"),
        (mention("ask <@UBOT> 🐒"), "mentioned"),
        (mention("&gt; <@UBOT> note"), "mentioned"),
        (reaction("reaction_added", "tada"), "other_reaction"),
        (with(reaction("reaction_added", "pushpin"), "/event/item", file), "not_a_message"),
        (
            with(reaction("reaction_added", "pushpin"), "/event/item/type", json!("file_comment")),
            "not_a_message",
        ),
        (with(reaction("reaction_added", "pushpin"), "/event/user", json!("UBOT")), "bot"),
        (callback(json!({ "type": "message", "text": "x" })), "not_to_howler"),
        (callback(json!({ "type": "channel_rename", "channel": { "id": "C1" } })), "unknown_event"),
        (callback(json!({ "type": "team_join", "user": { "id": "U1" } })), "unknown_event"),
        (callback(json!({})), "unknown_event"),
        (callback(json!("text")), "unknown_event"),
        (json!({ "type": "app_rate_limited", "minute_rate_limited": 1518467820 }), "app_rate_limited"),
        (json!({ "type": "something" }), "unknown_envelope"),
    ];
    for (json, why) in cases {
        assert_eq!(parse(&json), Parsed::Ignored { why }, "{json}");
    }
}

#[test]
fn ids_that_slack_does_not_make_are_nobodys() {
    for id in ["", "<!channel>", "shell:root", "U1|x", "U1> <!here"] {
        for path in ["/event/user", "/event/channel"] {
            let mut json = mention("<@UBOT> list");
            *json.pointer_mut(path).expect("a place") = json!(id);
            assert_eq!(parse(&json), Parsed::Malformed, "{path} {id:?}");
        }
        for path in ["/event/user", "/event/item/channel"] {
            let mut json = reaction("reaction_added", "pushpin");
            *json.pointer_mut(path).expect("a place") = json!(id);
            assert_eq!(parse(&json), Parsed::Malformed, "{path} {id:?}");
        }
        for field in ["user_id", "channel_id"] {
            let mut form =
                vec![("command", "/incident"), ("text", "list"), ("user_id", "U1"), ("channel_id", "C1")];
            form.iter_mut().filter(|(name, _)| *name == field).for_each(|(_, value)| *value = id);
            let body = serde_urlencoded::to_string(&form).expect("a form");
            assert_eq!(command::parse(body.as_bytes()), Parsed::Malformed, "{field} {id:?}");
        }
    }
}

#[test]
fn a_challenge_goes_back() {
    let json = json!({ "token": "Jhj5dZrVaK7ZwHHjRyZWjbDl", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkv",
        "type": "url_verification" });
    assert_eq!(parse(&json), Parsed::Challenge("3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkv".into()));
}

#[test]
fn what_is_not_in_slacks_form() {
    let deep = "[".repeat(100_000);
    let cases = [
        "",
        "{}",
        "[]",
        "null",
        "{\"type\":7}",
        "{\"type\":\"event_callback\"}",
        "{\"type\":\"url_verification\"}",
        "{\"type\":\"event_callback\",\"event\":{\"type\":\"app_mention\"}}",
        "{\"type\":\"event_callback\",\"event\":{\"type\":\"reaction_added\"}}",
        deep.as_str(),
    ];
    for body in cases {
        assert_eq!(event::parse(body.as_bytes()), Parsed::Malformed, "{body:.60}");
    }
}

fn came(tab: &str) -> Value {
    callback(json!({
        "type": "app_home_opened", "user": "U123ABC456", "channel": "D123ABC456", "event_ts": "1515449522000016",
        "tab": tab,
        "view": { "id": "V123ABC456", "team_id": "T123ABC456", "type": "home", "blocks": [], "hash": "1231232323.12321312" },
    }))
}

#[test]
fn whoever_opens_the_home_tab_is_told_with_what_stands_there() {
    let origin = origin("A123ABC456", "T123ABC456", None, Some("T123ABC456"));
    let hash = Some("1231232323.12321312".to_owned());
    let opened = Opened { by: UserId::from("U123ABC456"), origin, hash };
    assert_eq!(parse(&came("home")), Parsed::HomeOpened(opened.clone()));
    for nothing in [json!(null), json!({}), json!({ "hash": null }), json!({ "hash": "" })] {
        let mut first = came("home");
        first["event"]["view"] = nothing;
        assert_eq!(parse(&first), Parsed::HomeOpened(Opened { hash: None, ..opened.clone() }));
    }
    assert_eq!(parse(&came("messages")), Parsed::Ignored { why: "other_tab" });
    let mut nobody = came("home");
    nobody["event"]["user"] = json!("<!channel>");
    assert_eq!(parse(&nobody), Parsed::Malformed);
}
