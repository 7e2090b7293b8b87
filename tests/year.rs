//! A year of rotation on the simulated clock: howler is killed and stays away for minutes or days, people cover for each
//! other, and every hand-over is told once, at its second or with the reason why not.

use jiff::{SignedDuration, Timestamp};

use crate::harness::{EMERGENCIES, World};

const ROSTER: &str = "[rotation]\nmembers = [\"U0MAYA\", \"U0KOFI\", \"U0ZOE\"]\n";
const MEMBERS: [&str; 3] = ["U0MAYA", "U0KOFI", "U0ZOE"];
const ON_CALL: &str = "#on-call";

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// Who has it, counted by hand: Sundays since the first one, and who covers.
struct ByHand {
    first_sunday: Timestamp,
    covers: Vec<(Timestamp, Timestamp, &'static str)>,
}

impl ByHand {
    fn who(&self, at: Timestamp) -> &'static str {
        let covering = self.covers.iter().rev().find(|(from, until, _)| *from <= at && at < *until);
        if let Some((.., person)) = covering {
            return person;
        }
        let (mut sunday, mut turn) = (self.first_sunday, 0);
        while sunday <= at {
            sunday += hours(7 * 24);
            turn += 1;
        }
        MEMBERS[turn % MEMBERS.len()]
    }
}

/// What a year leaves to be compared.
struct Year {
    world: World,
    by_hand: ByHand,
    dice: fastrand::Rng,
    /// When howler was there, and whom it had last told about.
    told: &'static str,
    expected: Vec<(Timestamp, &'static str, bool)>,
}

fn group(world: &World) -> Vec<String> {
    world.slack.look(|slack| {
        slack.usergroups.iter().find(|group| group.id == "S0ONCALL").map(|group| group.users.clone()).unwrap()
    })
}

impl Year {
    /// Passes time with howler there: each change of hands is told at its second.
    async fn passes(&mut self, time: SignedDuration) {
        let until = self.world.clock.now() + time;
        let mut at = self.world.clock.now();
        while at < until {
            // Everything happens at full minutes.
            at += SignedDuration::from_mins(1);
            let who = self.by_hand.who(at);
            if who != self.told && at <= until {
                self.told = who;
                self.expected.push((at, who, false));
            }
        }
        self.world.forward(time.as_mins()).await;
        self.world.settle().await;
        assert_eq!(group(&self.world), [self.told], "the group at {}", self.world.clock.now());
    }

    /// Passes time without howler: the last of what was missed is told at its start.
    async fn is_down(&mut self, time: SignedDuration) {
        let from = self.world.clock.now();
        self.world.crash().await;
        self.world.clock.advance(time);
        self.world.start_howler().await;
        self.world.settle().await;
        let now = self.world.clock.now();
        // Others may have had it meanwhile, and the same person has it again.
        let mut minutes = (1..=time.as_mins()).map(|minute| from + SignedDuration::from_mins(minute));
        if minutes.any(|at| self.by_hand.who(at) != self.told) {
            self.told = self.by_hand.who(now);
            self.expected.push((now, self.told, true));
        }
        assert_eq!(group(&self.world), [self.told], "the group after an outage, at {now}");
    }

    async fn somebody_covers(&mut self) {
        let now = self.world.clock.now();
        let (name, id) = [("maya", "U0MAYA"), ("kofi", "U0KOFI"), ("zoe", "U0ZOE")][self.dice.usize(..3)];
        let long = self.dice.i64(1..30);
        if self.by_hand.who(now) == id {
            return;
        }
        self.world.person(name).types(EMERGENCIES, &format!("/oncall cover {long}h")).await;
        self.by_hand.covers.push((now, now + hours(long), id));
        self.told = id;
        self.expected.push((now, id, false));
    }
}

/// Hand-overs as `#on-call` has them: when, to whom, and whether howler admitted to be late.
fn told(world: &World) -> Vec<(Timestamp, String, bool)> {
    let channel = world.channel(ON_CALL);
    let hand_overs = channel.messages.iter().filter(|message| message.text.contains("> is on call until"));
    let read = hand_overs.map(|message| {
        let seconds: i64 = message.ts.split('.').next().unwrap().parse().unwrap();
        let (_, rest) = message.text.split_once("<@").unwrap();
        let (person, _) = rest.split_once('>').unwrap();
        let late = message.text.contains("This came late");
        (Timestamp::from_second(seconds).unwrap(), person.to_owned(), late)
    });
    read.collect()
}

#[tokio::test]
async fn a_year_with_crashes_tells_every_hand_over_once() {
    let world = World::with_config(ROSTER).await;
    world.settle().await;
    let start = world.clock.now();
    let by_hand = ByHand { first_sunday: "2026-11-29T00:00:00Z".parse().unwrap(), covers: Vec::new() };
    let dice = fastrand::Rng::with_seed(7);
    let mut year = Year { world, by_hand, dice, told: "U0MAYA", expected: vec![(start, "U0MAYA", false)] };
    while year.world.clock.now() < start + hours(365 * 24) {
        match year.dice.u8(..10) {
            0 | 1 => {
                let minutes = [3, 40, 600, 5_000, 12_000][year.dice.usize(..5)];
                year.is_down(SignedDuration::from_mins(minutes)).await;
            }
            2 => year.somebody_covers().await,
            _ => {
                let minutes = year.dice.i64(30..4_000);
                year.passes(SignedDuration::from_mins(minutes)).await;
            }
        }
    }
    let late = year.expected.iter().filter(|(.., late)| *late).count();
    let told = told(&year.world);
    let told: Vec<_> = told.iter().map(|(at, person, late)| (*at, person.as_str(), *late)).collect();
    assert_eq!(told, year.expected);

    let mut compared = 0;
    for _ in 0..20_000 {
        let at = start + SignedDuration::from_secs(year.dice.i64(0..365 * 24 * 3_600));
        let who = year.world.held(at);
        assert_eq!(who.as_deref(), Some(year.by_hand.who(at)), "at {at}");
        compared += 1;
    }
    println!("a year: {} hand-overs told once, {late} of them late and admitted", told.len());
    println!("instants compared {compared}, differences 0");
}
