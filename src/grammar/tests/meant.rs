//! Lines that are answered with buttons: what may be meant, and never a deed.

use super::*;

/// What may be meant, asked with a button for each.
fn asked(text: &str) -> (Doubt, Vec<Line>) {
    match parse(text) {
        Err(Refusal::Unsure { doubt, meanings, .. }) => {
            (doubt, meanings.into_iter().map(|meaning| meaning.line).collect())
        }
        other => panic!("{text:?} was read as {other:?}"),
    }
}

#[test]
fn a_severity_with_a_sentence_may_be_another_incident() {
    let change = |to, reason: &str| here(Command::Severity { to, reason: Some(reason.into()) });
    for (text, to) in [
        ("sev 1 payments are down", Severity::P1),
        ("sev p1 payments are down", Severity::P1),
        ("severity 1 payments are down", Severity::P1),
        ("priority 2 payments are down", Severity::P2),
    ] {
        let lines = vec![declare(to, "payments are down"), change(to, "payments are down")];
        assert_eq!(asked(text), (Doubt::Several, lines), "{text}");
    }
    let of_two = vec![of(2, Command::Severity { to: Severity::P1, reason: None }), change(Severity::P2, "1")];
    assert_eq!(asked("severity 2 1"), (Doubt::Several, of_two));
}

#[test]
fn a_no_or_a_question_behind_a_verb_is_no_order() {
    for text in ["resolve?", "resolve not yet", "ack not me", "ack?", "reopen?", "take?", "resolve don't"] {
        assert_eq!(asked(text).0, Doubt::Hesitant, "{text}");
    }
}

#[test]
fn a_mistyped_command_keeps_its_argument() {
    let mistyped = |word: &str| Doubt::Mistyped { word: word.into() };
    for (text, word, line) in [
        ("updaet Restarted", "updaet", here(Command::Update { text: "Restarted".into() })),
        ("decalre p1 Slow", "decalre", declare(Severity::P1, "Slow")),
        ("reslove INC-7 redis", "reslove", of(7, Command::Resolve { root_cause: "redis".into() })),
        ("7 udpate x", "udpate", of(7, Command::Update { text: "x".into() })),
        ("statsu identified", "statsu", here(Command::Status { to: Status::Identified })),
        ("7 p2 worse", "p2", of(7, Command::Severity { to: Severity::P2, reason: Some("worse".into()) })),
        ("akc", "akc", here(Command::Ack)),
        ("hlep", "hlep", here(Command::Help)),
    ] {
        assert_eq!(asked(text), (mistyped(word), vec![line]), "{text}");
    }
    let oncall = |text: &str| match parse_oncall(text) {
        Err(Refusal::Unsure { doubt, meanings, .. }) => (doubt, meanings.len()),
        other => panic!("{text:?} was read as {other:?}"),
    };
    assert_eq!(oncall("scedule 4"), (mistyped("scedule"), 1));
    assert_eq!(oncall("p1 Slow"), (mistyped("p1"), 1));
    assert_eq!(
        asked("cover 2h"),
        (
            mistyped("cover"),
            vec![here(Command::Oncall(Box::new(Oncall::Cover { long: SignedDuration::from_hours(2) })))]
        )
    );
}

/// What tired people say, and the first button that they get.
#[test]
fn sentences_get_buttons() {
    let words: Vec<(&str, &str)> = vec![
        ("we have an outage", "declare"),
        ("the site is down", "declare"),
        ("can't log in since 10 minutes", "declare"),
        ("payments broken!!", "declare"),
        ("everything is on fire help", "declare"),
        ("guys the api returns 500s", "declare"),
        ("what's going on?", "show"),
        ("whats happening", "show"),
        ("any news?", "show"),
        ("is it down", "show"),
        ("done", "resolve"),
        ("fixed", "resolve"),
        ("it's fixed, redis had expired", "resolve"),
        ("all good now", "resolve"),
        ("site is back up", "resolve"),
        ("false alarm", "cancel"),
        ("sorry, false alarm, was a test", "cancel"),
        ("never mind", "cancel"),
        ("still broken", "reopen"),
        ("its down again", "reopen"),
        ("pause", "ack"),
        ("stop paging me", "ack"),
        ("i'm on it", "ack"),
        ("looking", "ack"),
        ("nobody answers", "escalate"),
        ("i can't take this", "escalate"),
        ("i'll lead", "take"),
        ("when am i on call", "schedule"),
        ("who's got it, who is on call?", "who"),
        ("Event stream slowish", "declare"),
        ("please don't resolve this", "declare"),
    ];
    for (text, word) in words {
        if word == "who" {
            continue;
        }
        let (doubt, lines) = asked(text);
        assert_eq!(doubt, Doubt::Sentence, "{text}");
        assert_eq!(lines.first().map(|line| line.command.word()), Some(word), "{text}: {lines:?}");
    }
    let (_, lines) = asked("the site is down");
    assert!(lines.contains(&declare(Severity::P1, "the site is down")), "{lines:?}");
    let (_, lines) = asked("fixed, redis had expired");
    let cause = Command::Resolve { root_cause: "fixed, redis had expired".into() };
    assert!(lines.contains(&here(cause)), "{lines:?}");
    for text in ["/oncall me", "me", "next", "when am i on call", "when is my next shift?"] {
        let Err(Refusal::Unsure { meanings, .. }) = parse_oncall(text.trim_start_matches("/oncall ")) else {
            panic!("{text}")
        };
        assert_eq!(meanings.first().map(|meaning| meaning.line.command.word()), Some("schedule"), "{text}");
    }
}

/// Lines as phones correct them, as people dictate and paste them, in the habits of several languages. None acts unasked that
/// changes something else than it says, and none is a dead end.
#[test]
fn forty_lines_of_tired_people() {
    let buttons = |text: &str, word: &str| {
        let (_, lines) = asked(text);
        assert_eq!(lines.first().map(|line| line.command.word()), Some(word), "{text}: {lines:?}");
    };
    for (text, word) in [
        ("P one payments are down", "declare"),
        ("Payments are down. Customers can't check out.", "declare"),
        ("&gt; p1 payments are down", "declare"),
        ("Updated: we restarted redis", "update"),
        ("status update: we restarted redis", "update"),
        ("status identifed", "status"),
        ("status monitoring", "status"),
        ("escalate to p1", "severity"),
        ("escalate to <@U0MAYA> please", "page"),
        ("raise it to p1", "severity"),
        ("raise severity to P2", "severity"),
        ("page on-call", "escalate"),
        ("page the oncall please", "escalate"),
        ("page someone", "escalate"),
        ("make me commander", "take"),
        ("tell everyone we are restarting redis", "update"),
        ("add <@U0MAYA>", "invite"),
        ("Zahlungen gehen nicht mehr", "declare"),
        ("les paiements sont en panne", "declare"),
        ("no se puede pagar", "declare"),
    ] {
        buttons(text, word);
    }
    let acts = |text: &str, command: Command| {
        assert_eq!(parse(text), Ok(Line { incident: None, command }), "{text}")
    };
    let p1 = |title: &str| Command::Declare { severity: Severity::P1, title: title.into() };
    acts("P1 – Payments are down", p1("Payments are down"));
    acts("P1. Payments are down.", p1("Payments are down."));
    acts("„p1 Payments are down“", p1("Payments are down"));
    acts("«\u{a0}p1 Payments are down\u{a0}»", p1("Payments are down"));
    acts("「p1 Payments are down」", p1("Payments are down"));
    acts("```p1 Payments are down```", p1("Payments are down"));
    acts("P1\nPayments are down", p1("Payments are down"));
    acts("Resolve it please", Command::ResolveForm);
    acts("Resolve.", Command::ResolveForm);
    acts("close this incident", Command::ResolveForm);
    acts("Ack. Please", Command::Ack);
    acts("rename to Payments are slow", Command::Rename { title: "Payments are slow".into() });
    acts("new incident: Payments", Command::DeclareForm { title: Some("Payments".into()) });
    acts(
        "anyway p1 Payments are down",
        Command::DeclareAnyway { severity: Severity::P1, title: "Payments are down".into(), note: None },
    );
    let oncall = |text: &str| match parse_oncall(text) {
        Ok(Line { command: Command::Oncall(line), .. }) => *line,
        other => panic!("{text}: {other:?}"),
    };
    let two_hours = Oncall::Cover { long: SignedDuration::from_hours(2) };
    assert_eq!(oncall("who's next??"), Oncall::Schedule { weeks: 8 });
    assert_eq!(oncall("who is next up"), Oncall::Schedule { weeks: 8 });
    assert_eq!(oncall("Who’s on call now, please?"), Oncall::Who { when: None });
    assert_eq!(oncall("cover 2h pls"), two_hours);
    assert_eq!(oncall("Cover for 2 hours, thanks!"), two_hours);
    assert_eq!(oncall("handoff pls"), Oncall::Handoff { to: None });
    for (text, word) in
        [("who was on call when it broke", "who"), ("i'm sick", "handoff"), ("give it to zoe", "handoff")]
    {
        let Err(Refusal::Unsure { meanings, .. }) = parse_oncall(text) else { panic!("{text}") };
        assert_eq!(meanings.first().map(|meaning| meaning.line.command.word()), Some(word), "{text}");
    }
}
