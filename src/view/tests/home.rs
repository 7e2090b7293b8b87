//! The Home tab, to be read, and within Slack's limits.

use std::sync::Arc;

use insta::assert_snapshot;
use serde_json::Value;

use super::runs::{begun, found, moved, prepared, proposed};
use super::samples::{Texts, at, bea, ian, summary};
use super::{limits, rendering};
use domain::home::{Home, MyPhone, OnCallNow, OpenIncident, Waits};
use domain::id::RunId;
use domain::oncall::phone::PhoneNumber;
use domain::oncall::reach::NoWay;
use domain::procedure::Verdict;
use domain::run::Run;
use domain::runbook::Review;
use fake::slack::blocks::check_home;

fn incident(number: u64, texts: &Texts) -> OpenIncident {
    OpenIncident {
        summary: summary(number, texts),
        acknowledged: number.is_multiple_of(3).then(ian).map(Into::into),
        response_due: (number == 1).then(|| at("02:15")),
        response_missed: number == 5,
        room: (number != 9).then(|| "C0INC7".into()),
    }
}

fn run() -> Run {
    let offered = moved(begun(), found(Verdict::Fail, Verdict::Pass));
    let asked = proposed(&offered);
    Run { post: Some(("C0EMERG".into(), "1.2".into())), ..moved(offered, [asked, prepared()]) }
}

fn quiet() -> Home {
    Home {
        person: ian(),
        on_call: OnCallNow {
            primary: Some(bea()),
            until: Some(at("09:00")),
            backup: Some(ian()),
            ..Default::default()
        },
        barred: None,
        waits: Vec::new(),
        more_waits: 0,
        open: Vec::new(),
        more_open: 0,
        turns: Vec::new(),
        phone: MyPhone::Off,
        no_way: None,
    }
}

fn number() -> PhoneNumber {
    PhoneNumber::parse("+4930901820").unwrap()
}

fn busy(texts: &Texts) -> Home {
    let review = Review { run: RunId(4), by: bea().into(), at: at("01:00"), why: texts.text.clone() };
    Home {
        on_call: OnCallNow {
            primary: Some(ian()),
            until: Some(at("09:00")),
            backup: Some(bea()),
            outgoing: Some(bea()),
            next: Some((bea(), at("09:00"))),
            ..Default::default()
        },
        barred: Some(format!("changes are frozen: {}", texts.text)),
        waits: vec![
            Waits::Page(incident(1, texts)),
            Waits::Summons { number: 3, by: bea().into(), reason: texts.text.clone() },
            Waits::Approval(Arc::new(run())),
            Waits::Shift(at("00:00")),
            Waits::Update(incident(3, texts)),
            Waits::Update(incident(5, texts)),
            Waits::Review(review),
        ],
        more_waits: 2,
        open: [1, 3, 5, 7, 9].map(|number| incident(number, texts)).into(),
        more_open: 4,
        turns: vec![(at("00:00"), Some(at("09:00"))), (at("20:00"), None)],
        phone: MyPhone::Set { number: number(), heard: Some(true), refused: false },
        no_way: Some(NoWay::DirectMessagesOff),
        ..quiet()
    }
}

fn variants() -> Vec<(&'static str, Home)> {
    let nobody = OnCallNow { backup: Some(bea()), ..Default::default() };
    let phone = |phone| Home { phone, ..quiet() };
    vec![
        ("nothing goes on", quiet()),
        ("no rotation yet", Home { on_call: OnCallNow { unset: true, ..Default::default() }, ..quiet() }),
        ("nobody is on call", Home { on_call: nobody, ..quiet() }),
        (
            "the declared backup person has it",
            Home { on_call: OnCallNow { fallback: Some(bea()), ..Default::default() }, ..quiet() },
        ),
        ("no number", phone(MyPhone::Missing)),
        ("PagerDuty rings", phone(MyPhone::Elsewhere)),
        ("a number that does not work", phone(MyPhone::Set { number: number(), heard: None, refused: true })),
        (
            "a number that was not heard",
            phone(MyPhone::Set { number: number(), heard: Some(false), refused: false }),
        ),
    ]
}

fn drawn(home: &Home) -> Value {
    serde_json::to_value(view::home(home, at("02:05"))).unwrap()
}

#[test]
fn homes() {
    let all = [("all that can wait", busy(&Texts::calm()))].into_iter().chain(variants());
    let shown =
        all.map(|(name, home)| format!("{name}\n{}", rendering::home(&view::home(&home, at("02:05")))));
    assert_snapshot!(shown.collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn any_texts_are_inert_and_fit() {
    let long = |unit: &str, most: usize| unit.chars().cycle().take(most).collect::<String>();
    for unit in ["<!channel> ", "& ", "`*_~", "👩‍🚒", "\u{202E}desrever ", "<https://evil.example|ok> "]
    {
        let texts = Texts { title: long(unit, 120), text: long(unit, 2_500) };
        let ten = |waits: Waits| std::iter::repeat_n(waits, 10).collect::<Vec<_>>();
        let most = [
            busy(&texts),
            Home { waits: ten(Waits::Page(incident(11, &texts))), ..busy(&texts) },
            Home { waits: ten(Waits::Approval(Arc::new(run()))), ..busy(&texts) },
        ];
        for home in most {
            let open = (0..10).map(|number| incident(21 + 2 * number, &texts)).collect();
            let view = drawn(&Home { open, ..home });
            assert_eq!(check_home(&view), [], "{unit}");
            assert!(view.to_string().len() < 250_000);
            assert_eq!(limits::blocks_are_inert(&view), Ok(()), "{unit}");
        }
    }
}

#[test]
fn every_home_is_one_that_slack_takes() {
    for (name, home) in variants() {
        assert_eq!(check_home(&drawn(&home)), [], "{name}");
    }
}
