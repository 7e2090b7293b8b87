//! The real binary as a process.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{SECRET, TOKEN};

const PATIENCE: Duration = Duration::from_secs(30);

/// A process that is killed (SIGKILL) when it is dropped.
pub struct Process(Child);

impl Process {
    pub fn spawn(command: &mut Command) -> Self {
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Asks it to stop and gives whether it ended well, and after how long.
    pub async fn stop(mut self) -> (bool, Duration) {
        let started = Instant::now();
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let mut ended = None;
        until(|| {
            ended = self.0.try_wait().unwrap();
            ended.is_some()
        })
        .await;
        (ended.is_some_and(|status| status.success()), started.elapsed())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits for another process; nothing inside howler is waited for like this.
pub async fn until(mut true_of: impl FnMut() -> bool) {
    let started = Instant::now();
    while !true_of() {
        assert!(started.elapsed() < PATIENCE, "waited too long");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub async fn listening(port: u16) {
    until(|| std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()).await;
}

/// `howler serve`, which a shell may limit first: `limit` is run before it.
pub async fn serve(data: &Path, api_url: &str, port: u16, limit: &str) -> Process {
    serve_with(data, api_url, port, limit, &[("SLACK_SIGNING_SECRET", SECRET)]).await
}

/// [`serve`] with other variables beside the bot's token.
pub async fn serve_with(
    data: &Path,
    api_url: &str,
    port: u16,
    limit: &str,
    variables: &[(&str, &str)],
) -> Process {
    let line = format!("{limit} exec \"$0\" serve --listen 127.0.0.1:{port} --data \"$1\"");
    let process = Process::spawn(
        Command::new("bash")
            .args(["-c", &line, env!("CARGO_BIN_EXE_howler")])
            .arg(data)
            .current_dir(data.parent().unwrap())
            .env("SLACK_BOT_TOKEN", TOKEN)
            .envs(variables.iter().copied())
            .env("SLACK_API_URL", api_url)
            .env("RUST_LOG", "error"),
    );
    listening(port).await;
    process
}
