//! Values of what is watched: kept with the reading, for as long as they say something.

use ::watch::history::{History, RowKey, Tier};
use ::watch::reading::Reading;
use ::watch::row::Read;
use domain::answer::{Answer, Private};
use domain::feature::{FeatureAnswer, FeatureLine};
use domain::metrics::{MetricsAnswer, MetricsLine, Stands};

use super::*;
use crate::draft::read_feature;

const P99: &str = "[[watch]]\nname = \"p99\"\njson = \"https://api.example/stats\"\npointer = \"/p99\"\nunit = \"ms\"\n\
                   warning = \"> 500ms for 5m\"\n";

fn second(second: i64) -> Timestamp {
    at(0) + SignedDuration::from_secs(second)
}

fn scene(toml: &str) -> Scene {
    let mut scene = Scene::new();
    scene.config = Config::parse(toml).unwrap();
    scene
}

fn read(number: f64, at: Timestamp) -> Read {
    Read::new("p99", Reading::Number(number), at)
}

impl Scene {
    fn reads(&mut self, number: f64, at: Timestamp) {
        self.decide(at, |draft| draft.watched(&read(number, at)).unwrap());
    }

    fn history(&self) -> History {
        History::load(self.store.values("p99").unwrap())
    }

    fn minutes(&self) -> usize {
        let rows = self.store.values("p99").unwrap();
        rows.into_iter().filter(|(key, _)| key.tier == Tier::Minute).map(|(_, row)| row.len()).sum()
    }

    fn metrics(&self, now: Timestamp, line: MetricsLine) -> MetricsAnswer {
        let draft = self.draft(now);
        let answer = read_feature(&draft.book(), &self.config, &FeatureLine::Metrics(line)).unwrap();
        let Answer::Private(Private::Feature(answer)) = answer else { panic!("no answer") };
        let FeatureAnswer::Metrics(answer) = *answer else { panic!("another answer") };
        answer
    }
}

#[test]
fn they_are_what_was_read_also_for_a_howler_that_begins_anew() {
    let mut scene = scene(P99);
    let mut whole = History::default();
    for minute in 0..200 {
        // Nobody saw an hour of it, and one answer told nothing.
        if (70..130).contains(&minute) {
            continue;
        }
        let (at, number) = (second(minute * 60 + 7), f64::from(i32::try_from(minute).unwrap()) / 128.0);
        if minute == 30 {
            let nothing = Read { reading: Reading::number(f64::NAN), ..read(0.0, at) };
            scene.decide(at, |draft| draft.watched(&nothing).unwrap());
            continue;
        }
        scene.reads(number, at);
        whole.keep(at, number);
        if minute % 40 == 0 {
            scene.state = State::loaded(scene.store.load().unwrap(), &Keys::default());
        }
    }
    assert_eq!(scene.history(), whole);
    let rows = scene.store.values("p99").unwrap().len();
    assert!(rows <= 12, "{rows}");
    // What is written twice in one round is both there.
    let now = second(200 * 60);
    scene.decide(now, |draft| {
        draft.watched(&read(1.0, now)).unwrap();
        draft.watched(&read(2.0, now + SignedDuration::from_secs(1))).unwrap();
    });
    whole.keep(now, 1.0);
    whole.keep(now + SignedDuration::from_secs(1), 2.0);
    assert_eq!(scene.history(), whole);
}

#[test]
fn a_month_later_only_what_is_young_is_left() {
    let mut scene = scene(P99);
    (0..120).for_each(|minute| scene.reads(0.3, second(minute * 60)));
    let later = at(24 * 31);
    (0..2).for_each(|minute| scene.reads(0.3, later + SignedDuration::from_mins(minute)));
    let old = scene.store.values("p99").unwrap().into_iter().filter(|(key, _)| key.is_out(later));
    assert_eq!(old.collect::<Vec<_>>(), []);
    let minutes = |key: &RowKey| key.tier == Tier::Minute;
    assert_eq!(scene.store.values_of("p99").unwrap().iter().filter(|key| minutes(key)).count(), 1);
}

#[test]
fn other_thresholds_leave_them_and_another_question_or_none_takes_them_away() {
    let mut scene = scene(P99);
    (0..5).for_each(|minute| scene.reads(0.3, second(minute * 60)));
    scene.config = Config::parse(&P99.replace("> 500ms", "> 800ms")).unwrap();
    scene.reads(0.3, second(300));
    assert_eq!(scene.minutes(), 6, "they are the same values");
    scene.config = Config::parse(&P99.replace("/p99\"\nunit", "/p95\"\nunit")).unwrap();
    let MetricsAnswer::One(course) = scene.metrics(second(350), one()) else { panic!() };
    assert_eq!(course.went, None, "those are of something else");
    scene.reads(0.4, second(360));
    assert_eq!(scene.store.values("p99").unwrap().len(), 1);
    assert_eq!(scene.minutes(), 1);
    scene.config = Config::default();
    scene.decide(second(420), |draft| draft.tend_watches(None));
    assert_eq!(scene.store.values("p99").unwrap(), []);
}

#[test]
fn it_is_done_whole_or_not_at_all_whichever_read_fails() {
    let mut scene = scene(P99);
    (0..70).for_each(|minute| scene.reads(0.3, second(minute * 60)));
    let now = second(70 * 60);
    let (refused, _) = scene.with_each_read_failing(now, |draft| draft.watched(&read(0.4, now)));
    assert!(refused >= 4, "{refused}");
}

#[test]
fn what_is_pushed_or_said_by_a_vendor_is_taken_in_whole_or_not_at_all() {
    let vendor =
        "[[vendor]]\nname = \"GitHub\"\nurl = \"https://www.githubstatus.com\"\ncomponents = [\"Actions\"]\n";
    let pushed = "[[watch]]\nname = \"p99\"\npush = \"p99\"\nwarning = \"> 5\"\n";
    let mut scene = scene(&(pushed.to_owned() + vendor));
    let values = ::watch::push::read(b"p99 4 1795489200000\np99 7 1795489201000\n", None).unwrap();
    let now = second(3_605);
    let (refused, _) = scene.with_each_read_failing(now, |draft| draft.pushed(&values));
    assert!(refused >= 4, "{refused}");
    let took = scene.decide(now, |draft| draft.pushed(&values).unwrap());
    let again = scene.decide(now, |draft| draft.pushed(&values).unwrap());
    assert_eq!([took.saved, took.known, again.saved, again.known], [2, 0, 0, 2]);
    assert_eq!((scene.minutes(), scene.history().first()), (1, Some(second(3_600))));
    let page = br#"{"page":{"name":"GitHub"},"incidents":[],"components":[{"id":"a","name":"Actions","status":"major_outage"}]}"#;
    let page = ::watch::status_page::StatusPage::read(page, 1_000).unwrap();
    let brought = ::watch::vendor::Brought::Page(Box::new(page));
    let read = ::watch::vendor::VendorRead { name: "GitHub".to_owned(), brought, at: now };
    let before = scene.state.open.values().map(|incident| incident.events).sum::<u32>();
    scene.with_each_read_failing(now, |draft| draft.vendor(&read));
    (0..2).for_each(|_| scene.decide(now, |draft| draft.vendor(&read).unwrap()));
    let after = scene.state.open.values().map(|incident| incident.events).sum::<u32>();
    assert_eq!(after - before, u32::try_from(scene.state.open.len()).unwrap(), "one line each, once");
}

fn one() -> MetricsLine {
    MetricsLine::One { name: "P99".to_owned(), span: SignedDuration::from_hours(1) }
}

#[test]
fn what_is_told_of_them() {
    let mut scene = scene(P99);
    let MetricsAnswer::All { metrics, .. } = scene.metrics(at(0), MetricsLine::All) else { panic!() };
    assert_eq!((metrics[0].stands, metrics[0].value.clone()), (Stands::CannotTell, None));
    assert_eq!(metrics[0].why.as_deref(), Some("it was not read yet"));
    for minute in 0..90 {
        if !(40..50).contains(&minute) {
            scene.reads(if (60..70).contains(&minute) { 0.6 } else { 0.3 }, second(minute * 60));
        }
    }
    let now = second(89 * 60 + 30);
    let MetricsAnswer::All { metrics, .. } = scene.metrics(now, MetricsLine::All) else { panic!() };
    assert_eq!(metrics[0].hour, Some(("300 ms".to_owned(), "600 ms".to_owned())));
    assert_eq!((metrics[0].stands, metrics[0].value.as_deref()), (Stands::Fine, Some("300 ms")));
    let MetricsAnswer::One(course) = scene.metrics(now, one()) else { panic!() };
    let went = course.went.unwrap();
    assert_eq!(
        (went.lowest.0.as_str(), went.middle.as_str(), went.highest.0.as_str()),
        ("300 ms", "300 ms", "600 ms")
    );
    let [(line, over)] = &went.over[..] else { panic!("{:?}", went.over) };
    assert_eq!(line, "warning (over 500 ms for 5 min)");
    assert_eq!((over.many, over.long, over.newest[0].0), (1, SignedDuration::from_mins(10), second(3_600)));
    assert_eq!((course.gaps.many, course.gaps.long, course.begins), (1, SignedDuration::from_mins(10), None));
    let which = MetricsLine::One { name: "p98".to_owned(), span: SignedDuration::from_hours(1) };
    let MetricsAnswer::NoSuch { near, .. } = scene.metrics(now, which) else { panic!() };
    assert_eq!(near, ["p99"]);
}
