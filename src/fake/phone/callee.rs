//! People at the phones: they take a call, press keys, or do not; and Twilio tells howler, signed.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use tower_service::Service;

use super::{Call, CallState, Phones, Text, sign, twiml};

/// Longer than any answer of howler's, in bytes.
const ANSWER_MOST: usize = 1 << 20;

/// Why a person could not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalleeError {
    #[error("there is no such call")]
    NoSuchCall,
    #[error("the phone does not ring, or is not held")]
    NotNow,
    #[error("the phone waits for no key")]
    NoKeyAsked,
    #[error("howler cannot be reached")]
    Unreached,
}

impl Phones {
    /// Takes the call.
    ///
    /// # Errors
    /// When it does not ring.
    pub fn pick_up(&self, sid: &str) -> Result<(), CalleeError> {
        self.change(sid, CallState::Ringing, CallState::InProgress).map(drop)
    }

    /// Presses one key; gives howler's status. What howler answers is what the phone says next.
    ///
    /// # Errors
    /// When the phone is not held or waits for no key, or howler cannot be reached.
    pub async fn press(&self, sid: &str, key: char) -> Result<u16, CalleeError> {
        let call = {
            let mut world = self.world();
            let call = world.calls.iter_mut().find(|call| call.sid == sid).ok_or(CalleeError::NoSuchCall)?;
            if call.state != CallState::InProgress {
                return Err(CalleeError::NotNow);
            }
            call.keys.push(key);
            call.clone()
        };
        let action = call.action.clone().ok_or(CalleeError::NoKeyAsked)?;
        let (status, answer) =
            self.tell(&action, &call, vec![("Digits".to_owned(), key.to_string())]).await?;
        let script = twiml::read(&answer).filter(|_| status == 200).unwrap_or_default();
        let mut world = self.world();
        // A call that was ended meanwhile says nothing more.
        let held = |call: &&mut Call| call.sid == sid && call.state == CallState::InProgress;
        if let Some(call) = world.calls.iter_mut().find(held) {
            call.words.extend(script.words);
            call.action = script.action;
        }
        Ok(status)
    }

    /// Hangs up after taking the call.
    ///
    /// # Errors
    /// As [`no_answer`](Self::no_answer).
    pub async fn hang_up_phone(&self, sid: &str) -> Result<u16, CalleeError> {
        self.end(sid, CallState::InProgress, CallState::Completed).await
    }

    /// Lets it ring until Twilio gives up; gives howler's status.
    ///
    /// # Errors
    /// When the phone does not ring, or howler cannot be reached.
    pub async fn no_answer(&self, sid: &str) -> Result<u16, CalleeError> {
        self.end(sid, CallState::Ringing, CallState::NoAnswer).await
    }

    /// Is on the phone already.
    ///
    /// # Errors
    /// As [`no_answer`](Self::no_answer).
    pub async fn busy(&self, sid: &str) -> Result<u16, CalleeError> {
        self.end(sid, CallState::Ringing, CallState::Busy).await
    }

    /// Twilio tells again what became of a call that is over, as it does where it is not sure.
    ///
    /// # Errors
    /// When the call is not over, or howler cannot be reached.
    pub async fn tell_again(&self, sid: &str) -> Result<u16, CalleeError> {
        let call = self.calls().into_iter().find(|call| call.sid == sid).ok_or(CalleeError::NoSuchCall)?;
        if call.state.is_over() { self.tell_end(&call).await } else { Err(CalleeError::NotNow) }
    }

    /// Somebody answers a text; gives howler's status and what it texts back. `address` is the number's webhook.
    ///
    /// # Errors
    /// When howler cannot be reached.
    pub async fn answer_text(
        &self,
        address: &str,
        text: &Text,
        body: &str,
    ) -> Result<(u16, String), CalleeError> {
        let sid = self.world().sid("SM");
        let form = [
            ("AccountSid", self.0.setup.account_sid.as_str()),
            ("MessageSid", &sid),
            ("From", &text.to),
            ("To", &text.from),
            ("Body", body),
        ];
        let form: Vec<_> =
            form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.send_form(address, form).await
    }

    async fn end(&self, sid: &str, from: CallState, to: CallState) -> Result<u16, CalleeError> {
        let call = self.change(sid, from, to)?;
        self.tell_end(&call).await
    }

    fn change(&self, sid: &str, from: CallState, to: CallState) -> Result<Call, CalleeError> {
        let mut world = self.world();
        let call = world.calls.iter_mut().find(|call| call.sid == sid).ok_or(CalleeError::NoSuchCall)?;
        if call.state != from {
            return Err(CalleeError::NotNow);
        }
        call.state = to;
        Ok(call.clone())
    }

    /// Tells of the end without waiting for howler, which waits for this answer.
    pub(super) fn tell_soon(&self, call: Call) {
        let phones = self.clone();
        tokio::spawn(async move { phones.tell_end(&call).await });
    }

    async fn tell_end(&self, call: &Call) -> Result<u16, CalleeError> {
        // Without an address nobody wants to know.
        let Some(address) = &call.status_callback else { return Ok(200) };
        self.tell(address, call, Vec::new()).await.map(|(status, _)| status)
    }

    async fn tell(
        &self,
        address: &str,
        call: &Call,
        more: Vec<(String, String)>,
    ) -> Result<(u16, String), CalleeError> {
        let of_call = [
            ("AccountSid", self.0.setup.account_sid.as_str()),
            ("CallSid", &call.sid),
            ("CallStatus", call.state.word()),
            ("From", &call.from),
            ("To", &call.to),
        ];
        let mut form: Vec<_> =
            of_call.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        form.extend(more);
        self.send_form(address, form).await
    }

    async fn send_form(
        &self,
        address: &str,
        form: Vec<(String, String)>,
    ) -> Result<(u16, String), CalleeError> {
        let signature = sign::twilio(&self.0.setup.auth_token, address, &form);
        let kind = "application/x-www-form-urlencoded".to_owned();
        let body = serde_urlencoded::to_string(&form).unwrap_or_default();
        self.post(address, &[("x-twilio-signature", signature), ("content-type", kind)], body).await
    }

    pub(super) async fn post(
        &self,
        address: &str,
        head: &[(&str, String)],
        body: String,
    ) -> Result<(u16, String), CalleeError> {
        let inside = self.world().inside.clone();
        match inside {
            Some(router) => within(router, address, head, body).await,
            None => over_network(address, head, body).await,
        }
    }
}

async fn within(
    mut router: Router,
    address: &str,
    head: &[(&str, String)],
    body: String,
) -> Result<(u16, String), CalleeError> {
    let path =
        address.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
    let mut request = Request::post(format!("/{path}"));
    for (name, value) in head {
        request = request.header(*name, value);
    }
    let request = request.body(Body::from(body)).map_err(|_| CalleeError::Unreached)?;
    let Ok(response) = router.call(request).await;
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), ANSWER_MOST).await;
    let body = body.map_err(|_| CalleeError::Unreached)?;
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}

async fn over_network(
    address: &str,
    head: &[(&str, String)],
    body: String,
) -> Result<(u16, String), CalleeError> {
    let client = reqwest::Client::builder().no_proxy().build().map_err(|_| CalleeError::Unreached)?;
    let mut request = client.post(address).body(body);
    for (name, value) in head {
        request = request.header(*name, value);
    }
    let response = request.send().await.map_err(|_| CalleeError::Unreached)?;
    let status = response.status().as_u16();
    Ok((status, response.text().await.map_err(|_| CalleeError::Unreached)?))
}
