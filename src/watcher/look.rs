//! One look at what a watch asks.

use std::sync::Arc;
use std::time::Duration;

use ::watch::domain_name::DomainName;
use ::watch::reading::{Reading, Reason};
use ::watch::watched::{Answer, Asks, MOST, Watch};
use ::watch::window::Window;
use config::Config;
use config::secrets::Secrets;
use domain::secret::Secret;
use ground::clock::Clock;
use jiff::Timestamp;
use probe::{Fetched, Fetcher, Port, Unfetched};
use redact::Redactor;

/// An answer may take this long.
const LIMIT: Duration = Duration::from_secs(10);

/// Asks for watches, within what `[runbook] hosts` and `private` allow.
pub struct Looker {
    fetcher: Fetcher,
    prometheus: Option<String>,
    token: Option<Secret>,
    redactor: Arc<Redactor>,
}

impl Looker {
    pub fn new(config: &Config, secrets: &Secrets, redactor: Arc<Redactor>) -> Self {
        let fetcher = Fetcher::new(&config.runbook);
        let (prometheus, token) = (secrets.prometheus_url.clone(), secrets.prometheus_token.clone());
        Self { fetcher, prometheus, token, redactor }
    }

    /// Asks once. Of a counter it is the total.
    pub async fn look(&self, watch: &Watch, clock: &Clock) -> Reading {
        let read = match self.address(&watch.asks) {
            _ if watch.is_heard() => Reading::CannotTell(Reason::Silent),
            Ok(address) if matches!(watch.asks, Asks::Port { .. }) => self.port(&address).await,
            Err(reason) => Reading::CannotTell(reason),
            Ok(address) => match self.fetch(&watch.asks, &address).await {
                Err(Unfetched::TooLong) => Reading::CannotTell(Reason::TooLong { most: MOST }),
                Err(Unfetched::Not(why)) => Reading::CannotTell(Reason::NotReached { why }),
                Ok(Fetched { status, content_type, body, took, .. }) => {
                    let content_type = content_type.as_deref();
                    watch.read(&Answer { status, content_type, body: &body, took, at: clock.now() })
                }
            },
        };
        self.shown(read)
    }

    /// What a Prometheus server kept of a watch, in order of time, in the watch's base unit.
    ///
    /// # Errors
    /// Why nobody can tell, without secrets.
    pub async fn meanwhile(&self, watch: &Watch, window: Window) -> Result<Vec<(Timestamp, f64)>, Reason> {
        let kept = match self.range(&watch.asks, window) {
            Err(reason) => Err(reason),
            Ok(address) => match self.fetch(&watch.asks, &address).await {
                Err(Unfetched::TooLong) => Err(Reason::TooLong { most: MOST }),
                Err(Unfetched::Not(why)) => Err(Reason::NotReached { why }),
                Ok(Fetched { status, body, .. }) => watch.read_range(status, &body),
            },
        };
        kept.map_err(|reason| match self.shown(Reading::CannotTell(reason.clone())) {
            Reading::CannotTell(shown) => shown,
            _ => reason,
        })
    }

    /// Refused and silent are answers of a port: it is not open from here.
    async fn port(&self, address: &str) -> Reading {
        match self.fetcher.port(address, LIMIT).await {
            Ok(Port::Open) => Reading::state("open"),
            Ok(Port::Refused) => Reading::state("refused"),
            Ok(Port::Silent) => Reading::state("silent"),
            Err(why) => Reading::CannotTell(Reason::NotReached { why }),
        }
    }

    /// When the certificate at `address` runs out.
    ///
    /// # Errors
    /// Why nobody can tell, without secrets.
    pub async fn certificate(&self, address: &str) -> Result<Timestamp, String> {
        let looked = self.fetcher.certificate(address).await;
        looked.map_err(|why| self.redactor.shown(&why))
    }

    /// When a domain runs out, as its registry says.
    ///
    /// # Errors
    /// Why nobody can tell, without secrets.
    pub async fn domain(&self, domain: &DomainName) -> Result<Timestamp, String> {
        let looked = match self.fetcher.fetch(&domain.address(), LIMIT, MOST).await {
            Ok(Fetched { status, body, .. }) => domain.read(status, &body),
            Err(Unfetched::TooLong) => Err(Reason::TooLong { most: MOST }.to_string()),
            Err(Unfetched::Not(why)) => Err(why),
        };
        looked.map_err(|why| self.redactor.shown(&why))
    }

    /// Only the Prometheus server gets the token.
    async fn fetch(&self, asks: &Asks, address: &str) -> Result<Fetched, Unfetched> {
        match (asks, &self.token) {
            (Asks::Query { .. }, Some(token)) => self.fetcher.fetch_as(address, token, LIMIT, MOST).await,
            _ => self.fetcher.fetch(address, LIMIT, MOST).await,
        }
    }

    /// The address that is asked.
    fn address(&self, asks: &Asks) -> Result<String, Reason> {
        if let Asks::Port { address } = asks {
            return Ok(address.clone());
        }
        let Asks::Query { query, .. } = asks else {
            return Ok(asks.url().unwrap_or_default().to_owned());
        };
        self.of_prometheus("query", &[("query", query)])
    }

    /// The address that is asked for a past.
    fn range(&self, asks: &Asks, window: Window) -> Result<String, Reason> {
        let Asks::Query { query, .. } = asks else {
            return Err(Reason::NotThis { what: "one that keeps its values".to_owned() });
        };
        let (start, end) = (seconds(window.from), seconds(window.until));
        let step = window.step.as_secs().to_string();
        let asked = [("query", query), ("start", &start), ("end", &end), ("step", &step)];
        self.of_prometheus("query_range", &asked)
    }

    fn of_prometheus(&self, what: &str, asked: &[(&str, &String)]) -> Result<String, Reason> {
        let base = self.prometheus.as_ref().ok_or_else(|| {
            let why = "PROMETHEUS_URL is not set, so nobody can be asked for promql".to_owned();
            Reason::NotReached { why }
        })?;
        let asked = serde_urlencoded::to_string(asked);
        let asked = asked.map_err(|error| Reason::NotReached { why: error.to_string() })?;
        Ok(format!("{base}/api/v1/{what}?{asked}"))
    }

    /// What others wrote, without secrets.
    fn shown(&self, read: Reading) -> Reading {
        let shown = |text: String| self.redactor.shown(&text);
        let reason = match read {
            Reading::State(state) => return Reading::State(shown(state)),
            Reading::Number(_) => return read,
            Reading::CannotTell(reason) => reason,
        };
        Reading::CannotTell(match reason {
            Reason::Refused { what } => Reason::Refused { what: shown(what) },
            Reason::NotReached { why } => Reason::NotReached { why: shown(why) },
            Reason::NotANumber { what } => Reason::NotANumber { what: shown(what) },
            Reason::Holds { pointer, what } => Reason::Holds { pointer, what: shown(what) },
            other => {
                let text = other.to_string();
                match shown(text.clone()) == text {
                    true => other,
                    false => Reason::NotThis { what: "one that can be shown: a secret is in it".to_owned() },
                }
            }
        })
    }
}

/// An instant as Prometheus' API takes it: seconds since 1970, with milliseconds.
fn seconds(at: Timestamp) -> String {
    let milliseconds = at.as_millisecond();
    format!("{}.{:03}", milliseconds.div_euclid(1_000), milliseconds.rem_euclid(1_000))
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    fn looker(prometheus: Option<&str>) -> Looker {
        let redactor = Redactor::new([Secret::new("hunter2hunter2")].into_iter());
        Looker {
            fetcher: Fetcher::new(&Config::default().runbook),
            prometheus: prometheus.map(str::to_owned),
            token: None,
            redactor: Arc::new(redactor),
        }
    }

    #[test]
    fn no_secret_is_in_what_is_told() {
        let looker = looker(None);
        for reason in [
            Reason::Refused { what: "no hunter2hunter2".to_owned() },
            Reason::NotReached { why: "no hunter2hunter2".to_owned() },
            Reason::Duplicate { series: "up{key=\"hunter2hunter2\"}".to_owned() },
            Reason::NothingThere { pointer: "/a".to_owned(), near: vec!["hunter2hunter2".to_owned()] },
        ] {
            let Reading::CannotTell(shown) = looker.shown(Reading::CannotTell(reason)) else { panic!() };
            assert!(!shown.to_string().contains("hunter2"), "{shown}");
        }
        let plain = Reading::CannotTell(Reason::NoSuchLabels { name: "up".to_owned(), have: 3 });
        assert_eq!(looker.shown(plain.clone()), plain);
        let Reading::State(state) = looker.shown(Reading::State("is hunter2hunter2".to_owned())) else {
            panic!()
        };
        assert!(!state.contains("hunter2"), "{state}");
    }

    #[test]
    fn a_query_goes_to_prometheus_where_that_is_known() {
        let asks = Asks::Query { query: "sum(up) > 1".to_owned(), fold: None };
        assert_eq!(
            looker(Some("http://prometheus.example:9090")).address(&asks).unwrap(),
            "http://prometheus.example:9090/api/v1/query?query=sum%28up%29+%3E+1"
        );
        let why = looker(None).address(&asks).unwrap_err().to_string();
        assert!(why.contains("PROMETHEUS_URL is not set"), "{why}");
    }

    #[test]
    fn a_past_is_asked_for_with_its_bounds() {
        let asks = Asks::Query { query: "up".to_owned(), fold: None };
        let at = |millisecond| Timestamp::from_millisecond(millisecond).unwrap();
        let window = Window { from: at(1_500), until: at(61_500), step: jiff::SignedDuration::from_secs(60) };
        assert_eq!(
            looker(Some("http://prometheus.example:9090")).range(&asks, window).unwrap(),
            "http://prometheus.example:9090/api/v1/query_range?query=up&start=1.500&end=61.500&step=60"
        );
    }

    /// What a server that answers nothing but 1 is asked, as it came.
    async fn asked(looker: &Looker, asks: Asks, listener: &TcpListener) -> String {
        let mut watch = config::Config::parse(
            "[[watch]]\nname = \"it\"\njson = \"http://x.example/\"\npointer = \"\"\nwarning = \"> 5\"\n",
        )
        .unwrap()
        .watches
        .remove(0);
        watch.asks = asks;
        let answers = async {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut request = Vec::with_capacity(4_096);
            connection.read_buf(&mut request).await.unwrap();
            connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n1").await.unwrap();
            String::from_utf8(request).unwrap().to_lowercase()
        };
        let clock = Clock::standing_at(jiff::Timestamp::UNIX_EPOCH);
        tokio::join!(looker.look(&watch, &clock), answers).1
    }

    #[tokio::test]
    async fn a_port_is_open_or_refused_and_of_a_host_that_is_not_named_nobody_can_tell() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let toml = format!("[runbook]\nhosts = [\"{host}\"]\nprivate = [\"{host}\"]\n");
        let config =
            Config::parse(&format!("{toml}[[watch]]\nname = \"redis\"\ntcp = \"{host}\"\n")).unwrap();
        let looker = Looker { fetcher: Fetcher::new(&config.runbook), ..looker(None) };
        let clock = Clock::standing_at(jiff::Timestamp::UNIX_EPOCH);
        let watch = &config.watches[0];
        assert_eq!(looker.look(watch, &clock).await, Reading::state("open"));
        drop(listener);
        assert_eq!(looker.look(watch, &clock).await, Reading::state("refused"));
        let elsewhere = Looker { fetcher: Fetcher::new(&Config::default().runbook), ..looker };
        let Reading::CannotTell(reason) = elsewhere.look(watch, &clock).await else { panic!() };
        assert!(reason.to_string().contains("is not among [runbook] hosts"), "{reason}");
    }

    #[tokio::test]
    async fn the_token_goes_to_prometheus_and_to_nobody_else() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let toml = format!("[runbook]\nhosts = [\"{host}\"]\nprivate = [\"{host}\"]\n");
        let config = Config::parse(&toml).unwrap();
        let (prometheus, token) = (Some(format!("http://{host}")), Some(Secret::new("hunter2hunter2")));
        let looker = Looker { fetcher: Fetcher::new(&config.runbook), prometheus, token, ..looker(None) };
        let query = Asks::Query { query: "up".to_owned(), fold: None };
        let request = asked(&looker, query, &listener).await;
        assert!(request.contains("authorization: bearer hunter2hunter2\r\n"), "{request}");
        let json = Asks::Json { url: format!("http://{host}/"), pointer: String::new() };
        let request = asked(&looker, json, &listener).await;
        assert!(request.starts_with("get / ") && !request.contains("authorization"), "{request}");
    }
}
