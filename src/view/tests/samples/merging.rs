//! Two incidents that become one, and two again.

use std::collections::BTreeMap;

use super::*;
use domain::effect::{Answered, PostKey, Settled};
use domain::incident::event::Cancelled;
use domain::incident::merge::{Alike, Back, Likeness, MergeNews, MergeSaid, Over, Owed, Part, Took, Whole};
use domain::refusal::{Doubt, Meaning, MergeProblem};

const YOUNG: IncidentId = IncidentId(9);

fn whole(texts: &Texts, room: Option<Room>, taken: Option<Actor>) -> Whole {
    Whole { incident: ID, title: texts.title.clone(), room, room_comes: false, taken, over: None }
}

fn news(what: MergeNews) -> EventKind {
    EventKind::Merge(Box::new(what))
}

/// The younger one of the two, declared at 02:00.
fn young(texts: &Texts, then: Vec<(&str, Option<UserId>, EventKind)>) -> Incident {
    let story = then
        .into_iter()
        .fold(Story::new(texts, Severity::P1), |story, (time, by, kind)| story.then(time, by, kind));
    Incident::replay(YOUNG, &story.0).unwrap()
}

fn part(texts: &Texts, with: Option<IncidentId>) -> Part {
    let (title, severity) = (texts.title.clone(), Severity::P1);
    let (people, alerts, passed) = Default::default();
    let (seq, by_alert, has_it, due, calls) = (0, false, None, None, None);
    Part { seq, with, title, severity, by_alert, people, has_it, due, calls, passed, alerts }
}

/// What a merge takes over that says nothing.
fn nothing() -> Took {
    let (parts, tally) = Default::default();
    Took { incident: YOUNG, parts, tally, touched: false, raises: None }
}

fn cards(texts: &Texts) -> Vec<Named> {
    let merged = |room: Option<Room>, taken| {
        let into = news(MergeNews::Into { whole: whole(texts, room, taken), missed: 0 });
        young(texts, vec![("02:10", Some(bea()), into)])
    };
    let with_room = merged(Some(room()), Some(ian().into()));
    let without = merged(None, None);
    let card = |incident: &Incident, place| view::card(incident, place, &mapped());
    let looks = |why| {
        let alike = Alike { incident: ID, title: texts.title.clone(), why };
        young(texts, vec![("02:00", None, news(MergeNews::Alike(Some(alike))))])
    };
    let parts = BTreeMap::from([(YOUNG, part(texts, None)), (IncidentId(8), part(texts, Some(YOUNG)))]);
    let took = Took { parts, touched: true, ..nothing() };
    let leads = Story::new(texts, Severity::P1).then("02:10", Some(bea()), news(MergeNews::Took(took)));
    let split = news(MergeNews::SplitOff { from: ID, back: Back::default(), owed: Owed::Anew });
    let into = news(MergeNews::Into { whole: whole(texts, None, None), missed: 0 });
    let apart = young(texts, vec![("02:10", Some(bea()), into), ("02:20", Some(ian()), split)]);
    let page = PostKey::Page { seq: 2, to: To::Person(ian()) };
    let PostKey::Page { seq, to } = &page else { return Vec::new() };
    let resolved = Private::Show {
        incident: Box::new(with_room.clone()),
        undone: Vec::new(),
        whole: Some(Box::new(summary(7, texts))),
        vendors: Vec::new(),
    };
    let of_over = |cancelled| {
        let over = Over { at: at("02:50"), by: ian().into(), cancelled };
        let whole = Whole { over: Some(over), ..whole(texts, Some(room()), None) };
        let into = news(MergeNews::Into { whole: whole.clone(), missed: 0 });
        young(texts, vec![("02:10", Some(bea()), into), ("02:50", None, news(MergeNews::Led { whole }))])
    };
    vec![
        ("card of one whose whole is resolved", card(&of_over(None), CardPlace::Emergencies)),
        ("card of one whose whole was none", card(&of_over(Some(Cancelled { of: None })), CardPlace::Room)),
        ("card of the one that is merged", card(&with_room, CardPlace::Emergencies)),
        ("the same, in its channel, into one without", card(&without, CardPlace::Room)),
        ("show", view::private(&resolved, Via::Slash)),
        ("card of the one that leads", card(&leads.incident(), CardPlace::Emergencies)),
        ("card of one with the same alert", card(&looks(Likeness::Alert), CardPlace::Emergencies)),
        ("card of one with a similar title", card(&looks(Likeness::Title), CardPlace::Room)),
        ("announced, and taken back", view::amended(&apart, 2, &named()).unwrap()),
        ("a page of it, where somebody has the whole", view::page_now(&with_room, *seq, to)),
        ("a page of it, where nobody has", view::page_now(&without, *seq, to)),
    ]
}

fn ended(texts: &Texts, cancelled: Option<Cancelled>) -> Whole {
    let over = Over { at: at("02:50"), by: bea().into(), cancelled };
    Whole { over: Some(over), ..whole(texts, Some(room()), None) }
}

fn into_new_room(texts: &Texts) -> MergeSaid {
    let whole = Whole { room_comes: true, ..whole(texts, None, None) };
    MergeSaid::Into { title: texts.title.clone(), whole, by: bea().into() }
}

fn saids(texts: &Texts) -> Vec<Named> {
    let (title, by) = (|| texts.title.clone(), || Actor::from(bea()));
    let says = [
        ("merged", MergeSaid::Into { title: title(), whole: whole(texts, Some(room()), None), by: by() }),
        ("it leads now", MergeSaid::Led { whole: whole(texts, Some(room()), None) }),
        (
            "split off",
            MergeSaid::SplitOff { title: title(), from: YOUNG, by: by(), update_every: Some(minutes(30)) },
        ),
        ("into one that gets a channel now", into_new_room(texts)),
        ("the whole is resolved", MergeSaid::Ended { whole: ended(texts, None) }),
        (
            "it was another's double",
            MergeSaid::Ended { whole: ended(texts, Some(Cancelled { of: Some(IncidentId(3)) })) },
        ),
        ("the whole is open again", MergeSaid::Ended { whole: whole(texts, Some(room()), None) }),
        (
            "to its commander",
            MergeSaid::Yours { title: title(), whole: whole(texts, Some(room()), None), by: by() },
        ),
        (
            "to its commander, where somebody has the whole",
            MergeSaid::Yours { title: title(), whole: whole(texts, None, Some(ian().into())), by: by() },
        ),
        (
            "to its commander, on its own again",
            MergeSaid::YoursAgain { title: title(), from: YOUNG, by: by(), update_due: Some(at("02:40")) },
        ),
        ("took", MergeSaid::Took { incident: YOUNG, title: title(), with: 0, by: by() }),
        ("took with another", MergeSaid::Took { incident: YOUNG, title: title(), with: 1, by: by() }),
        ("gave", MergeSaid::Gave { incident: YOUNG, with: 2, by: by() }),
    ];
    let says: Vec<_> = says.map(|(name, say)| (name, Say::Merge(Box::new(say)))).into();
    let settled = Settled {
        by: by(),
        at: at("02:10"),
        how: Answered::Merged { into: IncidentId(3) },
        rung: Rung::Channel,
        due: at("02:05"),
    };
    let mut messages = said(&says, &mapped());
    messages.push(("an answered reminder", view::settled(&settled, &about())));
    messages
}

fn answers_of(texts: &Texts) -> Vec<Named> {
    let merged = |raised, taken, along: &[u64]| Done::Merged {
        into: ID,
        title: texts.title.clone(),
        raised,
        taken,
        yours: false,
        along: along.iter().copied().map(IncidentId).collect(),
    };
    let done = [
        ("done", merged(None, Some(ian().into()), &[])),
        ("done, raised, nobody has it, with another", merged(Some(Severity::P1), None, &[8])),
        ("split", Done::SplitOff { from: ID, back_to: None }),
        ("split, with its severity back", Done::SplitOff { from: ID, back_to: Some(Severity::P3) }),
    ];
    let answer = |what| Private::Done { incident: YOUNG, title: texts.title.clone(), what };
    let mut messages: Vec<Named> =
        done.into_iter().map(|(name, what)| (name, view::private(&answer(what), Via::Slash))).collect();
    let line = Line { incident: Some(ID), command: Command::Update { text: texts.text.clone() } };
    let unsure = Refusal::Unsure {
        doubt: Doubt::Merged { incident: YOUNG, into: ID },
        meanings: vec![Meaning { line, incident: None }],
        asked: None,
    };
    let problems = [
        ("itself", MergeProblem::Itself),
        ("its own double", MergeProblem::ItsOwnDouble),
        ("into a resolved one", MergeProblem::IntoResolved { into: ID, at: at("02:05"), cancelled: None }),
        (
            "into a cancelled one",
            MergeProblem::IntoResolved { into: ID, at: at("02:05"), cancelled: Some(Cancelled { of: None }) },
        ),
        ("into a part", MergeProblem::IntoAPart { into: ID, whole: IncidentId(3) }),
        ("into its own part", MergeProblem::IntoAPart { into: ID, whole: YOUNG }),
        ("a part already", MergeProblem::Part { into: ID }),
        ("no part", MergeProblem::NotMerged),
    ];
    let refused = |problem| Private::Refused(Refusal::Merge { incident: YOUNG, problem });
    messages.push(("a command for a part", view::private(&Private::Refused(unsure), Via::Slash)));
    messages.extend(doubts(texts));
    let problems =
        problems.into_iter().map(|(name, problem)| (name, view::private(&refused(problem), Via::Slash)));
    messages.extend(problems);
    messages
}

/// What is asked before something grows quiet, or loud.
fn doubts(texts: &Texts) -> Vec<Named> {
    let line = |incident, command| Line { incident: Some(incident), command };
    let cancel = || Command::Cancel { why: Some("The same as INC-7".into()), of: None };
    let doubts = [
        (
            "a double of what is milder",
            Doubt::Double { incident: YOUNG, of: ID, is: Severity::P3 },
            [line(YOUNG, Command::Merge { into: ID }), line(YOUNG, cancel())],
        ),
        (
            "a double of what is over",
            Doubt::DoubleOfOver { incident: YOUNG, of: ID },
            [line(ID, Command::Reopen), line(YOUNG, cancel())],
        ),
        (
            "split off from what is over",
            Doubt::CallsAgain { incident: YOUNG, whole: ID, severity: Severity::P1 },
            [line(YOUNG, Command::Split), line(ID, Command::Reopen)],
        ),
    ];
    let asks = |(name, doubt, lines): (&'static str, Doubt, [Line; 2])| {
        let about = |line: Line| {
            let incident = line.incident.map(|incident| Box::new(summary(incident.0, texts)));
            Meaning { line, incident }
        };
        let meanings = lines.map(about).into();
        let unsure = Refusal::Unsure { doubt, meanings, asked: None };
        (name, view::private(&Private::Refused(unsure), Via::Slash))
    };
    doubts.into_iter().map(asks).collect()
}

fn timelines(texts: &Texts) -> Named {
    let of_young = |entry: Entry| Entry { of: Some(YOUNG), ..entry };
    let entry = |time, by: UserId, what| {
        let (from_shell, retracted) = (false, false);
        Entry { at: at(time), by: by.into(), from_shell, what, retracted, of: None }
    };
    let parts = BTreeMap::from([(YOUNG, part(texts, None))]);
    let took = Took { parts, touched: true, ..nothing() };
    let entries = vec![
        entry("02:00", ian(), EventKind::Noted { text: texts.text.clone() }),
        of_young(entry("02:05", bea(), EventKind::Noted { text: texts.text.clone() })),
        entry("02:10", bea(), news(MergeNews::Took(took))),
        of_young(entry("02:10", bea(), news(MergeNews::Into { whole: whole(texts, None, None), missed: 0 }))),
        entry(
            "02:20",
            ian(),
            news(MergeNews::Gave {
                incident: YOUNG,
                with: Vec::new(),
                tally: Default::default(),
                back: Default::default(),
            }),
        ),
        of_young(entry(
            "02:20",
            ian(),
            news(MergeNews::SplitOff { from: ID, back: Back::default(), owed: Owed::Anew }),
        )),
    ];
    let shown = Private::Timeline { incident: summary(7, texts), entries, page: 1, pages: 1 };
    ("timeline of both", view::private(&shown, Via::Slash))
}

pub fn merging(texts: &Texts) -> Vec<Named> {
    let mut messages = cards(texts);
    messages.extend(saids(texts));
    messages.extend(answers_of(texts));
    messages.push(timelines(texts));
    messages
}
