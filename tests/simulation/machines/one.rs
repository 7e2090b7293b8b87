//! One machine: what it watches, what it says next, and how its source puts that.

use domain::Severity;
use domain::alert::signal::{Said, Source};
use fake::alerts::{
    Alert, Alertmanager, Deployment, Event, GitHub, Grafana, Monitor, PagerDuty, Post, Run, Style,
    UptimeRobot, Vercel,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{GITHUB, Line, ROBOT, Sent, Statement, TOKEN, VERCEL};
use crate::simulation::dice::Dice;

/// What kind of machine it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Workflow,
    Deployment {
        production: bool,
    },
    Monitor,
    /// So many series of Prometheus', told by Alertmanager or Grafana.
    Series {
        grafana: bool,
        many: usize,
    },
    /// An integration for PagerDuty.
    Integration,
    /// A script that tells `/hooks/events`.
    Script,
}

pub struct Machine {
    pub what: What,
    number: u64,
    /// In the source's words.
    severity: &'static str,
    fires: bool,
    said: u64,
    /// When it spoke last and when it began to fire, by its own clock.
    last: Timestamp,
    began: Timestamp,
    /// Its clock is ahead of howler's by so much.
    skew: SignedDuration,
    /// Its last delivery, where the next one may only follow its answer.
    pending: Option<(Line, usize)>,
}

fn severity_of(word: &str) -> Severity {
    match word {
        "critical" => Severity::P1,
        "error" => Severity::P2,
        "warning" => Severity::P3,
        _ => Severity::P4,
    }
}

impl Machine {
    fn new(what: What, number: u64, severity: &'static str, skew: SignedDuration, now: Timestamp) -> Self {
        let last = now - SignedDuration::from_mins(10);
        Self { what, number, severity, fires: false, said: 0, last, began: last, skew, pending: None }
    }

    pub fn any(dice: &mut Dice, number: u64, now: Timestamp) -> Self {
        let kinds = [
            What::Workflow,
            What::Deployment { production: true },
            What::Deployment { production: false },
            What::Monitor,
            What::Series { grafana: false, many: 1 },
            What::Series { grafana: false, many: 1 },
            What::Series { grafana: true, many: 1 },
            What::Series { grafana: true, many: 1 },
            What::Integration,
            What::Script,
        ];
        let severity = dice.one(&["critical", "error", "warning", "warning", "info"]);
        let skew = SignedDuration::from_secs(dice.between(-120, 60));
        Self::new(dice.one(&kinds), number, severity, skew, now)
    }

    pub fn storm(dice: &mut Dice, now: Timestamp) -> Self {
        let many = usize::try_from(dice.between(12, 40)).unwrap();
        let grafana = dice.once_in(2);
        let severity = dice.one(&["critical", "error", "warning"]);
        Self::new(What::Series { grafana, many }, 900, severity, SignedDuration::ZERO, now)
    }

    pub fn is_storm(&self) -> bool {
        matches!(self.what, What::Series { many, .. } if many > 1)
    }

    /// Whether each thing that it says has its time.
    pub fn tells_time(&self) -> bool {
        self.what != What::Integration
    }

    /// Whether what it said last got no yes yet, and nothing more may be said before that.
    pub fn waits(&self) -> bool {
        self.is_storm() || self.pending.as_ref().is_some_and(|(line, number)| !line.is_taken(*number))
    }

    /// What it says after what it said last.
    pub fn other(&self) -> Said {
        if self.fires { Said::Resolved } else { Said::Firing }
    }

    /// What it says now: mostly something else than before.
    pub fn next(&self, dice: &mut Dice) -> Said {
        let acks = matches!(self.what, What::Integration | What::Script) && self.fires;
        match dice.below(8) {
            0 if acks => Said::Acknowledged,
            0..=2 if self.fires => Said::Firing,
            3 if !self.fires => Said::Resolved,
            _ => self.other(),
        }
    }

    /// Its own time for what it says at `now`: whole seconds, later than all before.
    fn time(&mut self, said: Said, now: Timestamp) -> Timestamp {
        let own = Timestamp::from_second((now + self.skew).as_second()).unwrap();
        self.last = own.max(self.last + SignedDuration::from_secs(1));
        self.said += 1;
        if said == Said::Firing && !self.fires {
            self.began = self.last;
        }
        self.fires = match said {
            Said::Firing => true,
            Said::Resolved => false,
            Said::Acknowledged => self.fires,
        };
        self.last
    }

    /// A statement in its source's way.
    pub fn says(&mut self, said: Said, now: Timestamp) -> Sent {
        if let What::Series { grafana, .. } = self.what {
            return Self::group(grafana, self.alerts(said, now), now);
        }
        let at = self.time(said, now);
        let (source, key, severity, post) = match self.what {
            What::Workflow => self.run(said, at),
            What::Deployment { production } => self.deployment(said, at, production),
            What::Monitor => self.monitor(said, at),
            What::Integration => self.event(said, now),
            What::Script | What::Series { .. } => self.script(said, at),
        };
        let own = match (self.what, said) {
            (What::Integration, Said::Firing) => Some(now),
            (What::Integration, _) => None,
            _ => Some(at),
        };
        let says = vec![Statement { source, key, said, at: own, severity }];
        Sent::of(source, says, self.what != What::Integration, post)
    }

    /// The next thing may only be said once this one was answered.
    pub fn wait_for(&mut self, line: &Line, number: usize) {
        if !self.tells_time() {
            self.pending = Some((line.clone(), number));
        }
    }

    fn run(&self, said: Said, at: Timestamp) -> (Source, String, Severity, Post) {
        let failures = ["failure", "timed_out", "startup_failure"];
        let ended = match said {
            Said::Firing => failures[usize::try_from(self.said).unwrap() % 3],
            _ => "success",
        };
        let workflow = format!("job-{}.yml", self.number);
        let id = 1_000_000 * (self.number + 1) + self.said;
        let run = Run { id, workflow: workflow.clone(), ..Run::new(self.said, ended, at) };
        let github = GitHub {
            secret: GITHUB.into(),
            repository: "anomalyco/monkeytown".into(),
            default_branch: "main".into(),
        };
        let key = format!("anomalyco/monkeytown .github/workflows/{workflow} main");
        let post = github.run(&run, &format!("{}-{}", self.number, self.said));
        (Source::GitHub, key, Severity::P3, post)
    }

    fn deployment(&self, said: Said, at: Timestamp, production: bool) -> (Source, String, Severity, Post) {
        let project = format!("web{}", self.number);
        let target = production.then(|| "production".to_owned());
        let deployment = Deployment { project: project.clone(), target, branch: "fix".into(), at };
        let kind = if said == Said::Firing { "deployment.error" } else { "deployment.succeeded" };
        let id = format!("evt_{}_{}", self.number, self.said);
        let post = Vercel { secret: VERCEL.into() }.deployment(kind, &deployment, &id);
        let (key, severity) = match production {
            true => (format!("prj_{project} production"), Severity::P2),
            false => (format!("prj_{project} preview fix"), Severity::P3),
        };
        (Source::Vercel, key, severity, post)
    }

    fn monitor(&self, said: Said, at: Timestamp) -> (Source, String, Severity, Post) {
        let styles = [Style::Query, Style::Form, Style::Json, Style::DollarJson];
        let style = styles[usize::try_from(self.number).unwrap() % 4];
        let robot = UptimeRobot { token: ROBOT.into(), style };
        let id = 700 + self.number;
        let monitor = Monitor { id, name: format!("Town {id}"), url: "https://monkeytown.ai/health".into() };
        let post = match said {
            Said::Firing => robot.down(&monitor, "Timeout", at),
            _ => robot.up(&monitor, 60, at),
        };
        (Source::UptimeRobot, id.to_string(), Severity::P1, post)
    }

    fn event(&self, said: Said, now: Timestamp) -> (Source, String, Severity, Post) {
        let action = match said {
            Said::Firing => "trigger",
            Said::Acknowledged => "acknowledge",
            Said::Resolved => "resolve",
        };
        let key = format!("queue-{}", self.number);
        let event = Event {
            action: action.into(),
            dedup_key: Some(key.clone()),
            summary: format!("Queue {} is long", self.number),
            severity: self.severity.into(),
            at: now,
        };
        let post = PagerDuty { routing_key: TOKEN.into() }.event(&event);
        (Source::PagerDuty, key, severity_of(self.severity), post)
    }

    /// As in the documents' `curl` line.
    fn script(&self, said: Said, at: Timestamp) -> (Source, String, Severity, Post) {
        let action = match said {
            Said::Firing => "trigger",
            Said::Acknowledged => "ack",
            Said::Resolved => "resolve",
        };
        let key = format!("backup/db-{}", self.number);
        let body = json!({
            "action": action, "key": key, "summary": format!("The backup of db-{} failed", self.number),
            "severity": self.severity, "source": "db", "at": at.to_string(),
        });
        let headers = vec![
            ("authorization", format!("Bearer {TOKEN}")),
            ("idempotency-key", format!("{key} {}", self.said)),
        ];
        let post = Post { method: "POST", path: "/hooks/events".into(), headers, body: body.to_string() };
        (Source::Events, key, severity_of(self.severity), post)
    }

    /// What its series say, for a group of them.
    pub fn alerts(&mut self, said: Said, now: Timestamp) -> Vec<Alert> {
        let What::Series { many, .. } = self.what else { return Vec::new() };
        let at = self.time(said, now);
        let name = format!("Series{}", self.number);
        let one = |instance: usize| {
            let alert = Alert::new(&name, self.severity, &format!("pod-{instance}"), self.began);
            if said == Said::Resolved { alert.resolved(at) } else { alert }
        };
        (0..many).map(one).collect()
    }

    /// A group as Alertmanager or Grafana sends it.
    pub fn group(grafana: bool, alerts: Vec<Alert>, now: Timestamp) -> Sent {
        let source = if grafana { Source::Grafana } else { Source::Alertmanager };
        let says = alerts.iter().map(|alert| Statement {
            source,
            key: alert.fingerprint(),
            said: if alert.ended.is_some() { Said::Resolved } else { Said::Firing },
            at: Some(alert.ended.unwrap_or(alert.began)),
            severity: severity_of(&alert.labels[2].1),
        });
        let says = says.collect();
        let post = match grafana {
            true => Grafana { token: TOKEN.into(), secret: None }.group(&alerts, now),
            false => Alertmanager { token: TOKEN.into() }.group(&alerts),
        };
        let mut names: Vec<String> = alerts
            .iter()
            .map(|alert| format!("{} {} {}", alert.fingerprint(), alert.ended.is_some(), alert.began))
            .collect();
        names.sort();
        Sent { group: names.join(", "), ..Sent::of(source, says, true, post) }
    }
}
