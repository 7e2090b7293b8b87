//! Signed deliveries as Slack makes them, over one kept connection. A bare client: what the sender costs is taken from
//! the same cores.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use domain::command::{Command, Line};
use domain::id::IncidentId;
use fake::slack::sign;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Result;
use crate::server::SECRET;

static NEXT: AtomicU64 = AtomicU64::new(1);
const FORM: &str = "application/x-www-form-urlencoded";

/// What is sent: each time another delivery.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A slash command.
    Command(&'static str),
    /// A button that sets the impact of one of the first five incidents.
    Click,
    /// A mention that sets the impact of one of the first five incidents.
    Mention,
    /// A command whose signature does not fit.
    Forged,
}

struct Delivery {
    path: &'static str,
    kind: &'static str,
    body: String,
}

impl Delivery {
    /// The whole request, signed now.
    fn signed(self, secret: &str) -> Result<Vec<u8>> {
        let timestamp = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs().to_string();
        let signature = sign(secret, &timestamp, &self.body);
        let Self { path, kind: content, body } = self;
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: howler\r\nuser-agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\n\
             accept: application/json,*/*\r\ncontent-type: {content}\r\ncontent-length: {length}\r\n\
             x-slack-request-timestamp: {timestamp}\r\nx-slack-signature: {signature}\r\n\r\n{body}"
        );
        Ok(head.into_bytes())
    }
}

impl Kind {
    fn delivery(self, number: u64) -> Result<Delivery> {
        let of = number % 5 + 1;
        let (path, kind, body) = match self {
            Self::Command(line) => ("/slack/commands", FORM, command(line, number)?),
            Self::Forged => ("/slack/commands", FORM, command("list", number)?),
            Self::Click => ("/slack/interactions", FORM, click(of, number)?),
            Self::Mention => ("/slack/events", "application/json", mention(of, number)),
        };
        Ok(Delivery { path, kind, body })
    }

    fn secret(self) -> &'static str {
        if matches!(self, Self::Forged) { "not the secret" } else { SECRET }
    }

    fn expected(self) -> u16 {
        if matches!(self, Self::Forged) { 401 } else { 200 }
    }
}

fn command(line: &str, number: u64) -> Result<String> {
    let trigger = format!("{number}.bench");
    Ok(serde_urlencoded::to_string([
        ("token", "gIkuvaNzQIHg97ATvDxqgjtO"),
        ("command", "/incident"),
        ("text", line),
        ("user_id", "U0BENCH"),
        ("user_name", "bench"),
        ("channel_id", "C0EMERG"),
        ("channel_name", "monkeytown-emergencies"),
        ("team_id", "T0MONKEY"),
        ("team_domain", "monkeytown"),
        ("api_app_id", "A0HOWLER"),
        ("is_enterprise_install", "false"),
        ("trigger_id", trigger.as_str()),
        ("response_url", "https://hooks.slack.com/commands/T1/1/none"),
    ])?)
}

fn click(incident: u64, number: u64) -> Result<String> {
    let command = Command::Impact { text: format!("Witnesses see nothing, {number}") };
    press("U0BENCH", &Line { incident: Some(IncidentId(incident)), command }, number)
}

/// What is sent when `person` presses the button of `line`.
fn press(person: &str, line: &Line, number: u64) -> Result<String> {
    let (action, value) = (line.command.word(), serde_json::to_string(line)?);
    let payload = json!({
        "type": "block_actions", "user": {"id": person, "username": "bench", "team_id": "T0MONKEY"},
        "api_app_id": "A0HOWLER", "container": {"type": "message", "message_ts": "1.1", "channel_id": "C0EMERG"},
        "trigger_id": format!("{number}.click"), "team": {"id": "T0MONKEY"}, "channel": {"id": "C0EMERG"},
        "message": {"type": "message", "ts": "1.1", "text": "a card"},
        "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": value, "action_ts": "1.2"}],
    });
    Ok(serde_urlencoded::to_string([("payload", payload.to_string())])?)
}

fn mention(incident: u64, number: u64) -> String {
    json!({
        "type": "event_callback", "team_id": "T0MONKEY", "api_app_id": "A0HOWLER", "event_id": format!("Ev{number}"),
        "authorizations": [{"user_id": "U0HOWLER", "is_bot": true}],
        "event": {"type": "app_mention", "user": "U0BENCH", "channel": "C0EMERG", "ts": "1.3",
            "text": format!("<@U0HOWLER> {incident} impact Witnesses see nothing, {number}")},
    })
    .to_string()
}

/// One kept connection to howler.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    pub async fn connect(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// A whole request, signed now.
    pub fn request(kind: Kind) -> Result<(Vec<u8>, u16)> {
        let delivery = kind.delivery(NEXT.fetch_add(1, Ordering::Relaxed))?;
        Ok((delivery.signed(kind.secret())?, kind.expected()))
    }

    /// [`request`](Self::request) for a button that `person` presses.
    pub fn pressing(person: &str, line: &Line) -> Result<(Vec<u8>, u16)> {
        let body = press(person, line, NEXT.fetch_add(1, Ordering::Relaxed))?;
        let delivery = Delivery { path: "/slack/interactions", kind: FORM, body };
        Ok((delivery.signed(SECRET)?, 200))
    }

    /// Sends a request and reads its whole answer, which must have the expected status.
    pub async fn send(&mut self, (request, expected): (Vec<u8>, u16)) -> Result<()> {
        let status = self.exchange(&request).await?;
        if status != expected {
            return Err(format!("status {status}: {}", String::from_utf8_lossy(&self.buffer)).into());
        }
        Ok(())
    }

    /// Sends a request and reads its whole answer; gives its status.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<u16> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let (status, whole) = loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("howler closed the connection".into());
            }
            if let Some(head) = Head::read(&self.buffer)? {
                break (head.status, head.whole);
            }
        };
        while self.buffer.len() < whole {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("howler closed the connection".into());
            }
        }
        Ok(status)
    }

    /// Signs and sends at once.
    pub async fn deliver(&mut self, kind: Kind) -> Result<()> {
        self.send(Self::request(kind)?).await
    }
}

struct Head {
    status: u16,
    /// Bytes of the head and the body together.
    whole: usize,
}

impl Head {
    fn read(bytes: &[u8]) -> Result<Option<Self>> {
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
        let head = std::str::from_utf8(&bytes[..end])?;
        let status = head.get(9..12).ok_or("a short status line")?.parse()?;
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        Ok(Some(Self { status, whole: end + 4 + length.ok_or("an answer without its length")? }))
    }
}
