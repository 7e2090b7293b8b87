//! Twilio's callbacks: a key, how a call or a text ended, and texts to howler's number.

use super::signature::TwilioVerifier;
use super::{Acknowledged, PhoneEvent, Reason, Rejected};
use config::PublicUrl;
use delivery::phone::answer::AckKey;
use domain::id::DeliveryId;
use domain::oncall::phone::PhoneNumber;
use domain::secret::Secret;

/// Believes one Twilio account, and its own tokens.
#[derive(Clone)]
pub struct TwilioDoor {
    verifier: TwilioVerifier,
    key: AckKey,
    public_url: PublicUrl,
}

impl TwilioDoor {
    pub fn new(auth_token: &Secret, key: AckKey, public_url: PublicUrl) -> Self {
        Self { verifier: TwilioVerifier::new(auth_token), key, public_url }
    }

    /// What a callback says. `path_and_query` and `body` as they came; Twilio signed the public address before them.
    ///
    /// # Errors
    /// Why it is not believed or not understood.
    pub fn read(
        &self,
        path_and_query: &str,
        signature: Option<&str>,
        body: &[u8],
    ) -> Result<PhoneEvent, Rejected> {
        let form = Form(serde_urlencoded::from_bytes(body).map_err(|_| Rejected::Malformed)?);
        self.verifier.verify(&self.address(path_and_query), &form.0, signature)?;
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let query = Form(serde_urlencoded::from_str(query).map_err(|_| Rejected::Unreadable)?);
        match path {
            "/phone/twilio/key" => self.key_pressed(&form, &query),
            "/phone/twilio/status" => call_ended(&form, &query),
            "/phone/twilio/text" => text_ended(&form, &query),
            "/phone/twilio/sms" => text_came(&form),
            _ => Err(Rejected::Unreadable),
        }
    }

    /// The address as Twilio was given it.
    pub(super) fn address(&self, path_and_query: &str) -> String {
        format!("{}{path_and_query}", self.public_url.as_str())
    }

    fn key_pressed(&self, form: &Form, query: &Form) -> Result<PhoneEvent, Rejected> {
        let claim = self.key.check(query.need("answer")?).ok_or(Rejected::Unreadable)?;
        let (call, digits) = (form.need("CallSid")?, form.need("Digits")?);
        if digits != "1" {
            return Ok(PhoneEvent::OtherKey);
        }
        let delivery = named(&["key", call, &claim.mark]);
        Ok(PhoneEvent::Acknowledged { by: Acknowledged::Key(claim), delivery })
    }
}

/// Parameters, in the order in which they came.
struct Form(Vec<(String, String)>);

impl Form {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn need(&self, name: &str) -> Result<&str, Rejected> {
        self.get(name).filter(|value| !value.is_empty()).ok_or(Rejected::Unreadable)
    }
}

/// The same callback has the same name, however often it comes.
fn named(parts: &[&str]) -> DeliveryId {
    DeliveryId(format!("twilio:{}", parts.join(":")))
}

fn call_ended(form: &Form, query: &Form) -> Result<PhoneEvent, Rejected> {
    let (call, status, mark) =
        (form.need("CallSid")?, form.need("CallStatus")?, query.need("mark")?.to_owned());
    let delivery = named(&["call", call, status]);
    let reason = match status {
        "no-answer" => Reason::NoAnswer,
        "busy" => Reason::Busy,
        "failed" => Reason::Failed,
        "canceled" => Reason::Canceled,
        "completed" => return Ok(PhoneEvent::Ended { mark, delivery }),
        // On the way.
        _ => return Ok(PhoneEvent::Nothing),
    };
    Ok(PhoneEvent::NotReached { mark, reason, delivery })
}

fn text_ended(form: &Form, query: &Form) -> Result<PhoneEvent, Rejected> {
    let (text, status) = (form.need("MessageSid")?, form.need("MessageStatus")?);
    if !matches!(status, "failed" | "undelivered") {
        return Ok(PhoneEvent::Nothing);
    }
    let code = form.get("ErrorCode").and_then(|code| code.parse().ok());
    let delivery = named(&["text", text, status]);
    Ok(PhoneEvent::NotTexted { mark: query.need("mark")?.to_owned(), code, delivery })
}

fn text_came(form: &Form) -> Result<PhoneEvent, Rejected> {
    let delivery = named(&["sms", form.need("MessageSid")?]);
    // A short code or a name has no owner that howler knows.
    let Ok(from) = PhoneNumber::parse(form.need("From")?) else { return Ok(PhoneEvent::Nothing) };
    Ok(PhoneEvent::Texted { from, text: form.get("Body").unwrap_or_default().to_owned(), delivery })
}
