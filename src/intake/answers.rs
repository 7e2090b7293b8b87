//! Answers in Slack's forms, for HTTP and Socket Mode alike. The words come from `view`.

use serde::Serialize;
use serde_json::{Map, Value, json};
use slack_morphism::prelude::SlackBlock;
use tracing::error;

use super::front::Reply;
use crate::slack::FieldError;
use desk::Fault;
use domain::answer::{Answer, FormToOpen, Private};
use domain::refusal::Refusal;
use domain::request::Form;
use domain::text;
use view::{Message, Via, fields};

/// Slack shows an error under a field; more would not be read there.
const FIELD_ERROR_MOST: usize = 250;

/// Why a delivery has no answer of the desk's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("{}", view::fault::in_words(*.0))]
    Fault(Fault),
    /// It may still be carried out.
    #[error(
        "howler is slow just now, and this may still come through. Look at `/incident list` before you send it again."
    )]
    Slow,
}

/// A private answer in the answer to a slash command.
pub fn private(private: &Private) -> Reply {
    shown(message(&view::private(private, Via::Slash)))
}

/// A failure of howler's own, told to the person.
pub fn failed(failure: &Failure) -> Reply {
    Reply::NotSaved(message(&view::failed(&failure.to_string())))
}

/// A slash command that is still to come.
pub fn other_command(command: &str) -> Reply {
    shown(message(&view::other_command(command, Via::Slash)))
}

/// The form did not open: why, and the line to type instead.
pub fn form_failed(form: &FormToOpen, reason: &str) -> Reply {
    shown(message(&view::form_failed(form, reason, Via::Slash)))
}

/// The answer to a submitted form: it closes, unless it was refused.
pub fn submitted(form: &Form, answer: &Answer) -> Reply {
    match answer {
        Answer::Private(Private::Refused(refusal)) => {
            shown(errors([(field_of(form, refusal), view::field_error(refusal))]))
        }
        _ => Reply::Nothing,
    }
}

/// Each field and why its content cannot be taken.
pub fn form_errors(refused: &[FieldError]) -> Reply {
    shown(errors(refused.iter().map(|error| (error.field, view::field_error(&error.refusal)))))
}

/// The form stays open, with what was typed.
pub fn form_not_saved(form: &Form, failure: &Failure) -> Reply {
    Reply::NotSaved(errors([(main_field(form), failure.to_string())]))
}

/// For one person's eyes, in the answer.
#[derive(Serialize)]
struct Ephemeral<'a> {
    response_type: &'static str,
    text: &'a str,
    blocks: &'a [SlackBlock],
}

fn message(message: &Message) -> Option<String> {
    let Message { text, blocks } = message;
    json(&Ephemeral { response_type: "ephemeral", text, blocks })
}

fn errors(errors: impl IntoIterator<Item = (&'static str, String)>) -> Option<String> {
    let errors: Map<String, Value> = errors
        .into_iter()
        .map(|(field, words)| (field.to_owned(), text::shorten(&words, FIELD_ERROR_MOST).into()))
        .collect();
    json(&json!({ "response_action": "errors", "errors": errors }))
}

fn json(value: &impl Serialize) -> Option<String> {
    serde_json::to_string(value)
        .inspect_err(|error| error!(%error, "an answer could not be written down"))
        .ok()
}

fn shown(json: Option<String>) -> Reply {
    json.map_or(Reply::Nothing, Reply::Json)
}

/// The field that a refusal is most about.
fn field_of(form: &Form, refusal: &Refusal) -> &'static str {
    match (form, refusal) {
        (Form::Declare { .. }, Refusal::UnknownSeverity { .. }) => fields::SEVERITY,
        (Form::Update { .. }, Refusal::UnknownStatus { .. } | Refusal::AlreadyStatus { .. }) => {
            fields::STATUS
        }
        (Form::Resolve { .. }, Refusal::ChangedMeanwhile { .. }) => fields::IMPACT,
        (Form::Update { .. }, Refusal::ChangedMeanwhile { field, .. }) => match field.as_str() {
            "status" => fields::STATUS,
            "impact" => fields::IMPACT,
            "eta" => fields::ETA,
            _ => fields::ACTION,
        },
        (form, _) => main_field(form),
    }
}

fn main_field(form: &Form) -> &'static str {
    match form {
        Form::Declare { .. } => fields::TITLE,
        Form::Note { .. } => fields::INCIDENT,
        Form::Update { .. } => fields::ACTION,
        Form::Resolve { .. } => fields::ROOT_CAUSE,
        Form::Approve { .. } => fields::COMMENT,
        Form::Section { .. } => fields::TEXT,
    }
}
