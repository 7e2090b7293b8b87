//! The binary: exit codes and logs. Everything else is in the library.

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use howler::app::{self, App, Setup};
use howler::cli::{AuditAsked, Cli, Command, ConfigFile, LogFormat};
use howler::clock::Clock;
use howler::config::Config;
use howler::config::secrets::{AuditSecrets, Secret, Secrets};
use howler::domain::run::signed::Keys;
use howler::local::{self, Local};
use howler::procedure::shell::Asked;
use howler::{check, data, demo, dry_run, procedure, shell};
use tracing::{info, warn};
use tracing_subscriber::EnvFilter;

/// What a person reads when howler does not start.
type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let quiet = !matches!(cli.command, Command::Serve { .. });
    log_to_stderr(cli.log, if quiet { "warn" } else { "info" });
    match run(cli.command).await {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("howler: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve { config, data, listen } => {
            let (config, folder) = (load(&config)?, data.clone());
            let app = App::start(Setup { config, secrets: secrets()?, data, clock: Clock::system() })?;
            let local = start_local(&folder, local::operations(app.desk.clone()));
            let listener = app::listen(listen).await?;
            info!(address = %listener.local_addr()?, "howler listens");
            let shell = app.open_shell(&folder);
            let desk = app.desk.clone();
            let stopped = async move {
                tokio::select! {
                    () = app::asked_to_stop() => {}
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
        Command::Procedure { asked } => return ask_procedures(asked).await,
        Command::Audit { asked: AuditAsked::Verify { data, from, head, key } } => {
            let from = from.map_or(data::From::Data(data.data), data::From::File);
            let given = |name| std::env::var(name).ok().filter(|key| !key.trim().is_empty()).map(Secret::new);
            let audit = AuditSecrets::read(&given)?;
            let ours = Keys::new(audit.key.as_ref(), None).id().map(str::to_owned);
            println!("{}", data::verify_audit(from, head, key.or(ours), &Clock::system()).await?);
        }
        Command::Check { config, data } => {
            let lookup = |name: &str| std::env::var(name).ok();
            return Ok(check::run(config_path(&config), data.data, lookup).await);
        }
        Command::Backup { file, data, force } => {
            println!("{}", data::backup(&data.data, file, force, &Clock::system()).await?)
        }
        Command::Restore { file, data } => {
            println!("{}", data::restore(file, &data, &Clock::system()).await?)
        }
        Command::Export { file, data, from, force } => {
            let from = from.map_or(data::From::Data(data.data), data::From::File);
            if let Some(line) = data::export(from, file, force, &Clock::system()).await? {
                println!("{line}");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn ask_procedures(asked: Asked) -> Result<ExitCode, Failure> {
    Ok(match asked {
        Asked::Lint { folder } => procedure::shell::look(folder, false),
        Asked::Render { folder } => procedure::shell::look(folder, true),
        Asked::Run { name, given, config, .. } => {
            let config = load(&ConfigFile { config })?;
            // Slack is not asked, so its secrets may be missing.
            let secrets = Secrets::read(|name| std::env::var(name).ok().or_else(|| slack_less(name)))?;
            tokio::select! {
                code = dry_run::run(&config, &secrets, &name, &given) => code,
                // What it asks ends with it: programs have groups of their own, and hear nothing of a Ctrl-C.
                () = app::asked_to_stop() => ExitCode::FAILURE,
            }
        }
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

fn load(file: &ConfigFile) -> Result<Config, howler::config::ConfigError> {
    config_path(file).map_or_else(|| Ok(Config::default()), Config::load)
}

/// The file that was named, or `howler.toml` where it exists.
fn config_path(file: &ConfigFile) -> Option<&Path> {
    let usual = Path::new("howler.toml");
    file.config.as_deref().or_else(|| usual.exists().then_some(usual))
}

fn secrets() -> Result<Secrets, howler::config::secrets::SecretsError> {
    Secrets::read(|name| std::env::var(name).ok())
}

fn slack_less(name: &str) -> Option<String> {
    matches!(name, "SLACK_BOT_TOKEN" | "SLACK_SIGNING_SECRET").then(|| "none".to_owned())
}

fn log_to_stderr(format: LogFormat, default: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => logs.init(),
        LogFormat::Json => logs.json().init(),
    }
}
