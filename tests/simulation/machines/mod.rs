//! Machines that speak: every source of alerts with the bodies of the fake, over a line that breaks. What they said and what
//! was answered is kept here, for the reading afterwards.

mod line;
mod one;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use config::secrets::HookSecrets;
use domain::Severity;
use domain::alert::signal::{Said, Source};
use fake::alerts::{PagerDuty, Post};
use jiff::{SignedDuration, Timestamp};

pub use line::{Line, Sent};
pub use one::{Machine, What};

use super::deeds;
use super::world::World;

pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const GITHUB: &str = "github-secret";
const VERCEL: &str = "vercel-secret";
const ROBOT: &str = "uptime-token-0123";
/// How often the heartbeat beats, and how long it may be silent.
const BEATS: SignedDuration = SignedDuration::from_mins(12);
pub const SILENT: SignedDuration = SignedDuration::from_mins(22);

/// What `howler.toml` says beside the rest where machines speak.
pub const TOML: &str = "[[heartbeat]]\nname = \"backup\"\nevery = \"20m\"\ngrace = \"2m\"\nseverity = \"P3\"\n\
    [[alerts.rule]]\nsource = \"grafana\"\ngroup_by = [\"alertname\"]\n";

pub fn secrets() -> HookSecrets {
    HookSecrets {
        github: Some(GITHUB.into()),
        vercel: Some(VERCEL.into()),
        uptimerobot: Some(ROBOT.into()),
        token: Some(TOKEN.into()),
        grafana: None,
    }
}

/// One thing that was said of one alert.
#[derive(Clone, Debug)]
pub struct Statement {
    pub source: Source,
    /// What howler is to know it by.
    pub key: String,
    pub said: Said,
    /// By the machine's own clock; none where it does not tell.
    pub at: Option<Timestamp>,
    /// As bad as the documents make it.
    pub severity: Severity,
}

/// The machines of one life.
#[derive(Default)]
pub struct Machines {
    pub all: Vec<Machine>,
    /// Whether the heartbeat beats.
    beats: Arc<AtomicBool>,
}

/// Sets up a few machines and the heartbeat.
pub fn begin(world: &mut World) {
    for number in 0..world.dice.between(3, 8) {
        let machine = Machine::any(&mut world.dice, u64::try_from(number).unwrap(), world.clock.now());
        world.machines.all.push(machine);
    }
    world.machines.beats.store(true, Ordering::Relaxed);
    tokio::spawn(beat(world.line.clone(), Arc::clone(&world.machines.beats)));
}

/// A program that tells every so often that it lives, and does not try again.
async fn beat(line: Line, beats: Arc<AtomicBool>) {
    loop {
        if beats.load(Ordering::Relaxed) {
            let post = Post {
                method: "GET",
                path: format!("/hooks/heartbeat/backup/{TOKEN}"),
                headers: Vec::new(),
                body: String::new(),
            };
            line.beats(&post).await;
        }
        line.clock.sleep_until(line.clock.now() + BEATS).await;
    }
}

/// Something that a machine does.
pub fn anything(world: &mut World) {
    match world.dice.below(20) {
        0..=8 => speak(world),
        9..=10 => flap(world),
        11..=12 => group(world),
        13 => storm(world),
        14 => deploy(world),
        15 => nonsense(world),
        16 => {
            let beats = !world.machines.beats.fetch_xor(true, Ordering::Relaxed);
            deeds::noted(world, format!("the heartbeat beats: {beats}"));
        }
        _ => speak(world),
    }
}

/// Whichever machine may speak; one that waits for its answer may not.
fn free(world: &mut World) -> Option<usize> {
    let free = world.machines.all.iter().enumerate().filter(|(_, machine)| !machine.waits());
    let free: Vec<usize> = free.map(|(at, _)| at).collect();
    world.dice.pick(&free).copied()
}

/// One machine says one thing: at once, late, or several times.
fn speak(world: &mut World) {
    let Some(at) = free(world) else { return };
    let now = world.now();
    let machine = &mut world.machines.all[at];
    let said = machine.next(&mut world.dice);
    let sent = machine.says(said, now);
    let late = world.dice.once_in(4) && machine.tells_time();
    let wait = if late { world.dice.millis(1, 1_200_000) } else { SignedDuration::ZERO };
    let again = world.dice.once_in(5) && sent.once;
    let times = if again { world.dice.between(2, 3) } else { 1 };
    let number = send(world, sent, wait, times);
    let line = world.line.clone();
    world.machines.all[at].wait_for(&line, number);
}

/// Takes what was said down, and sends it off. Gives its number.
fn send(world: &mut World, sent: Sent, wait: SignedDuration, times: i64) -> usize {
    deeds::noted(world, format!("{} in {wait:#}, {times} times", sent.told()));
    let tries = if world.dice.once_in(2) { world.dice.between(1, 6) } else { 0 };
    let (line, number) = (world.line.clone(), world.line.keep(sent));
    for _ in 0..times {
        tokio::spawn(line.clone().deliver(number, wait, tries));
    }
    number
}

/// A machine goes back and forth, and its deliveries come in any order.
fn flap(world: &mut World) {
    let Some(at) = free(world).filter(|at| world.machines.all[*at].tells_time()) else { return };
    // Its times may lie close to howler's, and ahead of that by less than would be nonsense.
    let mut now = world.now() - SignedDuration::from_mins(4);
    let mut all = Vec::new();
    for _ in 0..world.dice.between(3, 9) {
        let machine = &mut world.machines.all[at];
        let said = machine.other();
        all.push(machine.says(said, now));
        now += world.dice.millis(1_000, 30_000);
    }
    while !all.is_empty() {
        let sent = all.swap_remove(world.dice.below(all.len()));
        let wait = world.dice.millis(1, 90_000);
        send(world, sent, wait, 1);
    }
}

/// Alertmanager or Grafana tells of several of its alerts at once, each by its own status.
fn group(world: &mut World) {
    let grafana = world.dice.once_in(2);
    let now = world.now();
    let mut some = Vec::new();
    for at in 0..world.machines.all.len() {
        if world.machines.all[at].what == (What::Series { grafana, many: 1 }) && !world.dice.once_in(4) {
            let said = world.machines.all[at].next(&mut world.dice);
            some.push(world.machines.all[at].alerts(said, now));
        }
    }
    if some.is_empty() {
        return;
    }
    let sent = Machine::group(grafana, some.into_iter().flatten().collect(), now);
    send(world, sent, SignedDuration::ZERO, 1);
}

/// Dozens of alerts at once; or the end of an earlier storm.
fn storm(world: &mut World) {
    let all = world.machines.all.iter().position(|machine| machine.is_storm());
    let at = match all {
        Some(at) => at,
        None => {
            let storm = Machine::storm(&mut world.dice, world.clock.now());
            world.machines.all.push(storm);
            world.machines.all.len() - 1
        }
    };
    let now = world.now();
    let machine = &mut world.machines.all[at];
    let said = machine.other();
    let What::Series { grafana, .. } = machine.what else { return };
    let alerts = machine.alerts(said, now);
    for part in alerts.chunks(10) {
        let wait = world.dice.millis(1, 3_000);
        send(world, Machine::group(grafana, part.to_vec(), now), wait, 1);
    }
}

/// Something that is no alert and stands on the timelines of what is open.
fn deploy(world: &mut World) {
    let now = world.now();
    let post = PagerDuty { routing_key: TOKEN.into() }.change("web 1.4.2", now);
    send(world, Sent::of(Source::PagerDuty, Vec::new(), false, post), SignedDuration::ZERO, 1);
}

/// A signed body that nobody understands.
fn nonsense(world: &mut World) {
    let number = world.dice.below(1_000);
    let body = format!("{{\"status\":\"firing\",\"alerts\":{number}}}");
    let headers = vec![("authorization", format!("Bearer {TOKEN}"))];
    let post = Post { method: "POST", path: "/hooks/alertmanager".into(), headers, body };
    let sent = Sent { nonsense: true, ..Sent::of(Source::Alertmanager, Vec::new(), true, post) };
    send(world, sent, SignedDuration::ZERO, 1);
}

/// The weather is over: what got no yes is sent again, in any order, until it gets one. Then long enough passes that nothing
/// flaps, and a monitor that is down counts.
pub async fn settle(world: &mut World) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut left = world.line.untaken();
    while !left.is_empty() {
        let number = left.swap_remove(world.dice.below(left.len()));
        // One in flight may be answered meanwhile; it counts once, or is known to count each time.
        world.line.clone().deliver(number, SignedDuration::ZERO, 3).await;
        if !world.line.is_taken(number) {
            wrong.push(format!("refused in fair weather: {}", world.line.told(number)));
        }
    }
    world.wait(SignedDuration::from_mins(21)).await;
    wrong
}
