mod after;
mod held;
mod meant;
mod merging;
mod properties;
mod refusals;
mod tagged;

use super::*;
use domain::command::{EtaText, Number, Retractable, Role};
use domain::id::UserId;
use domain::oncall::WhenText;
use domain::oncall::line::Oncall;
use domain::{Severity, Status};

fn of(incident: u64, command: Command) -> Line {
    Line { incident: Some(IncidentId(incident)), command }
}

fn here(command: Command) -> Line {
    Line { incident: None, command }
}

fn check(cases: Vec<(&str, Line)>) {
    for (text, wanted) in cases {
        assert_eq!(parse(text), Ok(wanted), "{text:?}");
    }
}

fn declare(severity: Severity, title: &str) -> Line {
    here(Command::Declare { severity, title: title.into() })
}

fn form(title: Option<&str>) -> Line {
    here(Command::DeclareForm { title: title.map(Into::into) })
}

#[test]
fn declarations() {
    use Severity::*;
    check(vec![
        ("declare p1 Event stream down", declare(P1, "Event stream down")),
        ("p1 Event stream down", declare(P1, "Event stream down")),
        ("P1 Event stream down", declare(P1, "Event stream down")),
        ("DECLARE P4 typo on the page", declare(P4, "typo on the page")),
        ("p2: Slow", declare(P2, "Slow")),
        ("declare p3, Slow", declare(P3, "Slow")),
        ("sev1 Slow", declare(P1, "Slow")),
        ("SEV-2 Slow", declare(P2, "Slow")),
        ("declare sev3 Slow", declare(P3, "Slow")),
        ("new p1 Slow", declare(P1, "Slow")),
        ("create p1 Slow", declare(P1, "Slow")),
        ("raise p1 Slow", declare(P1, "Slow")),
        ("declare: p1 Slow", declare(P1, "Slow")),
        ("/incident declare p1 Slow", declare(P1, "Slow")),
        ("/Incident /incident p1 Slow", declare(P1, "Slow")),
        ("incident p1 Slow", declare(P1, "Slow")),
        ("`p1 Slow`", declare(P1, "Slow")),
        ("  p1   Event    stream\tdown  ", declare(P1, "Event stream down")),
        ("p1 Event\nstream", declare(P1, "Event stream")),
        ("p1 🐒🔥", declare(P1, "🐒🔥")),
        ("p1 ???", declare(P1, "???")),
        ("p1 <!channel> &amp; <https://x.io|x>", declare(P1, "@channel & x (https://x.io)")),
        ("p1 &lt;!channel&gt;", declare(P1, "<!channel>")),
        ("p1 a\u{202e}b\u{0}c", declare(P1, "ab c")),
        ("p1 7", declare(P1, "7")),
        ("p1 update", declare(P1, "update")),
        ("7 declare p1 Slow", declare(P1, "Slow")),
        ("declare", form(None)),
        ("Declare ", form(None)),
        ("declare Event stream down", form(Some("Event stream down"))),
        ("p1. Slow", declare(P1, "Slow")),
        ("P1!!! Slow", declare(P1, "Slow")),
        ("p1—Slow", declare(P1, "Slow")),
        ("p1 - Slow", declare(P1, "Slow")),
        ("(p1) Slow", declare(P1, "Slow")),
        ("[P1] Slow", declare(P1, "Slow")),
        ("*p1* Slow", declare(P1, "Slow")),
        ("*p1 Slow*", declare(P1, "Slow")),
        ("“p1 Slow”", declare(P1, "Slow")),
        ("\"p1 Slow\"", declare(P1, "Slow")),
        ("\u{200b}p1 Slow", declare(P1, "Slow")),
        ("p\u{200b}1 Slow", declare(P1, "Slow")),
        ("ｐ１ Slow", declare(P1, "Slow")),
        ("- p1 Slow", declare(P1, "Slow")),
        ("critical: Slow", declare(P1, "Slow")),
        ("Sev1: Slow", declare(P1, "Slow")),
        ("declare P2P network down", form(Some("P2P network down"))),
        ("declare p95 latency is up", form(Some("p95 latency is up"))),
        ("declare S3 down", form(Some("S3 down"))),
        ("new", form(None)),
    ]);
}

#[test]
fn texts() {
    let text = |text: &str| text.to_owned();
    check(vec![
        ("update Restarted the stream", here(Command::Update { text: text("Restarted the stream") })),
        ("Update: Restarted", here(Command::Update { text: text("Restarted") })),
        ("update two\nlines", here(Command::Update { text: text("two\nlines") })),
        ("update see <@U1|ian>", here(Command::Update { text: text("see @ian") })),
        ("7 update Restarted", of(7, Command::Update { text: text("Restarted") })),
        ("INC-7 update Restarted", of(7, Command::Update { text: text("Restarted") })),
        ("inc7: update Restarted", of(7, Command::Update { text: text("Restarted") })),
        ("#7 update Restarted", of(7, Command::Update { text: text("Restarted") })),
        ("update", here(Command::UpdateForm)),
        ("7 update", of(7, Command::UpdateForm)),
        ("update 7", of(7, Command::UpdateForm)),
        ("impact Nobody connects", here(Command::Impact { text: text("Nobody connects") })),
        ("7 impact All of it", of(7, Command::Impact { text: text("All of it") })),
        ("impact 7", here(Command::Impact { text: text("7") })),
        ("action Rolling back", here(Command::Action { text: text("Rolling back") })),
        ("note Ian saw it first", here(Command::Note { text: text("Ian saw it first") })),
        ("NOTE x", here(Command::Note { text: text("x") })),
        ("note 42", here(Command::Note { text: text("42") })),
        ("resolve Redis had expired", here(Command::Resolve { root_cause: text("Redis had expired") })),
        ("resolved Redis died", here(Command::Resolve { root_cause: text("Redis died") })),
        ("7 resolve Redis", of(7, Command::Resolve { root_cause: text("Redis") })),
        ("resolve", here(Command::ResolveForm)),
        ("resolve 7", of(7, Command::ResolveForm)),
        ("resolve INC-7", of(7, Command::ResolveForm)),
        ("7 resolve", of(7, Command::ResolveForm)),
        (
            "status resolved: Redis expired at 30",
            here(Command::Resolve { root_cause: text("Redis expired at 30") }),
        ),
        ("find redis", here(Command::Find { words: text("redis") })),
        ("search redis  down", here(Command::Find { words: text("redis down") })),
        ("find 7", here(Command::Find { words: text("7") })),
        ("7 find redis", here(Command::Find { words: text("redis") })),
    ]);
}

#[test]
fn moves() {
    let severity = |to, reason: Option<&str>| Command::Severity { to, reason: reason.map(Into::into) };
    check(vec![
        ("status identified", here(Command::Status { to: Status::Identified })),
        ("Status: IDENTIFIED.", here(Command::Status { to: Status::Identified })),
        ("status investigating", here(Command::Status { to: Status::Investigating })),
        ("status mitigating", here(Command::Status { to: Status::Mitigating })),
        ("status resolved", here(Command::ResolveForm)),
        ("status mitigating 7", of(7, Command::Status { to: Status::Mitigating })),
        ("7 status mitigating", of(7, Command::Status { to: Status::Mitigating })),
        ("status", here(Command::Show)),
        ("status 7", of(7, Command::Show)),
        ("severity p2 Half of them are back", here(severity(Severity::P2, Some("Half of them are back")))),
        ("severity P2", here(severity(Severity::P2, None))),
        ("sev p2", here(severity(Severity::P2, None))),
        ("sev 2", here(severity(Severity::P2, None))),
        ("severity sev1: worse", here(severity(Severity::P1, Some("worse")))),
        ("severity critical", here(severity(Severity::P1, None))),
        ("severity Low really", here(severity(Severity::P4, Some("really")))),
        ("priority p3", here(severity(Severity::P3, None))),
        ("7 severity p3 fine", of(7, severity(Severity::P3, Some("fine")))),
        ("reopen", here(Command::Reopen)),
        ("re-open", here(Command::Reopen)),
        ("reopen 7", of(7, Command::Reopen)),
        ("7 reopen", of(7, Command::Reopen)),
        ("retract", here(Command::Retract { what: None })),
        ("undo", here(Command::Retract { what: None })),
        ("retract update", here(Command::Retract { what: Some(Retractable::Update) })),
        ("retract Severity", here(Command::Retract { what: Some(Retractable::Severity) })),
        ("retract sev", here(Command::Retract { what: Some(Retractable::Severity) })),
        ("retract resolution", here(Command::Retract { what: Some(Retractable::Resolution) })),
        ("retract 7", of(7, Command::Retract { what: None })),
        ("retract update 7", of(7, Command::Retract { what: Some(Retractable::Update) })),
    ]);
}

#[test]
fn people() {
    let role = |role, person: &str| Command::Role { role, person: UserId::from(person) };
    let take = |role| Command::Take { role };
    check(vec![
        ("ack", here(Command::Ack)),
        ("ACK!", here(Command::Ack)),
        ("acknowledge", here(Command::Ack)),
        ("acked", here(Command::Ack)),
        ("ack 7", of(7, Command::Ack)),
        ("ack #7", of(7, Command::Ack)),
        ("7 ack", of(7, Command::Ack)),
        ("role commander <@U1|ian>", here(role(Role::Commander, "U1"))),
        ("role ic <@U1>", here(role(Role::Commander, "U1"))),
        ("role Comms <@U1>", here(role(Role::Comms, "U1"))),
        ("role communications <@U1>", here(role(Role::Comms, "U1"))),
        ("role scribe <@U1|ian smith>", here(role(Role::Scribe, "U1"))),
        ("role <@U1> scribe", here(role(Role::Scribe, "U1"))),
        ("role scribe <@U1> 7", of(7, role(Role::Scribe, "U1"))),
        ("7 role scribe <@U1>", of(7, role(Role::Scribe, "U1"))),
        ("role scribe me", here(take(Role::Scribe))),
        ("take", here(take(Role::Commander))),
        ("take command", here(take(Role::Commander))),
        ("take scribe", here(take(Role::Scribe))),
        ("take 7", of(7, take(Role::Commander))),
        ("take comms INC-7", of(7, take(Role::Comms))),
        ("7 take comms", of(7, take(Role::Comms))),
    ]);
}

#[test]
fn times() {
    let minutes = |minutes| Command::Snooze { by: SignedDuration::from_mins(minutes), reminder: None };
    let within = |minutes| Command::Eta { eta: EtaText::In(SignedDuration::from_mins(minutes)) };
    let words = |words: &str| Command::Eta { eta: EtaText::Words(words.into()) };
    check(vec![
        ("snooze", here(minutes(15))),
        ("snooze 15m", here(minutes(15))),
        ("snooze 1h", here(minutes(60))),
        ("snooze 1h 30m", here(minutes(90))),
        ("snooze 20 minutes", here(minutes(20))),
        ("snooze for 20m", here(minutes(20))),
        ("snooze 20m 7", of(7, minutes(20))),
        ("snooze #7", of(7, minutes(15))),
        ("snooze INC-7", of(7, minutes(15))),
        ("7 snooze", of(7, minutes(15))),
        ("7 snooze 5m", of(7, minutes(5))),
        ("eta 20m", here(within(20))),
        ("eta in 20m", here(within(20))),
        ("eta In 2 hours", here(within(120))),
        ("eta ~20 min", here(within(20))),
        ("7 eta 20m", of(7, within(20))),
        (
            "eta 2026-11-24 03:10 UTC",
            here(Command::Eta { eta: EtaText::At("2026-11-24T03:10:00Z".parse().unwrap()) }),
        ),
        ("eta 14:30", here(words("14:30"))),
        ("eta about noon", here(words("about noon"))),
        ("eta 2026-12-24", here(words("2026-12-24"))),
        ("eta 20-30m", here(words("20-30m"))),
        ("eta 30 or 40 minutes", here(words("30 or 40 minutes"))),
        ("eta unknown", here(words("unknown"))),
    ]);
}

#[test]
fn reading() {
    let timeline = |page| Command::Timeline { page };
    check(vec![
        ("", here(Command::List)),
        ("   ", here(Command::List)),
        ("/incident", here(Command::List)),
        ("help", here(Command::Help)),
        ("?", here(Command::Help)),
        ("--help", here(Command::Help)),
        ("help declare", here(Command::Help)),
        ("help all", here(Command::HelpAll)),
        ("help with all commands", here(Command::HelpAll)),
        ("7 help", here(Command::Help)),
        ("list", here(Command::List)),
        ("List open", here(Command::List)),
        ("ls", here(Command::List)),
        ("`list`", here(Command::List)),
        ("7 list", here(Command::List)),
        ("doctor", here(Command::Doctor)),
        ("show", here(Command::Show)),
        ("show 7", of(7, Command::Show)),
        ("show INC-7", of(7, Command::Show)),
        ("show inc-7", of(7, Command::Show)),
        ("show #7", of(7, Command::Show)),
        ("7 show", of(7, Command::Show)),
        ("7", of(7, Command::Show)),
        ("INC-7", of(7, Command::Show)),
        ("show 0", of(0, Command::Show)),
        ("timeline", here(timeline(1))),
        ("timeline 7", of(7, timeline(1))),
        ("timeline page 2", here(timeline(2))),
        ("timeline 7 page 2", of(7, timeline(2))),
        ("timeline 7 2", of(7, timeline(2))),
        ("7 timeline page 2", of(7, timeline(2))),
        ("7 timeline 2", of(7, timeline(2))),
        ("timeline page 0", here(timeline(1))),
        ("history 7", of(7, timeline(1))),
    ]);
}

#[test]
fn who_asks_who_is_on_call() {
    let who = |when| Ok(here(Command::Oncall(Box::new(Oncall::Who { when }))));
    for text in ["who", "Who?", "who is on call", "who's on call?", "who is on-call now", "oncall who has it"]
    {
        assert_eq!(parse(text), who(None), "{text}");
    }
    let tomorrow = WhenText::parse("tomorrow 09:00").unwrap();
    assert_eq!(parse("who is on call tomorrow 09:00"), who(Some(tomorrow)));
}

/// Lines as phones write them.
#[test]
fn a_line_from_a_phone_is_the_same_line() {
    for text in [
        "List",
        "list.",
        "\u{201C}list\u{201D}",
        "\u{201E}list\u{201C}",
        "\u{AB}list\u{BB}",
        "*list*",
        "_list_",
        "\u{200b}list",
        "\u{a0}list\u{a0}",
        "list\n",
        "`list`",
    ] {
        assert_eq!(parse(text).map(|line| line.command), Ok(Command::List), "{text:?}");
    }
    let p1 = Command::Declare { severity: Severity::P1, title: "Event stream down".into() };
    for text in ["P1. Event stream down", "p1! Event stream down", "\u{201C}p1 Event stream down\u{201D}"] {
        assert_eq!(parse(text).map(|line| line.command), Ok(p1.clone()), "{text:?}");
    }
    assert_eq!(parse("\u{2014}help").map(|line| line.command), Ok(Command::Help));
    let number = "phone <tel:+4930901820|+49 30 901820>";
    assert!(matches!(parse(number).map(|line| line.command), Ok(Command::Oncall(_))), "{number}");
}

#[test]
fn a_word_of_other_peoples_for_how_bad_it_is_is_said() {
    for (text, severity, word) in [
        ("P0 Slow", Severity::P1, "P0"),
        ("sev0: Slow", Severity::P1, "sev0:"),
        ("declare major Slow", Severity::P2, "major"),
        ("declare blocker Slow", Severity::P1, "blocker"),
        ("declare minor Slow", Severity::P3, "minor"),
    ] {
        let word = word.trim_end_matches(':');
        let note = format!("\"{word}\" is {severity} {} here.", severity.word());
        let declare = Box::new(Command::Declare { severity, title: "Slow".into() });
        assert_eq!(parse(text), Ok(here(Command::With { command: declare, note })), "{text}");
    }
}

/// Whatever its length, a declaration declares: cut at a word, and all of it noted.
#[test]
fn a_long_title_is_cut_at_a_word_and_noted_whole() {
    let long =
        "the queue of the workers in Frankfurt has not moved since two and nobody knows why ".repeat(3);
    let Ok(Line { command: Command::With { command, note }, .. }) = parse(&format!("p1 {long}")) else {
        panic!("declared with a note")
    };
    let Command::Declare { title, .. } = *command else { panic!("declared") };
    assert!(title.chars().count() <= domain::text::TITLE_MOST, "{title}");
    assert!(title.ends_with("…") && long.starts_with(title.trim_end_matches('…')), "{title}");
    let after = long.chars().nth(title.trim_end_matches('…').chars().count());
    assert_eq!(after, Some(' '), "cut between two words: {title}");
    assert_eq!(note, long.trim());
}

fn with(incident: Option<u64>, command: Command, note: &str) -> Line {
    let (command, note) = (Box::new(command), note.to_owned());
    Line { incident: incident.map(IncidentId), command: Command::With { command, note } }
}

#[test]
fn a_verb_that_is_understood_acts_and_the_rest_becomes_a_note() {
    let role = |role| Command::Role { role, person: UserId::from("U1") };
    check(vec![
        ("ack on it", here(Command::Ack)),
        ("ack 👍", here(Command::Ack)),
        ("ack it", here(Command::Ack)),
        ("Ack, please.", here(Command::Ack)),
        ("*ack*", here(Command::Ack)),
        ("ack 7 on it", of(7, Command::Ack)),
        ("ack INC-7 the database again", with(Some(7), Command::Ack, "the database again")),
        ("ack looks like the database", with(None, Command::Ack, "looks like the database")),
        ("reopen it", here(Command::Reopen)),
        ("reopen still broken", with(None, Command::Reopen, "still broken")),
        ("reopen INC-7 still broken", with(Some(7), Command::Reopen, "still broken")),
        (
            "retract update wrong numbers",
            with(None, Command::Retract { what: Some(Retractable::Update) }, "wrong numbers"),
        ),
        ("retract the last update", here(Command::Retract { what: Some(Retractable::Update) })),
        ("severity p2.", here(Command::Severity { to: Severity::P2, reason: None })),
        ("severity to p2", here(Command::Severity { to: Severity::P2, reason: None })),
        ("status identified by Ian", with(None, Command::Status { to: Status::Identified }, "by Ian")),
        ("status is identified", here(Command::Status { to: Status::Identified })),
        ("role commander to <@U1>.", here(role(Role::Commander))),
        ("role commander: <@U1>", here(role(Role::Commander))),
        ("role <@U1> as scribe please", here(role(Role::Scribe))),
        ("commander <@U1>", here(role(Role::Commander))),
        ("take it over", here(Command::Take { role: Role::Commander })),
        ("take comms please", here(Command::Take { role: Role::Comms })),
        ("show INC-7 please", of(7, Command::Show)),
        ("show me", here(Command::Show)),
    ]);
}

/// One rule for all verbs: a number before the verb or after it names the incident.
#[test]
fn a_number_names_the_incident_before_the_verb_or_after_it() {
    let severity = |to| Command::Severity { to, reason: None };
    let cause = |cause: &str| Command::Resolve { root_cause: cause.into() };
    let room = |line: Line| here(Command::InChannel { channel: "C7".into(), line: Box::new(line) });
    check(vec![
        ("resolve INC-7 redis fixed", of(7, cause("redis fixed"))),
        ("resolve #7: redis fixed", of(7, cause("redis fixed"))),
        ("resolve for INC-7 redis fixed", of(7, cause("redis fixed"))),
        ("resolve incident 7 redis fixed", of(7, cause("redis fixed"))),
        ("resolve #inc-7-redis redis fixed", of(7, cause("redis fixed"))),
        ("INC-7: resolve redis fixed", of(7, cause("redis fixed"))),
        ("for INC-7 resolve redis fixed", of(7, cause("redis fixed"))),
        ("resolve <#C7|inc-7-redis> redis fixed", room(here(cause("redis fixed")))),
        ("resolve <#C7> redis fixed", room(here(cause("redis fixed")))),
        ("<#C7> ack", room(here(Command::Ack))),
        ("<#C7>", room(here(Command::Show))),
        ("severity 7 p1", of(7, severity(Severity::P1))),
        ("severity INC-7 p1", of(7, severity(Severity::P1))),
        ("severity p1 INC-7", of(7, severity(Severity::P1))),
        ("severity p1 7", of(7, severity(Severity::P1))),
        ("status 7 mitigating", of(7, Command::Status { to: Status::Mitigating })),
        ("status INC-7 resolved redis", of(7, cause("redis"))),
        ("snooze 7 20m", of(7, Command::Snooze { by: SignedDuration::from_mins(20), reminder: None })),
        ("take command of INC-7", of(7, Command::Take { role: Role::Commander })),
        ("escalate 7", of(7, Command::Escalate { why: None })),
        ("page 7 <@U1> redis", of(7, Command::Page { whom: "U1".into(), why: Some("redis".into()) })),
        ("timeline of INC-7 page 2", of(7, Command::Timeline { page: 2 })),
        ("cancel 7", of(7, Command::Cancel { why: None, of: None })),
        ("cancel INC-7 was a test", of(7, Command::Cancel { why: Some("was a test".into()), of: None })),
        ("duplicate of 7", here(Command::Cancel { why: None, of: Some(IncidentId(7)) })),
        ("duplicate 3 of INC-7", of(3, Command::Cancel { why: None, of: Some(IncidentId(7)) })),
        ("INC-3 duplicate of 7", of(3, Command::Cancel { why: None, of: Some(IncidentId(7)) })),
        ("rename INC-7: Slow", of(7, Command::Rename { title: "Slow".into() })),
        ("invite <@U1> and <@U2|bea>", here(Command::Invite { people: vec!["U1".into(), "U2".into()] })),
        ("invite 7 <@U1>", of(7, Command::Invite { people: vec!["U1".into()] })),
        ("join INC-7", of(7, Command::Join)),
        ("link <https://x.io>", here(Command::Note { text: "Link: https://x.io".into() })),
    ]);
}

#[test]
fn a_number_that_may_belong_to_the_text_is_left_to_whoever_knows_the_incidents() {
    let update = |text: &str| Command::Update { text: text.into() };
    let note = |text: &str| Command::Note { text: text.into() };
    let cause = |text: &str| Command::Resolve { root_cause: text.into() };
    for (text, number, whole, named) in [
        ("update 7 restarting", Number::Bare, update("7 restarting"), update("restarting")),
        ("update 7 of 9 are up", Number::Bare, update("7 of 9 are up"), update("of 9 are up")),
        ("note INC-7 looks related", Number::Named, note("INC-7 looks related"), note("looks related")),
        ("resolve redis fixed INC-7", Number::Last, cause("redis fixed INC-7"), cause("redis fixed")),
        (
            "update Same cause as in INC-7",
            Number::Last,
            update("Same cause as in INC-7"),
            update("Same cause as"),
        ),
    ] {
        let either = Command::Either { number, here: Box::new(here(whole)), named: Box::new(of(7, named)) };
        assert_eq!(parse(text), Ok(here(either)), "{text}");
    }
}
