//! What a signal brings.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::course::{Place, Point};
use super::ear::Known;
use super::event::{AlertEventKind, News, Opened, Told};
use super::rules::Verdict;
use super::signal::{Said, Signal, Source};
use super::{Alert, REOPENS};

/// A source's clock may be ahead of howler's by so much; what lies further ahead is nonsense.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// The shortest time there is.
const NEXT: SignedDuration = SignedDuration::from_nanos(1);

/// What a signal brings.
#[derive(Clone, Debug, PartialEq)]
pub enum Brings {
    /// To the alert that is known, first to last.
    Events(Vec<AlertEventKind>),
    /// A new alert.
    Opens(AlertEventKind),
    /// Nothing yet: it belongs to an alert that did not come so far.
    Ahead(Point),
    /// It is about an alert that was over before the newest began.
    Late,
}

/// Where a signal stands. Without a clock of its own it is the newest.
fn place(signal: &Signal, now: Timestamp, newest: Option<Place>) -> Place {
    let farthest = now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
    let at = signal.at.filter(|at| *at <= farthest);
    let at = at.unwrap_or_else(|| newest.map_or(now, |newest| newest.at().max(now)));
    Place(at, signal.order)
}

/// What howler itself says stands in the order in which it is said, though its machine's clock was set back in between.
fn said_in_order(signal: &Signal, place: Place, alert: &Alert, newest: Option<Place>) -> Place {
    if !matches!(signal.source, Source::Heartbeat | Source::Watch) {
        return place;
    }
    let at = newest.map_or(place.at(), |newest| newest.at().max(place.at()));
    // What was said up to then is what a person meant who said that it is over.
    let meant = alert.closed.as_ref().map(|closed| closed.until).filter(|until| *until >= at);
    Place(meant.map_or(at, |until| until.saturating_add(NEXT).unwrap_or(until)), place.1)
}

/// What `signal` brings to the newest alert of its key, and what was said of the key before that.
pub fn heard(
    signal: &Signal,
    alert: Option<&Alert>,
    known: &Known,
    now: Timestamp,
    judge: impl FnOnce() -> Verdict,
) -> Brings {
    let newest = alert.and_then(|alert| alert.course.newest()).max(known.ahead.last().map(|point| point.0));
    let place = place(signal, now, newest);
    let place = alert.map_or(place, |alert| said_in_order(signal, place, alert, newest));
    let point = Point(place, signal.said);
    let Some(alert) = alert else {
        return match signal.said {
            Said::Firing => opens(signal, point, known, None, judge),
            Said::Resolved | Said::Acknowledged => Brings::Ahead(point),
        };
    };
    if alert.after.is_some_and(|after| place.at() <= after) {
        return Brings::Late;
    }
    let over = alert.over_by();
    let long_over = over.is_some_and(|ended| place.at().duration_since(ended) > REOPENS);
    if still_stands(signal, alert, place, now) {
        let point = Point(Place(now, signal.order), signal.said);
        return opens(signal, point, &later_than(known, alert), over, judge);
    }
    match (long_over, signal.said) {
        (true, Said::Firing) => opens(signal, point, &later_than(known, alert), over, judge),
        (true, Said::Resolved | Said::Acknowledged) => Brings::Ahead(point),
        (false, _) => Brings::Events(adds(signal, alert, place, known, judge)),
    }
}

/// A person said that it is over, and its source says all the same that it fires: Alertmanager says so again and again with the time at
/// which it began. That it was on its way when somebody said so is possible for a while.
fn still_stands(signal: &Signal, alert: &Alert, place: Place, now: Timestamp) -> bool {
    let says_again = signal.source == Source::Alertmanager && signal.said == Said::Firing;
    says_again
        && alert.closed.as_ref().is_some_and(|closed| {
            place.at() <= closed.until && now.duration_since(closed.at) > REOPENS && now > closed.until
        })
}

/// What is known of the time after an alert was over: what was said ahead of the next one, and what was taken for the same end said
/// again, before it came to light that it was over earlier.
fn later_than(known: &Known, alert: &Alert) -> Known {
    let mut all = known.clone();
    alert.course.after(alert.over_by()).for_each(|point| all.keep(point));
    all
}

fn opens(
    signal: &Signal,
    point: Point,
    known: &Known,
    after: Option<Timestamp>,
    judge: impl FnOnce() -> Verdict,
) -> Brings {
    let later = known.ahead.iter().filter(|ahead| after.is_none_or(|after| ahead.at() > after));
    let mut points: Vec<Point> = later.copied().collect();
    let position = points.partition_point(|ahead| ahead.0 <= point.0);
    points.insert(position, point);
    let (source, key, told) = (signal.source, signal.key.clone(), Told::of(signal));
    let (silence, checked, out_of) = (None, None, BTreeSet::new());
    let opened = Opened { source, key, points, told, verdict: judge(), after, silence, checked, out_of };
    Brings::Opens(AlertEventKind::Opened(Box::new(opened)))
}

fn adds(
    signal: &Signal,
    alert: &Alert,
    place: Place,
    known: &Known,
    judge: impl FnOnce() -> Verdict,
) -> Vec<AlertEventKind> {
    let newest = signal.said == Said::Firing && place >= alert.told_at;
    let news = (newest && !alert.told.is_of(signal))
        .then(|| Box::new(News { told: Told::of(signal), verdict: judge() }));
    let mut events = vec![AlertEventKind::Heard { said: signal.said, place, news }];
    if signal.said == Said::Firing {
        let ahead = known.ahead.iter();
        events.extend(ahead.map(|Point(place, said)| AlertEventKind::Heard {
            said: *said,
            place: *place,
            news: None,
        }));
    }
    events
}
