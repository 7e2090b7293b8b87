//! Lines that could mean more than one thing: what is left of them is decided by the incidents there are, or asked.

use jiff::{SignedDuration, Timestamp};

use super::{Draft, refused};
use crate::book::{Meant, RECENT};
use domain::answer::{Answer, Private, Summary};
use domain::command::{Command, Line, Number};
use domain::id::DeliveryId;
use domain::incident::Incident;
use domain::refusal::{Doubt, Meaning, Refusal};
use domain::request::{Ask, Request};
use domain::text;
use store::StoreError;

/// Incidents that get a button each, where it is not told which one is meant.
const NAMED_MOST: usize = 3;
/// Clocks of Slack and of howler may differ by this much.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(5);

impl Draft<'_> {
    /// What was not understood, with a button for each thing it may mean as things are.
    pub(super) fn unclear(&self, request: &Request, refusal: &Refusal) -> Result<Answer, StoreError> {
        let Refusal::Unsure { doubt, meanings, .. } = refusal else { return Ok(refused(refusal.clone())) };
        let mut possible = Vec::new();
        for (likely, Meaning { line, .. }) in meanings.iter().enumerate() {
            // The first is the likeliest: it gets a button for each incident that may be meant.
            possible.extend(self.possible(request, line, if likely == 0 { NAMED_MOST } else { 1 })?);
        }
        if possible.is_empty() {
            let nearest = meanings.first().map(|meaning| meaning.line.command.word().to_owned());
            return Ok(refused(match doubt {
                Doubt::Mistyped { word } => Refusal::UnknownWord { word: word.clone(), nearest },
                _ if meanings.iter().any(|meaning| splits(&meaning.line)) => Refusal::NothingMerged,
                _ => Refusal::NothingOpen,
            }));
        }
        let asked = Some(request.delivery.clone());
        Ok(refused(Refusal::Unsure { doubt: doubt.clone(), meanings: possible, asked }))
    }

    /// A line with the incident that it would change; nothing where there is none to change, and one for each that may be
    /// meant, where these are at most so many.
    fn possible(&self, request: &Request, line: &Line, most: usize) -> Result<Vec<Meaning>, StoreError> {
        if !line.command.is_about_one() {
            return Ok(vec![Meaning { line: line.clone(), incident: None }]);
        }
        let about = |summary: Summary| {
            let line = Line { incident: Some(summary.incident), ..line.clone() };
            Meaning { line, incident: Some(Box::new(summary)) }
        };
        Ok(match self.book().meant(line, request)? {
            Meant::Incident(incident) if splits(line) && incident.merged().is_none() => Vec::new(),
            Meant::Incident(incident) => vec![about(incident.summary())],
            Meant::Answer(answer) => match *answer {
                Answer::Private(Private::WhichIncident { choices, more: 0, .. }) if choices.len() <= most => {
                    choices.into_iter().map(about).collect()
                }
                Answer::Private(Private::WhichIncident { .. }) => {
                    vec![Meaning { line: line.clone(), incident: None }]
                }
                _ => Vec::new(),
            },
        })
    }

    /// A number that names an incident or belongs to the text.
    pub(super) fn either(
        &mut self,
        request: &Request,
        number: Number,
        here: &Line,
        named: &Line,
    ) -> Result<Answer, StoreError> {
        let told = self.book().told_by(&request.place)?;
        let incident = named.incident.map(|id| self.book().incident(id)).transpose()?.flatten();
        let Some(incident) = incident else {
            // No incident has that number, so it is a part of the text; unless it was said to be one.
            return self.line(request, if number == Number::Named { named } else { here });
        };
        let since = self.now.saturating_sub(RECENT).unwrap_or(Timestamp::MIN);
        let lately = incident.resolution().is_none_or(|resolution| resolution.at >= since);
        let only = matches!(self.book().open().as_slice(), [only] if only.id == incident.id);
        let line = match (number, told) {
            (Number::Named, Some(told)) if told != incident.id => None,
            (Number::Named, _) => Some(named),
            (Number::Bare, Some(told)) if told == incident.id || !lately => Some(here),
            (Number::Bare, None) if !lately => Some(here),
            (Number::Bare, None) if only => Some(named),
            (Number::Last, Some(_)) => Some(here),
            (Number::Last, None) if only || !lately => Some(here),
            (Number::Bare | Number::Last, _) => None,
        };
        match line {
            Some(line) => self.line(request, line),
            None => self.unclear(request, &Refusal::unsure(Doubt::Several, [named.clone(), here.clone()])),
        }
    }

    /// Asks before a line changes an incident that whoever typed it may not mean.
    pub(super) fn doubted(
        &self,
        request: &Request,
        line: &Line,
        incident: &Incident,
    ) -> Result<Option<Answer>, StoreError> {
        if line.incident.is_some() {
            return Ok(None);
        }
        let asks = |doubt, lines: Vec<Line>| self.unclear(request, &Refusal::unsure(doubt, lines)).map(Some);
        if said_at(&request.delivery).is_some_and(|said| incident.declared_at > said) {
            return asks(Doubt::Older, vec![line.clone()]);
        }
        // A raise pages people: said elsewhere, with words that may be a title, it may be another incident.
        match &line.command {
            Command::Severity { to, reason: Some(reason) }
                if *to < incident.severity && self.book().told_by(&request.place)?.is_none() =>
            {
                let title = text::cut_at_word(&text::clean_line(reason), text::TITLE_MOST);
                let declare = Line { incident: None, command: Command::Declare { severity: *to, title } };
                asks(Doubt::Several, vec![line.clone(), declare])
            }
            _ => Ok(None),
        }
    }

    /// Asks before an edited message is carried out, where what it said before was.
    pub(super) fn edited(&mut self, request: &Request) -> Result<Option<Refusal>, StoreError> {
        let (Some(message), Ask::Line(line)) = (message_of(&request.delivery), &request.ask) else {
            return Ok(None);
        };
        let done = self.seen.contains_key(&message) || self.store.seen(&message)?.is_some();
        let changes = done && !line.command.reads();
        Ok(changes.then(|| Refusal::unsure(Doubt::Edited, [line.clone()])))
    }

    /// Keeps that a message was carried out, whatever it will say after an edit.
    pub(super) fn carried_out(&mut self, request: &Request, answer: &Answer) {
        let asks = matches!(
            answer,
            Answer::Private(Private::Refused(_) | Private::WhichIncident { .. } | Private::OfferForm { .. })
        );
        let Some(message) = message_of(&request.delivery).filter(|_| !asks) else { return };
        if matches!(&request.ask, Ask::Line(line) if !line.command.reads()) {
            self.seen.insert(message, Answer::Nothing);
        }
    }
}

fn splits(line: &Line) -> bool {
    matches!(line.command.core(), Command::Split)
}

/// The message that a delivery of the kind `msg:C1:1515449522.000016:text` is about, whatever it says.
fn message_of(delivery: &DeliveryId) -> Option<DeliveryId> {
    let (message, _) = delivery.0.strip_prefix("msg:")?.rsplit_once(':')?;
    Some(DeliveryId(format!("msg:{message}")))
}

/// When a message was said, by Slack's clock.
fn said_at(delivery: &DeliveryId) -> Option<Timestamp> {
    let message = delivery.0.strip_prefix("msg:")?;
    let ts = message.split(':').nth(1)?;
    let seconds = ts.split('.').next()?.parse().ok()?;
    Timestamp::from_second(seconds).ok()?.checked_add(CLOCKS_DIFFER).ok()
}
