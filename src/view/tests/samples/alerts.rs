//! Alerts: every message, answer, refusal and notice.

mod unclear;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::metrics::vendor_says;
use super::{Named, Texts, asked, at, bea, ian, late, mapped, minutes, named, place};
use crate::Via;
use domain::actor::Actor;
use domain::aggregate::{Aggregate, Cause};
use domain::alert::bound::PutOff;
use domain::alert::course::{Place, Point};
use domain::alert::ear::{Ear, Misread};
use domain::alert::event::{AlertEventKind, Opened, Told};
use domain::alert::group::event::{GroupEventKind, GroupOpened};
use domain::alert::group::{Group, GroupId, Shown};
use domain::alert::hear::Checked;
use domain::alert::line::{AlertsAnswer, AlertsRefusal, Listed, Notice, Row, State, Uncalled, Why};
use domain::alert::rules::{Rules, judge};
use domain::alert::signal::{Link, Said, Signal, Source, Trouble};
use domain::alert::silence::{Matcher, Silence, SilenceId};
use domain::alert::{Alert, AlertId};
use domain::answer::Private;
use domain::answer::Summary;
use domain::feature::{self, FeatureAnswer, Room};
use domain::id::IncidentId;
use domain::oncall::OverrideKind;
use domain::oncall::Why as Held;
use domain::{Severity, Status};

fn signal(texts: &Texts, source: Source, severity: Option<Severity>) -> Signal {
    let facts = [("environment", "production"), ("team", texts.text.as_str())];
    Signal {
        source,
        key: texts.title.clone(),
        said: Said::Firing,
        trouble: Trouble::Other,
        severity,
        title: texts.title.clone(),
        facts: facts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        links: vec![Link { text: texts.title.clone(), url: "https://monkeytown.ai/runs/7".into() }],
        at: None,
        order: None,
    }
}

/// One that fires since two o'clock.
fn alert(texts: &Texts, number: u64, severity: Severity) -> Alert {
    let signal = signal(texts, Source::Alertmanager, Some(severity));
    let opened = Opened {
        source: signal.source,
        key: signal.key.clone(),
        points: vec![Point(Place(at("02:00"), None), Said::Firing)],
        told: Told::of(&signal),
        verdict: judge(&signal, &Rules::default(), at("02:00")),
        after: None,
        silence: None,
        out_of: Default::default(),
        checked: None,
    };
    let event = Alert::event(1, at("02:00"), &Cause::howler(), AlertEventKind::Opened(Box::new(opened)));
    Alert::opened(AlertId(number), &event).unwrap()
}

fn then(alert: &Alert, time: &str, kind: AlertEventKind) -> Alert {
    let mut after = alert.clone();
    let cause = Cause { by: ian().into(), ..Cause::howler() };
    after.apply(&Alert::event(alert.events + 1, at(time), &cause, kind));
    after
}

fn says(alert: &Alert, time: &str, said: Said) -> Alert {
    then(alert, time, AlertEventKind::Heard { said, place: Place(at(time), None), news: None })
}

fn group(first: &Alert) -> Group {
    let opened = GroupOpened {
        key: "k".into(),
        channel: first.verdict.channel.clone(),
        mention: first.verdict.mention,
        severity: first.verdict.severity,
        first: first.id,
        since: first.first,
        remind: Some(first.first + minutes(30)),
        due: Some(first.first + minutes(60)),
        respond: None,
        out_of: Default::default(),
    };
    let event = Group::event(1, at("02:00"), &Cause::howler(), GroupEventKind::Opened(Box::new(opened)));
    Group::opened(GroupId(3), &event).unwrap()
}

fn shown(group: Group, alerts: Vec<Alert>, time: &str) -> Shown {
    let incident = |number, title: &str| Summary {
        incident: IncidentId(number),
        title: title.into(),
        severity: Severity::P2,
        status: Status::Investigating,
        commander: None,
        declared_at: at("02:00"),
        resolved_at: None,
        update_due: None,
        overdue: false,
        merged: None,
        cancelled: false,
        with: Vec::new(),
    };
    let signals = alerts.iter().map(|alert| alert.count).sum();
    let incidents = vec![incident(7, "Event stream"), incident(9, "Typo")];
    Shown {
        group,
        alerts: alerts.into_iter().map(Arc::new).collect(),
        signals,
        incidents,
        left_by: None,
        at: at(time),
    }
}

fn silence(texts: &Texts, number: u64, titled: bool) -> Silence {
    let labels = BTreeMap::from([("team".to_owned(), texts.text.clone())]);
    Silence {
        id: SilenceId(number),
        matcher: Matcher { source: Some(Source::Grafana), key: None, labels },
        title: titled.then(|| texts.title.clone()),
        by: ian().into(),
        at: at("02:00"),
        until: at("04:00"),
        why: texts.text.clone(),
        place: place(),
        alerts: if titled { 3 } else { 0 },
        ended: None,
        events: 1,
    }
}

fn flaps(first: &Alert) -> Alert {
    let turns = ["02:02", "02:05", "02:09", "02:12", "02:16", "02:20"];
    turns.iter().enumerate().fold(first.clone(), |alert, (turn, time)| {
        says(&alert, time, if turn % 2 == 0 { Said::Resolved } else { Said::Firing })
    })
}

fn anomaly(alert: &Alert) -> Alert {
    Alert { source: Source::Vercel, ..alert.clone() }
}

fn cards(texts: &Texts) -> Vec<Named> {
    let [p1, p2, p3] = [Severity::P1, Severity::P2, Severity::P3].map(|severity| alert(texts, 12, severity));
    let twice = says(&says(&p2, "02:07", Said::Firing), "02:20", Said::Firing);
    let acked =
        Group { acked: Some(domain::alert::Acked { by: ian().into(), at: at("02:10") }), ..group(&p2) };
    let over = says(&twice, "02:31", Said::Resolved);
    let ended = Group { open: 0, ended: Some(at("02:31")), post: None, ..group(&p2) };
    let storm = Group { alerts: 4_812, open: 4_800, ..group(&p2) };
    let several = vec![twice.clone(), flaps(&alert(texts, 13, Severity::P2)), alert(texts, 14, Severity::P2)];
    let message = |shown: &Shown| crate::alert_card(shown, &named());
    vec![
        ("a P1", crate::alert_card(&shown(group(&p1), vec![p1], "02:01"), &mapped())),
        ("a P3", message(&shown(group(&p3), vec![p3.clone()], "02:01"))),
        (
            "one of an incident",
            message(&shown(Group { incident: Some(IncidentId(7)), ..group(&p3) }, vec![p3.clone()], "02:01")),
        ),
        ("a P2 that was said again", message(&shown(group(&p2), vec![twice.clone()], "02:21"))),
        ("somebody has it", message(&shown(acked.clone(), vec![twice], "02:21"))),
        ("one that never tells its end", message(&shown(group(&p3), vec![anomaly(&p3)], "02:21"))),
        ("over by somebody's word", {
            let kind = AlertEventKind::Closed { why: Some(texts.text.clone()) };
            message(&shown(ended.clone(), vec![then(&anomaly(&p3), "02:31", kind)], "02:40"))
        }),
        ("resolved", message(&shown(ended.clone(), vec![over], "02:40"))),
        ("flapping", message(&shown(group(&p3), vec![flaps(&p3)], "02:21"))),
        ("a storm", message(&shown(storm.clone(), several.clone(), "02:21"))),
        (
            "a storm that somebody has",
            message(&shown(Group { acked: acked.acked, ..storm.clone() }, several, "02:21")),
        ),
        ("two, of which one is resolved and one is silent", {
            let silenced = AlertEventKind::Silenced { silence: SilenceId(3), until: at("04:00") };
            let silent = then(&alert(texts, 13, Severity::P2), "02:31", silenced);
            message(&shown(Group { alerts: 2, ..ended.clone() }, vec![silent], "02:40"))
        }),
        (
            "a storm that is over",
            message(&shown(
                Group { open: 0, ended: ended.ended, ..storm },
                vec![says(&p3, "02:31", Said::Resolved)],
                "02:40",
            )),
        ),
    ]
}

fn notices(texts: &Texts) -> Vec<Named> {
    let group = group(&alert(texts, 12, Severity::P2));
    let several = Group { alerts: 7, open: 7, ..group.clone() };
    let of = |group: &Group, notice| {
        crate::notice(&feature::Notice::Alerts(Box::new(group.clone()), notice), &mapped())
    };
    let over = |titled, late| {
        let silence = Box::new(silence(texts, 3, titled));
        crate::notice(&feature::Notice::Silence(silence, Notice::SilenceOver { late }), &named())
    };
    let room =
        |room| crate::notice(&feature::Notice::PutOff(Source::Grafana, Box::new(put_off()), room), &named());
    vec![
        ("nobody has it", of(&group, Notice::Reminded { late: None })),
        ("nobody has several, late", of(&several, Notice::Reminded { late: Some(late()) })),
        ("the response time is over", of(&group, Notice::Breached { late: None })),
        ("the response time of several is over, late", of(&several, Notice::Breached { late: Some(late()) })),
        ("new ones are put off", room(Room::None)),
        ("there is room again", room(Room::Again)),
        ("a silence is over", over(true, None)),
        ("a silence of what fits is over, late", over(false, Some(late()))),
    ]
}

pub fn row(texts: &Texts, number: u64, state: State) -> Row {
    Row {
        alert: AlertId(number),
        title: texts.title.clone(),
        severity: Severity::P2,
        source: Source::GitHub,
        since: at("01:30"),
        count: number,
        state,
        incident: (number == 2).then_some(IncidentId(7)),
        group: (number > 3).then_some(GroupId(number)),
        others: if number == 4 { 4_811 } else { 0 },
    }
}

fn put_off() -> PutOff {
    PutOff { since: at("02:10"), last: at("02:39"), deliveries: 1_212, wants: 3, told: at("02:10") }
}

fn lists(texts: &Texts) -> Vec<(&'static str, AlertsAnswer)> {
    let now = at("02:40");
    let states = [
        State::Open,
        State::Waiting { until: at("02:45") },
        State::Flapping { times: 6, since: at("02:20") },
        State::Acknowledged { by: bea().into(), at: at("02:10") },
        State::Acknowledged { by: Actor::Howler, at: at("02:10") },
        State::Silenced { silence: SilenceId(3), until: at("04:00") },
    ];
    let rows: Vec<Row> = (1..).zip(states).map(|(number, state)| row(texts, number, state)).collect();
    let listed = |rows: Vec<Row>, alerts, groups, silences| {
        let stand_for: usize = rows.iter().map(|row| 1 + row.others).sum();
        let more = usize::saturating_sub(alerts, stand_for);
        AlertsAnswer::List(Box::new(Listed {
            rows,
            more,
            alerts,
            groups,
            silences,
            put_off: Vec::new(),
            now,
        }))
    };
    let silences = vec![silence(texts, 3, true), silence(texts, 4, false)];
    let mut ear = Ear::new(Source::Grafana, at("01:00"));
    (ear.deliveries, ear.signals, ear.late, ear.passed_over, ear.misread) = (1_200, 4_812, 3, 2, 1);
    ear.last_passed_over = Some(texts.text.clone());
    ear.misreads.push_back(Misread {
        number: 1,
        at: at("02:00"),
        why: vec![texts.text.clone()],
        bytes: Some(9),
    });
    vec![
        ("no alert", listed(Vec::new(), 0, 0, Vec::new())),
        ("alerts", listed(rows.clone(), 4_812, 3, silences.clone())),
        ("silences alone", listed(Vec::new(), 0, 0, silences)),
        ("no source", asked::plain(Vec::new(), Vec::new(), Vec::new(), now)),
        ("watches", asked::watches(now)),
        ("sources", asked::sources(vec![Ear::new(Source::GitHub, at("01:00")), ear], now)),
        ("alerts, put off", {
            let put_off = vec![(Source::Alertmanager, put_off()), (Source::Grafana, put_off())];
            let silences = Vec::new();
            AlertsAnswer::List(Box::new(Listed {
                rows,
                more: 0,
                alerts: 50_000,
                groups: 3,
                silences,
                put_off,
                now,
            }))
        }),
        ("sources, put off and uncalled", {
            let ears = vec![Ear { put_off: Some(put_off()), ..Ear::new(Source::GitHub, at("01:00")) }];
            let uncalled = vec![
                Uncalled::Silenced(Box::new(silence(texts, 3, false))),
                Uncalled::Silent { source: Source::UptimeRobot, severity: Severity::P3 },
            ];
            asked::plain(ears, uncalled, vec![vendor_says(texts)], now)
        }),
        ("sources that did not speak", asked::sources(Vec::new(), now)),
    ]
}

fn whys(texts: &Texts) -> Vec<(&'static str, AlertsAnswer)> {
    let now = at("02:40");
    let one = alert(texts, 12, Severity::P1);
    let asked = AlertEventKind::Answered { what: "run 12 succeeded".into() };
    let asked = then(&one, "02:35", asked);
    let held = then(&one, "02:10", AlertEventKind::Silenced { silence: SilenceId(3), until: at("04:00") });
    let grafana = |checked| Alert { source: Source::Grafana, checked, ..one.clone() };
    let posted = Group {
        post: Some(("C1".into(), "1.1".into())),
        alerts: 7,
        reminded: true,
        breached: true,
        ..group(&one)
    };
    let why = |alert: &Alert, group: Option<Group>, silence| {
        AlertsAnswer::Why(Box::new(Why {
            alert: alert.clone(),
            group,
            silence,
            duty: Some((ian(), Held::Override { id: 4, kind: OverrideKind::Cover, by: ian().into() })),
            on_call: Some(bea()),
            late: vec![vendor_says(texts)],
            now,
        }))
    };
    let verdict = |source, severity| judge(&signal(texts, source, severity), &Rules::default(), now);
    let test = |severity, source, on_call| AlertsAnswer::Test {
        severity,
        source,
        verdict: Box::new(verdict(source, severity)),
        on_call,
    };
    vec![
        ("why, with its message", why(&one, Some(posted), None)),
        ("why, asked", why(&asked, None, None)),
        ("why, of Grafana that signs", why(&grafana(Some(Checked::Signature)), None, None)),
        ("why, of Grafana that shows its token", why(&grafana(Some(Checked::Token)), None, None)),
        ("why, silent", why(&held, None, Some(silence(texts, 3, true)))),
        ("a test of a P1", test(Some(Severity::P1), Source::Events, Some(bea()))),
        ("a test of a P4", test(Some(Severity::P4), Source::Vercel, None)),
        ("a test without a severity", test(None, Source::GitHub, None)),
    ]
}

fn answers(texts: &Texts) -> Vec<(&'static str, AlertsAnswer)> {
    let (id, title, now) = (AlertId(12), texts.title.clone(), at("02:40"));
    let one = alert(texts, 12, Severity::P2);
    let show = |group: Option<Group>, silence: Option<Silence>| AlertsAnswer::Show {
        alert: Box::new(Alert { incident: group.as_ref().map(|_| IncidentId(7)), ..one.clone() }),
        group: group.map(Box::new),
        silence: silence.map(Box::new),
        now,
    };
    let incident = IncidentId(7);
    let (held, all) = (silence(texts, 3, true), silence(texts, 4, false));
    let mut answers = vec![
        ("one", show(None, Some(held.clone()))),
        ("one of several", show(Some(Group { alerts: 7, ..group(&one) }), None)),
        ("yours", AlertsAnswer::Acked { alert: id, title: title.clone(), alerts: 1, incident: None }),
        (
            "several yours",
            AlertsAnswer::Acked {
                alert: id,
                title: title.clone(),
                alerts: 1_200,
                incident: Some(IncidentId(7)),
            },
        ),
        ("over", AlertsAnswer::Resolved { alert: id, title: title.clone(), others: 0, incident: None }),
        (
            "over, of several",
            AlertsAnswer::Resolved {
                alert: id,
                title: title.clone(),
                others: 7,
                incident: Some(IncidentId(7)),
            },
        ),
        (
            "silenced",
            AlertsAnswer::Silenced { silence: Box::new(held.clone()), calls: true, fits: Some(2), now },
        ),
        (
            "silenced what fits",
            AlertsAnswer::Silenced { silence: Box::new(all.clone()), calls: false, fits: Some(0), now },
        ),
        ("silence, how", AlertsAnswer::SilenceHow { alert: id, title }),
        ("unsilenced", AlertsAnswer::Unsilenced { silence: Box::new(held), open: 2 }),
        ("unsilenced what fits", AlertsAnswer::Unsilenced { silence: Box::new(all), open: 0 }),
        ("attached", AlertsAnswer::Attached { alert: id, incident, from: None, alerts: 7 }),
        (
            "attached elsewhere",
            AlertsAnswer::Attached { alert: id, incident, from: Some(IncidentId(9)), alerts: 1 },
        ),
        ("detached", AlertsAnswer::Detached { alert: id, incident, alerts: 1 }),
        ("several detached", AlertsAnswer::Detached { alert: id, incident, alerts: 7 }),
        ("declared", AlertsAnswer::Declared { alert: id, incident }),
        ("alerts, help", AlertsAnswer::Help),
    ];
    answers.extend(lists(texts));
    answers.extend(whys(texts));
    answers.extend(unclear::all(texts).map(|unclear| ("alerts, unclear", AlertsAnswer::Unclear(unclear))));
    let (alert, silence) = (id, SilenceId(3));
    let refusals = [
        AlertsRefusal::NoSuch { alert },
        AlertsRefusal::Over { alert, at: at("02:00"), by: None },
        AlertsRefusal::Over { alert, at: at("02:00"), by: Some(bea().into()) },
        AlertsRefusal::AckedAlready { alert, by: bea().into(), at: at("02:00") },
        AlertsRefusal::AckedAlready { alert, by: Actor::Howler, at: at("02:00") },
        AlertsRefusal::Everything,
        AlertsRefusal::TooLong { hours: 720 },
        AlertsRefusal::TooMany { most: 100 },
        AlertsRefusal::NoSuchSilence { silence },
        AlertsRefusal::SilenceOver { silence, at: at("02:00") },
        AlertsRefusal::NotSilenced { alert },
        AlertsRefusal::NoSuchIncident { incident },
        AlertsRefusal::IncidentOver { incident, whole: None, cancelled: false },
        AlertsRefusal::IncidentOver { incident, whole: None, cancelled: true },
        AlertsRefusal::IncidentOver { incident, whole: Some(IncidentId(9)), cancelled: true },
        AlertsRefusal::AttachedAlready { alert, incident },
        AlertsRefusal::NotAttached { alert },
        AlertsRefusal::AttachedWith { alert, incident: IncidentId(7), with: AlertId(13) },
    ];
    answers.extend(refusals.map(|refusal| ("alerts, refused", AlertsAnswer::Refused(refusal))));
    answers
}

pub fn alerts(texts: &Texts) -> Vec<Named> {
    let answers = answers(texts).into_iter().map(|(name, answer)| {
        let answer = Private::Feature(Box::new(FeatureAnswer::Alerts(answer)));
        (name, crate::private(&answer, Via::Slash))
    });
    cards(texts).into_iter().chain(notices(texts)).chain(answers).collect()
}
