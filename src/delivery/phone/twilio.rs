//! Twilio's REST API, 2010-04-01: calls that speak and take a key, texts, and the list of both.
//!
//! Twilio's pages: Call resource, Message resource, TwiML `<Gather>` and `<Say>`.

use std::time::Duration;

use axum::http::{HeaderValue, Method};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::Value;

use super::client::{Answer, Client, Target};
use super::trouble::without_numbers;
use super::{PhoneError, PhoneTrouble, Ring, Rung, Sent};
use config::secrets::PhoneSecrets;
use config::{Phone, PhoneDoubt};
use domain::oncall::phone::PhoneNumber;
use domain::secret::Secret;
use domain::text::shorten;
use ground::clock::Clock;
use ground::loopback::Loopback;

/// Most characters of words that are spoken: escaped, they stay within the 4,000 that Twilio takes as TwiML.
pub const WORDS_MOST: usize = 500;
/// Longest text, in characters.
const TEXT_MOST: usize = 1_600;
/// Ends every text.
const HOW_TO_ANSWER: &str = " To take it, answer OK, or press I'm on it in Slack.";
/// How often the words are spoken, while each time a key may be pressed.
const TIMES: u32 = 3;
/// How long a key is waited for after the words, in seconds.
const KEY_WITHIN: u32 = 10;
/// What Twilio's error 20429 does not say.
const UNSPECIFIED: Duration = Duration::from_secs(2);
const FORM: &str = "application/x-www-form-urlencoded";
/// The call to hang up is over already.
const NOT_IN_PROGRESS: u32 = 21220;

pub(super) struct Twilio {
    client: Client,
    account: Secret,
    from: PhoneNumber,
    public_url: String,
    ring_for: i64,
    voice: String,
    language: String,
}

impl Twilio {
    pub fn new(
        config: &Phone,
        secrets: &PhoneSecrets,
        loopback: Option<Loopback>,
        clock: Clock,
    ) -> Result<Self, PhoneError> {
        let from = config.from.clone().ok_or(PhoneDoubt::From)?;
        let public_url = config.public_url.as_ref().ok_or(PhoneDoubt::PublicUrl)?.as_str().to_owned();
        let missing = |name| PhoneError::Missing { name, hint: "from the first page of Twilio's console" };
        let account = secrets.twilio_account_sid.clone().ok_or_else(|| missing("TWILIO_ACCOUNT_SID"))?;
        let token = secrets.twilio_auth_token.as_ref().ok_or_else(|| missing("TWILIO_AUTH_TOKEN"))?;
        let pair = STANDARD.encode(format!("{}:{}", account.reveal(), token.reveal()));
        let mut basic = HeaderValue::from_str(&format!("Basic {pair}"))
            .map_err(|_| PhoneError::Characters { name: "TWILIO_AUTH_TOKEN" })?;
        basic.set_sensitive(true);
        let target = Target {
            variable: "TWILIO_API_URL",
            address: &secrets.twilio_api_url,
            who: "Twilio",
            authorization: Some(basic),
            unspecified: UNSPECIFIED,
        };
        Ok(Self {
            client: Client::new(target, loopback, clock)?,
            account,
            from,
            public_url,
            ring_for: config.ring_for.0.as_secs(),
            voice: config.voice.clone(),
            language: config.language.clone(),
        })
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn account_sid(&self) -> &str {
        self.account.reveal()
    }

    /// The number that calls.
    pub(super) fn from(&self) -> &PhoneNumber {
        &self.from
    }

    pub async fn ring(&self, ring: &Ring) -> Result<Rung, PhoneTrouble> {
        let to = ring.number.as_ref().ok_or(PhoneTrouble::NoNumber)?;
        let ring_for = self.ring_for.to_string();
        let (twiml, status) = (self.twiml(ring), self.callback("status", "mark", &ring.mark));
        let form = [
            ("To", to.expose()),
            ("From", self.from.expose()),
            ("Twiml", &twiml),
            ("Timeout", &ring_for),
            ("StatusCallback", &status),
            // Of a call that is over, however it ended.
            ("StatusCallbackEvent", "completed"),
        ];
        self.created("Calls.json", &form, "CA").await
    }

    pub async fn text(&self, ring: &Ring) -> Result<Rung, PhoneTrouble> {
        let to = ring.number.as_ref().ok_or(PhoneTrouble::NoNumber)?;
        let (body, status) = (text_of(ring), self.callback("text", "mark", &ring.mark));
        let form =
            [("To", to.expose()), ("From", self.from.expose()), ("Body", &body), ("StatusCallback", &status)];
        self.created("Messages.json", &form, "SM").await
    }

    pub async fn hang_up(&self, rung: &Rung) -> Result<(), PhoneTrouble> {
        // A text cannot be taken back, and nothing but a call's SID may become part of an address.
        if !is_sid(&rung.id, "CA") {
            return Ok(());
        }
        let form = [("Status", "completed")];
        let answer = self.asked(Method::POST, &format!("Calls/{}.json", rung.id), Some(&form)).await?;
        if answer.status == 404 || code(&answer.body) == Some(NOT_IN_PROGRESS) {
            return Ok(());
        }
        accepted(answer).map(drop)
    }

    /// The first page is enough: 50 calls to one number, the newest first.
    pub async fn find(
        &self,
        ring: &Ring,
        sent: Sent,
        since: Timestamp,
    ) -> Result<Option<Rung>, PhoneTrouble> {
        let to = ring.number.as_ref().ok_or(PhoneTrouble::NoNumber)?;
        let (list, field) = match sent {
            Sent::Call => ("Calls.json", "calls"),
            Sent::Text => ("Messages.json", "messages"),
        };
        let query = [("To", to.expose()), ("From", self.from.expose()), ("PageSize", "50")];
        let query = serde_urlencoded::to_string(query).unwrap_or_default();
        let body = accepted(self.asked(Method::GET, &format!("{list}?{query}"), None).await?)?;
        let Some(listed) = body[field].as_array() else {
            return Err(PhoneTrouble::Lost("Twilio's answer could not be read".into()));
        };
        let words = text_of(ring);
        let ours = listed.iter().find(|one| {
            let made = one["date_created"].as_str().and_then(|made| jiff::fmt::rfc2822::parse(made).ok());
            // Twilio keeps whole seconds.
            let is_recent = made.is_some_and(|made| made.timestamp().as_second() >= since.as_second());
            is_recent && (sent == Sent::Call || one["body"].as_str() == Some(&words))
        });
        let id = ours.and_then(|one| one["sid"].as_str());
        Ok(id.map(|id| Rung { id: id.to_owned(), certain: sent == Sent::Text }))
    }

    async fn created(&self, list: &str, form: &[(&str, &str)], prefix: &str) -> Result<Rung, PhoneTrouble> {
        let body = accepted(self.asked(Method::POST, list, Some(form)).await?)?;
        let id = body["sid"].as_str().filter(|id| is_sid(id, prefix) || is_sid(id, "MM"));
        let unreadable = || PhoneTrouble::Lost("Twilio's answer could not be read".into());
        id.map(|id| Rung { id: id.to_owned(), certain: true }).ok_or_else(unreadable)
    }

    pub(super) async fn asked(
        &self,
        method: Method,
        what: &str,
        form: Option<&[(&str, &str)]>,
    ) -> Result<Answer, PhoneTrouble> {
        let path = format!("/2010-04-01/Accounts/{}/{what}", self.account.reveal());
        // Pairs of texts always encode.
        let body = form.map(|form| (FORM, serde_urlencoded::to_string(form).unwrap_or_default()));
        self.client.ask(method, &path, body).await
    }

    fn callback(&self, what: &str, name: &str, value: &str) -> String {
        let query = serde_urlencoded::to_string([(name, value)]).unwrap_or_default();
        format!("{}/phone/twilio/{what}?{query}", self.public_url)
    }

    /// What the phone says and waits for.
    fn twiml(&self, ring: &Ring) -> String {
        let (voice, language) = (escaped(&self.voice), escaped(&self.language));
        let action = escaped(&self.callback("key", "answer", ring.answer.expose()));
        let words = escaped(&shorten(ring.words.trim(), WORDS_MOST));
        let say = format!("Say voice=\"{voice}\" language=\"{language}\"");
        format!(
            "<Response><Gather numDigits=\"1\" timeout=\"{KEY_WITHIN}\" action=\"{action}\" method=\"POST\">\
             <{say} loop=\"{TIMES}\">{words} Press 1 to acknowledge.</Say></Gather>\
             <{say}>No key was pressed. Goodbye.</Say></Response>"
        )
    }
}

fn text_of(ring: &Ring) -> String {
    let words = shorten(ring.words.trim(), TEXT_MOST - HOW_TO_ANSWER.len());
    format!("{words}{HOW_TO_ANSWER}")
}

/// The body of a success.
pub(super) fn accepted(answer: Answer) -> Result<Value, PhoneTrouble> {
    if (200..300).contains(&answer.status) {
        return Ok(answer.body);
    }
    let message = without_numbers(answer.body["message"].as_str().unwrap_or_default());
    Err(PhoneTrouble::Twilio { status: answer.status, code: code(&answer.body), message })
}

fn code(body: &Value) -> Option<u32> {
    body["code"].as_u64().and_then(|code| u32::try_from(code).ok())
}

fn is_sid(id: &str, prefix: &str) -> bool {
    id.strip_prefix(prefix)
        .is_some_and(|rest| rest.len() == 32 && rest.chars().all(|c| c.is_ascii_hexdigit()))
}

/// Text as XML takes it. What people wrote stays text; what XML has no place for becomes a space.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}
