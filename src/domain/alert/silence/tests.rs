use super::*;
use crate::timer::Outage;

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_795_485_600 + minutes * 60).unwrap()
}

fn labels(all: &[(&str, &str)]) -> BTreeMap<String, String> {
    all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn set(place: Place) -> Silence {
    let matcher = Matcher { source: Some(Source::Grafana), key: None, labels: labels(&[("team", "stream")]) };
    let kind = SilenceEventKind::Set { matcher, title: None, until: at(120), why: "the move".into(), place };
    let cause = Cause { by: "U0IAN".into(), ..Cause::howler() };
    Silence::set(SilenceId(1), &Silence::event(1, at(0), &cause, kind)).unwrap()
}

fn in_channel() -> Place {
    Place { channel: "C1".into(), thread: None }
}

#[test]
fn it_fits_what_has_all_that_is_named() {
    let matcher = set(in_channel()).matcher;
    let facts = labels(&[("team", "stream"), ("zone", "eu")]);
    assert!(matcher.fits(Source::Grafana, "any", &facts));
    assert!(!matcher.fits(Source::Events, "any", &facts));
    assert!(!matcher.fits(Source::Grafana, "any", &labels(&[("team", "web")])));
    assert!(!matcher.fits(Source::Grafana, "any", &labels(&[])));
    let of_one = Matcher { source: Some(Source::Grafana), key: Some("disk".into()), ..Matcher::default() };
    assert!(
        of_one.fits(Source::Grafana, "disk", &labels(&[])) && !of_one.fits(Source::Grafana, "disks", &facts)
    );
    assert!(Matcher::default().is_empty() && !of_one.is_empty());
}

#[test]
fn its_timer_ends_it_once_and_its_end_is_told_where_it_was_set() {
    let one = set(in_channel());
    assert_eq!(one.timers(), [(TimerKind::Silence, at(120))]);
    let outage = Outage { from: at(100), until: at(180) };
    let fired = one.fire(TimerKind::Silence, Moment { now: at(180), outage: Some(outage) }, &());
    let [SilenceEventKind::Over { late: Some(late) }] = fired.as_slice() else { panic!("{fired:?}") };
    assert_eq!((late.due, late.outage), (at(120), Some(outage)));
    assert!(one.fire(TimerKind::Silence, Moment { now: at(119), outage: None }, &()).is_empty());
    let event = Silence::event(2, at(180), &Cause::howler(), fired[0].clone());
    let mut over = one.clone();
    over.apply(&event);
    assert_eq!((over.is_live(), over.timers().len()), (false, 0));
    let told = |place: Place| {
        let effects = Silence::effects(None, &set(place), &event, &());
        match &effects[0].kind {
            EffectKind::Notice { to, .. } => to.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(told(in_channel()), To::Source(Channel::Named("C1".into())));
    for elsewhere in [Place::shell(), Place::home(), Place { channel: "D1".into(), thread: None }] {
        assert_eq!(told(elsewhere), To::Person("U0IAN".into()));
    }
    let lifted = Silence::event(2, at(5), &Cause::howler(), SilenceEventKind::Lifted);
    assert!(Silence::effects(None, &one, &lifted, &()).is_empty(), "whoever ended it has the answer");
}

#[test]
fn numbers_are_read_as_they_are_typed() {
    assert_eq!(SilenceId::typed("s-3."), Some(SilenceId(3)));
    assert_eq!(SilenceId::typed("3"), None, "an alert's number");
}
