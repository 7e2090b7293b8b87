//! Twilio's REST API: who asks, what is refused by which code, what is made.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::faults::Fault;
use super::{Call, CallState, Phones, Text, twiml};

/// Longest text, in characters.
const TEXT_MOST: usize = 1_600;

type Pairs = Vec<(String, String)>;
type Answer = Result<(u16, Value), (u16, u32, &'static str)>;

pub(super) fn router(phones: Phones) -> Router {
    let calls = get(list_calls).post(make_call);
    let texts = get(list_texts).post(make_text);
    Router::new()
        .route("/2010-04-01/Accounts/{account}/Calls.json", calls)
        .route("/2010-04-01/Accounts/{account}/Calls/{call}", post(change_call))
        .route("/2010-04-01/Accounts/{account}/Messages.json", texts)
        .route("/2010-04-01/Accounts/{account}", get(show_account))
        .route("/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json", get(list_owned))
        .route("/2010-04-01/Accounts/{account}/OutgoingCallerIds.json", get(list_verified))
        .with_state(phones)
}

async fn make_call(
    State(phones): State<Phones>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    phones.answer(&account, &headers, || phones.call(&pairs(&body)))
}

async fn make_text(
    State(phones): State<Phones>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    phones.answer(&account, &headers, || phones.text(&pairs(&body)))
}

async fn list_calls(
    State(phones): State<Phones>,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    phones.answer(&account, &headers, || {
        let query = pairs(query.unwrap_or_default().as_bytes());
        let calls = phones.calls();
        let fits = |call: &&Call| is(&query, "To", &call.to) && is(&query, "From", &call.from);
        let shown: Vec<_> = calls.iter().rev().filter(fits).map(shown_call).collect();
        Ok((200, json!({ "calls": shown })))
    })
}

async fn list_texts(
    State(phones): State<Phones>,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    phones.answer(&account, &headers, || {
        let query = pairs(query.unwrap_or_default().as_bytes());
        let texts = phones.texts();
        let fits = |text: &&Text| is(&query, "To", &text.to) && is(&query, "From", &text.from);
        let shown: Vec<_> = texts.iter().rev().filter(fits).map(shown_text).collect();
        Ok((200, json!({ "messages": shown })))
    })
}

async fn change_call(
    State(phones): State<Phones>,
    Path((account, call)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    phones.answer(&account, &headers, || phones.hang_up(call.trim_end_matches(".json"), &pairs(&body)))
}

/// Twilio's Account resource, as far as it tells whether anything can be done.
async fn show_account(
    State(phones): State<Phones>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Response {
    let account = file.trim_end_matches(".json");
    phones.answer(account, &headers, || {
        let kind = if phones.0.setup.verified.is_some() { "Trial" } else { "Full" };
        let status = if phones.faults().is_suspended() { "suspended" } else { "active" };
        Ok((200, json!({ "sid": account, "status": status, "type": kind })))
    })
}

/// The account's own numbers. `PhoneNumber` finds parts of numbers too.
async fn list_owned(
    State(phones): State<Phones>,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    phones.answer(&account, &headers, || {
        let able = json!({ "voice": true, "sms": true, "mms": false, "fax": false });
        let rows = matching(&query, phones.0.setup.owned.iter());
        let rows = rows.map(|number| json!({ "phone_number": number, "capabilities": able }));
        Ok((200, json!({ "incoming_phone_numbers": rows.collect::<Value>() })))
    })
}

/// Others' numbers that the account has proved to be theirs.
async fn list_verified(
    State(phones): State<Phones>,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    phones.answer(&account, &headers, || {
        let rows = matching(&query, phones.0.setup.verified.iter().flatten());
        let rows = rows.map(|number| json!({ "phone_number": number }));
        Ok((200, json!({ "outgoing_caller_ids": rows.collect::<Value>() })))
    })
}

fn matching<'n>(
    query: &Option<String>,
    numbers: impl Iterator<Item = &'n String>,
) -> impl Iterator<Item = &'n String> {
    let query = pairs(query.as_deref().unwrap_or_default().as_bytes());
    let asked = get_of(&query, "PhoneNumber").unwrap_or_default().to_owned();
    numbers.filter(move |number| number.contains(&asked))
}

fn pairs(body: &[u8]) -> Pairs {
    serde_urlencoded::from_bytes(body).unwrap_or_default()
}

fn get_of<'p>(pairs: &'p Pairs, name: &str) -> Option<&'p str> {
    pairs
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
        .filter(|value| !value.is_empty())
}

fn is(query: &Pairs, name: &str, value: &str) -> bool {
    get_of(query, name).is_none_or(|asked| asked == value)
}

fn is_e164(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.chars().all(|c| c.is_ascii_digit())
    })
}

fn rfc2822(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

fn shown_call(call: &Call) -> Value {
    json!({
        "sid": call.sid, "to": call.to, "from": call.from, "status": call.state.word(),
        "date_created": rfc2822(call.at),
    })
}

fn shown_text(text: &Text) -> Value {
    json!({
        "sid": text.sid, "to": text.to, "from": text.from, "body": text.body, "status": "queued",
        "date_created": rfc2822(text.at),
    })
}

impl Phones {
    fn answer(&self, account: &str, headers: &HeaderMap, work: impl FnOnce() -> Answer) -> Response {
        let fault = self.faults().strike();
        let answer = match fault {
            Some(Fault::Http(status)) => Err((status, 20500, "An internal server error has occurred")),
            Some(Fault::Limit(_)) => Err((429, 20429, "Too Many Requests")),
            Some(Fault::Drop) => Err((500, 0, "")),
            Some(Fault::LoseAnswer) | None => self.admit(account, headers).and_then(|()| work()),
        };
        if matches!(fault, Some(Fault::Drop | Fault::LoseAnswer)) {
            return broken();
        }
        let (status, body) = answer.unwrap_or_else(|(status, code, message)| {
            let more = format!("https://www.twilio.com/docs/errors/{code}");
            (status, json!({ "code": code, "message": message, "more_info": more, "status": status }))
        });
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let kind = [(CONTENT_TYPE, "application/json")];
        let mut response = (status, kind, body.to_string()).into_response();
        if let Some(Fault::Limit(Some(after))) = fault {
            response.headers_mut().insert(RETRY_AFTER, after.into());
        }
        response
    }

    fn admit(&self, account: &str, headers: &HeaderMap) -> Result<(), (u16, u32, &'static str)> {
        let setup = &self.0.setup;
        let pair = STANDARD.encode(format!("{}:{}", setup.account_sid, setup.auth_token));
        let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let known = given.and_then(|value| value.strip_prefix("Basic ")) == Some(&pair);
        if known && account == setup.account_sid { Ok(()) } else { Err((401, 20003, "Authenticate")) }
    }

    /// The two numbers, checked; `unverified` is the code for calls or for texts.
    fn numbers<'f>(
        &self,
        form: &'f Pairs,
        from_codes: (u32, u32),
        unverified: u32,
    ) -> Result<(&'f str, &'f str), (u16, u32, &'static str)> {
        let (missing, not_ours) = from_codes;
        let to = get_of(form, "To").ok_or((400, 21201, "No 'To' number is specified"))?;
        let from = get_of(form, "From").ok_or((400, missing, "No 'From' number is specified"))?;
        if !is_e164(to) {
            return Err((400, 21211, "Invalid 'To' Phone Number: +14155550100X"));
        }
        if !self.0.setup.owned.contains(from) {
            return Err((400, not_ours, "The 'From' number is not a valid number of this account"));
        }
        if to == from {
            return Err((400, 21266, "'To' and 'From' number cannot be the same"));
        }
        if let Some(code) = self.faults().refusal(to) {
            return Err((400, code, "The number +14155550100 cannot be called"));
        }
        if self.0.setup.verified.as_ref().is_some_and(|verified| !verified.contains(to)) {
            return Err((400, unverified, "The number +14155550100 is unverified"));
        }
        Ok((to, from))
    }

    fn call(&self, form: &Pairs) -> Answer {
        let (to, from) = self.numbers(form, (21213, 21210), 21219)?;
        let written = get_of(form, "Twiml").ok_or((400, 21205, "Url parameter is required"))?;
        let script = twiml::read(written).ok_or((400, 12100, "Document parse failure"))?;
        let timeout = get_of(form, "Timeout").unwrap_or("60").parse::<u32>();
        if !timeout.is_ok_and(|timeout| (1..=600).contains(&timeout)) {
            return Err((400, 21208, "Invalid Timeout"));
        }
        let mut world = self.world();
        let call = Call {
            sid: world.sid("CA"),
            to: to.to_owned(),
            from: from.to_owned(),
            words: script.words,
            state: CallState::Ringing,
            at: self.0.setup.clock.now(),
            keys: String::new(),
            cut: false,
            action: script.action,
            status_callback: get_of(form, "StatusCallback").map(str::to_owned),
        };
        let shown = shown_call(&call);
        world.calls.push(call);
        Ok((201, shown))
    }

    fn text(&self, form: &Pairs) -> Answer {
        let (to, from) = self.numbers(form, (21603, 21606), 21608)?;
        let body = get_of(form, "Body").ok_or((400, 21602, "Message body is required"))?;
        if body.chars().count() > TEXT_MOST {
            return Err((400, 21617, "The concatenated message body exceeds the 1600 character limit"));
        }
        let mut world = self.world();
        let (sid, at) = (world.sid("SM"), self.0.setup.clock.now());
        let text = Text { sid, to: to.to_owned(), from: from.to_owned(), body: body.to_owned(), at };
        let shown = shown_text(&text);
        world.texts.push(text);
        Ok((201, shown))
    }

    fn hang_up(&self, sid: &str, form: &Pairs) -> Answer {
        let mut world = self.world();
        let call = world.calls.iter_mut().find(|call| call.sid == sid);
        let call = call.ok_or((404, 20404, "The requested resource was not found"))?;
        if call.state.is_over() {
            return Err((400, 21220, "Call is not in-progress. Cannot redirect."));
        }
        if !matches!(get_of(form, "Status"), Some("completed" | "canceled")) {
            return Err((400, 21218, "Invalid Status"));
        }
        let taken = call.state == CallState::InProgress;
        call.cut = taken;
        call.state = if taken { CallState::Completed } else { CallState::Canceled };
        let (shown, call) = (shown_call(call), call.clone());
        drop(world);
        self.tell_soon(call);
        Ok((200, shown))
    }
}

/// The head of a good answer, and then a broken connection.
pub(super) fn broken() -> Response {
    let lost =
        futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("lost on purpose")) });
    (StatusCode::CREATED, [(CONTENT_TYPE, "application/json")], Body::from_stream(lost)).into_response()
}
