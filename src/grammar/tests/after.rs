//! Lines about the time after an incident.

use super::*;
use domain::id::UserId;
use domain::incident::after::due::Whose;
use domain::incident::after::event::{Owed, Section};
use domain::incident::after::follow_up::Tag;
use domain::incident::after::line::{AfterLine, AfterProblem, Wanted};
use domain::incident::after::publication::Part;
use domain::oncall::when::WhenProblem;

fn said(text: &str) -> (Option<u64>, AfterLine) {
    let Line { incident, command } = parse(text).unwrap_or_else(|refusal| panic!("{text}: {refusal:?}"));
    let Command::After(line) = command else { panic!("{text}: {command:?}") };
    (incident.map(|incident| incident.0), *line)
}

#[test]
fn what_people_type_about_a_report() {
    use AfterLine::*;
    let write = |section, text: &str| Write { section, text: text.into() };
    let put_off = |owed, hours, why: Option<&str>| PutOff {
        owed,
        by: SignedDuration::from_hours(hours),
        why: why.map(str::to_owned),
    };
    for (text, expected) in [
        ("7 report", (Some(7), Report)),
        ("report 7", (Some(7), Report)),
        ("report INC-7", (Some(7), Report)),
        ("report", (None, Report)),
        ("7 report file", (Some(7), ReportFile)),
        ("report 7 as file", (Some(7), ReportFile)),
        ("7 report root cause", (Some(7), Edit { section: Section::RootCause })),
        ("7 report edit lessons", (Some(7), Edit { section: Section::Lessons })),
        ("7 report root cause: Redis was full", (Some(7), write(Section::RootCause, "Redis was full"))),
        ("7 report Witnesses about 40", (Some(7), write(Section::Witnesses, "about 40"))),
        ("7 report data loss - none", (Some(7), write(Section::DataLoss, "none"))),
        ("7 report lessons learned: alert sooner", (Some(7), write(Section::Lessons, "alert sooner"))),
        ("7 publish", (Some(7), Publish)),
        ("publish INC-7", (Some(7), Publish)),
        ("publish", (None, Publish)),
        ("7 report publish", (Some(7), Publish)),
        ("7 publish anew", (Some(7), Publish)),
        ("7 publish theirs root cause", (Some(7), Settle { part: Part::RootCause, ours: false })),
        ("7 publish keep theirs root-cause", (Some(7), Settle { part: Part::RootCause, ours: false })),
        ("7 publish Ours Follow-ups", (Some(7), Settle { part: Part::FollowUps, ours: true })),
        ("7 publish ours row of the list", (Some(7), Settle { part: Part::Row, ours: true })),
        ("7 report done", (Some(7), Done { owed: Owed::Report })),
        ("7 report reopen", (Some(7), Undone { owed: Owed::Report })),
        (
            "7 report snooze 2h the vendor sleeps",
            (Some(7), put_off(Owed::Report, 2, Some("the vendor sleeps"))),
        ),
        ("7 report snooze", (Some(7), put_off(Owed::Report, 24, None))),
        ("7 report <@U0MAYA>", (Some(7), Give { owed: Owed::Report, to: "U0MAYA".into() })),
        ("7 report for <@U0MAYA|maya>", (Some(7), Give { owed: Owed::Report, to: "U0MAYA".into() })),
        ("7 retro", (Some(7), Retro)),
        ("7 retrospective held", (Some(7), Done { owed: Owed::Retro })),
        ("7 postmortem <@U0MAYA>", (Some(7), Give { owed: Owed::Retro, to: "U0MAYA".into() })),
        ("due", (None, Due { whose: Whose::Usual })),
        ("due mine", (None, Due { whose: Whose::Mine })),
        ("due all", (None, Due { whose: Whose::All })),
        ("due overdue", (None, Due { whose: Whose::Overdue })),
        ("follow-ups", (None, FollowUps)),
        ("7 follow-ups", (Some(7), FollowUpsOf)),
        ("follow-ups INC-7", (Some(7), FollowUpsOf)),
        ("7 follow-up 2 done", (Some(7), Done { owed: Owed::FollowUp(2) })),
        ("7 follow-up done 2", (Some(7), Done { owed: Owed::FollowUp(2) })),
        ("7 follow-up 2 reopen", (Some(7), Undone { owed: Owed::FollowUp(2) })),
        ("7 follow-up #2 <@U0MAYA>", (Some(7), Give { owed: Owed::FollowUp(2), to: "U0MAYA".into() })),
        (
            "7 follow-up 2 snooze 1h it is lunch",
            (Some(7), put_off(Owed::FollowUp(2), 1, Some("it is lunch"))),
        ),
        ("7 follow-up defaults", (Some(7), FollowUpDefaults)),
    ] {
        assert_eq!(said(text), expected, "{text}");
    }
    let unclear = |text| matches!(said(text).1, Unclear(AfterProblem::NoSuchPart { .. }));
    for text in [
        "7 publish theirs",
        "7 publish ours nonsense",
        "7 report nonsense",
        "7 retro tomorrow",
        "due next week",
        "7 report by friday",
    ] {
        assert!(unclear(text), "{text}: {:?}", said(text));
    }
}

/// What begins with one of these words and is nothing that is done about a report may be the title of an incident.
#[test]
fn a_title_may_begin_with_a_word_of_the_time_after() {
    for text in ["Publish button broken", "Report page is broken", "retro board is gone"] {
        let refusal = parse(text).unwrap_err();
        let Refusal::Unsure { meanings, .. } = &refusal else { panic!("{text}: {refusal:?}") };
        let declares = |line: &Line| matches!(line.command, Command::DeclareForm { title: Some(_) });
        assert!(meanings.iter().any(|meaning| declares(&meaning.line)), "{text}: {meanings:?}");
    }
}

/// Slack writes `&` as `&amp;`, whose sign ends nothing.
#[test]
fn several_follow_ups_are_parted_and_no_entity_is() {
    let texts = |text: &str| match said(text).1 {
        AfterLine::FollowUp { wanted } => wanted.into_iter().map(|one| one.text).collect::<Vec<_>>(),
        other => panic!("{text}: {other:?}"),
    };
    let one = "follow-up Tell R&amp;D &lt;!channel&gt; of it <@U0MAYA> by +7d";
    assert_eq!(texts(one), ["Tell R&D <!channel> of it"]);
    let two = "follow-up Fix A &amp; B <@U0MAYA>; [monitoring] watch C &lt; D <@U0MAYA>\nand E <@U0KOFI>;";
    assert_eq!(texts(two), ["Fix A & B", "watch C < D", "and E"]);
}

#[test]
fn a_follow_up_has_its_kind_its_owner_and_its_day_in_any_order() {
    let when = |text| Some(domain::oncall::WhenText::parse(text).unwrap());
    let wanted =
        |tag, text: &str, by| Wanted { tag, text: text.into(), owner: Some(UserId::from("U0MAYA")), by };
    for (text, expected) in [
        (
            "[action] Add an alert on Redis memory <@U0MAYA> by +7d",
            wanted(Tag::Action, "Add an alert on Redis memory", when("7d")),
        ),
        (
            "[Monitoring] by friday <@U0MAYA|maya> watch it",
            wanted(Tag::Monitoring, "by friday watch it", None),
        ),
        ("<@U0MAYA> look by 2026-12-05", wanted(Tag::Action, "look", when("2026-12-05"))),
        ("[investigation] why, for <@U0MAYA> by fri", wanted(Tag::Investigation, "why", when("fri"))),
        ("Rotate keys by hand <@U0MAYA>", wanted(Tag::Action, "Rotate keys by hand", None)),
    ] {
        assert_eq!(
            said(&format!("7 follow-up {text}")).1,
            AfterLine::FollowUp { wanted: vec![expected] },
            "{text}"
        );
    }
    let several = "7 follow-up [action] one <@U0MAYA>; [monitoring] two <@U0IAN>\n- three <@U0IAN> by +3d";
    let AfterLine::FollowUp { wanted } = said(several).1 else { panic!() };
    let texts: Vec<_> = wanted.iter().map(|one| (one.tag, one.text.as_str())).collect();
    assert_eq!(texts, [(Tag::Action, "one"), (Tag::Monitoring, "two"), (Tag::Action, "three")]);
}

#[test]
fn no_owner_and_no_day_are_asked_back() {
    let problem = |text: &str| match said(text).1 {
        AfterLine::Unclear(problem) => problem,
        other => panic!("{other:?}"),
    };
    let nobody = problem("7 follow-up [action] Add an alert");
    assert_eq!(nobody, AfterProblem::NoOwner { text: "Add an alert".into(), oncall: false });
    let day = |text: &str| match problem(text) {
        AfterProblem::NotADay { problem, .. } => problem,
        other => panic!("{other:?}"),
    };
    let feb = WhenProblem::NoSuchDate { month: 2, day: 31, year: None };
    assert_eq!(day("7 follow-up Add an alert <@U0MAYA> by 31 feb"), feb);
    assert_eq!(day("7 follow-up 2 by 31 feb"), feb);
    assert!(matches!(day("7 follow-up Add it <@U0MAYA> by +7 moons"), WhenProblem::NotATime { .. }));
    assert_eq!(problem("7 follow-up [action] <@U0MAYA>"), AfterProblem::NoText);
    // A name that was typed and not chosen is looked up.
    assert!(
        matches!(parse("7 follow-up Add it @maya"), Err(Refusal::NoSuchPerson { word, .. }) if word == "@maya")
    );
}

#[test]
fn what_was_declared_by_mistake_is_cancelled() {
    for (text, why) in [
        ("7 mistake", "Declared by mistake"),
        ("7 mistake wrong channel", "Declared by mistake: wrong channel"),
        ("mistake because it was a test", "Declared by mistake: it was a test"),
    ] {
        let command = parse(text).unwrap().command;
        assert_eq!(command, Command::Cancel { why: Some(why.into()), of: None }, "{text}");
    }
}
