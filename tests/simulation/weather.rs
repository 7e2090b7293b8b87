//! What goes wrong, and gets better.

use jiff::SignedDuration;

use super::world::{Span, World};

/// Methods whose calls matter most.
const METHODS: [&str; 8] = [
    "chat.postMessage",
    "chat.update",
    "conversations.create",
    "conversations.history",
    "conversations.invite",
    "conversations.setTopic",
    "chat.postEphemeral",
    "pins.add",
];

/// Errors that pass, and some that wait for a person.
const ERRORS: [&str; 6] = [
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "restricted_action",
    "not_in_channel",
];

const SCOPES: [&str; 4] = ["chat:write", "channels:manage", "channels:history", "pins:write"];

/// One change of the weather.
pub fn change(world: &mut World) {
    let method = world.dice.one(&METHODS);
    let times = u32::try_from(world.dice.between(1, 4)).unwrap();
    let faults = world.slack.faults();
    match world.dice.below(16) {
        0 => faults.down(true),
        1 => faults.rate_limit(method, None, times, u64::try_from(world.dice.between(1, 120)).unwrap()),
        2 => faults.rate_limit(
            method,
            Some("C0EMERG"),
            times,
            u64::try_from(world.dice.between(1, 120)).unwrap(),
        ),
        3 => faults.http(method, 500, times),
        4 => faults.http(method, 503, times),
        5..=7 => faults.lose_answer(method, times),
        8 => {
            let (before, after) = (world.dice.millis(1, 30_000), world.dice.millis(1, 30_000));
            faults.slow(before, after);
        }
        9 => {
            let error = world.dice.one(&ERRORS);
            faults.fail(method, error, times);
        }
        10 => {
            let scope = world.dice.one(&SCOPES);
            faults.drop_scope(scope);
        }
        11 => archive_a_room(world),
        12 => faults.real_limits(true),
        13 => faults.travel(world.dice.millis(1, 200_000)),
        14 => faults.lose_replies(times),
        _ => faults.refuse_token("token_revoked"),
    }
}

/// All is well again, but for what was armed and has not struck.
pub fn clears(world: &mut World) {
    let faults = world.slack.faults();
    faults.down(false);
    faults.slow(SignedDuration::ZERO, SignedDuration::ZERO);
    faults.travel(SignedDuration::ZERO);
    faults.real_limits(false);
    faults.restore_token();
    for scope in SCOPES {
        faults.grant_scope(scope);
    }
    world.slack.arrange(|slack| {
        for channel in &mut slack.channels {
            channel.is_archived = false;
        }
    });
}

/// Nothing is left that could go wrong.
pub fn ends(world: &mut World) {
    clears(world);
    world.production.lies.end();
    world.slack.faults().clear();
    world.slack.faults().retry_events(true);
    if world.full_since.is_some() {
        disk(world);
    }
    world.disk.set_latency(SignedDuration::ZERO);
}

fn archive_a_room(world: &mut World) {
    let rooms: Vec<usize> = world.slack.look(|slack| {
        let rooms = slack.channels.iter().enumerate().filter(|(_, channel)| channel.name.starts_with("inc-"));
        rooms.map(|(at, _)| at).collect()
    });
    let Some(room) = world.dice.pick(&rooms).copied() else { return };
    world.slack.arrange(|slack| slack.channels[room].is_archived = true);
}

/// The disk fills up, or has room again; howler runs, and cannot save meanwhile.
pub fn disk(world: &mut World) {
    let now = world.now();
    match world.full_since.take() {
        None => {
            world.disk.set_full(true);
            world.full_since = Some(now);
        }
        Some(from) => {
            world.disk.set_full(false);
            // It looks again every two seconds, and may have just looked.
            world.outages.push(Span { from, until: now + SignedDuration::from_secs(3) });
        }
    }
}
