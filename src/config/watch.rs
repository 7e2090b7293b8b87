//! `[[watch]]`: numbers and states that howler reads itself, and what is wrong about them.

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, de};
use url::Url;

use super::sources::name_in_an_address;
use ::watch::json::check_pointer;
use ::watch::selector::Selector;
use ::watch::standing::{Level, Rules};
use ::watch::text_format::Fold;
use ::watch::threshold::{Threshold, ThresholdProblem};
use ::watch::value::{Kind, Unit};
use ::watch::watched::{Asks, Severities, Watch};
use domain::Severity;
use domain::duration::Humane;

/// Most watches.
const MOST: usize = 100;
/// What howler counts of GitHub.
const RUNS: &str = "workflow success rate";
/// What is wrong with a port where nothing else is said.
const CLOSED: &str = "!= \"open\" for 2m";
/// How often one is asked where nothing else is said, and the most often that it may be.
const EVERY: SignedDuration = SignedDuration::from_mins(1);
const OFTEN: SignedDuration = SignedDuration::from_secs(10);

/// One `[[watch]]` as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(deserialize_with = "name")]
    name: String,
    prometheus: Option<String>,
    metric: Option<Selector>,
    fold: Option<Fold>,
    per: Option<Per>,
    promql: Option<String>,
    json: Option<String>,
    pointer: Option<String>,
    http: Option<String>,
    tcp: Option<String>,
    measures: Option<Measures>,
    push: Option<Selector>,
    github: Option<String>,
    unit: Option<String>,
    every: Option<Humane>,
    warning: Option<Threshold>,
    critical: Option<Threshold>,
    absent_after: Option<Humane>,
    #[serde(default)]
    severity: Severity3,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Per {
    Second,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Measures {
    Latency,
    Status,
}

/// `severity = { warning = "P3", critical = "P1", absent = "P3" }`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Severity3 {
    warning: Option<Severity>,
    critical: Option<Severity>,
    absent: Option<Severity>,
}

fn name<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    name_in_an_address(from, "a watch's name", "it stands in commands")
}

impl Written {
    fn asks(&self) -> Result<Asks, String> {
        let named = [&self.prometheus, &self.promql, &self.json, &self.http];
        let others = [self.push.is_some(), self.github.is_some(), self.tcp.is_some()];
        let heard: usize = others.map(usize::from).into_iter().sum();
        if named.into_iter().flatten().count() + heard != 1 {
            return Err(self.wrong(
                "it needs one source: prometheus = \"https://...\" with metric, promql = \"...\", json = \"https://...\" with \
                 pointer, http = \"https://...\" with measures, tcp = \"host:port\", push = \"name\", or github = \"workflow success rate\"",
            ));
        }
        self.has_only_its_own()?;
        if let Some(address) = &self.tcp {
            return self.port(address);
        }
        if let Some(metric) = &self.push {
            return Ok(Asks::Push { metric: metric.clone() });
        }
        match &self.github {
            Some(what) if what.trim().eq_ignore_ascii_case(RUNS) => return Ok(Asks::Runs),
            Some(what) => {
                return Err(
                    self.wrong(&format!("`{what}` is nothing that howler counts; write github = \"{RUNS}\""))
                );
            }
            None => {}
        }
        let (fold, url) = (self.fold, |text: &String| self.url(text));
        Ok(match (&self.prometheus, &self.promql, &self.json, &self.http) {
            (Some(address), ..) => {
                let metric = self.metric.clone().ok_or_else(|| {
                    self.wrong("say which number of the page: metric = 'http_requests_total{code=\"500\"}'")
                })?;
                Asks::Page { url: url(address)?, metric, fold }
            }
            (_, Some(query), ..) if query.trim().is_empty() => return Err(self.wrong("promql is empty")),
            (_, Some(query), ..) => Asks::Query { query: query.trim().to_owned(), fold },
            (_, _, Some(address), _) => {
                let pointer = self.pointer.clone().ok_or_else(|| {
                    self.wrong("say where in the answer: pointer = \"/status\" (\"\" is all of it)")
                })?;
                check_pointer(&pointer).map_err(|why| self.wrong(&why))?;
                Asks::Json { url: url(address)?, pointer }
            }
            (_, _, _, Some(address)) => match self.measures {
                Some(Measures::Latency) => Asks::Latency { url: url(address)? },
                Some(Measures::Status) => Asks::Status { url: url(address)? },
                None => return Err(self.wrong("say measures = \"latency\" or measures = \"status\"")),
            },
            (None, None, None, None) => return Err(self.wrong("it has no source")),
        })
    }

    fn port(&self, address: &str) -> Result<Asks, String> {
        let address = address.trim();
        let parts = address.rsplit_once(':').filter(|(host, port)| {
            !host.is_empty() && !host.contains('/') && port.parse::<u16>().is_ok_and(|port| port != 0)
        });
        match parts {
            Some(_) => Ok(Asks::Port { address: address.to_owned() }),
            None => {
                Err(self
                    .wrong(&format!("`{address}` is no host:port; write it like redis.monkeytown.svc:6379")))
            }
        }
    }

    /// What belongs to another source is a mistake, and not something to pass over.
    fn has_only_its_own(&self) -> Result<(), String> {
        let (page, query) = (self.prometheus.is_some(), self.promql.is_some());
        let (json, http) = (self.json.is_some(), self.http.is_some());
        let (push, github) = (self.push.is_some(), self.github.is_some());
        for (key, is_there, fits, of) in [
            ("metric", self.metric.is_some(), page, "prometheus"),
            ("fold", self.fold.is_some(), page || query, "prometheus and promql"),
            ("per", self.per.is_some(), page || push, "prometheus and push (in promql write rate(...))"),
            ("pointer", self.pointer.is_some(), json, "json"),
            ("measures", self.measures.is_some(), http, "http"),
            (
                "unit",
                self.unit.is_some(),
                !(http || github || self.tcp.is_some()),
                "prometheus, promql, json and push",
            ),
        ] {
            if is_there && !fits {
                return Err(self.wrong(&format!("`{key}` belongs to {of}")));
            }
        }
        Ok(())
    }

    fn url(&self, text: &str) -> Result<String, String> {
        let such =
            || self.wrong(&format!("`{text}` is not an address; write it like https://api.example/metrics"));
        let url = Url::parse(text).map_err(|_| such())?;
        if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
            return Err(such());
        }
        // The address itself is not said again: it holds a secret.
        if !url.username().is_empty() || url.password().is_some() {
            return Err(self.wrong("its address holds a password, and addresses are shown: leave it out"));
        }
        if let Some((name, _)) = url.query_pairs().find(|(name, _)| is_secret(name)) {
            return Err(
                self.wrong(&format!("`{name}` in its address looks like a secret, and addresses are shown"))
            );
        }
        Ok(url.to_string())
    }

    fn unit(&self, asks: &Asks) -> Result<Unit, String> {
        match (asks, &self.unit) {
            (Asks::Latency { .. }, _) => Ok(Unit::SECONDS),
            (Asks::Runs, _) => Ok(Unit::SHARE),
            (_, Some(unit)) => Unit::parse(unit).map_err(|problem| self.wrong(&problem.to_string())),
            (_, None) => Ok(Unit::PLAIN),
        }
    }

    /// The thresholds fit each other and what is read.
    fn rules(&self, asks: &Asks, unit: Unit, every: SignedDuration) -> Result<Rules, String> {
        let is_port = matches!(asks, Asks::Port { .. });
        let usual = (is_port && self.warning.is_none()).then(|| CLOSED.parse()).transpose();
        let usual = usual.map_err(|problem: ThresholdProblem| self.wrong(&problem.to_string()))?;
        let mut rules = Rules::every(every, self.warning.clone(), self.critical.clone().or(usual));
        let thresholds: Vec<&Threshold> =
            Level::ALL.into_iter().filter_map(|level| rules.of(level)).collect();
        if thresholds.is_empty() {
            return Err(self.wrong("it needs warning or critical, such as critical = \"> 1000ms for 5m\""));
        }
        for threshold in &thresholds {
            threshold.fits(unit.kind).map_err(|problem| self.wrong(&problem.to_string()))?;
        }
        let states = thresholds.iter().filter(|threshold| threshold.is_state()).count();
        if states != 0 && states != thresholds.len() {
            return Err(self.wrong("one threshold is a word and the other a number"));
        }
        if is_port && states != thresholds.len() {
            return Err(self.wrong("a port is open, refused or silent: critical = '!= \"open\" for 2m'"));
        }
        if states > 0 && !matches!(asks, Asks::Json { .. } | Asks::Query { .. } | Asks::Port { .. }) {
            return Err(self.wrong("only json has words; hold it against a number"));
        }
        if let Some(Humane(after)) = self.absent_after {
            if after < every {
                return Err(self.wrong("absent_after is shorter than every"));
            }
            rules.absent_after = after;
        }
        Ok(rules)
    }

    fn read(self) -> Result<Watch, String> {
        let asks = self.asks()?;
        let unit = self.unit(&asks)?;
        let every = self.every.map_or(EVERY, |every| every.0);
        if every < OFTEN {
            return Err(self.wrong("it is asked too often; the shortest every is 10s"));
        }
        let rules = self.rules(&asks, unit, every)?;
        let per_second = self.per == Some(Per::Second);
        if per_second && unit.kind == Kind::Share {
            return Err(self.wrong("a share does not grow by the second: leave out per or the unit"));
        }
        let Severity3 { warning, critical, absent } = self.severity;
        let severities = Severities { warning, critical, absent };
        Ok(Watch { name: self.name, asks, unit, per_second, every, rules, severities })
    }

    fn wrong(&self, why: &str) -> String {
        format!("the watch {}: {why}", self.name)
    }
}

/// Whether a parameter of this name holds what nobody should read.
fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    ["token", "secret", "password", "apikey", "api_key", "access_key"].iter().any(|word| name.contains(word))
}

/// Names are keys, and each is asked every so often: they are few, and no two are the same.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Watch>, D::Error> {
    let written = Vec::<Written>::deserialize(from)?;
    if written.len() > MOST {
        return Err(de::Error::custom(format!("there are {} watches, at most {MOST} can be", written.len())));
    }
    let mut watches: Vec<Watch> = Vec::new();
    for one in written {
        let watch = one.read().map_err(de::Error::custom)?;
        if watches.iter().any(|other| other.name == watch.name) {
            return Err(de::Error::custom(format!("two watches are called `{}`", watch.name)));
        }
        watches.push(watch);
    }
    Ok(watches)
}

#[cfg(test)]
mod tests {
    use super::super::{Config, problems};
    use super::*;

    fn one(text: &str) -> Watch {
        let config = Config::parse(&format!("[[watch]]\nname = \"it\"\n{text}")).unwrap();
        config.watches.into_iter().next().unwrap()
    }

    #[test]
    fn each_source_is_read_with_the_defaults() {
        let page = one(
            "prometheus = \"https://api.example/metrics\"\nmetric = 'requests_total{code=~\"5..\"}'\nfold = \"sum\"\n\
             per = \"second\"\nwarning = \"> 1 for 5m\"\ncritical = \"> 5 for 5m\"\n",
        );
        assert_eq!(
            page.asks.to_string(),
            "the sum of requests_total{code=~\"5..\"} at https://api.example/metrics"
        );
        assert!(page.per_second && page.every == EVERY && page.severities == Severities::default());
        let json = one(
            "json = \"https://api.example/health\"\npointer = \"/status\"\ncritical = '!= \"healthy\"'\n",
        );
        assert!(json.is_state());
        let query = one(
            "promql = \"sum(up)\"\nunit = \"%\"\nwarning = \"< 90%\"\nevery = \"10s\"\nabsent_after = \"2m\"\n\
             severity = { warning = \"P4\", absent = \"P2\" }\n",
        );
        assert_eq!(query.rules.absent_after, SignedDuration::from_mins(2));
        assert_eq!(
            query.severities,
            Severities { warning: Some(Severity::P4), critical: None, absent: Some(Severity::P2) }
        );
        let latency =
            one("http = \"https://api.example/\"\nmeasures = \"latency\"\ncritical = \"> 1000ms for 5m\"\n");
        assert_eq!(latency.unit, Unit::SECONDS);
        let port = one("tcp = \"redis.monkeytown.svc:6379\"\n");
        assert_eq!(port.asks.to_string(), "whether redis.monkeytown.svc:6379 takes a connection");
        assert_eq!(port.rules.critical.as_ref().unwrap().to_string(), "!= \"open\" for 2m");
        let push = one("push = 'queue_depth{queue=\"mail\"}'\nwarning = \"> 100 for 5m\"\n");
        assert!(push.is_pushed() && push.asks.to_string() == "what is pushed as queue_depth{queue=\"mail\"}");
    }

    #[test]
    fn each_mistake_says_what_to_write() {
        let http = "http = \"https://a.example/\"\n";
        let json = "json = \"https://a.example/\"\npointer = \"/p99\"\n";
        for (text, part) in [
            ("warning = \"> 1\"\n".to_owned(), "it needs one source"),
            (format!("{http}{json}warning = \"> 1\"\n"), "it needs one source"),
            ("prometheus = \"https://a.example/\"\nwarning = \"> 1\"\n".to_owned(), "metric = "),
            ("json = \"https://a.example/\"\nwarning = \"> 1\"\n".to_owned(), "pointer = \"/status\""),
            (
                "json = \"https://a.example/\"\npointer = \"p99\"\nwarning = \"> 1\"\n".to_owned(),
                "is not a pointer",
            ),
            (format!("{http}warning = \"> 1\"\n"), "measures = \"latency\""),
            (format!("{http}measures = \"status\"\nunit = \"ms\"\nwarning = \"> 1\"\n"), "`unit` belongs to"),
            (format!("{json}per = \"second\"\nwarning = \"> 1\"\n"), "`per` belongs to prometheus"),
            (format!("{json}push = \"depth\"\nwarning = \"> 1\"\n"), "it needs one source"),
            (
                "github = \"stars\"\nwarning = \"> 1\"\n".to_owned(),
                "write github = \"workflow success rate\"",
            ),
            ("github = \"workflow success rate\"\nwarning = \"< 1\"\n".to_owned(), "has no unit"),
            ("push = \"queue depth\"\nwarning = \"> 1\"\n".to_owned(), "labels stand in braces"),
            (json.to_owned(), "it needs warning or critical"),
            (format!("{json}warning = \"500ms\"\n"), "does not say on which side"),
            (format!("{json}unit = \"ms\"\nwarning = \"> 500\"\n"), "has no unit"),
            (format!("{json}warning = \"> 500ms\"\n"), "unit = \"ms\""),
            (format!("{json}unit = \"%\"\nwarning = \"> 500ms\"\n"), "500 ms"),
            ("tcp = \"redis\"\n".to_owned(), "is no host:port"),
            ("tcp = \"redis:6379\"\nwarning = \"> 1\"\n".to_owned(), "a port is open, refused or silent"),
            ("tcp = \"redis:6379\"\nunit = \"s\"\n".to_owned(), "`unit` belongs to"),
            (format!("{json}unit = \"parsec\"\nwarning = \"> 5\"\n"), "is not a unit howler knows"),
            (format!("{json}warning = \"> 5\"\ncritical = '= \"down\"'\n"), "a word and the other a number"),
            (format!("{http}measures = \"status\"\nwarning = '= \"down\"'\n"), "only json has words"),
            (format!("{json}warning = \"> 5\"\nevery = \"9s\"\n"), "the shortest every is 10s"),
            (format!("{json}warning = \"> 5\"\nabsent_after = \"10s\"\n"), "absent_after is shorter"),
            (
                "json = \"ftp://a.example/\"\npointer = \"\"\nwarning = \"> 1\"\n".to_owned(),
                "is not an address",
            ),
            (
                "json = \"https://me:hunter2@a.example/\"\npointer = \"\"\nwarning = \"> 1\"\n".to_owned(),
                "holds a password",
            ),
            (
                "json = \"https://a.example/?api_token=hunter2\"\npointer = \"\"\nwarning = \"> 1\"\n"
                    .to_owned(),
                "looks like a secret",
            ),
            (format!("{json}warning = \"> 5\"\nsurprise = 1\n"), "surprise"),
        ] {
            let found = problems(&format!("\n[[watch]]\nname = \"it\"\n{text}"));
            assert_eq!(found.len(), 1, "{text}: {found:#?}");
            assert!(found[0].starts_with("line 3: ") && found[0].contains(part), "{text}: {found:#?}");
            assert!(!found[0].contains("hunter2"), "{found:#?}");
        }
        let watch = |name: &str| format!("[[watch]]\nname = \"{name}\"\n{json}warning = \"> 1\"\n");
        assert!(problems(&watch("a b"))[0].contains("`a b` cannot be a watch's name"));
        assert!(problems(&(watch("a") + &watch("a")))[0].contains("two watches are called `a`"));
        let many: String = (0..101).map(|at| watch(&format!("w{at}"))).collect();
        assert!(problems(&many)[0].contains("at most 100"));
    }
}
