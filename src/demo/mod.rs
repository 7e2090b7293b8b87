//! The rehearsal: howler and a fake Slack in one process, behind one address.

mod alerts;
mod metrics;
mod on_call;
mod play;
pub mod production;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tracing::warn;

use crate::app::{self, App, Ground, Setup, StartError, StopSignals};
use config::secrets::{GITHUB_API_URL, Secrets, VercelSecrets};
use config::{ApprovalRules, Backups, Config, Mentions, Phone, Provider, PublicUrl, Rotation, RunbookRules};
use domain::duration::Every;
use domain::id::UserId;
use domain::oncall::phone::PhoneNumber;
use domain::secret::Secret;
use fake::phone::Phones;
use fake::rehearsal::{self, Controls};
use fake::slack::{self, Slack};
use ground::clock::Clock;
use ground::terminal::say;
use probe::StandIn;
use production::Production;
use watch::watched::Watch;

pub use play::play;

/// The rehearsal workspace is the app that the manifest makes.
const MANIFEST: &str = include_str!("../../manifest.yml");
const SIGNING_SECRET: &str = "rehearsal";
const BOT_TOKEN: &str = "xoxb-rehearsal";

/// Why the rehearsal does not start.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("the rehearsal workspace cannot be made: {0}")]
    Workspace(String),
    #[error("what the rehearsal watches cannot be read: {0}")]
    Watches(String),
    #[error("{}: {message}; move it away to begin a new rehearsal", path.display())]
    Saved { path: PathBuf, message: String },
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// A rehearsal under way.
struct Rehearsal {
    app: App,
    slack: Slack,
    phones: Phones,
    production: Arc<Production>,
    listener: TcpListener,
    address: SocketAddr,
}

/// What a kept rehearsal remembers beside howler's own state: the workspace, and how far its clock was moved.
#[derive(Serialize, Deserialize)]
struct Saved {
    ahead: SignedDuration,
    workspace: serde_json::Value,
}

/// Serves the rehearsal until it is asked to stop.
///
/// # Errors
/// When the address or the folder cannot be used.
pub async fn run(listen: SocketAddr, data: Option<PathBuf>) -> Result<(), DemoError> {
    let kept = data.is_some();
    let folder = data.unwrap_or_else(scratch_folder);
    let clock = Clock::system();
    let stop = StopSignals::hear();
    let watches = metrics::watches().map_err(DemoError::Watches)?;
    let rehearsal = start(listen, &folder, kept, clock.clone(), watches).await?;
    let Rehearsal { app, slack, phones, production, listener, address } = rehearsal;
    let desk = app.desk.clone();
    let (shown, ringing) = ((desk.clone(), slack.clone(), phones.clone()), phones.clone());
    let sources = alerts::Sources::new(clock.clone(), app.router.clone());
    let controls = Controls {
        clock: clock.clone(),
        next_timer: Arc::new({
            let desk = desk.clone();
            move || desk.next_due()
        }),
        forward: Arc::new(move |target: Timestamp| {
            let desk = desk.clone();
            Box::pin(async move { desk.forward(target).await })
        }),
        on_call: Arc::new(move || on_call::shown(&shown.0, &shown.1, &shown.2)),
        phone: Arc::new(move |call, deed| on_call::deed(&ringing, call, deed)),
        production: Arc::new({
            let production = Arc::clone(&production);
            move || {
                let mut shown = production.shown();
                shown["alerts"] = alerts::Sources::shown();
                shown
            }
        }),
        alerts: Arc::new(move |what| sources.send(what)),
        breaks: Arc::new({
            let production = Arc::clone(&production);
            move |what| production.breaks(what)
        }),
    };
    let router = app.router.clone().merge(slack.api()).merge(phones.twilio_api());
    let router = router.merge(rehearsal::router(slack.clone(), controls));
    drop(say(format!(
        "howler's rehearsal is at http://{address}/\nNothing leaves this machine. Ctrl-C ends it.\n\
         For scripts: howler answers signed requests here too; the signing secret is `{SIGNING_SECRET}`."
    )));
    let people = slack.clone();
    tokio::spawn(async move { on_call::tell_numbers(&people).await });
    tokio::spawn(on_call::ring_out(phones.clone(), clock.clone()));
    tokio::spawn(metrics::push(Arc::clone(&production), app.router.clone(), clock.clone()));
    let saver = kept.then(|| tokio::spawn(save_changes(slack.clone(), clock.clone(), folder.clone())));
    let shell = if kept { app.open_shell(&folder) } else { None };
    app::serve_with_shell(listener, router, shell, stop.asked()).await;
    app.stop().await;
    if let Some(saver) = saver {
        saver.abort();
        save(&slack, &clock, &folder)?;
    } else if let Err(error) = std::fs::remove_dir_all(&folder) {
        warn!(%error, folder = %folder.display(), "the rehearsal's folder could not be removed");
    }
    Ok(())
}

/// A folder of our own that is gone at the end.
fn scratch_folder() -> PathBuf {
    std::env::temp_dir().join(format!("howler-rehearsal-{}", std::process::id()))
}

async fn start(
    listen: SocketAddr,
    folder: &Path,
    kept: bool,
    clock: Clock,
    watches: Vec<Watch>,
) -> Result<Rehearsal, DemoError> {
    std::fs::create_dir_all(folder)?;
    let listener = app::listen(listen).await?;
    let address = listener.local_addr()?;
    let slack = workspace(folder, &clock)?;
    let base = format!("http://{address}");
    slack.set_own_base(&base);
    slack.point_at(&base);
    let phones = on_call::phones(&clock);
    let setup = Setup {
        config: Config { watches, ..config(&base, kept) },
        secrets: Secrets {
            slack_bot_token: Secret::new(BOT_TOKEN),
            slack_signing_secret: Some(Secret::new(SIGNING_SECRET)),
            slack_app_token: None,
            slack_api_url: format!("{base}/api/"),
            github_token: None,
            github_api_url: GITHUB_API_URL.into(),
            vercel: VercelSecrets::default(),
            prometheus_url: None,
            prometheus_token: None,
            metrics_secret: None,
            api_secret: None,
            audit: config::secrets::AuditSecrets::default(),
            hooks: alerts::secrets(),
            phone: on_call::secrets(&base),
        },
        data: folder.join("howler"),
        clock: clock.clone(),
    };
    let production = Arc::new(Production::new(clock));
    let ground = Ground { world: Some(Arc::clone(&production) as Arc<dyn StandIn>), ..Ground::default() };
    let app = App::start_on(ground, setup)?;
    Ok(Rehearsal { app, slack, phones, production, listener, address })
}

/// The runbook's configuration, with the mentions mapped to the workspace's groups.
fn config(base: &str, kept: bool) -> Config {
    let mentions = Mentions { oncall: "S0ONCALL".into(), engineering: "S0ENG".into(), ..Mentions::default() };
    let members = ["U0MAYA", "U0KOFI", "U0ZOE", "U0IAN"].map(UserId::from).to_vec();
    let rotation = Rotation { members, ..Rotation::default() };
    let phone = Phone {
        provider: Provider::Twilio,
        from: PhoneNumber::parse(on_call::FROM).ok(),
        public_url: PublicUrl::parse(base).ok(),
        ..Phone::default()
    };
    let mut backups = Backups::default();
    if !kept {
        backups.every = Every::Off;
    }
    Config { mentions, rotation, phone, backups, runbook: approvals(), ..Config::default() }
}

/// Everybody of the rotation may approve, so that a person who tries it out finds somebody to act as.
fn approvals() -> RunbookRules {
    let people = ["U0MAYA", "U0KOFI", "U0ZOE", "U0IAN"].map(UserId::from).into();
    RunbookRules { approval: ApprovalRules { people, ..ApprovalRules::default() }, ..RunbookRules::default() }
}

fn workspace(folder: &Path, clock: &Clock) -> Result<Slack, DemoError> {
    let setup = slack::Setup {
        clock: clock.clone(),
        manifest: MANIFEST.into(),
        signing_secret: SIGNING_SECRET.into(),
        bot_token: BOT_TOKEN.into(),
    };
    let path = folder.join("workspace.json");
    let unusable = |message: String| DemoError::Saved { path: path.clone(), message };
    match std::fs::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Slack::new(setup).map_err(|error| DemoError::Workspace(error.to_string()))
        }
        Err(error) => Err(unusable(error.to_string())),
        Ok(bytes) => {
            let saved: Saved = serde_json::from_slice(&bytes).map_err(|error| unusable(error.to_string()))?;
            clock.advance(saved.ahead);
            Slack::restore(setup, &saved.workspace).map_err(|error| unusable(error.to_string()))
        }
    }
}

async fn save_changes(slack: Slack, clock: Clock, folder: PathBuf) {
    let mut changes = slack.changes();
    while changes.changed().await.is_ok() {
        if let Err(error) = save(&slack, &clock, &folder) {
            warn!(%error, "the rehearsal could not be saved");
        }
    }
}

fn save(slack: &Slack, clock: &Clock, folder: &Path) -> Result<(), std::io::Error> {
    let saved = Saved { ahead: clock.ahead(), workspace: slack.save() };
    let draft = folder.join("workspace.json.new");
    std::fs::write(&draft, serde_json::to_vec(&saved)?)?;
    std::fs::rename(draft, folder.join("workspace.json"))
}
