//! The binary: exit codes. Everything else is in the library.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use config::Config;
use config::secrets::{AuditSecrets, Secrets};
use domain::run::signed::Keys;
use domain::secret::Secret;
use ground::clock::Clock;
use ground::logs;
use ground::terminal::say;
use howler::app::{self, App, Setup, StopSignals};
use howler::cli::{AuditAsked, Cli, Command, ConfigFile, WatchAsked};
use howler::dry_run::Looks;
use howler::local::{self, Local};
use howler::{check, data, demo, dry_run, shell, watch_once};
use procedure::shell::Asked;
use tracing::{info, warn};

/// What a person reads when howler does not start.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How long the exit waits for work that cannot be cut off, such as a write to a disk that hangs.
const END_WITHIN: Duration = Duration::from_secs(1);
/// What a shell shows for a program whose reader went away.
const READER_GONE: u8 = 141;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let quiet = !matches!(cli.command, Command::Serve { .. });
    let _log = logs::start(cli.log, if quiet { "warn" } else { "info" });
    if let Err(error) = probe::unmark() {
        warn!(%error, "howler keeps a mark that it was started with, and may be taken for a program's child");
    }
    let ended = tokio::runtime::Builder::new_multi_thread().enable_all().build().map(|runtime| {
        let ended = runtime.block_on(run(cli.command));
        runtime.shutdown_timeout(END_WITHIN);
        ended
    });
    match ended.map_err(Failure::from).flatten() {
        Ok(code) => code,
        Err(failure) => {
            logs::say(&format!("howler: {failure}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve { config, data, listen } => {
            if let Err(error) = app::keep_from_others() {
                warn!(%error, "programs of the same user can read howler's memory and environment");
            }
            if let Err(error) = probe::make_findable() {
                warn!(%error, "what a program of the runbook leaves behind is found by its mark alone");
            }
            let (config, folder) = (load(&config)?, data.clone());
            let app = App::start(Setup { config, secrets: secrets()?, data, clock: Clock::system() })?;
            let local = start_local(&folder, local::operations(app.desk.clone()));
            let stop = StopSignals::hear();
            let listener = app::listen(listen).await?;
            info!(address = %listener.local_addr()?, "howler listens");
            let shell = app.open_shell(&folder);
            let desk = app.desk.clone();
            let stopped = async move {
                tokio::select! {
                    () = stop.asked() => {}
                    () = desk.gone() => {}
                }
            };
            app::serve_with_shell(listener, app.router.clone(), shell, stopped).await;
            if let Some(local) = local {
                local.stop().await;
            }
            if !app.stop().await {
                return Err(
                    "the desk ended by itself, which is a fault of howler's; what was acknowledged is saved"
                        .into(),
                );
            }
        }
        Command::Demo { play: true, .. } => return Ok(demo::play().await?),
        Command::Demo { listen, data, play: false } => demo::run(listen, data).await?,
        Command::Incident(typed) => return Ok(shell::run("incident", typed).await),
        Command::Oncall(typed) => return Ok(shell::run("oncall", typed).await),
        Command::Runbook(typed) => return Ok(shell::run("runbook", typed).await),
        Command::Alerts(typed) => return Ok(shell::run("alerts", typed).await),
        Command::Procedure { asked } => return ask_procedures(asked).await,
        Command::Watch { asked: WatchAsked::List { config } } => {
            return Ok(watch_once::list(&load(&config)?));
        }
        Command::Watch { asked: WatchAsked::Test { name, config } } => {
            // Slack is not asked, so its secrets may be missing.
            let secrets = Secrets::read(|name| std::env::var(name).ok().or_else(|| slack_less(name)))?;
            return Ok(watch_once::test(&load(&config)?, &secrets, &name).await);
        }
        Command::Audit { asked: AuditAsked::Verify { data, from, head, key } } => {
            let from = from.map_or(data::From::Data(data.data), data::From::File);
            let given = |name| std::env::var(name).ok().filter(|key| !key.trim().is_empty()).map(Secret::new);
            let audit = AuditSecrets::read(&given)?;
            let ours = Keys::new(audit.key.as_ref(), None).id().map(str::to_owned);
            say(data::verify_audit(from, head, key.or(ours), &Clock::system()).await?)?;
        }
        Command::Check { config, data } => {
            let lookup = |name: &str| std::env::var(name).ok();
            return Ok(check::run(config_path(&config), data.data, lookup).await);
        }
        Command::Backup { file, data, force } => {
            say(data::backup(&data.data, file, force, &Clock::system()).await?)?
        }
        Command::Restore { file, newest: _, data, config } => say(restore(file, &data, &config).await?)?,
        Command::Salvage { out, data, config } => {
            let backups = load(&config)?.backups.folder_of(&data.data);
            let report = data::salvage(&data.data, backups, &out, &Clock::system()).await?;
            say(report.words)?;
            if !report.nothing_missing {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Report { incident, data, from } => {
            let from = from.map_or(data::From::Data(data.data), data::From::File);
            say(data::report(from, incident, &Clock::system()).await?.trim_end())?;
        }
        Command::Export { file, data, from, force } => {
            let from = from.map_or(data::From::Data(data.data), data::From::File);
            match data::export(from, file, force, &Clock::system()).await {
                Ok(line) => line.map(say).transpose()?,
                // Not a success: whoever asks for the code is not to take it for a whole export.
                Err(error) if error.reader_gone() => return Ok(ExitCode::from(READER_GONE)),
                Err(error) => return Err(error.into()),
            };
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A file by name, or the newest automatic backup.
async fn restore(file: Option<PathBuf>, data: &Path, config: &ConfigFile) -> Result<String, Failure> {
    let clock = Clock::system();
    let Some(file) = file else {
        let backups = load(config)?.backups.folder_of(data);
        return Ok(data::restore_newest(data, backups, &clock).await?);
    };
    Ok(data::restore(file, data, &clock).await?)
}

async fn ask_procedures(asked: Asked) -> Result<ExitCode, Failure> {
    Ok(match asked {
        Asked::Lint { folder } => procedure::shell::look(folder, false),
        Asked::Render { folder } => procedure::shell::look(folder, true),
        Asked::Run { name, given, config, .. } => {
            let asked = Looks { name, given, drills: false };
            look_at_the_world(config, asked).await?
        }
        Asked::Drill { name, given, config } => {
            let asked = Looks { name, given, drills: true };
            look_at_the_world(config, asked).await?
        }
    })
}

async fn look_at_the_world(config: Option<PathBuf>, looks: Looks) -> Result<ExitCode, Failure> {
    let config = load(&ConfigFile { config })?;
    // Slack is not asked, so its secrets may be missing.
    let secrets = Secrets::read(|name| std::env::var(name).ok().or_else(|| slack_less(name)))?;
    let stop = StopSignals::hear();
    Ok(tokio::select! {
        code = dry_run::run(&config, &secrets, &looks) => code,
        // What it asks ends with it: programs have groups of their own, and hear nothing of a Ctrl-C.
        () = stop.asked() => ExitCode::FAILURE,
    })
}

/// A howler without its socket serves all the same: only the shell cannot reach it.
fn start_local(data: &Path, router: axum::Router) -> Option<Local> {
    let local = Local::start(data, router);
    local
        .inspect_err(|error| {
            let path = local::socket(data);
            warn!(%error, path = %path.display(), "no socket for shells: backups need a stopped howler");
        })
        .ok()
}

fn load(file: &ConfigFile) -> Result<Config, config::ConfigError> {
    config_path(file).map_or_else(|| Ok(Config::default()), Config::load)
}

/// The file that was named, or `howler.toml` where it exists.
fn config_path(file: &ConfigFile) -> Option<&Path> {
    let usual = Path::new("howler.toml");
    file.config.as_deref().or_else(|| usual.exists().then_some(usual))
}

fn secrets() -> Result<Secrets, config::secrets::SecretsError> {
    Secrets::read(|name| std::env::var(name).ok())
}

fn slack_less(name: &str) -> Option<String> {
    matches!(name, "SLACK_BOT_TOKEN" | "SLACK_SIGNING_SECRET").then(|| "none".to_owned())
}
