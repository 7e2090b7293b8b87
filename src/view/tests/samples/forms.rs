//! Forms, as they are opened.

use super::*;

pub fn forms(texts: &Texts) -> Vec<(&'static str, FormToOpen)> {
    let form = |incident, fill| FormToOpen {
        context: FormContext {
            incident,
            place: place(),
            approval: None,
            shown: None,
            note: None,
            section: None,
        },
        fill,
    };
    let full = FormFill::Update {
        title: texts.title.clone(),
        status: Status::Identified,
        impact: texts.some(),
        action: texts.some(),
        eta: Some(Eta::At(at("03:10"))),
    };
    let empty = FormFill::Update {
        title: texts.title.clone(),
        status: Status::Investigating,
        impact: None,
        action: None,
        eta: None,
    };
    vec![
        ("declaration", form(None, FormFill::Declare { title: None, note: None })),
        (
            "declaration with a title",
            form(None, FormFill::Declare { title: Some(texts.title.clone()), note: None }),
        ),
        (
            "declaration from a message",
            form(None, FormFill::Declare { title: Some(texts.title.clone()), note: texts.some() }),
        ),
        (
            "a message to a timeline",
            form(
                None,
                FormFill::Note { note: texts.text.clone(), choices: summaries(3, 1, texts), chosen: None },
            ),
        ),
        (
            "a message to the only timeline there is",
            form(
                None,
                FormFill::Note { note: texts.text.clone(), choices: summaries(1, 1, texts), chosen: None },
            ),
        ),
        ("update", form(Some(ID), full)),
        ("update, nothing known", form(Some(IncidentId(u64::MAX)), empty)),
        (
            "a section of the report",
            form(
                Some(ID),
                FormFill::Section {
                    title: texts.title.clone(),
                    section: domain::incident::after::event::Section::RootCause,
                    text: texts.some(),
                },
            ),
        ),
        (
            "resolution",
            form(Some(ID), FormFill::Resolve { title: texts.title.clone(), impact: texts.some() }),
        ),
    ]
}
