//! An incident's alerts: its card, its timeline, and the question whether it is over.

use super::*;
use domain::alert::AlertId;
use domain::alert::group::GroupId;
use domain::alert::signal::{Link, Source};
use domain::incident::alerts::{AlertNews, AlertWhat, Tally};

const FIRST: AlertId = AlertId(12);

fn tally(alerts: u32, groups: u32, firing: u32) -> Tally {
    Tally { alerts, groups, firing, over: None }
}

/// What comes, in order, at each minute after 02:14.
fn course(texts: &Texts) -> Vec<(Actor, AlertWhat, Tally)> {
    let title = || texts.title.clone();
    let link = Some(Link { text: texts.title.clone(), url: "https://prometheus.example/graph".into() });
    let joined = |alert: u64, source, group: u64, link| AlertWhat::Joined {
        alert: AlertId(alert),
        title: title(),
        source,
        group: Some(GroupId(group)),
        link,
        of: None,
    };
    let howler = || Actor::Howler;
    vec![
        (howler(), joined(12, Source::Alertmanager, 1, link), tally(1, 1, 1)),
        (howler(), joined(13, Source::Alertmanager, 1, None), tally(2, 1, 2)),
        (howler(), AlertWhat::Cleared { alert: FIRST, title: title() }, tally(2, 1, 1)),
        (howler(), AlertWhat::Again { alert: FIRST, title: title() }, tally(2, 1, 2)),
        ("U0MAYA".into(), joined(14, Source::Grafana, 2, None), tally(40, 2, 40)),
        (howler(), AlertWhat::Counted { more: 4_772 }, tally(4_812, 3, 4_812)),
        (howler(), AlertWhat::Counted { more: 0 }, tally(4_812, 3, 20)),
        (
            "U0MAYA".into(),
            AlertWhat::Left { alert: AlertId(14), title: title(), group: Some(GroupId(2)) },
            tally(4_774, 2, 20),
        ),
        (howler(), AlertWhat::Cleared { alert: FIRST, title: title() }, tally(4_774, 2, 0)),
        (howler(), AlertWhat::Unheard { from: at("02:24"), until: at("02:26") }, tally(4_774, 2, 0)),
    ]
}

pub fn incident_alerts(texts: &Texts) -> Vec<Named> {
    let declared = EventKind::Declared {
        title: texts.title.clone(),
        severity: Severity::P1,
        clocks: clocks(Severity::P1),
        impact: None,
        action: None,
        eta: None,
        place: Place::howler(),
        began: Some(at("02:10")),
    };
    let event = |seq, when, by, kind| Event { seq, at: when, by, from_shell: false, call: None, kind };
    let mut events = vec![event(1, at("02:14"), Actor::Alert(FIRST), declared)];
    let mut incident = Incident::declared(ID, &events[0]).unwrap();
    let mut messages = Vec::new();
    for (what, tally) in course(texts).into_iter().map(|(by, what, tally)| ((by, what), tally)) {
        let (by, what) = what;
        let seq = incident.events + 1;
        let when = at("02:14") + minutes(i64::from(seq) - 1);
        let kind = EventKind::Alerts(Box::new(AlertNews::of(what, tally)));
        let event = event(seq, when, by, kind);
        incident.apply(&event);
        events.push(event);
        let name = match seq {
            3 => "card with two",
            4 => "card with one over",
            7 => "card in a storm",
            8 => "card after a storm",
            10 => "card when it is quiet",
            _ => continue,
        };
        messages.push((name, view::card(&incident, CardPlace::Room, &mapped())));
    }
    messages
        .push(("card in the emergencies channel", view::card(&incident, CardPlace::Emergencies, &mapped())));
    let entries = timeline(&events);
    let shown = Private::Timeline { incident: summary(7, texts), entries, page: 1, pages: 1 };
    messages.push(("timeline", view::private(&shown, Via::Slash)));
    messages.extend(said(&questions(texts), &mapped()));
    messages.extend(questions_now(&incident));
    messages
}

/// The question, edited: the incident as it was, and what becomes of it.
fn questions_now(quiet: &Incident) -> Vec<Named> {
    let asked = quiet.alerts.asked.unwrap();
    let after = |by: Option<UserId>, kind: EventKind| {
        let mut incident = quiet.clone();
        let seq = incident.events + 1;
        let by = by.map_or(Actor::Howler, Actor::from);
        incident.apply(&Event { seq, at: at("02:30"), by, from_shell: false, call: None, kind });
        incident
    };
    let again = AlertWhat::Again { alert: FIRST, title: quiet.title.clone() };
    let resolved = EventKind::Resolved {
        root_cause: "x".into(),
        impact: None,
        data_loss: None,
        from: Status::Investigating,
        missed: 0,
        cancelled: None,
    };
    let fires = after(None, EventKind::Alerts(Box::new(AlertNews::of(again, tally(4_774, 2, 1)))));
    let none = AlertWhat::Left { alert: FIRST, title: quiet.title.clone(), group: Some(GroupId(1)) };
    let none = after(None, EventKind::Alerts(Box::new(AlertNews::of(none, tally(0, 0, 0)))));
    let now = |incident: &Incident, to: &To| view::question_now(incident, asked, to);
    vec![
        ("the question, and somebody has it", now(&after(Some(ian()), EventKind::Acknowledged), &To::OnCall)),
        ("the question, asked of a person", now(quiet, &To::Person(bea()))),
        ("the question, and it fires", now(&fires, &To::OnCall)),
        ("the question, and none belongs to it", now(&none, &To::OnCall)),
        ("the question, and it is resolved", now(&after(Some(ian()), resolved), &To::OnCall)),
    ]
}

fn questions(texts: &Texts) -> Vec<(&'static str, Say)> {
    let looks = |alerts, asked: Option<&str>, commands, resolves_at| Say::LooksOver {
        title: texts.title.clone(),
        severity: Severity::P1,
        tally: tally(alerts, 1, 0),
        since: at("02:20"),
        asked: asked.map(Into::into),
        commands,
        resolves_at,
    };
    let again = |alert| Say::FiresAgain { alert, title: texts.title.clone() };
    vec![
        ("asked, nobody touched it", looks(1, None, false, Some(at("02:35")))),
        ("asked, nobody can be written to", looks(4_812, None, false, None)),
        ("asked, in command", looks(3, Some("U0MAYA"), true, None)),
        ("asked, has it", looks(3, Some("U0MAYA"), false, None)),
        ("fires again", again(Some(FIRST))),
        ("several fire again", again(None)),
    ]
}
