//! What the rehearsal page shows of being on call: howler's own rota, the user group of the fake Slack, and phones that
//! ring at a fake Twilio.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tracing::warn;

use config::Phone;
use config::secrets::PhoneSecrets;
use desk::Desk;
use domain::oncall::duty::PhoneReach;
use domain::oncall::rota::Rota;
use domain::secret::Secret;
use fake::phone::{self, Call, CallState, Phones};
use fake::rehearsal::Later;
use fake::slack::Slack;
use ground::clock::Clock;

pub const FROM: &str = "+14155550100";
const TOKEN: &str = "rehearsal-twilio";
/// People and their numbers, which exist in films only.
const NUMBERS: [(&str, &str, &str); 4] = [
    ("maya", "U0MAYA", "+14155550101"),
    ("kofi", "U0KOFI", "+14155550102"),
    ("zoe", "U0ZOE", "+14155550103"),
    ("ian", "U0IAN", "+14155550104"),
];
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 7 * 8);
/// Calls and texts that are shown: the latest.
const SHOWN: usize = 4;

fn account() -> String {
    format!("AC{:032x}", 1)
}

/// The phones of the rehearsal.
pub fn phones(clock: &Clock) -> Phones {
    Phones::new(phone::Setup {
        clock: clock.clone(),
        account_sid: account(),
        auth_token: TOKEN.into(),
        owned: [FROM.to_owned()].into(),
        verified: None,
        routing_key: "0".repeat(32),
        webhook_secret: "rehearsal".into(),
    })
}

/// What howler knows them by; they answer at `base`.
pub fn secrets(base: &str) -> PhoneSecrets {
    PhoneSecrets {
        twilio_account_sid: Some(Secret::new(account())),
        twilio_auth_token: Some(Secret::new(TOKEN)),
        twilio_api_url: base.to_owned(),
        ..PhoneSecrets::default()
    }
}

/// Everybody tells howler a number, as people do: in a direct message. A person whom the workspace does not have is left out.
pub async fn tell_numbers(slack: &Slack) {
    for (name, _, number) in NUMBERS {
        if slack.open_direct(name).is_ok() {
            let line = format!("/oncall phone {number}");
            drop(slack.command(name, "@howler", &line).await);
        }
    }
}

/// Phones ring for as long as howler asks Twilio to, by the rehearsal's clock; then nobody has answered.
pub async fn ring_out(phones: Phones, clock: Clock) {
    const LOOK_EVERY: SignedDuration = SignedDuration::from_secs(1);
    let ring_for = Phone::default().ring_for.0;
    loop {
        clock.sleep_until(clock.now().saturating_add(LOOK_EVERY).unwrap_or(Timestamp::MAX)).await;
        let now = clock.now();
        let rings = |call: &Call| call.state == CallState::Ringing && now.duration_since(call.at) >= ring_for;
        for call in phones.calls().into_iter().filter(rings) {
            if let Err(error) = phones.no_answer(&call.sid).await {
                warn!(%error, "a phone that rang out could not say so");
            }
        }
    }
}

/// What the page draws; empty while nobody is in the rotation.
pub fn shown(desk: &Desk, slack: &Slack, phones: &Phones) -> Value {
    let group = slack.look(|world| {
        let group = world.usergroups.iter().find(|group| group.id == "S0ONCALL");
        group.map(|group| group.users.clone()).unwrap_or_default()
    });
    let rota = desk.look(|state, now| rota(&state.rota, now, &group));
    let Some(mut shown) = rota else { return json!({}) };
    let owner: BTreeMap<&str, &str> = NUMBERS.iter().map(|(_, id, number)| (*number, *id)).collect();
    let person = |number: &str| owner.get(number).copied().unwrap_or(number).to_owned();
    let (calls, texts) = (phones.calls(), phones.texts());
    let calls = calls.iter().rev().take(SHOWN).map(|call| {
        // What is said before a key, and the answer to it.
        let words = if call.keys.is_empty() { call.words.first() } else { call.words.last() };
        json!({ "sid": call.sid, "person": person(&call.to), "state": call.state.word(), "words": words })
    });
    let texts = texts.iter().rev().take(SHOWN);
    let texts = texts.map(|text| json!({ "person": person(&text.to), "words": text.body }));
    shown["calls"] = calls.collect();
    shown["texts"] = texts.collect();
    shown
}

fn rota(rota: &Rota, now: Timestamp, group: &[String]) -> Value {
    let duty = rota.duty(now, PhoneReach::Off);
    let from = steady(now).max(rota.schedule.plans.first().map_or(now, |plan| plan.from));
    let until = from.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
    let weeks =
        rota.schedule.segments(from, until).into_iter().map(
            |segment| json!({ "from": segment.from, "until": segment.until, "person": segment.person() }),
        );
    let agrees = duty.primary.as_ref().is_some_and(|person| group == [person.to_string()]);
    let next = rota.schedule.next_holders(now, 1).first().map(|segment| segment.from);
    json!({
        "people": rota.schedule.people(now).len(), "primary": duty.primary, "outgoing": duty.outgoing,
        "backup": duty.backup, "group_agrees": agrees, "weeks": weeks.collect::<Value>(), "next_hand_over": next,
    })
}

/// The beginning of the hour: the page draws anew only what has changed, and a button that is drawn anew loses the click.
fn steady(now: Timestamp) -> Timestamp {
    let hour = now.as_second().div_euclid(3600).saturating_mul(3600);
    Timestamp::from_second(hour).unwrap_or(now)
}

/// A person does something with a phone.
pub fn deed(phones: &Phones, call: String, deed: String) -> Later<Result<(), String>> {
    let phones = phones.clone();
    Box::pin(async move {
        let state = phones.calls().into_iter().find(|known| known.sid == call).map(|call| call.state);
        let done = match (deed.as_str(), state) {
            (_, None) => return Err("There is no such call.".into()),
            ("pick_up", Some(CallState::Ringing)) => phones.pick_up(&call).map(|()| 200),
            ("press", Some(CallState::InProgress)) => phones.press(&call, '1').await,
            ("hang_up", Some(CallState::InProgress)) => phones.hang_up_phone(&call).await,
            ("ring_out", Some(CallState::Ringing)) => phones.no_answer(&call).await,
            _ => return Err("That phone does not ring any more.".into()),
        };
        done.map(drop).map_err(|error| error.to_string())
    })
}
