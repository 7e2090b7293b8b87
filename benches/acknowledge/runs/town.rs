//! A howler with a runbook, its Slack with people, and a `kubectl` that is a shell script.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use domain::command::{Command, Line};
use domain::id::RunId;
use domain::run::approve::Vote;
use domain::runbook::{RunAsk, RunbookLine};
use fake::slack::{Setup, Slack};
use ground::clock::Clock;
use howler::app;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::Result;
use crate::client::Client;
use crate::server::{SECRET, Server, TOKEN};

const MANIFEST: &str = include_str!("../../../manifest.yml");
const CHANNEL: &str = "#monkeytown-emergencies";
/// How often it is looked for what a program wrote.
const LOOK_EVERY: Duration = Duration::from_millis(1);
const PATIENCE: Duration = Duration::from_secs(60);
/// An incident's channel is made, filled and told of in this time.
const ROOM: Duration = Duration::from_millis(500);

/// A restart that is approved; its facts are read once more before it begins.
const PROCEDURE: &str = r#"
schema = 1
title = "Queue NAME"
section = "2.1"
target = { cluster = "prod", namespace = "town", object = "deployment/NAME" }
[check.errors]
title = "The log holds no error"
run = ["kubectl", "logs", "deployment/NAME"]
expect = { "count:ERROR" = { max = 0 } }
[check.version]
title = "The version that runs"
run = ["kubectl", "get", "deployment/NAME", "-o", "json"]
keep = { revision = "json:/revision" }
[[rung]]
when = { fail = ["errors"] }
do = "restart"
[[rung]]
human = "Raise it."
[action.restart]
title = "Restart NAME"
risk = "medium"
freeze = ["version"]
run = ["kubectl", "rollout", "restart", "deployment/NAME"]
undo = "none: nothing to take back"
limit = "5m"
verify = { pass = ["errors"], within = "1m", every = "5s", hold = "5s" }
"#;

/// Its first instruction takes the time. `check` and `restart` are files with what those do.
const KUBECTL: &str = r#"#!/bin/bash
now=$EPOCHREALTIME
cd "${0%/*}" || exit 9
name=${!#} name=${name##*/}
case "$*" in
*" logs job/"*) . ./check;;
*" logs "*) if [ -e "$name.fixed" ]; then echo fine; else echo "one ERROR"; fi;;
*" get "*) echo '{"revision": 7}';;
*" restart "*) echo "$now $$" >>"$name.began"; . ./restart;;
esac
"#;

pub struct Town {
    pub slack: Slack,
    pub server: Server,
    folder: TempDir,
    asked: u64,
}

/// A request for approval, by the code that people type; a button's key is longer and read in the same way.
pub struct Request {
    pub run: RunId,
    code: String,
}

/// A click on Approve.
pub struct Approved {
    /// When it was sent, in microseconds since 1970.
    pub sent: i64,
    /// Until its 200.
    pub took: Duration,
}

impl Town {
    /// With a procedure for each of `names`, and a `restart` that does what the script says.
    pub async fn begin(names: &[String], restart: &str) -> Result<Self> {
        let procedures = names.iter().map(|name| (name.as_str(), PROCEDURE.replace("NAME", name)));
        Self::with(procedures, ("restart", restart)).await
    }

    /// With procedures by name, and a file that `kubectl` reads.
    pub async fn with<'p>(
        procedures: impl IntoIterator<Item = (&'p str, String)>,
        (file, script): (&str, &str),
    ) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("procedures"))?;
        for (name, procedure) in procedures {
            std::fs::write(at(&format!("procedures/{name}.toml")), procedure)?;
        }
        std::fs::write(at("kubectl"), KUBECTL)?;
        std::fs::set_permissions(at("kubectl"), std::fs::Permissions::from_mode(0o755))?;
        std::fs::write(at(file), script)?;
        let (procedures, kubectl) = (at("procedures"), at("kubectl"));
        let toml = format!(
            "[runbook]\nfolder = {procedures:?}\ntools = {{ kubectl = {kubectl:?} }}\nhosts = []\n\
             [runbook.approval]\npeople = [\"U0MAYA\", \"U0KOFI\"]\non_call = false\n"
        );
        std::fs::write(at("howler.toml"), toml)?;
        Self::serve(folder).await
    }

    async fn serve(folder: TempDir) -> Result<Self> {
        let slack = Slack::new(Setup {
            clock: Clock::system(),
            manifest: MANIFEST.into(),
            signing_secret: SECRET.into(),
            bot_token: TOKEN.into(),
        })?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}", listener.local_addr()?);
        slack.set_own_base(&base);
        tokio::spawn(app::serve(listener, slack.api(), std::future::pending()));
        let server = Server::start_at(folder.path(), &format!("{base}/api/")).await?;
        slack.point_at(&format!("http://{}", server.address));
        Ok(Self { slack, server, folder, asked: 0 })
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub async fn types(&self, person: &str, line: &str) -> Result<()> {
        self.types_in(CHANNEL, person, line).await
    }

    async fn types_in(&self, channel: &str, person: &str, line: &str) -> Result<()> {
        let reply = self.slack.command(person, channel, line).await?;
        if reply.is_ok() { Ok(()) } else { Err(format!("{line}: {}", reply.body).into()) }
    }

    /// Begins a run and waits until it asks for approval.
    pub async fn ask(&mut self, procedure: &str) -> Result<Request> {
        self.ask_in(CHANNEL, procedure).await
    }

    /// The same in an incident's own channel, which is made for it.
    pub async fn ask_in_a_room(&mut self, procedure: &str) -> Result<Request> {
        self.types("ian", &format!("/incident p2 {procedure}")).await?;
        let room = format!("inc-{}-{procedure}", self.asked + 1);
        until("the incident's channel", || self.slack.look(|world| world.channel_called(&room).map(drop)))
            .await?;
        // Its card stands, and the runs that begin there belong to it.
        tokio::time::sleep(ROOM).await;
        self.ask_in(&format!("#{room}"), procedure).await
    }

    async fn ask_in(&mut self, channel: &str, procedure: &str) -> Result<Request> {
        self.types_in(channel, "ian", &format!("/runbook run {procedure}")).await?;
        self.asked += 1;
        let run = RunId(self.asked);
        let lead = format!("/runbook approve {run} ");
        let code = until("a request for approval", || {
            self.message(|text| Some(text.split_once(&lead)?.1.split(' ').next()?.to_owned()))
        });
        Ok(Request { run, code: code.await? })
    }

    /// What `find` finds in the latest message that it finds something in.
    pub fn message<T>(&self, find: impl Fn(&str) -> Option<T>) -> Option<T> {
        self.slack.look(|world| {
            let messages = world.channels.iter().flat_map(|channel| channel.messages.iter().rev());
            messages.map(|message| &message.text).find_map(|text| find(text))
        })
    }

    /// When programs that restart `name` began, in microseconds since 1970, and their process groups.
    pub fn began(&self, name: &str) -> Vec<(i64, i32)> {
        let text = std::fs::read_to_string(self.at(&format!("{name}.began"))).unwrap_or_default();
        let whole = text.lines().filter_map(|line| {
            let (at, group) = line.split_once(' ')?;
            Some((micros(at)?, group.parse().ok()?))
        });
        whole.collect()
    }

    /// Waits for the first such program.
    pub async fn first(&self, name: &str) -> Result<(i64, i32)> {
        until("the program", || self.began(name).first().copied()).await
    }
}

impl Request {
    /// What the button Approve carries.
    pub fn line(&self) -> Line {
        let vote = Vote::Approve { comment: None };
        let ask = RunAsk::Vote { key: Some(self.code.clone()), vote };
        let command = Command::Runbook(RunbookLine::Of { run: Some(self.run), ask });
        Line { incident: None, command }
    }

    /// Maya presses it.
    pub async fn approve(&self, client: &mut Client) -> Result<Approved> {
        let request = Client::pressing("U0MAYA", &self.line())?;
        let (sent, started) = (now()?, Instant::now());
        client.send(request).await?;
        Ok(Approved { sent, took: started.elapsed() })
    }
}

/// Waits until `look` finds something.
pub async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> Result<T> {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return Ok(found);
        }
        if started.elapsed() > PATIENCE {
            return Err(format!("{what} does not come").into());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Microseconds since 1970.
pub fn now() -> Result<i64> {
    Ok(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros())?)
}

/// Of a shell's `$EPOCHREALTIME`.
pub fn micros(text: &str) -> Option<i64> {
    text.replace('.', "").parse().ok()
}

/// From one such time to another.
pub fn between(from: i64, to: i64) -> Duration {
    Duration::from_micros(u64::try_from(to - from).unwrap_or(0))
}
