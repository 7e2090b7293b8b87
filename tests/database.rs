//! The runbook's checks of the database, asked of a real PostgreSQL that the test starts, breaks and stops.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use config::RunbookRules;
use domain::procedure::judge::{Finding, Since, Verdict, judge};
use domain::procedure::{CannotTell, Check, Heard, Probe, Question};
use probe::Prober;
use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;

use crate::tools::recorded;

const NOT_INSTALLED: &str =
    "PostgreSQL is not installed, and this test starts one: apt-get install postgresql";

/// A server in a folder of its own, on a port of its own, without a socket anywhere.
struct Server {
    folder: TempDir,
    port: u16,
    running: Option<Child>,
}

/// Where the server's own programs are, which Debian keeps off the `PATH`.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").expect(NOT_INSTALLED);
    let folders = versions.map(|version| version.unwrap().path().join("bin"));
    folders.filter(|folder| folder.join("postgres").exists()).max().expect(NOT_INSTALLED)
}

/// PostgreSQL does not run as root.
fn server_program(name: &str) -> Command {
    let path = programs().join(name);
    if !geteuid().is_root() {
        return Command::new(path);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(path);
    command
}

fn ids() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let line = users.lines().find(|line| line.starts_with("postgres:")).expect(NOT_INSTALLED);
    let parts: Vec<&str> = line.split(':').collect();
    (parts[2].parse().unwrap(), parts[3].parse().unwrap())
}

impl Server {
    async fn start(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if geteuid().is_root() {
            let (user, group) = ids();
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let made = server_program("initdb")
            .args(["--auth=trust", "--username=postgres", "--no-sync", "--no-locale", "--encoding=UTF8"])
            .args(options)
            .arg(folder.path().join("data"))
            .current_dir("/")
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self { folder, port, running: None };
        server.run().await;
        server
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    async fn run(&mut self) {
        let server = server_program("postgres")
            .arg("-D")
            .arg(self.data())
            .args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "autovacuum=off"])
            .current_dir("/")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.running = Some(server.unwrap());
        for _ in 0..300 {
            if self.find("database-corruption", "ready").await.verdict == Verdict::Pass {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("PostgreSQL does not start");
    }

    fn stop(&mut self) {
        let Some(mut running) = self.running.take() else { return };
        if let Some(id) = i32::try_from(running.id()).ok().and_then(Pid::from_raw) {
            // Without waiting for those who are connected.
            kill_process(id, Signal::INT).unwrap();
        }
        running.wait().unwrap();
    }

    /// What a check of a shipped procedure finds here.
    async fn find(&self, procedure: &str, check: &str) -> Finding {
        find(&self.rules(), self.port, &shipped(procedure, check)).await
    }

    fn rules(&self) -> RunbookRules {
        let names = ["PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGOPTIONS"].map(str::to_owned).to_vec();
        let environment = [("psql".to_owned(), names.clone()), ("pg_isready".to_owned(), names)];
        RunbookRules { environment: environment.into(), ..RunbookRules::default() }
    }

    /// As the test's own hand.
    fn sql(&self, sql: &str) -> String {
        let mut command = Command::new("psql");
        command.args([
            "--no-psqlrc",
            "--tuples-only",
            "--no-align",
            "--host=127.0.0.1",
            "--username=postgres",
        ]);
        let ran = command.arg(format!("--port={}", self.port)).args(["--command", sql]).output();
        String::from_utf8(ran.expect(NOT_INSTALLED).stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn shipped(procedure: &str, check: &str) -> Check {
    let runbook = procedure::load(None).runbook;
    let procedure = runbook.all().find(|one| one.name == procedure).unwrap();
    procedure.checks[check].clone()
}

async fn find(rules: &RunbookRules, port: u16, check: &Check) -> Finding {
    judge(check, &ask(rules, port, check).await, Since::Trouble(jiff::Timestamp::UNIX_EPOCH))
}

async fn ask(rules: &RunbookRules, port: u16, check: &Check) -> Result<Heard, CannotTell> {
    ask_with(rules, port, check, None).await
}

async fn ask_with(
    rules: &RunbookRules,
    port: u16,
    check: &Check,
    options: Option<&str>,
) -> Result<Heard, CannotTell> {
    let Probe::Run(command) = &check.probe else { panic!("it runs nothing") };
    let prober = Prober::new(rules, Vec::new(), |name| match name {
        "PGHOST" => Some("127.0.0.1".into()),
        "PGPORT" => Some(port.to_string()),
        "PGUSER" => Some("postgres".into()),
        "PGPASSWORD" => Some("planted-password".into()),
        "PGOPTIONS" => options.map(str::to_owned),
        _ => None,
    });
    prober.ask(&Question::Run(command.0.clone()), check.within()).await
}

/// The recorded answers of `tests/tools` are word for word what the programs print, but for where the server is.
async fn is_recorded(server: &Server, check: &str) {
    let runbook = procedure::load(None).runbook;
    let procedure = runbook.get("database-corruption").unwrap();
    let heard = ask(&server.rules(), server.port, &procedure.checks[check]).await.unwrap();
    let plain = |text: &str| text.split_once(" - ").map_or(text, |(_, says)| says).trim().to_owned();
    let is_it = |exit: Option<i32>, out: &str| exit == heard.exit && plain(out) == plain(&heard.text);
    let rows = recorded(procedure, check);
    assert!(rows.iter().any(|(_, row)| is_it(row.exit.or(Some(0)), &row.out)), "{check}: {heard:?}");
}

fn long(finding: &Finding) -> &str {
    finding.kept["log"].long().unwrap_or_default()
}

#[tokio::test]
async fn a_database_that_is_well_passes_and_what_is_broken_in_it_fails() {
    let mut server = Server::start(&["--data-checksums"]).await;
    for check in ["ready", "checksums", "invalid"] {
        let finding = server.find("database-corruption", check).await;
        assert_eq!((finding.verdict, &finding.why), (Verdict::Pass, &None), "{check}: {finding:?}");
        is_recorded(&server, check).await;
    }
    let doing = server.find("logs", "database").await;
    assert!(doing.verdict == Verdict::Pass && long(&doing).contains("pg_stat_activity"), "{doing:?}");

    // What a concurrent build leaves behind that failed.
    server.sql("create table t as select 1 as a from generate_series(1, 2)");
    server.sql("create unique index concurrently broken on t (a)");
    let invalid = server.find("database-corruption", "invalid").await;
    assert_eq!((invalid.verdict, invalid.notes[0].got.trim()), (Verdict::Fail, "1"), "{invalid:?}");
    let checksums = server.find("database-corruption", "checksums").await;
    assert_eq!(checksums.verdict, Verdict::Pass, "{checksums:?}");
    changes_nothing(&server).await;

    let file = server.data().join(server.sql("select pg_relation_filepath('t')"));
    server.stop();
    spoil(&file);
    server.run().await;
    assert_eq!(server.sql("select * from t"), "", "the page is refused");
    let checksums = server.find("database-corruption", "checksums").await;
    assert_eq!((checksums.verdict, checksums.notes[0].got.trim()), (Verdict::Fail, "1"), "{checksums:?}");

    server.stop();
    let ready = server.find("database-corruption", "ready").await;
    assert_eq!((ready.verdict, ready.notes[0].got.as_str()), (Verdict::Fail, "2"), "{ready:?}");
    is_recorded(&server, "ready").await;
    for check in ["checksums", "invalid"] {
        let finding = server.find("database-corruption", check).await;
        let why = finding.why.clone().unwrap_or_default();
        assert!(finding.verdict == Verdict::Unknown && why.starts_with("psql ended with 2"), "{finding:?}");
    }
}

/// What looks like a column is a function, and one of any schema may have a name that is known: no list of words tells.
async fn changes_nothing(server: &Server) {
    let refuses =
        |aside: &str| ["read-only transaction", "read-write mode"].iter().any(|words| aside.contains(words));
    // What is said of the role counts less.
    server.sql("alter role postgres set default_transaction_read_only = off");
    server.sql("create table users as select 1 as id");
    server.sql("create function purge(users) returns int language sql as 'delete from users; select 1'");
    server.sql("create function count(users) returns int language plpgsql as 'begin set transaction_read_only = off; delete from users; return 1; end'");
    for statement in ["select u.purge from users u", "select count(u) from users u"] {
        let mut check = shipped("logs", "database");
        check.probe = Probe::Run(domain::procedure::Command(
            ["psql", "--command", statement].map(str::to_owned).to_vec(),
        ));
        for options in [None, Some("-c default_transaction_read_only=off")] {
            let heard = ask_with(&server.rules(), server.port, &check, options).await.unwrap();
            assert_ne!(heard.exit, Some(0), "{statement}: {heard:?}");
            assert!(refuses(&heard.aside), "{statement}: {heard:?}");
        }
    }
    assert_eq!(server.sql("select count(*) from users"), "1");
}

/// A byte in the middle of the first page.
fn spoil(file: &Path) {
    let mut bytes = fs::read(file).unwrap();
    bytes[4_000] ^= 0xff;
    fs::write(file, bytes).unwrap();
}

#[tokio::test]
async fn what_cannot_be_asked_is_not_known() {
    let server = Server::start(&[]).await;
    // Nobody counts failures there.
    let finding = server.find("database-corruption", "checksums").await;
    let why = finding.why.clone().unwrap_or_default();
    assert!(finding.verdict == Verdict::Unknown && why.contains("checksums are off"), "{finding:?}");

    let gone = |name: &str| (name.to_owned(), PathBuf::from("/nonexistent").join(name));
    let missing = RunbookRules { tools: ["psql", "pg_isready"].map(gone).into(), ..server.rules() };
    let aimless = RunbookRules { environment: Default::default(), ..server.rules() };
    for (rules, expected) in [(missing, "cannot be run where"), (aimless, "nothing says which database")] {
        for check in ["ready", "checksums", "invalid"] {
            let finding = find(&rules, server.port, &shipped("database-corruption", check)).await;
            let why = finding.why.clone().unwrap_or_default();
            assert!(finding.verdict == Verdict::Unknown && why.contains(expected), "{check}: {finding:?}");
        }
    }
}
