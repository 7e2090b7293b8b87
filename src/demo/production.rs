//! The rehearsal's production: a small Monkeytown that breaks on request and answers what the runbook asks, so that somebody
//! can diagnose it and roll it back. It is kept in memory: nothing is asked outside, and nothing of the machine is run.

mod cluster;

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::{Value, json};

use cluster::Deployment;
use domain::procedure::{CannotTell, Heard, Question};
use domain::run::change::Ended;
use ground::clock::Clock;
use probe::{Fingerprint, StandIn};

/// What can be broken, by the word of its button, and what a person would say of it.
pub const BREAKS: [(&str, &str); 5] = [
    ("release", "A bad release of the event stream"),
    ("hang", "The event stream hangs"),
    ("memory", "The event stream runs out of memory"),
    ("redis", "Redis is unreachable"),
    ("site", "A bad deployment of the site"),
];

#[derive(Debug)]
pub struct Production {
    world: Mutex<World>,
    clock: Clock,
}

#[derive(Debug)]
struct World {
    stream: Deployment,
    web: Deployment,
    redis: bool,
    /// The site's deployments, the newest first.
    site: Vec<Page>,
    /// Which of them serves.
    serving: usize,
    /// Those that a rollback left.
    left: BTreeSet<String>,
}

/// A deployment of the site.
#[derive(Debug)]
struct Page {
    url: String,
    works: bool,
    made: Timestamp,
}

impl Page {
    fn new(number: usize, works: bool, made: Timestamp) -> Self {
        Self { url: format!("monkeytown-{number}.vercel.app"), works, made }
    }
}

impl World {
    /// As it is at `now`, where all has run well for hours.
    fn new(now: Timestamp) -> Self {
        let site =
            (1..=4).rev().map(|number| Page::new(number, true, cluster::released_before(now, 4 - number)));
        Self {
            stream: Deployment::new("event-stream", 7, now),
            web: Deployment::new("monkeytown-web", 3, now),
            redis: true,
            site: site.collect(),
            serving: 0,
            left: BTreeSet::new(),
        }
    }
}

impl Production {
    pub fn new(clock: Clock) -> Self {
        Self { world: Mutex::new(World::new(clock.now())), clock }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Breaks something, or mends everything (`mend`).
    ///
    /// # Errors
    /// A word that breaks nothing.
    pub fn breaks(&self, what: &str) -> Result<(), String> {
        let (mut world, now) = (self.world(), self.clock.now());
        match what {
            "release" => world.stream.release(false, now),
            "hang" => world.stream.hangs = true,
            "memory" => world.stream.lacks_memory = true,
            "redis" => world.redis = false,
            "site" => {
                let number = world.site.len() + 1;
                world.site.insert(0, Page::new(number, false, now));
                world.serving = 0;
            }
            "mend" => {
                *world = World::new(now);
            }
            other => return Err(format!("nothing here breaks by the word {other}")),
        }
        Ok(())
    }

    /// The metrics of the runbook's dashboard (4.1) at `at`, as things stand now.
    pub fn metrics(&self, at: Timestamp) -> Vec<(&'static str, f64)> {
        let world = self.world();
        let (stream, site) = (world.stream_is_well(), world.site_is_well());
        // No two minutes are alike, and each is the same whenever it is asked for.
        let minute = u32::try_from(at.as_second() / 60).unwrap_or_default();
        let wave = f64::from(minute.wrapping_mul(2_654_435_761) >> 24) / 255.0;
        vec![
            ("http_response_time_p99", if stream { 0.31 + 0.08 * wave } else { 1.5 + 0.4 * wave }),
            (
                "http_error_rate",
                match (stream, site) {
                    (_, false) => 0.12,
                    (false, true) => 0.03,
                    (true, true) => 0.002,
                } + 0.003 * wave,
            ),
            ("active_witnesses", if stream { 42.0 + (4.0 * wave).round() } else { 0.0 }),
            ("agent_run_success", 96.0 + wave.round()),
            ("bundle_size", 184_000.0),
            ("websocket_connections", if stream { 180.0 + (20.0 * wave).round() } else { 24.0 }),
        ]
    }

    /// What the page shows: how things stand, and what can be broken.
    pub fn shown(&self) -> Value {
        let world = self.world();
        let part = |name: &str, well: bool| json!({ "name": name, "well": well });
        json!({
            "parts": [
                part("event stream", world.stream_is_well()),
                part("Redis", world.redis),
                part("site", world.site_is_well()),
            ],
            "breaks": BREAKS.map(|(word, words)| json!({ "word": word, "words": words })),
        })
    }
}

impl World {
    fn stream_is_well(&self) -> bool {
        self.redis && self.stream.is_well()
    }

    fn site_is_well(&self) -> bool {
        self.site.get(self.serving).is_some_and(|page| page.works)
    }

    fn http(&self, address: &str) -> Result<Heard, CannotTell> {
        let well = |well: bool| if well { "healthy" } else { "unhealthy" };
        let (good, text) = match address.split_once("://").map_or("", |(_, rest)| rest) {
            "api.monkeytown.ai/health" => {
                (true, json!({ "status": "healthy", "eventStream": well(self.stream_is_well()) }).to_string())
            }
            "monkeytown.ai/health" => {
                (self.site_is_well(), json!({ "status": well(self.site_is_well()) }).to_string())
            }
            "monkeytown.ai/api/ready" => (true, json!({ "ready": true }).to_string()),
            "monkeytown.ai/api/metrics" => (true, "# TYPE http_requests_total counter\n".to_owned()),
            _ => return Err(CannotTell(format!("the rehearsal has nothing at {address}"))),
        };
        Ok(Heard { status: Some(if good { 200 } else { 503 }), text, ..Heard::default() })
    }

    fn vercel(&self, asked: &str) -> Result<Heard, CannotTell> {
        let deployments = || {
            let one = |(at, page): (usize, &Page)| json!({ "url": page.url, "state": "READY", "created": page.made, "released": page.made, "current": at == self.serving, "left": self.left.contains(&page.url) });
            self.site.iter().enumerate().take(10).map(one).collect::<Vec<Value>>()
        };
        let answer = match asked.split(':').next().unwrap_or(asked) {
            "deployments" => json!(deployments()),
            "build errors" => {
                json!({ "deployment": "", "newest": true, "errors": 0, "log": "Build completed" })
            }
            "environment names" => json!({ "production": ["DATABASE_URL", "REDIS_URL"], "elsewhere": 0 }),
            "quota" => json!({ "exceeded": false, "reason": "none", "since": "never" }),
            _ => return Err(CannotTell(format!("the rehearsal's Vercel does not answer {asked}"))),
        };
        Ok(said(0, answer.to_string()))
    }

    /// A program, as it would answer; `changes` where it is to do what it says.
    fn program(&mut self, argv: &[String], changes: bool, now: Timestamp) -> Result<Heard, CannotTell> {
        let words: Vec<&str> = argv.iter().map(String::as_str).filter(|word| !is_aim(word)).collect();
        match words.as_slice() {
            ["kubectl", "logs", "-l", label, ..] => Ok(said(0, self.deployment(label)?.log())),
            ["kubectl", "get", "rs,pods", "-l", label, ..] => {
                Ok(said(0, self.deployment(label)?.replica_sets_and_pods(now)))
            }
            ["kubectl", "get", "hpa", ..] => Ok(said(0, json!({ "items": [] }).to_string())),
            ["kubectl", "get", object, ..] => Ok(said(0, self.deployment(object)?.object())),
            ["kubectl", "rollout", "history", object, revision, ..] => {
                Ok(self.deployment(object)?.history(revision.trim_start_matches("--revision=")))
            }
            ["kubectl", "rollout", "status", object, ..] => Ok(said(0, self.deployment(object)?.status())),
            ["kubectl", rest @ ..] => {
                let object = rest.iter().find(|word| word.contains('/')).copied().unwrap_or_default();
                let dry = rest.contains(&"--dry-run=client");
                Ok(self.deployment(object)?.change(rest, changes && !dry, now))
            }
            ["vercel", "rollback" | "promote", url] if changes => Ok(self.serve(url)),
            [program, ..] => Err(CannotTell(format!("the rehearsal has no {program}"))),
            [] => Err(CannotTell("there is no program to run".into())),
        }
    }

    fn deployment(&mut self, named: &str) -> Result<&mut Deployment, CannotTell> {
        let name = named.trim_start_matches("app=").trim_start_matches("deployment/");
        [&mut self.stream, &mut self.web]
            .into_iter()
            .find(|deployment| deployment.name == name)
            .ok_or_else(|| CannotTell(format!("the rehearsal's cluster has no {named}")))
    }

    fn serve(&mut self, url: &str) -> Heard {
        match self.site.iter().position(|page| page.url == url) {
            Some(at) => {
                // The newest first: back to an older one leaves what served.
                match self.site.get(self.serving) {
                    Some(served) if at > self.serving => drop(self.left.insert(served.url.clone())),
                    _ => drop(self.left.remove(url)),
                }
                self.serving = at;
                said(0, format!("Success! {url} serves monkeytown.ai\n"))
            }
            None => said(1, format!("Error: no deployment {url}\n")),
        }
    }
}

/// Where a command is aimed; there is one cluster here.
fn is_aim(word: &str) -> bool {
    ["--context=", "--kube-context=", "--namespace="].iter().any(|flag| word.starts_with(flag))
}

fn said(exit: i32, text: String) -> Heard {
    Heard { exit: Some(exit), text, ..Heard::default() }
}

impl StandIn for Production {
    fn ask(&self, question: &Question) -> Result<Heard, CannotTell> {
        let mut world = self.world();
        match question {
            Question::Http(address) => world.http(address),
            Question::Tcp(_) => Ok(said(if world.redis { 0 } else { 1 }, String::new())),
            Question::Run(argv) => world.program(argv, false, self.clock.now()),
            Question::Vercel(asked) => world.vercel(asked),
            Question::GitHub(_) => Err(CannotTell("the rehearsal has no GitHub".into())),
        }
    }

    fn fingerprint(&self, program: &str) -> Fingerprint {
        Fingerprint {
            path: format!("the rehearsal's {program}"),
            sha256: "0".repeat(64),
            environment: Vec::new(),
        }
    }

    fn act(&self, argv: &[String]) -> (Ended, String) {
        match self.world().program(argv, true, self.clock.now()) {
            Ok(heard) => (Ended::Exit { code: heard.exit }, heard.text),
            Err(CannotTell(why)) => (Ended::NotBegun { why }, String::new()),
        }
    }
}

#[cfg(test)]
mod tests;
