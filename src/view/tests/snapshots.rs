//! Every message and form, to be read.

use insta::assert_snapshot;

use super::rendering;
use super::samples::{self, Named, Texts};
use crate::{Names, Via};
use domain::answer::Private;
use domain::effect::{CardPlace, Effect, EffectKind, EffectState, Lane, Say, To};
use domain::id::EffectId;
use domain::severities::Severities;
use domain::{Severity, Status};

fn page(messages: Vec<Named>) -> String {
    let shown = messages.iter().map(|(name, message)| format!("{name}\n{}", rendering::message(message)));
    shown.collect::<Vec<_>>().join("\n\n")
}

fn answered(via: Via) -> String {
    let answers = samples::answers(&Texts::calm());
    page(answers.iter().map(|(name, answer)| (*name, view::private(answer, via))).collect())
}

#[test]
fn announcements() {
    assert_snapshot!(page(samples::announcements(&Texts::calm())));
}

#[test]
fn on_call() {
    assert_snapshot!(page(samples::oncall(&Texts::calm())));
}

#[test]
fn answers_about_being_on_call() {
    let answers = samples::oncall_answers().into_iter().chain(samples::reviews(&Texts::calm()));
    let answers = answers.map(|(name, answer)| (name, Private::Oncall(Box::new(answer))));
    let refused = samples::oncall_refusals("gibberish").into_iter();
    let refused = refused.map(|refusal| ("refused", Private::Refused(refusal)));
    let shown = answers.chain(refused).map(|(name, answer)| (name, view::private(&answer, Via::Slash)));
    assert_snapshot!(page(shown.collect()));
}

#[test]
fn calendars_at_a_shell() {
    let messages = samples::calendars().into_iter();
    let shown =
        messages.map(|(name, message)| format!("{name}\n{}", view::terminal(&message, &Names::default())));
    assert_snapshot!(shown.collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn after_it() {
    let answers = samples::after_answers(&Texts::calm()).into_iter();
    let answers = answers.map(|(name, answer)| (name, view::private(&answer, Via::Slash)));
    let said = samples::after_messages(&Texts::calm()).into_iter();
    assert_snapshot!(page(said.chain(answers).collect()));
}

#[test]
fn inside() {
    assert_snapshot!(page(samples::inside(&Texts::calm())));
}

#[test]
fn reminders() {
    assert_snapshot!(page(samples::reminders(&Texts::calm())));
}

#[test]
fn alerts() {
    assert_snapshot!(page(samples::alerts(&Texts::calm())));
}

#[test]
fn metrics() {
    assert_snapshot!(page(samples::metrics(&Texts::calm())));
}

#[test]
fn secrets() {
    assert_snapshot!(page(samples::credentials(&Texts::calm())));
}

#[test]
fn maintenance() {
    assert_snapshot!(page(samples::maintenance(&Texts::calm())));
}

#[test]
fn taken_back() {
    assert_snapshot!(page(samples::taken_back(&Texts::calm())));
}

#[test]
fn cards() {
    assert_snapshot!(page(samples::cards(&Texts::calm())));
}

#[test]
fn answers_to_a_slash_command() {
    assert_snapshot!(answered(Via::Slash));
}

#[test]
fn answers_to_a_mention() {
    let named = ["declared", "which one, long text", "offer of the update form", "help"];
    let answers = samples::answers(&Texts::calm()).into_iter().filter(|(name, _)| named.contains(name));
    assert_snapshot!(page(
        answers.map(|(name, answer)| (name, view::private(&answer, Via::Mention))).collect()
    ));
}

#[test]
fn answers_at_a_shell() {
    let mut names = Names::default();
    names.add("U0IAN", "ian");
    let answers = samples::answers(&Texts { text: "It's Redis & its keys".into(), ..Texts::calm() });
    let mut shown: Vec<String> = answers
        .iter()
        .map(|(name, answer)| {
            let mut names = names.clone();
            names.add_channels_of(answer);
            format!("== {name}\n{}", view::terminal(&view::private(answer, Via::Shell), &names))
        })
        .collect();
    let refused = samples::refusals("upd").into_iter().map(Private::Refused);
    shown.push("== refused".into());
    shown.extend(refused.map(|refused| view::terminal(&view::private(&refused, Via::Shell), &names)));
    let forms = samples::forms(&Texts::calm());
    shown.push("== instead of a form".into());
    shown.extend(forms.iter().map(|(_, form)| view::terminal(&view::type_instead(form), &names)));
    shown.push("== another command".into());
    shown.push(view::terminal(&view::other_command("howler oncall", Via::Shell), &names));
    assert_snapshot!(shown.join("\n"));
}

#[test]
fn somebody_at_a_shell() {
    assert_snapshot!(page(samples::at_a_shell(&Texts::calm())));
}

#[test]
fn an_incident_that_nobody_declared() {
    assert_snapshot!(page(samples::declared_by_nobody(&Texts::calm())));
}

#[test]
fn the_alerts_of_an_incident() {
    assert_snapshot!(page(samples::incident_alerts(&Texts::calm())));
}

#[test]
fn two_incidents_that_are_one() {
    assert_snapshot!(page(samples::merging(&Texts::calm())));
}

#[test]
fn done() {
    let lines = samples::done().into_iter().map(|what| {
        let message = view::private(
            &Private::Done { incident: samples::ID, title: "Event stream down".into(), what },
            Via::Slash,
        );
        message.text
    });
    assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn refusals() {
    let shown = samples::refusals("upd").into_iter().map(|refusal| {
        let message = view::private(&Private::Refused(refusal.clone()), Via::Slash);
        format!(
            "{refusal:?}\n{}\n  in a form: {}",
            rendering::blocks(&message.blocks),
            view::field_error(&refusal)
        )
    });
    assert_snapshot!(shown.collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn forms() {
    let severities = Severities::default();
    let shown = samples::forms(&Texts::calm()).into_iter().map(|(name, form)| {
        let failed = view::form_failed(
            &form,
            "Slack gives three seconds to open a form, and they had passed.",
            Via::Slash,
        );
        format!(
            "{name}\n{}\n  where it fails:\n{}",
            rendering::view(&view::form(&form, &severities)),
            rendering::message(&failed)
        )
    });
    assert_snapshot!(shown.collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn other_command() {
    assert_snapshot!(rendering::message(&view::other_command("/oncall", Via::Slash)));
}

#[test]
fn topics() {
    let texts = Texts { title: "<!channel> `down` & out".into(), ..Texts::calm() };
    let stories = [
        samples::Story::new(&Texts::calm(), Severity::P1),
        samples::Story::new(&texts, Severity::P4),
        samples::resolved_story(&texts),
        samples::cancelled_story(&texts, None),
    ];
    let topics: Vec<String> = stories.iter().map(|story| view::topic(&story.incident())).collect();
    assert_snapshot!(topics.join("\n"));
}

#[test]
fn effects() {
    let say = |say: Say, to| EffectKind::Say { to, say: Box::new(say), keep_as: None };
    let status = Say::StatusChanged {
        title: "x".into(),
        from: Status::Investigating,
        to: Status::Identified,
        by: samples::ian().into(),
    };
    let noted = Say::Noted { text: "x".into(), by: samples::ian().into() };
    let kinds = [
        say(samples::declared(&Texts::calm(), false, None), To::Emergencies),
        say(status, To::Room),
        say(noted, To::Person(samples::ian())),
        EffectKind::Card { place: CardPlace::Emergencies },
        EffectKind::Card { place: CardPlace::Room },
        EffectKind::Amend { seq: 3, to: To::Room },
        EffectKind::OpenRoom { name: "inc-7-event-stream-down".into() },
        EffectKind::Topic,
        EffectKind::PinCard,
        EffectKind::Invite { people: Vec::new(), oncall: true },
        EffectKind::Invite { people: vec![samples::ian(), samples::bea()], oncall: true },
        EffectKind::OpenIssue,
        EffectKind::Comment { entries: Vec::new() },
        EffectKind::IssueCard,
        EffectKind::IssueState { open: false },
        EffectKind::IssueState { open: true },
        EffectKind::ReadMessage { channel: "C1".into(), message: "1.2".into() },
    ];
    let effect = |kind| Effect {
        id: EffectId(1),
        owner: domain::owner::Owner::Incident(samples::ID),
        incident: Some(samples::ID),
        lane: Lane::Room(samples::ID),
        kind,
        created_at: samples::at("02:00"),
        attempts: 0,
        named: None,
        state: EffectState::Waiting,
    };
    let words = kinds.into_iter().map(|kind| view::effect_in_words(&effect(kind)));
    assert_snapshot!(words.collect::<Vec<_>>().join("\n"));
}
