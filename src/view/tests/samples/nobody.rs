//! An incident that an alert or howler itself declared, of a trouble that is older.

use super::*;
use domain::alert::AlertId;
use domain::incident::page::PageReason;
use domain::oncall::path::Called;

pub fn declared_by_nobody(texts: &Texts) -> Vec<Named> {
    let alert = || Actor::Alert(AlertId(12));
    let declared = |by: Actor, began: Option<&str>| {
        let kind = EventKind::Declared {
            title: texts.title.clone(),
            severity: Severity::P1,
            clocks: clocks(Severity::P1),
            impact: None,
            action: None,
            eta: None,
            place: Place::howler(),
            began: began.map(at),
        };
        Event { seq: 1, at: at("02:14"), by, from_shell: false, call: None, kind }
    };
    let incident = |event: &Event| Incident::declared(ID, event).unwrap();
    let card = |event: &Event, place| view::card(&incident(event), place, &mapped());
    let (by_alert, by_howler) = (declared(alert(), Some("02:10")), declared(Actor::Howler, None));
    let reminder = |rung| Say::Reminder {
        title: texts.title.clone(),
        severity: Severity::P1,
        status: Status::Investigating,
        rung,
        due: at("02:44"),
        reminder: at("02:44"),
        last_update: None,
        declared_at: at("02:14"),
        impact: None,
        action: None,
        asked: alert(),
        commander: None,
        missed_in_all: 0,
        late: None,
        quiet: false,
    };
    let missed = Say::ResponseMissed {
        title: texts.title.clone(),
        severity: Severity::P1,
        within: minutes(15),
        late: None,
        everybody: true,
        quiet: false,
        began: Some((at("01:50"), at("02:14"))),
    };
    let page = |began, respond_by| Say::Page {
        title: texts.title.clone(),
        severity: Severity::P1,
        status: Status::Investigating,
        impact: None,
        action: None,
        declared_at: at("02:14"),
        began: Some(at(began)),
        reason: PageReason::Begun,
        called: Called::Primary,
        respond_by: Some(at(respond_by)),
        quiet: None,
        calls: Vec::new(),
        skipped: Vec::new(),
        late: None,
        room: None,
        asked: None,
        with: None,
        had_it: None,
    };
    let says = [
        ("reminded in the channel", reminder(Rung::Channel)),
        ("reminded by the on-call", reminder(Rung::OnCall)),
        ("missed before it was told", missed),
        ("paged", page("02:10", "02:25")),
        ("paged when the time was over", page("01:50", "02:05")),
    ];
    let mut messages = vec![
        ("declared by an alert", card(&by_alert, CardPlace::Emergencies)),
        ("its card in the channel", card(&by_alert, CardPlace::Room)),
        ("declared by howler", card(&by_howler, CardPlace::Emergencies)),
    ];
    messages.extend(said(&says, &mapped()));
    let entries = timeline(&[by_alert, by_howler]);
    let shown = Private::Timeline { incident: summary(7, texts), entries, page: 1, pages: 1 };
    messages.push(("timeline", view::private(&shown, Via::Slash)));
    let refused =
        [Refusal::NoPerson { by: alert() }, Refusal::NotInSlack { person: Actor::Shell("root".into()) }];
    let refused = refused.map(|refusal| ("refused", view::private(&Private::Refused(refusal), Via::Slash)));
    messages.extend(refused);
    messages
}
