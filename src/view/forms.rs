//! Forms, filled with what is known.

use slack_morphism::prelude::*;

use super::after;
use super::blocks::{plain, rich_lines};
use super::facts::severity;
use super::fields;
use super::text::{visible, within};
use super::time::utc;
use super::words::{bold, code, words};
use domain::answer::{FormFill, FormToOpen, Summary};
use domain::id::IncidentId;
use domain::incident::Eta;
use domain::incident::after::event::Section;
use domain::severities::Severities;
use domain::text::{TEXT_MOST, TITLE_MOST, shorten};
use domain::{Severity, Status};

/// Longest title of a form.
const FORM_TITLE_MOST: usize = 24;
/// Longest text beside a choice.
const CHOICE_MOST: usize = 75;
const ETA_HINT: &str = "20m, or words";

/// The form to open.
pub fn form(form: &FormToOpen, severities: &Severities) -> SlackView {
    let incident = form.context.incident;
    let (callback, title, submit, blocks) = match &form.fill {
        FormFill::Declare { title, note } => (
            fields::DECLARE,
            "Declare an incident".to_owned(),
            "Declare",
            declare(title.as_ref(), severities).into_iter().chain(note.as_deref().map(first_note)).collect(),
        ),
        FormFill::Note { note, choices, chosen } => {
            (fields::NOTE, "Add to a timeline".to_owned(), "Add", timelines(note, choices, *chosen))
        }
        FormFill::Update { .. } => {
            (fields::UPDATE, named("Update", incident), "Post update", update(&form.fill))
        }
        FormFill::Resolve { title, impact } => {
            (fields::RESOLVE, named("Resolve", incident), "Resolve", resolve(title, impact.as_ref()))
        }
        FormFill::Section { title, section, text } => {
            let name = named("Report of", incident);
            (fields::SECTION, name, "Save", section_of(title, *section, text.clone()))
        }
        FormFill::Approve { step, command } => {
            (fields::APPROVE, "Approve".to_owned(), "Approve", approve(step, command))
        }
    };
    // Plain data: it always serialises.
    let context = serde_json::to_string(&form.context).unwrap_or_default();
    let view = SlackModalView::new(plain(&within(&title, FORM_TITLE_MOST)), blocks)
        .with_submit(plain(submit))
        .with_close(plain("Cancel"))
        .with_callback_id(callback.to_owned().into())
        .with_private_metadata(context);
    SlackView::Modal(view)
}

fn named(verb: &str, incident: Option<IncidentId>) -> String {
    incident.map_or_else(|| verb.to_owned(), |incident| format!("{verb} {incident}"))
}

fn declare(title: Option<&String>, severities: &Severities) -> Vec<SlackBlock> {
    let choices = Severity::ALL.map(|severity_now| {
        let definition = within(&visible(&severities.rule(severity_now).definition), CHOICE_MOST);
        let choice = choice(&severity(severity_now), &severity_now.to_string());
        if definition.is_empty() { choice } else { choice.with_description(plain(&definition)) }
    });
    let how_bad = SlackBlockStaticSelectElement::new()
        .with_action_id(fields::SEVERITY.to_owned().into())
        .with_placeholder(plain("How bad is it?"))
        .with_options(choices.to_vec());
    vec![
        line(fields::TITLE, "Title", title.cloned()).hint("What is broken, in a few words").block(),
        SlackInputBlock::new(plain("Severity"), how_bad.into())
            .with_block_id(fields::SEVERITY.to_owned().into())
            .into(),
        text(fields::IMPACT, "Impact", None).optional().hint("Who notices what").block(),
        text(fields::ACTION, "Current action", None).optional().hint("What is being done now").block(),
        line(fields::ETA, "ETA", None).optional().hint(ETA_HINT).block(),
    ]
}

fn update(fill: &FormFill) -> Vec<SlackBlock> {
    let FormFill::Update { title, status, impact, action, eta } = fill else { return Vec::new() };
    vec![
        rich_lines(&[words![title], words!["Stakeholders see this, and the update clock restarts."]]),
        statuses(*status),
        text(fields::IMPACT, "Impact", impact.clone()).optional().block(),
        text(fields::ACTION, "Current action", action.clone()).optional().block(),
        line(fields::ETA, "ETA", eta.as_ref().map(eta_text)).optional().hint(ETA_HINT).block(),
    ]
}

/// Every status but resolved, which needs a root cause and has a form of its own.
fn statuses(now: Status) -> SlackBlock {
    let open = Status::ALL.into_iter().filter(|status| *status != Status::Resolved);
    let options = open.map(|status| choice(&status.to_string(), &status.to_string())).collect();
    let select = SlackBlockStaticSelectElement::new()
        .with_action_id(fields::STATUS.to_owned().into())
        .with_options(options);
    let select = match now {
        Status::Resolved => select,
        now => select.with_initial_option(choice(&now.to_string(), &now.to_string())),
    };
    SlackInputBlock::new(plain("Status"), select.into())
        .with_block_id(fields::STATUS.to_owned().into())
        .with_optional(true)
        .into()
}

fn resolve(title: &String, impact: Option<&String>) -> Vec<SlackBlock> {
    vec![
        rich_lines(&[words![title], words!["Everybody who was told hears of the resolution."]]),
        text(fields::ROOT_CAUSE, "Root cause", None)
            .hint("A brief explanation; \"not known yet\" is fine")
            .block(),
        text(fields::IMPACT, "Impact", impact.cloned()).optional().hint("What the effects were").block(),
        text(fields::DATA_LOSS, "Data loss", None).optional().hint("None, or what was lost").block(),
    ]
}

/// One part of the report: what stands in it, to be written anew.
fn section_of(title: &String, section: Section, stands: Option<String>) -> Vec<SlackBlock> {
    vec![
        rich_lines(&[words![title]]),
        text(fields::TEXT, after::label(section), stands).optional().hint(after::hint(section)).block(),
    ]
}

/// The whole command, for whoever approves it reads it here last.
fn approve(step: &String, command: &str) -> Vec<SlackBlock> {
    vec![
        rich_lines(&[words![bold(step)], words![code(command.to_owned())]]),
        text(fields::COMMENT, "Why", None).hint("What did you look at? It is kept with the approval").block(),
    ]
}

/// Where the rest of a quoted message is left out, in characters.
const QUOTE_MOST: usize = 600;

fn first_note(note: &str) -> SlackBlock {
    rich_lines(&[words![bold("The first note")], words![shorten(note, QUOTE_MOST)]])
}

/// The message, and the incidents to whose timeline it may go.
fn timelines(note: &str, choices: &[Summary], chosen: Option<IncidentId>) -> Vec<SlackBlock> {
    let option = |summary: &Summary| {
        let label = format!("{} {} {}", summary.incident, summary.severity, summary.title);
        choice(&visible(&label), &summary.incident.0.to_string())
    };
    // Where there is one alone, it is the one.
    let only = || Some(choices.first().filter(|_| choices.len() == 1)?.incident);
    let initial = chosen.or_else(only).and_then(|id| choices.iter().find(|summary| summary.incident == id));
    let select = SlackBlockStaticSelectElement::new()
        .with_action_id(fields::INCIDENT.to_owned().into())
        .with_placeholder(plain("Which incident?"))
        .with_options(choices.iter().map(option).collect())
        .opt_initial_option(initial.map(option));
    vec![
        rich_lines(&[words![shorten(note, QUOTE_MOST)]]),
        SlackInputBlock::new(plain("Incident"), select.into())
            .with_block_id(fields::INCIDENT.to_owned().into())
            .into(),
    ]
}

fn choice(label: &str, value: &str) -> SlackBlockChoiceItem<SlackBlockPlainTextOnly> {
    SlackBlockChoiceItem::new(plain(&within(label, CHOICE_MOST)), value.to_owned())
}

fn eta_text(eta: &Eta) -> String {
    match eta {
        Eta::At(at) => utc(*at),
        Eta::Words(words) => words.clone(),
    }
}

/// A text field.
struct Field {
    name: &'static str,
    label: &'static str,
    most: usize,
    multiline: bool,
    value: Option<String>,
    optional: bool,
    hint: Option<&'static str>,
}

/// One line.
fn line(name: &'static str, label: &'static str, value: Option<String>) -> Field {
    Field { name, label, most: TITLE_MOST, multiline: false, value, optional: false, hint: None }
}

/// Several lines.
fn text(name: &'static str, label: &'static str, value: Option<String>) -> Field {
    Field { most: TEXT_MOST, multiline: true, ..line(name, label, value) }
}

impl Field {
    fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    fn hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }

    fn block(self) -> SlackBlock {
        let most = u64::try_from(self.most).unwrap_or(u64::MAX);
        let value =
            self.value.map(|value| shorten(&visible(&value), self.most)).filter(|value| !value.is_empty());
        let input = SlackBlockPlainTextInputElement::new()
            .with_action_id(self.name.to_owned().into())
            .with_multiline(self.multiline)
            .with_max_length(most)
            .opt_initial_value(value);
        SlackInputBlock::new(plain(self.label), input.into())
            .with_block_id(self.name.to_owned().into())
            .with_optional(self.optional)
            .opt_hint(self.hint.map(plain))
            .into()
    }
}
