//! The binary: exit codes and logs. Everything else is in the library.

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use howler::app::{self, App, Setup};
use howler::cli::{Cli, Command, ConfigFile, LogFormat};
use howler::clock::Clock;
use howler::config::Config;
use howler::config::secrets::Secrets;
use howler::{check, demo, shell};
use tracing::info;
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
        Command::Check { config } => return Ok(check::run(load(&config), secrets()).await),
    }
    Ok(ExitCode::SUCCESS)
}

fn load(file: &ConfigFile) -> Result<Config, howler::config::ConfigError> {
    match &file.config {
        Some(path) => Config::load(path),
        None if Path::new("howler.toml").exists() => Config::load(Path::new("howler.toml")),
        None => Ok(Config::default()),
    }
}

fn secrets() -> Result<Secrets, howler::config::secrets::SecretsError> {
    Secrets::read(|name| std::env::var(name).ok())
}

fn log_to_stderr(format: LogFormat, default: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => logs.init(),
        LogFormat::Json => logs.json().init(),
    }
}
