//! Pages of incidents, and what becomes of them.

use super::oncall::{calls, skipped};
use super::*;
use domain::incident::Acknowledgement;
use domain::incident::page::{AskedFor, OpenPage, PageReason};
use domain::oncall::path::Called;
use domain::oncall::reach::NoWay;

pub(super) fn pages(texts: &Texts) -> Vec<Named> {
    let page = |reason, called, skipped| Say::Page {
        title: texts.title.clone(),
        severity: Severity::P1,
        status: Status::Investigating,
        impact: texts.some(),
        action: None,
        declared_at: at("02:00"),
        began: None,
        reason,
        called,
        respond_by: Some(at("02:15")),
        quiet: None,
        calls: calls(),
        skipped,
        late: None,
        room: matches!(reason, PageReason::Silent | PageReason::Asked)
            .then(|| Room { channel: "C0ROOM".into(), name: "inc-7".into() }),
        asked: (reason == PageReason::Asked).then(|| AskedFor {
            by: bea().into(),
            why: texts.some(),
            passes: false,
        }),
        with: None,
        had_it: None,
    };
    let gone = Say::NotReached {
        title: texts.title.clone(),
        severity: Severity::P1,
        person: ian(),
        phone: false,
        why: NoWay::Left,
    };
    let no_call = Say::NotReached {
        title: texts.title.clone(),
        severity: Severity::P1,
        person: ian(),
        phone: true,
        why: NoWay::Number,
    };
    let says = [
        ("page", page(PageReason::Begun, Called::Primary, Vec::new())),
        ("page, backup", page(PageReason::Unanswered, Called::Backup, Vec::new())),
        ("page, silent", page(PageReason::Silent, Called::Primary, Vec::new())),
        ("page, on-call channel", page(PageReason::Begun, Called::OnCallChannel, skipped())),
        ("page, everybody", page(PageReason::Unanswered, Called::Everybody, skipped())),
        ("page, with what was merged", with(page(PageReason::Begun, Called::Primary, Vec::new()), texts)),
        ("page, though its alert is over", quiet(page(PageReason::Unanswered, Called::Primary, Vec::new()))),
        ("page, asked for", page(PageReason::Asked, Called::Person(ian()), Vec::new())),
        ("page, not delivered", gone),
        ("page by phone, not delivered", no_call),
    ];
    let mut pages: Vec<Named> = says
        .into_iter()
        .map(|(name, say)| (name, view::say(&say, &about(), &named(), at("02:03"))))
        .collect();
    let mut incident = long_story(texts).incident();
    let to = To::Person(ian());
    pages.push(("page, closed", view::page_now(&incident, 2, &to)));
    let cancelled = cancelled_story(texts, None).incident();
    pages.push(("page of what was cancelled", view::page_now(&cancelled, 2, &to)));
    incident.answered = Some(Acknowledgement { by: bea().into(), at: at("02:45") });
    pages.push(("page about the silence, closed", view::page_now(&incident, 2, &to)));
    incident.answered = Some(Acknowledgement { by: ian().into(), at: at("02:45") });
    pages.push(("page, closed, for whoever is on it", view::page_now(&incident, 2, &to)));
    let open =
        OpenPage { seq: 5, to: to.clone(), reason: PageReason::Unanswered, paged: None, names_room: false };
    incident.open_pages = vec![open];
    pages.push(("page, said again", view::page_now(&incident, 2, &to)));
    pages
}

/// The same page, which something merged into it brought along.
fn with(page: Say, texts: &Texts) -> Say {
    let mut page = page;
    if let Say::Page { with, had_it, .. } = &mut page {
        *with = Some((IncidentId(9), texts.title.clone()));
        *had_it = Some(bea().into());
    }
    page
}

/// The same page, whose alert is over.
fn quiet(page: Say) -> Say {
    let mut page = page;
    if let Say::Page { quiet, .. } = &mut page {
        *quiet = Some((at("02:14"), 1));
    }
    page
}
