//! What howler says by itself.

use super::*;

pub fn declared(texts: &Texts, known: bool, update_every: Option<SignedDuration>) -> Say {
    let some = || texts.some().filter(|_| known);
    Say::Declared {
        title: texts.title.clone(),
        severity: Severity::P1,
        status: Status::Investigating,
        impact: some(),
        action: some(),
        eta: known.then(|| Eta::Words(texts.title.clone())),
        update_every,
        by: ian().into(),
    }
}

pub fn announcements(texts: &Texts) -> Vec<Named> {
    let title = || texts.title.clone();
    let figures = Figures {
        to_acknowledge: Some(minutes(4)),
        to_resolve: Some(minutes(65)),
        response_missed: false,
        updates_promised: 3,
        updates_kept: 2,
    };
    let never = Figures {
        to_acknowledge: None,
        response_missed: true,
        updates_promised: 0,
        updates_kept: 0,
        ..figures
    };
    let resolved = |figures, data_loss| Say::Resolved {
        title: title(),
        since: at("02:00"),
        resolved_at: at("03:05"),
        root_cause: texts.text.clone(),
        impact: texts.some(),
        data_loss,
        by: ian().into(),
        figures,
        cancelled: None,
    };
    let severity = |from, to| Say::SeverityChanged {
        title: title(),
        from,
        to,
        reason: texts.some(),
        by: ian().into(),
        update_every: Some(minutes(60)),
    };
    let updated = |facts, next_due| Say::Updated {
        title: title(),
        facts,
        by: ian().into(),
        at: at("02:20"),
        number: 3,
        next_due,
    };
    let short = UpdateFacts { text: texts.some(), ..UpdateFacts::default() };
    let says = [
        ("declared with one line", declared(texts, false, Some(minutes(30)))),
        ("declared by the form, every 90 minutes", declared(texts, true, Some(minutes(90)))),
        ("declared without an update clock", declared(texts, false, None)),
        ("updated by one line", updated(short, Some(at("02:50")))),
        ("updated by the form, no clock", updated(facts(texts), None)),
        (
            "status changed",
            Say::StatusChanged {
                title: title(),
                from: Status::Investigating,
                to: Status::Identified,
                by: ian().into(),
            },
        ),
        ("severity raised", severity(Severity::P3, Severity::P1)),
        ("severity lowered", severity(Severity::P1, Severity::P2)),
        ("resolved", resolved(figures, texts.some())),
        ("resolved, nobody acknowledged", resolved(never, None)),
        (
            "reopened",
            Say::Reopened {
                title: title(),
                by: ian().into(),
                status: Status::Mitigating,
                update_every: Some(minutes(30)),
            },
        ),
    ];
    let mut messages = said(&says, &named());
    messages
        .extend(said(&[("declared, mentions mapped", declared(texts, false, Some(minutes(30))))], &mapped()));
    messages
}

pub fn said(says: &[(&'static str, Say)], mentions: &Mentions) -> Vec<Named> {
    says.iter().map(|(name, say)| (*name, view::say(say, &about(), mentions, at("02:03")))).collect()
}

pub fn inside(texts: &Texts) -> Vec<Named> {
    let missed = |late| Say::ResponseMissed {
        title: texts.title.clone(),
        severity: Severity::P1,
        within: minutes(15),
        late,
        everybody: true,
        quiet: false,
        began: None,
    };
    let role = |by, from| Say::RoleTaken { role: Role::Commander, person: bea().into(), from, by };
    let brief = |role, known: bool| Say::Brief {
        role,
        title: texts.title.clone(),
        severity: Severity::P1,
        status: Status::Identified,
        declared_at: at("02:00"),
        impact: texts.some().filter(|_| known),
        action: texts.some().filter(|_| known),
        eta: known.then(|| Eta::At(at("03:10"))),
        last_update: texts.some().filter(|_| known).map(|text| (at("02:20"), text)),
        next_due: known.then(|| at("02:50")),
        roles: if known {
            vec![(Role::Commander, bea().into()), (Role::Comms, ian().into())]
        } else {
            Vec::new()
        },
        room: known.then(room),
        from: known.then(ian).map(Into::into),
    };
    let says = [
        ("response missed", missed(None)),
        ("response missed, late", missed(Some(late()))),
        ("acknowledged", Say::Acknowledged { by: ian().into(), after: minutes(4) }),
        ("answered", Say::Answered { by: bea().into() }),
        ("took command", role(bea().into(), None)),
        ("was given command", role(ian().into(), Some(ian().into()))),
        ("brief for the commander", brief(Role::Commander, true)),
        ("brief for comms, nothing known", brief(Role::Comms, false)),
        ("brief for the scribe", brief(Role::Scribe, true)),
        ("noted", Say::Noted { text: texts.text.clone(), by: ian().into() }),
        (
            "undelivered",
            Say::Undelivered {
                title: texts.title.clone(),
                what: "the declaration in the emergencies channel".into(),
                reason: "howler is not a member of #monkeytown-emergencies".into(),
            },
        ),
    ];
    said(&says, &mapped())
}

pub fn reminders(texts: &Texts) -> Vec<Named> {
    let reminder = |rung, commander: Option<UserId>, missed_in_all, late, known: bool| Say::Reminder {
        title: texts.title.clone(),
        severity: Severity::P1,
        status: Status::Investigating,
        rung,
        due: at("02:30"),
        reminder: at("02:35"),
        last_update: texts.some().filter(|_| known).map(|text| (at("02:00"), text)),
        declared_at: at("02:00"),
        impact: texts.some().filter(|_| known),
        action: texts.some().filter(|_| known),
        asked: commander.clone().unwrap_or_else(ian).into(),
        commander: commander.map(Into::into),
        missed_in_all,
        late,
        quiet: false,
    };
    let says = [
        ("in the channel, nobody has command", reminder(Rung::Channel, None, 1, None, false)),
        (
            "in the channel, to the commander, late",
            reminder(Rung::Channel, Some(bea()), 1, Some(late()), true),
        ),
        ("directly, to who declared", reminder(Rung::Direct, None, 1, None, true)),
        ("directly, to the commander", reminder(Rung::Direct, Some(bea()), 1, None, true)),
        (
            "to the on-call",
            reminder(Rung::OnCall, Some(bea()), 3, Some(Lateness { due: at("02:30"), outage: None }), true),
        ),
    ];
    let mut messages = said(&says, &mapped());
    let mut quiet = says[4].1.clone();
    if let Say::Reminder { severity, quiet, .. } = &mut quiet {
        (*severity, *quiet) = (Severity::P3, true);
    }
    messages.extend(said(&[("to nobody on call", quiet)], &mapped()));
    let missed = {
        let (title, within) = (texts.title.clone(), minutes(24 * 60));
        let (everybody, quiet) = (false, true);
        Say::ResponseMissed {
            title,
            severity: Severity::P3,
            within,
            late: None,
            everybody,
            quiet,
            began: None,
        }
    };
    messages.extend(said(&[("missed by a P3, nobody is paged", missed)], &mapped()));
    let incident = Story::new(texts, Severity::P1).incident();
    let settled = |by, how, rung| {
        let settled = Settled { by, at: at("02:36"), how, rung, due: at("02:35") };
        view::settled(&settled, &incident)
    };
    messages.extend([
        ("settled by an update", settled(ian().into(), Answered::Updated, Rung::Channel)),
        (
            "settled by a snooze",
            settled(ian().into(), Answered::Snoozed { until: at("02:50") }, Rung::Direct),
        ),
        ("settled by the resolution", settled(ian().into(), Answered::Resolved, Rung::OnCall)),
        ("overtaken", settled(Actor::Howler, Answered::Overtaken, Rung::Channel)),
    ]);
    messages
}

/// What is said of somebody who is not known in Slack.
pub fn at_a_shell(texts: &Texts) -> Vec<Named> {
    let root = || Actor::Shell("root".into());
    let reminder = |rung| Say::Reminder {
        title: texts.title.clone(),
        severity: Severity::P1,
        status: Status::Investigating,
        rung,
        due: at("02:30"),
        reminder: at("02:35"),
        last_update: None,
        declared_at: at("02:00"),
        impact: None,
        action: None,
        asked: root(),
        commander: None,
        missed_in_all: 0,
        late: None,
        quiet: false,
    };
    let says = [
        (
            "declared",
            Say::Declared {
                title: texts.title.clone(),
                severity: Severity::P1,
                status: Status::Investigating,
                impact: None,
                action: None,
                eta: None,
                update_every: None,
                by: root(),
            },
        ),
        ("acknowledged", Say::Acknowledged { by: root(), after: minutes(4) }),
        (
            "took command",
            Say::RoleTaken { role: Role::Commander, person: root(), from: Some(ian().into()), by: root() },
        ),
        ("reminded in the channel", reminder(Rung::Channel)),
        ("reminded by the on-call", reminder(Rung::OnCall)),
    ];
    let mut messages = said(&says, &mapped());
    let by = |by: Actor, what| {
        let (from_shell, retracted) = (true, false);
        Entry { at: at("02:00"), by, from_shell, what, retracted, of: None }
    };
    let entries = [
        by(root(), EventKind::Noted { text: texts.text.clone() }),
        by(ian().into(), EventKind::Acknowledged),
        by(root(), EventKind::RoleTaken { role: Role::Scribe, person: ian().into(), from: None }),
    ];
    let timeline =
        Private::Timeline { incident: summary(7, texts), entries: entries.to_vec(), page: 1, pages: 1 };
    messages.push(("timeline", view::private(&timeline, Via::Slash)));
    messages
}

pub fn taken_back(texts: &Texts) -> Vec<Named> {
    let incident = long_story(texts).incident();
    let amended = |seq| view::amended(&incident, seq, &named()).unwrap();
    vec![
        ("an update taken back", amended(12)),
        ("a severity taken back", amended(6)),
        ("a resolution taken back", amended(21)),
        ("a cancellation taken back", cancellation_taken_back(texts)),
    ]
}

fn cancellation_taken_back(texts: &Texts) -> Message {
    let reopened = EventKind::Reopened { to: Status::Mitigating };
    let incident =
        cancelled_story(texts, Some(IncidentId(1))).then("03:09", Some(ian()), reopened).incident();
    let seq = incident.resolutions.last().unwrap().seq;
    view::amended(&incident, seq, &named()).unwrap()
}

pub fn cards(texts: &Texts) -> Vec<Named> {
    use EventKind::{Reminded, ResponseMissed, Snoozed};
    let card = |story: &Story, place| view::card(&story.incident(), place, &named());
    let fresh = Story::new(texts, Severity::P1);
    let lasting = long_story(texts);
    let to = To::Room;
    let due = Reminded {
        due: at("02:30"),
        rung: Rung::Channel,
        to,
        missed: 1,
        next: (Rung::Direct, at("02:35")),
        late: None,
        quiet: false,
    };
    let overdue = Story::new(texts, Severity::P1)
        .then("02:15", None, ResponseMissed { due: at("02:15"), late: None, everybody: true, quiet: false })
        .then("02:30", None, due.clone());
    let snoozed = Story::new(texts, Severity::P1).then("02:30", None, due).then(
        "02:31",
        Some(ian()),
        Snoozed { due: at("02:30"), until: at("02:45") },
    );
    let mild = Story::new(texts, Severity::P4);
    let resolved = resolved_story(texts);
    let (false_alarm, double) = (cancelled_story(texts, None), cancelled_story(texts, Some(IncidentId(1))));
    vec![
        ("just declared, in the emergencies channel", card(&fresh, CardPlace::Emergencies)),
        ("in the middle, in the emergencies channel", card(&lasting, CardPlace::Emergencies)),
        ("in the middle, in its own channel", card(&lasting, CardPlace::Room)),
        ("overdue, nobody has it", card(&overdue, CardPlace::Room)),
        ("snoozed", card(&snoozed, CardPlace::Room)),
        ("without clocks", card(&mild, CardPlace::Emergencies)),
        ("resolved", card(&resolved, CardPlace::Room)),
        ("cancelled, in the emergencies channel", card(&false_alarm, CardPlace::Emergencies)),
        ("cancelled as another's double", card(&double, CardPlace::Room)),
    ]
}
