//! The command line.

use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use domain::id::IncidentId;
use ground::logs::LogFormat;

/// The folder of howler's state where none is named.
pub const DEFAULT_DATA: &str = "howler-data";

/// A Slack incident bot: declares, keeps the update promise, announces the end.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    /// How log lines look. What is logged follows the RUST_LOG variable, `info` by default.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    pub log: LogFormat,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve a Slack workspace.
    Serve {
        #[command(flatten)]
        config: ConfigFile,
        /// The folder that holds howler's state; made where it is missing.
        #[arg(long, default_value = DEFAULT_DATA)]
        data: PathBuf,
        /// Where Slack's requests arrive: an address and a port, or a port of this machine alone.
        #[arg(long, default_value = "127.0.0.1:7070", value_parser = listening)]
        listen: SocketAddr,
    },
    /// Live through an incident on a rehearsal workspace: no account, no network, no configuration.
    Demo {
        /// Where the page is, and howler behind it.
        #[arg(long, default_value = "127.0.0.1:7070", value_parser = listening)]
        listen: SocketAddr,
        /// Keep the rehearsal in this folder; otherwise it is gone at the end.
        #[arg(long)]
        data: Option<PathBuf>,
        /// Play a whole incident in the terminal instead, and exit.
        #[arg(long, conflicts_with_all = ["listen", "data"])]
        play: bool,
    },
    /// Run an incident from a shell on howler's machine, also while Slack is down: the words that follow /incident there.
    #[command(after_help = SHELL_HELP)]
    Incident(ShellLine),
    /// Ask who is on call, from a shell on howler's machine: the words that follow /oncall in Slack, and import FILE.
    #[command(after_help = ONCALL_HELP)]
    Oncall(ShellLine),
    /// Read the runbook from a shell on howler's machine: the words that follow /runbook in Slack.
    #[command(after_help = SHELL_HELP)]
    Runbook(ShellLine),
    /// Look at alerts from a shell on howler's machine: the words that follow /alerts in Slack.
    #[command(after_help = SHELL_HELP)]
    Alerts(ShellLine),
    /// Look at the runbook's procedures: the files of commands/, or of a folder.
    Procedure {
        #[command(subcommand)]
        asked: procedure::shell::Asked,
    },
    /// Look at what is watched: the `[[watch]]` of howler.toml.
    Watch {
        #[command(subcommand)]
        asked: WatchAsked,
    },
    /// The audit of changes: who approved what, and what was begun.
    Audit {
        #[command(subcommand)]
        asked: AuditAsked,
    },
    /// Check the configuration, the token, the channels and the store before the first incident.
    Check {
        #[command(flatten)]
        config: ConfigFile,
        #[command(flatten)]
        data: DataFolder,
    },
    /// Write all of howler's state to a file, while it runs or not.
    Backup {
        /// Written whole or not at all.
        file: PathBuf,
        #[command(flatten)]
        data: DataFolder,
        /// Write over a file that is there.
        #[arg(long)]
        force: bool,
    },
    /// Make a data folder of a backup; the restored howler continues its timers.
    #[command(after_help = RESTORE_HELP)]
    Restore {
        /// What `howler backup` wrote, or one of the automatic backups.
        #[arg(required_unless_present = "newest")]
        file: Option<PathBuf>,
        /// Take the newest automatic backup that can be used, and move the data folder that is there aside.
        #[arg(long, conflicts_with = "file")]
        newest: bool,
        /// The folder to make: a new or empty one, or with --newest the one that howler refuses.
        #[arg(long, default_value = DEFAULT_DATA)]
        data: PathBuf,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Write what can still be read of a data folder that howler refuses, and list what cannot. The folder stays as it is.
    #[command(after_help = SALVAGE_HELP)]
    Salvage {
        /// A new folder: salvaged.jsonl (the lines of an export), missing.txt, and salvaged.backup where nothing is missing.
        out: PathBuf,
        #[command(flatten)]
        data: DataFolder,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Print the report of an incident as Markdown, of a howler that runs or not: howler report 7 > report.md
    Report {
        /// Its number: 7 or INC-7.
        #[arg(value_parser = incident)]
        incident: IncidentId,
        #[command(flatten)]
        data: DataFolder,
        /// Read a backup instead of a data folder.
        #[arg(long, value_name = "BACKUP", conflicts_with = "data")]
        from: Option<PathBuf>,
    },
    /// Write incidents, the rota, events, timers and the outbox as JSON lines, which docs/export.md describes.
    Export {
        /// Where to; the standard output otherwise.
        file: Option<PathBuf>,
        #[command(flatten)]
        data: DataFolder,
        /// Export a backup instead of a data folder.
        #[arg(long, value_name = "BACKUP", conflicts_with = "data")]
        from: Option<PathBuf>,
        /// Write over a file that is there.
        #[arg(long)]
        force: bool,
    },
}

/// What is asked of the watches.
#[derive(Debug, Subcommand)]
pub enum WatchAsked {
    /// Ask one once, from here, and say what came, what it is held against and what would happen. Nothing is changed.
    Test {
        /// The watch's name.
        name: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// List the watches, what each asks and what it is held against.
    List {
        #[command(flatten)]
        config: ConfigFile,
    },
}

/// What to do with the audit of changes.
#[derive(Debug, Subcommand)]
pub enum AuditAsked {
    /// Follow the chain from the first row to the last: none was changed or taken out.
    Verify {
        #[command(flatten)]
        data: DataFolder,
        /// Look at a backup instead of a data folder.
        #[arg(long, value_name = "BACKUP", conflicts_with = "data")]
        from: Option<PathBuf>,
        /// A hash that an incident's timeline shows: tells whether rows at the end are missing.
        #[arg(long)]
        head: Option<String>,
        /// The id of the key that signs, or its first signs, where HOWLER_AUDIT_KEY is not set here: `howler check` tells it.
        #[arg(long)]
        key: Option<String>,
    },
}

#[derive(Debug, clap::Args)]
pub struct DataFolder {
    /// The folder that holds howler's state.
    #[arg(long, default_value = DEFAULT_DATA)]
    pub data: PathBuf,
}

const RESTORE_HELP: &str = "\
howler restore --newest --data /var/lib/howler             after damage: the old folder stays, beside it, as *.before-restore-*
howler restore --newest --config /etc/howler.toml ...      where [backups] names another folder than the one in the data folder
howler restore howler.backup --data /srv/howler            a file by name, into an empty or new folder";

const SALVAGE_HELP: &str = "\
howler salvage --data /var/lib/howler.before-restore-2026-11-29T07-14-00Z salvaged
It needs room for a copy of the store. Exit codes: 0 nothing was found missing, 1 something is missing or nothing could be read.";

const SHELL_HELP: &str = "\
Exit codes: 0 done, 1 refused or asked back (nothing was changed), 3 howler does not answer or could not do it.
`howler incident help` lists the words.";

const ONCALL_HELP: &str = "\
`howler oncall import schedule.ics` shows what another program's calendar would move; - reads the standard input. It reads
52 weeks; `weeks 8` after the file reads fewer. Who is who follows: 'Jane Doe=U0123ABCD' for a name that Slack does not
know, 'jane@example.org=U0123ABCD' for whoever is invited, 'line 12=U0123ABCD' for the event on line 12; =- leaves them out.
An import replaces what earlier imports brought until its last turn ends, or for all the weeks that `weeks` names.
A change is shown first, with the line that carries it out: it begins with `howler oncall confirm`.
Exit codes: 0 done, 1 refused or asked back (nothing was changed), 3 howler does not answer or could not do it.";

#[derive(Debug, clap::Args)]
pub struct ShellLine {
    /// For example: declare p1 Event stream down. What begins with a hyphen follows `--`: note -- with --force
    pub line: Vec<String>,
    /// The folder of the howler that runs.
    #[arg(long, default_value = DEFAULT_DATA)]
    pub data: PathBuf,
}

#[derive(Debug, clap::Args)]
pub struct ConfigFile {
    /// The configuration; `howler.toml` is read where it exists.
    #[arg(long)]
    pub config: Option<PathBuf>,
}

fn incident(typed: &str) -> Result<IncidentId, String> {
    let lower = typed.to_ascii_lowercase();
    let number = lower.strip_prefix("inc-").unwrap_or(&lower).parse();
    number.map(IncidentId).map_err(|_| "write it like 7 or INC-7".to_owned())
}

/// `127.0.0.1:7070`, `localhost:7070`, `:7070` or `7070`. A port alone is heard on loopback: nobody opens howler to a
/// network by leaving something out.
fn listening(typed: &str) -> Result<SocketAddr, String> {
    let port = typed.strip_prefix(':').unwrap_or(typed);
    if let Ok(port) = port.parse::<u16>() {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    let mut found = typed.to_socket_addrs().map_err(|error| format!("{error}; try 127.0.0.1:7070"))?;
    found.next().ok_or_else(|| "no address has this name; try 127.0.0.1:7070".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_as_people_write_it() {
        for (typed, meant) in [
            ("127.0.0.1:7070", Some("127.0.0.1:7070")),
            ("0.0.0.0:80", Some("0.0.0.0:80")),
            ("[::1]:7070", Some("[::1]:7070")),
            ("7070", Some("127.0.0.1:7070")),
            (":7070", Some("127.0.0.1:7070")),
            ("70700", None),
            ("somewhere", None),
            ("", None),
        ] {
            assert_eq!(listening(typed).ok(), meant.map(|meant| meant.parse().unwrap()), "{typed}");
        }
        let localhost = listening("localhost:7070").unwrap();
        assert!(localhost.ip().is_loopback() && localhost.port() == 7070);
    }

    #[test]
    fn a_mistyped_command_is_answered_with_the_one_that_was_meant() {
        let error = Cli::try_parse_from(["howler", "serv"]).unwrap_err().to_string();
        assert!(error.contains("'serve'"), "{error}");
    }
}
