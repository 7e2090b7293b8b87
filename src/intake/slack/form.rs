//! Submitted forms: the fields are taken as the typed line's parts are, and each that cannot be is named.

use std::collections::BTreeMap;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::interaction::Selected;
use super::{FieldError, Parsed, delivery};
use domain::command::EtaText;
use domain::id::UserId;
use domain::incident::severity::Status;
use domain::refusal::Refusal;
use domain::request::{Ask, Form, FormContext, ReplyPath, Request};
use domain::text;
use grammar::parts;
use view::fields;

/// Longest comment of an approval, in characters: it stands on the card.
const COMMENT_MOST: usize = 500;

#[derive(Deserialize)]
pub(super) struct View {
    id: Option<String>,
    pub(super) app_installed_team_id: Option<String>,
    r#type: Option<String>,
    callback_id: Option<String>,
    private_metadata: Option<String>,
    state: Option<State>,
}

impl View {
    /// howler's Home tab, and no form.
    pub(super) fn is_home(&self) -> bool {
        self.r#type.as_deref() == Some("home")
    }
}

#[derive(Deserialize)]
struct State {
    values: Option<BTreeMap<String, BTreeMap<String, Value>>>,
}

#[derive(Debug, Deserialize)]
struct Value {
    value: Option<String>,
    selected_option: Option<Selected>,
}

/// Reads a submitted form of howler's.
pub(super) fn submitted(by: UserId, view: &View, json: &[u8]) -> Parsed {
    let read: fn(&mut Input<'_>, &FormContext) -> Option<Form> = match view.callback_id.as_deref() {
        Some(fields::DECLARE) => declare,
        Some(fields::UPDATE) => update,
        Some(fields::RESOLVE) => resolve,
        Some(fields::APPROVE) => approve,
        Some(fields::NOTE) => note,
        Some(fields::SECTION) => section,
        _ => return Parsed::Ignored { why: "unknown_form" },
    };
    let mut input =
        Input { values: view.state.as_ref().and_then(|state| state.values.as_ref()), errors: Vec::new() };
    let context = view.private_metadata.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let form = context.and_then(|context: FormContext| Some((read(&mut input, &context)?, context.place)));
    if !input.errors.is_empty() {
        return Parsed::FormErrors(input.errors);
    }
    let Some((form, place)) = form else {
        return Parsed::FormErrors(vec![FieldError { field: input.any(), refusal: Refusal::UnknownButton }]);
    };
    let delivery = delivery("view", form_id(view, &form).as_deref(), json);
    Parsed::request(
        Request { delivery, by: by.into(), place, reply: ReplyPath::Inline, ask: Ask::Form(form) },
        None,
    )
}

/// One form declares one incident. An update or a resolution that was sent again with other words, because the first answer was
/// lost on its way to the person, is another one: swallowing it would be worse than saying both.
fn form_id(view: &View, form: &Form) -> Option<String> {
    let id = view.id.as_deref()?;
    if let Form::Declare { .. } = form {
        return Some(id.to_owned());
    }
    let filled = view.state.as_ref().map(|state| format!("{:?}", state.values)).unwrap_or_default();
    Some(format!("{id}:{}", hex::encode(&Sha256::digest(filled)[..8])))
}

fn declare(input: &mut Input<'_>, context: &FormContext) -> Option<Form> {
    let title = input.take(fields::TITLE, parts::title);
    let severity = input.take(fields::SEVERITY, parts::severity);
    let impact = input.text(fields::IMPACT);
    let action = input.text(fields::ACTION);
    let eta = input.eta();
    let note = context.note.clone();
    Some(Form::Declare { title: title?, severity: severity?, impact, action, eta, note })
}

fn note(input: &mut Input<'_>, context: &FormContext) -> Option<Form> {
    let text = context.note.clone()?;
    let incident = input.take(fields::INCIDENT, |number| match parts::incident(number)? {
        Some(incident) => Ok(incident),
        None => Err(Refusal::NotAnIncidentNumber { word: parts::quoted(number) }),
    });
    Some(Form::Note { incident: incident?, text })
}

fn section(input: &mut Input<'_>, context: &FormContext) -> Option<Form> {
    let (incident, (section, shown)) = (context.incident?, context.section?);
    let text = input.take(fields::TEXT, |wire| parts::optional_text(section.words(), wire));
    Some(Form::Section { incident, section, text: text?.unwrap_or_default(), shown })
}

fn update(input: &mut Input<'_>, context: &FormContext) -> Option<Form> {
    let incident = context.incident?;
    let status = input.status();
    let impact = input.text(fields::IMPACT);
    let action = input.text(fields::ACTION);
    let eta = input.eta();
    if input.errors.is_empty() && status.is_none() && impact.is_none() && action.is_none() && eta.is_none() {
        input.refuse(fields::ACTION, Refusal::TextMissing { command: "update".into() });
    }
    let shown = context.shown.clone();
    Some(Form::Update { incident, status, impact, action, eta, shown })
}

fn resolve(input: &mut Input<'_>, context: &FormContext) -> Option<Form> {
    let incident = context.incident?;
    let root_cause = input.take(fields::ROOT_CAUSE, |wire| match parts::optional_text("root cause", wire)? {
        Some(text) => Ok(text),
        None => Err(Refusal::TextMissing { command: "resolve".into() }),
    });
    let impact = input.text(fields::IMPACT);
    let data_loss = input.text(fields::DATA_LOSS);
    let shown = context.shown.clone();
    Some(Form::Resolve { incident, root_cause: root_cause?, impact, data_loss, shown })
}

fn approve(input: &mut Input<'_>, context: &FormContext) -> Option<Form> {
    let (run, key) = context.approval.clone()?;
    let comment = input.take(fields::COMMENT, |wire| match parts::optional_text("comment", wire)? {
        Some(text) => Ok(text::shorten(&text, COMMENT_MOST)),
        None => Err(Refusal::TextMissing { command: "approve".into() }),
    });
    Some(Form::Approve { run, key, comment: comment? })
}

/// What was filled in, and what of it cannot be taken.
struct Input<'a> {
    values: Option<&'a BTreeMap<String, BTreeMap<String, Value>>>,
    errors: Vec<FieldError>,
}

impl<'a> Input<'a> {
    fn raw(&self, field: &str) -> &'a str {
        let value = self.values.and_then(|values| values.get(field)).and_then(|block| block.values().next());
        let chosen = |value: &'a Value| value.selected_option.as_ref()?.value.as_deref();
        value.and_then(|value| value.value.as_deref().or_else(|| chosen(value))).unwrap_or("")
    }

    fn refuse(&mut self, field: &'static str, refusal: Refusal) {
        self.errors.push(FieldError { field, refusal });
    }

    fn take<T>(&mut self, field: &'static str, read: impl Fn(&str) -> Result<T, Refusal>) -> Option<T> {
        match read(self.raw(field)) {
            Ok(value) => Some(value),
            Err(refusal) => {
                self.refuse(field, refusal);
                None
            }
        }
    }

    fn text(&mut self, field: &'static str) -> Option<String> {
        let what = field.replace('_', " ");
        self.take(field, |wire| parts::optional_text(&what, wire)).flatten()
    }

    fn eta(&mut self) -> Option<EtaText> {
        self.take(fields::ETA, parts::optional_eta).flatten()
    }

    fn status(&mut self) -> Option<Status> {
        let read = |word: &str| if word.is_empty() { Ok(None) } else { parts::status(word).map(Some) };
        self.take(fields::STATUS, read).flatten()
    }

    /// A field that the form has, to hang an error on that is not about one field.
    fn any(&self) -> &'static str {
        let first = [
            fields::TITLE,
            fields::INCIDENT,
            fields::ROOT_CAUSE,
            fields::STATUS,
            fields::COMMENT,
            fields::TEXT,
            fields::IMPACT,
        ];
        let has = |field: &&str| self.values.is_some_and(|values| values.contains_key(*field));
        first.into_iter().find(|field| has(field)).unwrap_or(fields::IMPACT)
    }
}
