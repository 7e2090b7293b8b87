//! What people ask about alerts.

use super::deeds::{self, Outcome, What};
use super::world::World;

const ON_CALL: &str = "#on-call";

/// One line about alerts, begun and left to run.
pub fn anything(world: &mut World, person: &'static str) {
    let number = world.deeds.lock().unwrap().len();
    let word = format!("zq{number}q");
    let known = world.line.sent().iter().flat_map(|sent| &sent.says).count();
    let alert = world.dice.between(1, i64::try_from(known.clamp(1, 30)).unwrap());
    let (incident, minutes) = (world.dice.between(1, 6), world.dice.between(1, 50));
    let rest = match world.dice.below(18) {
        0..=2 => format!("ack A-{alert}"),
        3 | 4 => format!("silence A-{alert} {minutes}m {word} being fixed"),
        5 => {
            let what = world.dice.one(&["source=grafana", "source=alertmanager", "severity=critical"]);
            format!("silence {what} {minutes}m {word} a move")
        }
        6 | 7 => format!("unsilence A-{alert}"),
        8 => format!("unsilence S-{}", world.dice.between(1, 4)),
        9 | 10 => format!("attach A-{alert} to {incident}"),
        11 => format!("detach A-{alert}"),
        12 => format!("declare A-{alert} p{}", world.dice.between(2, 4)),
        13 => "list".into(),
        14 => format!("show A-{alert}"),
        15 => "sources".into(),
        16 => format!("resolve A-{alert} {word} is over"),
        _ => format!("why A-{alert}"),
    };
    let begun = deeds::begin(world, What::Other, word, format!("{person}: /alerts {rest}"));
    tokio::spawn(async move {
        let reply = begun.slack.command(person, ON_CALL, &format!("/alerts {rest}")).await;
        let heard = reply.as_ref().is_ok_and(|reply| reply.status == 200);
        let answer = reply.map(|reply| reply.body.replace('*', "")).unwrap_or_default();
        begun.settle(if heard { Outcome::Heard } else { Outcome::Unknown }, answer);
    });
}
