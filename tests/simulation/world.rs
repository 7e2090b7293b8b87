//! Howler and Slack in one thread, on one simulated time, from one seed.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use config::Config;
use config::secrets::{HookSecrets, Secrets};
use domain::alert::ear::Ear;
use domain::alert::event::AlertEvent;
use domain::alert::group::{Group, GroupId};
use domain::alert::silence::{Silence, SilenceId};
use domain::alert::{Alert, AlertId};
use domain::id::{IncidentId, RunId};
use domain::incident::Incident;
use domain::incident::event::Event;
use domain::run::audit::AuditRow;
use domain::run::{Run, RunEvent};
use domain::secret::Secret;
use fake::slack::{self, Slack};
use ground::clock::Clock;
use ground::loopback::Loopback;
use howler::app::{App, Ground, Setup};
use jiff::{SignedDuration, Timestamp};
use store::{Disk, MemoryDisk, Store};
use tempfile::TempDir;

use super::deeds::Deed;
use super::dice::Dice;
use super::machines::{self, Line, Machines};
use super::production::Watched;
use crate::harness::{MANIFEST, SECRET, TOKEN, two_in_the_morning};

/// When howler ran, and could save.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub from: Timestamp,
    pub until: Timestamp,
}

/// Rows of alerts.
pub struct SavedAlerts {
    pub alerts: Vec<(Alert, Vec<AlertEvent>)>,
    pub groups: Vec<Group>,
    pub silences: Vec<Silence>,
    pub ears: Vec<Ear>,
}

pub struct World {
    pub clock: Clock,
    pub slack: Slack,
    pub disk: MemoryDisk,
    pub dice: Dice,
    /// What people did and what came of it, in the order of doing.
    pub deeds: Arc<Mutex<Vec<Deed>>>,
    /// Spans in which howler was down, or could not save.
    pub outages: Vec<Span>,
    /// How often howler was killed.
    pub kills: Arc<AtomicU32>,
    /// Whether production breaks in this life: in every second one.
    pub breaks: bool,
    /// What procedures look at and change.
    pub production: Arc<Watched>,
    /// Whether machines speak in this life: in every second pair.
    pub speaks: bool,
    pub machines: Machines,
    pub line: Line,
    network: Loopback,
    folder: TempDir,
    howler: Option<App>,
    down_since: Timestamp,
    pub full_since: Option<Timestamp>,
}

impl World {
    pub fn new(seed: u64) -> Self {
        let clock = Clock::of_runtime(two_in_the_morning());
        let slack = Slack::new(slack::Setup {
            clock: clock.clone(),
            manifest: MANIFEST.into(),
            signing_secret: SECRET.into(),
            bot_token: TOKEN.into(),
        })
        .unwrap();
        slack.set_own_base("http://localhost");
        slack.faults().retry_events(true);
        let (network, listener) = Loopback::new();
        let api = slack.api();
        tokio::spawn(async move { axum::serve(listener, api).await });
        let (kills, clock_of_line) = (Arc::<AtomicU32>::default(), clock.clone());
        let mut world = Self {
            disk: MemoryDisk::new(clock.clone()),
            production: Arc::new(Watched::new(clock.clone())),
            down_since: clock.now(),
            clock,
            slack,
            dice: Dice::new(seed),
            deeds: Arc::default(),
            outages: Vec::new(),
            line: Line::new(clock_of_line, Arc::clone(&kills)),
            kills,
            breaks: seed.is_multiple_of(2),
            speaks: seed % 4 >= 2,
            machines: Machines::default(),
            network,
            folder: TempDir::new().unwrap(),
            howler: None,
            full_since: None,
        };
        world.start();
        if world.speaks {
            machines::begin(&mut world);
        }
        world
    }

    pub fn start(&mut self) {
        let toml = "[mentions]\noncall = \"S0ONCALL\"\nengineering = \"S0ENG\"\n\
            [rotation]\nhandoff = \"03:00\"\nturn = \"daily\"\nmembers = [\"U0MAYA\", \"U0KOFI\", \"U0ZOE\"]\n\
            [runbook.approval]\npeople = [\"U0IAN\", \"U0MAYA\"]\nper_hour = 4\n\
            [backups]\nevery = \"off\"\n";
        let toml = if self.speaks { format!("{toml}{}", machines::TOML) } else { toml.to_owned() };
        let setup = Setup {
            config: Config::parse(&toml).unwrap(),
            secrets: Secrets {
                slack_app_token: None,
                slack_bot_token: Secret::new(TOKEN),
                slack_signing_secret: Some(Secret::new(SECRET)),
                slack_api_url: "http://localhost/api/".into(),
                github_token: None,
                metrics_secret: None,
                api_secret: None,
                audit: config::secrets::AuditSecrets::default(),
                hooks: if self.speaks { machines::secrets() } else { HookSecrets::default() },
                phone: config::secrets::PhoneSecrets::default(),
                github_api_url: config::secrets::GITHUB_API_URL.into(),
                vercel: config::secrets::VercelSecrets::default(),
                prometheus_url: None,
                prometheus_token: None,
            },
            data: self.folder.path().join("data"),
            clock: self.clock.clone(),
        };
        let ground = Ground {
            disk: Disk::Memory(self.disk.clone()),
            slack: Some(self.network.clone()),
            world: Some(self.production.clone()),
        };
        let app = App::start_on(ground, setup).unwrap();
        self.slack.point_inside(app.router.clone());
        self.line.point_at(Some(app.router.clone()));
        self.howler = Some(app);
        self.outages.push(Span { from: self.down_since, until: self.now() });
    }

    pub fn app(&self) -> &App {
        self.howler.as_ref().expect("howler does not run")
    }

    /// Loses what was not written.
    pub async fn kill(&mut self) {
        let Some(app) = self.howler.take() else { return };
        self.slack.point_nowhere();
        self.line.point_at(None);
        self.down_since = self.now();
        self.kills.fetch_add(1, Ordering::Relaxed);
        app.crash().await;
    }

    /// Stops as SIGTERM does.
    pub async fn stop(&mut self) {
        let Some(app) = self.howler.take() else { return };
        self.slack.point_nowhere();
        self.line.point_at(None);
        self.down_since = self.now();
        assert!(app.stop().await, "a part of howler ended by itself");
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub async fn wait(&self, time: SignedDuration) {
        self.clock.sleep_until(self.now() + time).await;
    }

    fn store(&self) -> Store {
        assert!(self.howler.is_none(), "howler has its store open");
        Store::open_on(Disk::Memory(self.disk.clone()), &self.folder.path().join("data"), "").unwrap()
    }

    /// The runs that howler has saved, and its audit, read beside it once it is stopped.
    pub fn saved_runs(&self) -> (Vec<(Run, Vec<RunEvent>)>, Vec<AuditRow>) {
        let store = self.store();
        let last = store.load().unwrap().next.run;
        let read = |id| {
            let id = RunId(id);
            Some((store.run(id).unwrap()?, store.run_events(id).unwrap()))
        };
        ((1..last).filter_map(read).collect(), store.audit().unwrap())
    }

    /// What howler has saved of alerts, read beside it once it is stopped.
    pub fn saved_alerts(&self) -> SavedAlerts {
        let store = self.store();
        let opened = store.load().unwrap();
        let next = opened.next.plain;
        let alerts = (1..next.alerts)
            .map(AlertId)
            .filter_map(|id| Some((store.alert(id).unwrap()?, store.alert_events(id).unwrap())));
        SavedAlerts {
            alerts: alerts.collect(),
            groups: (1..next.groups).filter_map(|id| store.alert_group(GroupId(id)).unwrap()).collect(),
            silences: (1..next.silences).filter_map(|id| store.silence(SilenceId(id)).unwrap()).collect(),
            ears: opened.ears,
        }
    }

    /// What howler has saved, read beside it once it is stopped.
    pub fn saved(&self) -> Vec<(Incident, Vec<Event>)> {
        let store = self.store();
        let last = store.load().unwrap().next.incident;
        let read = |id| {
            let id = IncidentId(id);
            Some((store.incident(id).unwrap()?, store.events(id).unwrap()))
        };
        (1..last).filter_map(read).collect()
    }
}
