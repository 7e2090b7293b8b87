//! A world with a procedure of its own, a `kubectl` that does what a script says, and a connection that it checks.

use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;
use tokio::net::TcpListener;

use super::World;

/// A connection, a program that says what is in the file `state`, and one that is not there.
pub const QUEUE: &str = r#"
schema = 1
title = "Queue failure"
section = "2.1"
rto = "5m"
rpo = "what was queued"
target = { cluster = "prod", namespace = "town", object = "deployment/queue" }
[params]
tail = { type = "int", min = 10, max = 1000, default = 100 }
[check.redis]
title = "Redis takes connections"
tcp = "{REDIS}"
[check.errors]
title = "The log holds no error"
run = ["kubectl", "logs", "--tail={tail}"]
expect = { "count:ERROR" = { max = 0 } }
keep = { log = "last 20 lines" }
[check.release]
title = "The release"
run = ["helm", "history", "queue"]
keep = { current = "current revision" }
[[rung]]
when = { fail = ["redis"] }
human = "Redis cannot be reached: page the data owner."
[[rung]]
when = { fail = ["errors"], pass = ["redis"] }
do = "restart"
[[rung]]
human = "Raise it."
[action.restart]
title = "Restart the queue"
risk = "medium"
freeze = ["release"]
changes = ["release.current"]
run = ["kubectl", "rollout", "restart", "deployment/queue"]
undo = "none: nothing to take back"
limit = "1m"
verify = { pass = ["redis"], within = "2m", every = "5s", hold = "30s" }
"#;

pub struct Town {
    pub world: World,
    pub folder: TempDir,
    pub redis: Option<TcpListener>,
}

impl Town {
    pub async fn start() -> Self {
        Self::with(&[("queue-failure", QUEUE)], "").await
    }

    /// `procedures` by name, in which `{REDIS}` is the connection's address; `toml` is said beside `[runbook]`.
    pub async fn with(procedures: &[(&str, &str)], toml: &str) -> Self {
        Self::ruled(procedures, toml, "").await
    }

    /// The same; `runbook` stands in `[runbook]`.
    pub async fn ruled(procedures: &[(&str, &str)], toml: &str, runbook: &str) -> Self {
        let redis = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = redis.local_addr().unwrap().to_string();
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        for (name, text) in procedures {
            std::fs::write(at(&format!("{name}.toml")), text.replace("{REDIS}", &address)).unwrap();
        }
        let script = format!(
            "#!/bin/sh\necho \"$@\" >>{}\ncd {}\n. {}\n",
            at("asked"),
            folder.path().display(),
            at("state")
        );
        std::fs::write(at("kubectl"), script).unwrap();
        std::fs::set_permissions(at("kubectl"), std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::write(at("state"), "echo fine").unwrap();
        let toml = format!(
            "{toml}\n[runbook]\nfolder = {:?}\nhosts = [{address:?}]\nprivate = [{address:?}]\n\
             tools = {{ kubectl = {:?}, helm = \"/nonexistent/helm\" }}\n{runbook}\n",
            folder.path(),
            at("kubectl"),
        );
        let world = World::with_config(&toml).await;
        Self { world, folder, redis: Some(redis) }
    }

    /// What `kubectl` does from now on.
    pub fn state(&self, script: &str) {
        self.write("state", script);
    }

    pub fn write(&self, file: &str, text: &str) {
        std::fs::write(self.folder.path().join(file), text).unwrap();
    }

    pub fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(file)).unwrap_or_default()
    }

    /// How `kubectl` was called, a line each.
    pub fn asked(&self) -> Vec<String> {
        self.read("asked").lines().map(str::to_owned).collect()
    }

    pub fn card(&self, channel: &str) -> String {
        self.world.channel(channel).last("Queue failure").everything()
    }
}
