//! What sources were asked, and what was missed.

use std::collections::BTreeMap;

use super::at;
use domain::alert::asking::missed::{Listed, Missed, OfGitHub};
use domain::alert::asking::{Asked, Asking, Cannot, Subject};
use domain::alert::ear::Ear;
use domain::alert::line::{AlertsAnswer, Uncalled, Watched};
use domain::alert::signal::Source;
use domain::oncall::tell::Tell;
use domain::timer::Outage;
use domain::vendor::VendorSays;
use jiff::Timestamp;

/// `/alerts sources` where some could not be asked.
pub fn sources(ears: Vec<Ear>, now: Timestamp) -> AlertsAnswer {
    let asked = |source, subject, cannot: &[&str], notes: &[&str]| Asked {
        source,
        subject,
        at: Some(at("01:30")),
        cannot: cannot.iter().map(|why| Cannot { why: (*why).to_owned(), since: at("01:20") }).collect(),
        notes: notes.iter().map(|note| (*note).to_owned()).collect(),
    };
    let hooks = "GitHub does not let GITHUB_TOKEN see the webhooks in anomalyco/monkeytown: give it the permission Webhooks, write";
    let off =
        "stale.yml is switched off (disabled_inactivity): nothing happened in the repository for 60 days";
    let of = vec![
        asked(Source::GitHub, Subject::Alerts, &[], &[]),
        asked(Source::GitHub, Subject::Deliveries, &[hooks], &[]),
        asked(Source::GitHub, Subject::Schedules, &[], &[off]),
        asked(Source::Vercel, Subject::Alerts, &["Vercel did not answer within 20 s"], &[]),
    ];
    AlertsAnswer::Sources {
        ears,
        asking: Box::new(Asking { of, ..Asking::default() }),
        uncalled: Vec::new(),
        watches: Vec::new(),
        late: Vec::new(),
        now,
    }
}

/// What is told after an outage.
pub fn missed() -> Vec<(&'static str, Tell)> {
    let down = || vec![Outage { from: at("02:10"), until: at("02:55") }];
    let listed = |missed, here, left: &[(u16, u32)], why: Option<&str>| {
        OfGitHub::Listed(Listed {
            missed,
            here,
            between: Some((at("02:12"), at("02:50"))),
            left: left.iter().copied().collect::<BTreeMap<_, _>>(),
            why: why.map(str::to_owned),
            too_old: false,
            too_many: false,
        })
    };
    let told = |down: Vec<Outage>, github, unasked: &[Source]| {
        Tell::Missed(Missed { down, github: Some(github), unasked: unasked.to_vec() })
    };
    let twice = vec![
        Outage { from: at("02:10"), until: at("02:20") },
        Outage { from: at("02:25"), until: at("02:55") },
    ];
    let none = OfGitHub::Listed(Listed { too_old: true, ..Listed::default() });
    let cannot = OfGitHub::CannotAsk { why: "GITHUB_TOKEN is not set: set it and restart howler".into() };
    let refused = "GITHUB_TOKEN may not have deliveries of anomalyco/monkeytown sent again: give it the permission Webhooks, write";
    let days = vec![Outage { from: at("02:10") - jiff::SignedDuration::from_hours(96), until: at("02:55") }];
    let robot = [Source::UptimeRobot];
    vec![
        ("missed, all here", told(down(), listed(3, 3, &[], None), &[])),
        ("missed, one", told(down(), listed(1, 1, &[], None), &robot)),
        ("missed, not all", told(twice, listed(3, 2, &[(503, 1)], None), &[])),
        ("missed, not reached", told(Vec::new(), listed(4, 4, &[], None), &[])),
        ("missed, not allowed", told(down(), listed(2, 0, &[(0, 2)], Some(refused)), &[])),
        ("missed, cannot ask", told(down(), cannot, &robot)),
        (
            "missed, too many",
            told(
                down(),
                OfGitHub::Listed(Listed { missed: 3, here: 3, too_many: true, ..Listed::default() }),
                &[],
            ),
        ),
        ("missed, too old", told(days, none, &[Source::Vercel, Source::UptimeRobot])),
        (
            "missed, nobody tells",
            Tell::Missed(Missed {
                down: down(),
                github: None,
                unasked: vec![Source::UptimeRobot, Source::Events],
            }),
        ),
    ]
}

/// Of sources that are asked nothing.
pub fn plain(ears: Vec<Ear>, uncalled: Vec<Uncalled>, late: Vec<VendorSays>, now: Timestamp) -> AlertsAnswer {
    AlertsAnswer::Sources { ears, asking: Box::default(), uncalled, watches: Vec::new(), late, now }
}

/// What howler reads itself: one that nobody can tell of, one that warns.
pub fn watches(now: Timestamp) -> AlertsAnswer {
    let of = |name: &str, stands: &str, cannot_tell, at| {
        let (name, stands) = (name.to_owned(), stands.to_owned());
        Watched { name, stands, cannot_tell, at }
    };
    let silent = "cannot tell: it could not be asked: it answered 502; last 0.4 %";
    let watches = vec![
        of("error-rate", silent, true, None),
        of("response-time-p99", "640 ms, warning", false, Some(at("02:39"))),
    ];
    let (ears, asking, uncalled, late) = (Vec::new(), Box::default(), Vec::new(), Vec::new());
    AlertsAnswer::Sources { ears, asking, uncalled, watches, late, now }
}
