//! Lines that merge and split.

use super::*;
use domain::id::ChannelId;

fn merge(into: u64) -> Command {
    Command::Merge { into: IncidentId(into) }
}

fn with(command: Command, note: &str) -> Command {
    Command::With { command: Box::new(command), note: note.into() }
}

#[test]
fn merges() {
    check(vec![
        ("9 merge into 7", of(9, merge(7))),
        ("merge 9 into 7", of(9, merge(7))),
        ("Merge INC-9 into INC-7.", of(9, merge(7))),
        ("merge incident 9 into incident 7", of(9, merge(7))),
        ("merge #9 in #7", of(9, merge(7))),
        ("merge 9 7", of(9, merge(7))),
        ("9 merge it to 7 please", of(9, merge(7))),
        ("INC-9 merge with 7", of(9, merge(7))),
        ("merge into 7", here(merge(7))),
        ("merge this into INC-7", here(merge(7))),
        ("merge into #inc-7-redis", here(merge(7))),
        ("merge 9 into 7 both are redis", of(9, with(merge(7), "both are redis"))),
        ("merge into 7: both are redis", here(with(merge(7), "both are redis"))),
    ]);
    let channel = || ChannelId("C0INC7".into());
    let into = Command::MergeIntoChannel { channel: channel() };
    check(vec![("merge 9 into <#C0INC7|inc-7-redis>", of(9, into))]);
    let line = Box::new(here(merge(7)));
    check(vec![("merge <#C0INC7|> into 7", here(Command::InChannel { channel: channel(), line }))]);
}

#[test]
fn splits() {
    check(vec![
        ("split 9", of(9, Command::Split)),
        ("9 split", of(9, Command::Split)),
        ("9 split off", of(9, Command::Split)),
        ("split INC-9 off from INC-7", of(9, Command::Split)),
        ("unmerge 9", of(9, Command::Split)),
        ("split", here(Command::Split)),
        ("split it off again", here(Command::Split)),
        ("split 9 it is the database", of(9, with(Command::Split, "it is the database"))),
        ("retract merge", here(Command::Retract { what: Some(Retractable::Merge) })),
        ("9 undo merge", of(9, Command::Retract { what: Some(Retractable::Merge) })),
    ]);
}

/// Which one leads is asked where it is not said.
#[test]
fn of_two_that_are_named_alike_either_may_lead() {
    for text in ["merge 9 and 7", "merge 9 with 7", "merge INC-9 & INC-7"] {
        let meant = [of(9, merge(7)), of(7, merge(9))];
        assert_eq!(parse(text), Err(Refusal::unsure(Doubt::Several, meant)), "{text}");
    }
    for text in ["merge", "merge 7", "9 merge", "merge into", "merge 9 and", "merge these two"] {
        let missing = Refusal::TextMissing { command: "merge".into() };
        assert_eq!(parse(text), Err(missing), "{text}");
    }
}

/// A sentence that says it in other words ends in buttons.
#[test]
fn two_are_said_to_be_one_or_two() {
    let meant = |text: &str| match parse(text) {
        Err(Refusal::Unsure { meanings, .. }) => {
            meanings.into_iter().map(|meaning| meaning.line).collect::<Vec<_>>()
        }
        other => panic!("{text:?} was read as {other:?}"),
    };
    for text in [
        "2 is the same as 1",
        "INC-2 is the same as INC-1",
        "2 same as 1",
        "2 is part of 1",
        "2 belongs to 1",
        "combine 2 1",
        "combine 2 and 1 please",
        "incident 2 and incident 1 are the same thing",
        "2 and 1 belong together",
        "i think 2 is the same as 1",
        "INC-2 and INC-1 are the same!",
        "2 is just like 1",
    ] {
        assert_eq!(meant(text), [of(2, merge(1)), of(1, merge(2))], "{text}");
    }
    for text in ["this is the same as 7", "same as INC-7", "it belongs to 7", "part of 7"] {
        assert_eq!(meant(text), [here(merge(7))], "{text}");
    }
    for text in [
        "1 split 2",
        "1 split off 2",
        "split 1 2",
        "split 1 and 2",
        "take 1 out of 2",
        "1 is not the same as 2",
        "1 isn't part of 2",
        "1 has nothing to do with 2",
        "separate 1 and 2",
        "1 and 2 are different",
        "remove 1 out of 2",
        "1 is unrelated to 2",
    ] {
        assert_eq!(meant(text), [of(1, Command::Split), of(2, Command::Split)], "{text}");
    }
    // Words about something else stay what they were.
    for text in ["redis is the same as always", "2 is not fixed", "the same 5xx as in march", "2 is slow"] {
        let lines = meant(text);
        let merges = |line: &Line| matches!(line.command, Command::Merge { .. } | Command::Split);
        assert!(!lines.iter().any(merges), "{text}: {lines:?}");
    }
    check(vec![("take commander 2", of(2, Command::Take { role: Role::Commander }))]);
}

/// A channel stands for its number, wherever it is named.
#[test]
fn a_channel_stands_for_its_incident() {
    let known = |channel: &ChannelId| match channel.as_str() {
        "C0INC7" => Some(IncidentId(7)),
        "C0INC9" => Some(IncidentId(9)),
        _ => None,
    };
    let read = |text: &str| parse(text).unwrap().numbered(&known);
    assert_eq!(read("merge <#C0INC9|> into <#C0INC7|>"), Ok(of(9, merge(7))));
    assert_eq!(read("9 merge into <#C0INC7|> same"), Ok(of(9, with(merge(7), "same"))));
    assert_eq!(read("merge 9 into <#C0OTHER|>"), Err(ChannelId("C0OTHER".into())));
}

/// `/alerts` knows nothing of incidents; what is said there of two of them is asked about, and does nothing by itself.
#[test]
fn what_is_said_of_two_incidents_among_alerts_is_a_question() {
    let asked = |text: &str| match parse_feature("alerts", text) {
        Some(Err(Refusal::Unsure { meanings, .. })) => {
            meanings.into_iter().map(|meaning| meaning.line).collect::<Vec<_>>()
        }
        other => panic!("{text:?} was read as {other:?}"),
    };
    for (text, lines) in [
        ("2 is the same as 1", vec![of(2, merge(1)), of(1, merge(2))]),
        ("INC-2 is the same as INC-1", vec![of(2, merge(1)), of(1, merge(2))]),
        ("combine 1 2", vec![of(1, merge(2)), of(2, merge(1))]),
        ("merge 2 into 1", vec![of(2, merge(1))]),
        ("merge 2 and 1", vec![of(2, merge(1)), of(1, merge(2))]),
        ("1 split 2", vec![of(1, Command::Split), of(2, Command::Split)]),
        ("split 2", vec![of(2, Command::Split)]),
        ("2 duplicate of 1", vec![of(2, Command::Cancel { why: None, of: Some(IncidentId(1)) })]),
    ] {
        assert_eq!(asked(text), lines, "{text}");
    }
    for text in [
        "ack 12",
        "list",
        "please look",
        "merge A-12 into A-13",
        "A-12 is the same as A-13",
        "silence 12 2h x",
    ] {
        assert!(matches!(parse_feature("alerts", text), Some(Ok(_))), "{text}");
    }
}
