//! A workspace with people, and howler in it.

mod channel;
mod person;
pub mod process;
pub mod tls;
pub mod town;
pub mod webdriver;

use config::Config;
use config::secrets::{GITHUB_API_URL, PhoneSecrets, Secrets};
use domain::duration::Every;
use domain::secret::Secret;
use fake::github::{self, GitHub};
use fake::phone::{self, Phones};
use fake::slack::{self, Slack};
use ground::clock::Clock;
use howler::app::{self, App, Setup};
use intake::shell::Shell;
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use channel::{Channel, Message};
pub use person::Person;
pub use town::Town;

pub const EMERGENCIES: &str = "#monkeytown-emergencies";
pub const ROOM: &str = "#inc-1-event-stream-down";
pub const SECRET: &str = "test-secret";
pub const TOKEN: &str = "xoxb-test";
pub const GITHUB_TOKEN: &str = "github-test";
const TWILIO_NUMBER: &str = "+14155550100";
pub const MANIFEST: &str = include_str!("../../manifest.yml");

pub struct World {
    pub clock: Clock,
    pub slack: Slack,
    config: Config,
    folder: TempDir,
    secrets: Secrets,
    github: Option<(GitHub, String)>,
    phones: Option<Phones>,
    howler: Option<Howler>,
}

struct Howler {
    app: App,
    /// Listens as long as it is held.
    _shell: Shell,
    server: JoinHandle<()>,
    base: String,
}

/// 2026-11-24 02:00 UTC.
pub fn two_in_the_morning() -> Timestamp {
    Timestamp::from_second(1_795_485_600).unwrap()
}

/// A fake Slack that listens, for howlers in this process and others.
pub async fn workspace(clock: &Clock) -> (Slack, String) {
    workspace_of(clock, MANIFEST).await
}

/// Its app is the one that `manifest` makes.
pub async fn workspace_of(clock: &Clock, manifest: &str) -> (Slack, String) {
    let slack = Slack::new(slack::Setup {
        clock: clock.clone(),
        manifest: manifest.into(),
        signing_secret: SECRET.into(),
        bot_token: TOKEN.into(),
    })
    .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    slack.set_own_base(&base);
    tokio::spawn(app::serve(listener, slack.api(), std::future::pending()));
    (slack, format!("{base}/api/"))
}

/// A fake GitHub that listens.
pub async fn hub(clock: &Clock) -> (GitHub, String) {
    let github = GitHub::new(github::Setup {
        clock: clock.clone(),
        repository: "anomalyco/monkeytown".into(),
        token: GITHUB_TOKEN.into(),
        login: "howler-bot".into(),
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(app::serve(listener, github.api(), std::future::pending()));
    (github, url)
}

impl World {
    pub async fn start() -> Self {
        Self::with_config("").await
    }

    /// `toml` is what `howler.toml` says beside the mentions.
    pub async fn with_config(toml: &str) -> Self {
        let mut world = Self::asleep(toml).await;
        world.start_howler().await;
        world
    }

    /// With other secrets than the usual ones.
    pub async fn with_secrets(toml: &str, change: impl FnOnce(&mut Secrets)) -> Self {
        let mut world = Self::asleep(toml).await;
        change(&mut world.secrets);
        world.start_howler().await;
        world
    }

    /// With a GitHub that has the backup repository.
    pub async fn with_github(toml: &str) -> Self {
        let mut world = Self::asleep(toml).await;
        world.github = Some(hub(&world.clock).await);
        world.start_howler().await;
        world
    }

    /// With a GitHub that delivers and is asked; `change` sets the sources' secrets.
    pub async fn with_hub(toml: &str, change: impl FnOnce(&mut Secrets)) -> Self {
        let mut world = Self::asleep(toml).await;
        world.github = Some(hub(&world.clock).await);
        change(&mut world.secrets);
        world.start_howler().await;
        world
    }

    /// With a Twilio and a PagerDuty, of which `provider` is the configured one.
    pub async fn with_phones(provider: &str, toml: &str) -> Self {
        let phone = format!(
            "[phone]\nprovider = \"{provider}\"\nfrom = \"{TWILIO_NUMBER}\"\npublic_url = \"https://howler.test\"\n{toml}"
        );
        let mut world = Self::asleep(&phone).await;
        let phones = Phones::new(phone::Setup {
            clock: world.clock.clone(),
            account_sid: format!("AC{:032x}", 7),
            auth_token: "twilio-test-token".into(),
            owned: [TWILIO_NUMBER.to_owned()].into(),
            verified: None,
            routing_key: "r".repeat(32),
            webhook_secret: "pagerduty-test-secret".into(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(app::serve(listener, phones.api(), std::future::pending()));
        world.secrets.phone = PhoneSecrets {
            twilio_account_sid: Some(Secret::new(format!("AC{:032x}", 7))),
            twilio_auth_token: Some(Secret::new("twilio-test-token")),
            twilio_api_url: url.clone(),
            pagerduty_routing_key: Some(Secret::new("r".repeat(32))),
            pagerduty_api_url: url,
            pagerduty_webhook_secret: Some(Secret::new("pagerduty-test-secret")),
        };
        world.phones = Some(phones);
        world.start_howler().await;
        world
    }

    /// The fake phones, where there are some.
    pub fn phones(&self) -> &Phones {
        self.phones.as_ref().expect("this world has no phones")
    }

    async fn asleep(toml: &str) -> Self {
        let clock = Clock::standing_at(two_in_the_morning());
        let (slack, slack_api_url) = workspace(&clock).await;
        let secrets = Secrets {
            slack_bot_token: Secret::new(TOKEN),
            slack_signing_secret: Some(Secret::new(SECRET)),
            slack_app_token: None,
            slack_api_url,
            github_token: None,
            metrics_secret: None,
            api_secret: None,
            audit: config::secrets::AuditSecrets::default(),
            hooks: config::secrets::HookSecrets::default(),
            phone: config::secrets::PhoneSecrets::default(),
            github_api_url: config::secrets::GITHUB_API_URL.into(),
            vercel: config::secrets::VercelSecrets::default(),
            prometheus_url: None,
            prometheus_token: None,
        };
        Self::of(clock, slack, secrets, toml)
    }

    /// Everything but howler.
    pub fn of(clock: Clock, slack: Slack, secrets: Secrets, toml: &str) -> Self {
        let mentions = "[mentions]\noncall = \"S0ONCALL\"\nengineering = \"S0ENG\"\n";
        let mut config = Config::parse(&format!("{mentions}{toml}")).unwrap();
        // Clocks jump hours here, and most tests have no use for files.
        if !toml.contains("[backups]") {
            config.backups.every = Every::Off;
        }
        let folder = TempDir::new().unwrap();
        Self { clock, slack, config, folder, secrets, github: None, phones: None, howler: None }
    }

    pub fn setup(&self) -> Setup {
        Setup {
            config: self.config.clone(),
            secrets: Secrets {
                github_token: self.github.as_ref().map(|_| Secret::new(GITHUB_TOKEN)),
                github_api_url: self
                    .github
                    .as_ref()
                    .map_or_else(|| GITHUB_API_URL.into(), |(_, url)| url.clone()),
                ..self.secrets.clone()
            },
            data: self.data(),
            clock: self.clock.clone(),
        }
    }

    /// Changes the secrets of the next howler.
    pub fn secure(&mut self, change: impl FnOnce(&mut Secrets)) {
        change(&mut self.secrets);
    }

    /// Changes the configuration of the next howler.
    pub fn configure(&mut self, change: impl FnOnce(&mut Config)) {
        change(&mut self.config);
    }

    pub async fn start_howler(&mut self) {
        let app = App::start(self.setup()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(app::serve(listener, app.router.clone(), std::future::pending()));
        self.slack.point_at(&base);
        if let Some((github, _)) = &self.github {
            github.point_at(&base);
        }
        if let Some(phones) = &self.phones {
            phones.point_inside(app.router.clone());
        }
        let shell = app.open_shell(&self.data()).expect("a socket for shells");
        self.howler = Some(Howler { app, _shell: shell, server, base });
    }

    /// Loses what was not saved.
    pub async fn crash(&mut self) {
        let Howler { app, server, .. } = self.howler.take().unwrap();
        server.abort();
        let _ = server.await;
        app.crash().await;
    }

    /// Stops it as a signal does; whether all went well.
    pub async fn stop(&mut self) -> bool {
        let Howler { app, server, .. } = self.howler.take().unwrap();
        server.abort();
        app.stop().await
    }

    fn howler(&self) -> &Howler {
        self.howler.as_ref().expect("howler does not run")
    }

    /// Posts to howler, signed with `secret` at `timestamp`.
    pub async fn posts(&self, path: &str, body: &str, timestamp: i64, secret: &str) -> reqwest::Response {
        let timestamp = timestamp.to_string();
        let signature = slack::sign(secret, &timestamp, body);
        reqwest::Client::new()
            .post(format!("{}{path}", self.base()))
            .header("x-slack-request-timestamp", timestamp)
            .header("x-slack-signature", signature)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.to_owned())
            .send()
            .await
            .unwrap()
    }

    pub fn base(&self) -> &str {
        &self.howler().base
    }

    pub fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// Returns once howler has nothing under way.
    pub async fn settle(&self) {
        self.howler().app.desk.settled().await;
    }

    /// The open alerts, in the order of their numbers.
    pub fn alerts(&self) -> Vec<std::sync::Arc<domain::alert::Alert>> {
        let open = self.howler().app.desk.look(|state, _| state.plain.alerts.values().cloned().collect());
        open.unwrap_or_default()
    }

    /// Who has it at an instant, as howler knows.
    pub fn held(&self, at: Timestamp) -> Option<String> {
        let look = self
            .howler()
            .app
            .desk
            .look(|state, _| state.rota.schedule.holder(at).map(|(person, _)| person.to_string()));
        look.flatten()
    }

    /// The next howler has no token for GitHub.
    pub fn forget_github(&mut self) {
        self.github = None;
    }

    /// The fake GitHub, where there is one.
    pub fn github(&self) -> &GitHub {
        &self.github.as_ref().expect("this world has no GitHub").0
    }

    /// Moves the clock, stopping at every timer.
    pub async fn forward(&self, minutes: i64) {
        self.howler().app.desk.forward(self.clock.now() + SignedDuration::from_mins(minutes)).await;
    }

    /// Returns once no source is due to be asked, and what it answered is told.
    pub async fn asked(&self) {
        self.howler().app.asking.as_ref().expect("nobody is asked").settled().await;
        self.settle().await;
    }

    /// Returns once no procedure is being tried, and what was found is told.
    pub async fn drilled(&self) {
        self.howler().app.drilling.as_ref().expect("drills are off").settled().await;
        self.settle().await;
    }

    /// Returns once no watch is due to be read, and what came is told.
    pub async fn watched(&self) {
        self.howler().app.watching.as_ref().expect("nothing is watched").settled().await;
        self.settle().await;
    }

    /// Returns once no automatic backup is due or under way.
    pub async fn backed_up(&self) {
        self.howler().app.backups.as_ref().expect("backups are off").settled().await;
    }

    /// The way to howler's desk, past its doors.
    pub fn desk(&self) -> desk::Desk {
        self.howler().app.desk.clone()
    }

    /// Lets so many seconds pass, with all that comes due in them.
    pub async fn forward_seconds(&self, seconds: i64) {
        let to = self.clock.now() + SignedDuration::from_secs(seconds);
        self.howler().app.desk.forward(to).await;
    }

    pub fn person(&self, name: &'static str) -> Person<'_> {
        Person { world: self, name }
    }

    pub fn ian(&self) -> Person<'_> {
        self.person("ian")
    }

    pub fn maya(&self) -> Person<'_> {
        self.person("maya")
    }

    /// A channel by `#name`, or a person's direct messages by their name.
    pub fn channel(&self, name: &str) -> Channel {
        Channel::look(&self.slack, name)
    }

    pub fn has_channel(&self, name: &str) -> bool {
        Channel::find(&self.slack, name).is_some()
    }

    /// How many of howler's messages for everybody in a channel hold `part`; none where there is no such channel.
    pub fn count(&self, channel: &str, part: &str) -> usize {
        let channel = Channel::find(&self.slack, channel);
        let texts = channel.iter().flat_map(Channel::texts);
        texts.filter(|text| text.contains(part)).count()
    }
}
