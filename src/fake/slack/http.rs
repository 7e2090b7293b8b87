//! The Web API over HTTP: reading a call, letting faults and limits have their say, answering.

use std::collections::BTreeSet;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, DATE, RETRY_AFTER};
use axum::http::{HeaderMap, Method as Verb, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::args::{Answer, Args, Refusal};
use super::faults::Fault;
use super::limits::Tier;
use super::methods::{self, Method, Turn};
use super::world::World;
use super::{Call, Slack, blocks, respond, socket};

const BODY_MOST: usize = 4 << 20;

pub(super) fn router(slack: Slack) -> Router {
    Router::new()
        .route("/api/{method}", any(call))
        .route("/respond/{id}", post(respond::respond))
        .route("/upload/{id}", post(methods::files::take))
        .route("/link", get(socket::upgrade))
        .layer(DefaultBodyLimit::max(BODY_MOST))
        .with_state(slack)
}

async fn call(
    State(slack): State<Slack>,
    Path(name): Path<String>,
    verb: Verb,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let method = methods::find(&name);
    let read = read_args(method, &verb, query.as_deref(), &headers, &body);
    let (args, token) = match &read {
        Ok(args) => split_token(args.clone(), &headers),
        Err(_) => (Args::default(), None),
    };
    slack.faults().wait_while_hung(&name).await;
    let pace = slack.faults().pace();
    slack.pass(pace.before).await;
    let outcome = match slack.struck(&name, method, &args) {
        Some(Fault::LoseAnswer) => {
            let body = slack.answer(method, read.map(|_| &args), token.as_deref());
            slack.note_call(&name, &args, &body, 0);
            slack.pass(pace.after).await;
            return broken();
        }
        Some(fault) => Err(fault),
        None => Ok(slack.answer(method, read.map(|_| &args), token.as_deref())),
    };
    let (status, body, wait) = match outcome {
        Ok(body) => (200, body, None),
        Err(Fault::RateLimit(wait)) => (429, Refusal::new("ratelimited").body(), Some(wait)),
        Err(Fault::Error(error)) => (200, Refusal::new(&error).body(), None),
        Err(Fault::Http(status)) => (status, Value::Null, None),
        Err(Fault::LoseAnswer) => (500, Value::Null, None),
    };
    slack.note_call(&name, &args, &body, status);
    slack.pass(pace.after).await;
    slack.respond_with(status, &body, wait)
}

/// Arguments come in the query, a form, or, for methods that write, a JSON object.
fn read_args(
    method: Option<&Method>,
    verb: &Verb,
    query: Option<&str>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Args, Refusal> {
    let mut args = form(query.unwrap_or_default().as_bytes())?;
    if *verb != Verb::POST || body.is_empty() {
        return Ok(Args(args));
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "application/x-www-form-urlencoded" => args.extend(form(body)?),
        "application/json" if method.is_none_or(|method| method.json) => match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => args.extend(fields),
            Ok(_) => return Err(Refusal::new("json_not_object")),
            Err(_) => return Err(Refusal::new("invalid_json")),
        },
        // Slack does not look into a JSON body of a method that takes none.
        "application/json" => {}
        "" => return Err(Refusal::new("missing_post_type")),
        _ => return Err(Refusal::new("invalid_post_type")),
    }
    Ok(Args(args))
}

fn form(text: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_bytes(text).map_err(|_| Refusal::new("invalid_form_data"))?;
    Ok(pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect())
}

/// Takes the token out of the arguments: it is never kept.
fn split_token(mut args: Args, headers: &HeaderMap) -> (Args, Option<String>) {
    let inside = args.0.remove("token").and_then(|token| token.as_str().map(str::to_owned));
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = header.and_then(|value| value.strip_prefix("Bearer ")).map(|token| token.trim().to_owned());
    (args, bearer.or(inside))
}

/// The head of a good answer, and then a broken connection.
fn broken() -> Response {
    let lost =
        futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("lost on purpose")) });
    (StatusCode::OK, [(CONTENT_TYPE, "application/json; charset=utf-8")], Body::from_stream(lost))
        .into_response()
}

impl Slack {
    /// What goes wrong with this call, by a switch or by Slack's rate limits.
    fn struck(&self, name: &str, method: Option<&Method>, args: &Args) -> Option<Fault> {
        if self.faults().is_down() {
            return Some(Fault::Http(503));
        }
        let channels = self.channel_names(args);
        if let Some(fault) = self.faults().strike(name, &channels) {
            return Some(fault);
        }
        if let Some(most) = self.faults().longest_message_now()
            && let Ok(Some(Value::Array(blocks))) = args.json("blocks")
            && blocks.iter().map(blocks::text_length).sum::<usize>() > most
        {
            return Some(Fault::Error("msg_too_long".to_owned()));
        }
        if !self.faults().has_real_limits() {
            return None;
        }
        let tier = method.map_or(Tier::Unlimited, |method| method.tier);
        let channel = channels.last().map(String::as_str);
        let wait = self.desk().limits.admit(name, tier, channel, self.now()).err()?;
        Some(Fault::RateLimit(wait))
    }

    /// All the names by which a fault may mean the channel of a call.
    fn channel_names(&self, args: &Args) -> Vec<String> {
        let Some(given) = args.text("channel") else { return Vec::new() };
        let mut names = vec![given.clone()];
        self.look(|world| {
            if let Some(channel) = world.channel_called(&given).or_else(|| world.direct(&given)) {
                names.extend([channel.name.clone(), format!("#{}", channel.name)]);
                names.extend(channel.im_user.clone());
                names.push(channel.id.clone());
            }
        });
        names
    }

    fn answer(&self, method: Option<&Method>, args: Result<&Args, Refusal>, token: Option<&str>) -> Value {
        match self.carry_out(method, args, token) {
            Ok(mut fields) => {
                fields.insert("ok".to_owned(), true.into());
                Value::Object(fields)
            }
            Err(refusal) => refusal.body(),
        }
    }

    fn carry_out(
        &self,
        method: Option<&Method>,
        args: Result<&Args, Refusal>,
        token: Option<&str>,
    ) -> Answer {
        let method = method.ok_or_else(|| Refusal::new("unknown_method"))?;
        let args = args?;
        if method.name == methods::CONNECTIONS_OPEN {
            return self.open_connection(token);
        }
        if method.name != "api.test" {
            self.known_token(token)?;
        }
        let dropped = self.faults().dropped();
        let granted = self.0.manifest.scopes.difference(&dropped).cloned().collect();
        let mut used = BTreeSet::new();
        let (now, base, looks) = (self.now(), self.desk().own_base.clone(), self.faults().look_at_a_file());
        let mut turn = |world: &mut World| {
            let used = &mut used;
            let (messages_tab, home_tab) = (self.0.manifest.messages_tab, self.0.manifest.home_tab);
            (method.run)(&mut Turn {
                world,
                args,
                now,
                base: &base,
                granted: &granted,
                messages_tab,
                home_tab,
                used,
                looks,
            })
        };
        let answer = if method.changes { self.arrange(&mut turn) } else { turn(&mut self.world()) };
        self.desk().scopes_used.extend(used);
        answer
    }

    fn known_token(&self, token: Option<&str>) -> Result<(), Refusal> {
        let token = token.ok_or_else(|| Refusal::new("not_authed"))?;
        if token != self.0.bot_token {
            return Err(Refusal::new("invalid_auth"));
        }
        self.faults().token_error().map_or(Ok(()), |error| Err(Refusal::new(&error)))
    }

    /// Time goes by on the clock.
    pub(super) async fn pass(&self, time: SignedDuration) {
        if time.is_positive() {
            self.0.clock.sleep_until(self.now().saturating_add(time).unwrap_or(Timestamp::MAX)).await;
        }
    }

    fn note_call(&self, name: &str, args: &Args, answer: &Value, status: u16) {
        let args = Value::Object(args.0.clone());
        self.record(Call { at: self.now(), method: name.to_owned(), args, answer: answer.clone(), status });
    }

    /// The token's scopes, with commas between them.
    fn granted(&self) -> String {
        let dropped = self.faults().dropped();
        let scopes: Vec<&str> = self.0.manifest.scopes.difference(&dropped).map(String::as_str).collect();
        scopes.join(",")
    }

    /// The time as HTTP tells it.
    fn date(&self) -> String {
        let now = self.now().saturating_add(self.faults().skewed_by()).unwrap_or(self.now());
        now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    fn respond_with(&self, status: u16, body: &Value, wait: Option<u64>) -> Response {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let date = [(DATE, self.date())];
        if body.is_null() {
            return (status, date).into_response();
        }
        let head = [(CONTENT_TYPE, "application/json; charset=utf-8")];
        let mut response = (status, date, head, body.to_string()).into_response();
        // A token that Slack does not take has no scopes to tell.
        let known = !body.get("error").and_then(Value::as_str).is_some_and(is_about_the_token);
        if let Ok(scopes) = self.granted().parse()
            && known
        {
            response.headers_mut().insert("x-oauth-scopes", scopes);
        }
        if let Some(wait) = wait {
            response.headers_mut().insert(RETRY_AFTER, wait.into());
        }
        response
    }
}

fn is_about_the_token(error: &str) -> bool {
    matches!(error, "not_authed" | "invalid_auth" | "token_revoked" | "token_expired" | "account_inactive")
}

/// The short answers of response URLs.
pub(super) fn hook_answer(status: StatusCode, error: Option<&str>) -> Response {
    let body = match error {
        None => json!({ "ok": true }),
        Some(error) => json!({ "ok": false, "error": error }),
    };
    (status, [(CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string()).into_response()
}
