//! When certificates run out: an alert in the commit of the look, its end by a renewal, and the end of what is watched no longer.

use ::watch::expiry::ExpiryRead;
use domain::aggregate::Aggregate;
use domain::metrics::MetricsAnswer;

use super::*;
use domain::feature::{FeatureAnswer, FeatureLine};
use domain::metrics::MetricsLine;

const HTTPS: &str = "[[watch]]\nname = \"api\"\nhttp = \"https://api.example:8443/ready\"\nmeasures = \"status\"\ncritical = \"!= 200\"\n\
                     [[watch]]\nname = \"inside\"\nhttp = \"http://inside.example/\"\nmeasures = \"status\"\ncritical = \"!= 200\"\n";

fn scene() -> Scene {
    let mut scene = Scene::new();
    scene.config = Config::parse(HTTPS).unwrap();
    scene
}

impl Scene {
    /// A look in that hour at one that is good for so many days more.
    fn looks(&mut self, hour: i64, days: Result<i64, &str>) {
        let until = days.map(|days| at(hour + 24 * days)).map_err(str::to_owned);
        let read = ExpiryRead { host: "api.example:8443".into(), until, at: at(hour) };
        self.decide(at(hour), |draft| draft.expiry(&read).unwrap());
    }

    fn open(&self) -> Vec<(String, Severity)> {
        let alerts = self.state.plain.alerts.values().filter(|alert| alert.is_live());
        alerts.map(|alert| (alert.key.clone(), alert.verdict.severity)).collect()
    }

    fn listed(&self, now: Timestamp) -> Vec<String> {
        let draft = self.draft(now);
        let line = FeatureLine::Metrics(MetricsLine::All);
        let answer = crate::draft::read_feature(&draft.book(), &self.config, &line).unwrap();
        let domain::answer::Answer::Private(domain::answer::Private::Feature(answer)) = answer else {
            panic!()
        };
        let FeatureAnswer::Metrics(MetricsAnswer::All { certificates, .. }) = *answer else { panic!() };
        certificates.into_iter().map(|one| format!("{}: {}", one.host, one.stands)).collect()
    }
}

#[test]
fn one_that_runs_out_is_an_alert_until_it_is_renewed() {
    let mut scene = scene();
    assert_eq!(scene.listed(at(1)), ["api.example:8443: not looked at yet"], "plain http has none");
    scene.looks(1, Ok(40));
    assert_eq!(scene.open(), []);
    scene.looks(2, Ok(6));
    scene.looks(3, Ok(6));
    let own = "certificate:api.example:8443".to_owned();
    assert_eq!(scene.open(), [(own.clone(), Severity::P2)]);
    scene.looks(4, Ok(0));
    assert_eq!(scene.open(), [(own.clone(), Severity::P2), (format!("{own}:last"), Severity::P1)]);
    scene.looks(5, Err("the handshake failed"));
    assert_eq!(scene.open().len(), 2, "what nobody sees ends nothing");
    scene.looks(6, Ok(90));
    assert_eq!(scene.open(), []);
    assert_eq!(scene.listed(at(6)), ["api.example:8443: 90 days left, until 2027-02-22"]);
}

#[test]
fn what_is_watched_no_longer_ends_its_alerts() {
    let mut scene = scene();
    scene.looks(1, Ok(1));
    assert_eq!(scene.open().len(), 1);
    scene.config = Config::default();
    scene.decide(at(2), |draft| draft.tend_watches(None));
    assert_eq!((scene.open(), scene.state.expiries.len()), (Vec::new(), 0));
    scene.looks(3, Ok(1));
    assert_eq!(scene.open(), [], "a look that was under way changes nothing");
}
