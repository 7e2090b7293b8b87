//! Alerts from a source's delivery to people: one message, edited in place, and what is asked about it.

use std::collections::BTreeMap;

use domain::Severity;
use domain::alert::hear::{Delivery, NotHeard, Raw};
use domain::alert::signal::{Heard, Said, Signal, Source, Trouble};
use domain::id::DeliveryId;
use jiff::SignedDuration;

use crate::harness::{EMERGENCIES, World};

pub const METRICS: &str = "#metrics";
pub const ON_CALL: &str = "#on-call";

/// A source that speaks by the world's clock; each delivery has a name of its own.
pub struct Speaker<'w> {
    world: &'w World,
    source: Source,
    said: std::cell::Cell<u64>,
}

impl<'w> Speaker<'w> {
    pub fn of(world: &'w World, source: Source) -> Self {
        Self { world, source, said: std::cell::Cell::new(0) }
    }

    pub fn signal(&self, said: Said, key: &str, severity: Severity) -> Signal {
        let trouble = match self.source {
            Source::UptimeRobot => Trouble::Down,
            _ => Trouble::Other,
        };
        Signal {
            source: self.source,
            key: key.into(),
            said,
            trouble,
            severity: Some(severity),
            title: format!("{key} is in trouble"),
            facts: BTreeMap::from([("team".to_owned(), "stream".to_owned())]),
            links: Vec::new(),
            at: Some(self.world.clock.now()),
            order: None,
        }
    }

    pub async fn says(&self, signals: Vec<Signal>) {
        self.said.set(self.said.get() + 1);
        let id = DeliveryId(format!("{:?} {}", self.source, self.said.get()));
        let heard = Heard { signals, ..Heard::default() };
        self.world
            .desk()
            .hear(Delivery { id, source: self.source, heard, raw: None, checked: None, body: None })
            .await
            .unwrap();
        self.world.settle().await;
    }

    pub async fn fires(&self, key: &str, severity: Severity) {
        self.says(vec![self.signal(Said::Firing, key, severity)]).await;
    }

    pub async fn resolves(&self, key: &str) {
        self.says(vec![self.signal(Said::Resolved, key, Severity::P3)]).await;
    }
}

/// Messages of howler's in a channel.
pub fn messages(world: &World, channel: &str) -> Vec<String> {
    let seen = world.channel(channel).messages.into_iter();
    let seen = seen.filter(|message| message.by_howler && message.only_for.is_none());
    let said = seen.map(|message| message.text.replace('*', ""));
    said.filter(|text| !text.contains("has joined the channel")).collect()
}

fn only(world: &World, channel: &str) -> String {
    let mut all = messages(world, channel);
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

#[tokio::test]
async fn one_message_follows_the_alert_to_its_end() {
    let world = World::start().await;
    let prometheus = Speaker::of(&world, Source::Alertmanager);
    prometheus.fires("disk/1", Severity::P3).await;
    let said = only(&world, METRICS);
    for part in ["🟡 P3 Medium · A-1 disk/1 is in trouble", "Alertmanager, since", "once", "team: stream"]
    {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert!(!said.contains("S0ONCALL"), "a P3 calls nobody: {said}");
    for _ in 0..3 {
        world.forward(1).await;
        prometheus.fires("disk/1", Severity::P3).await;
        world.forward(1).await;
    }
    assert!(only(&world, METRICS).contains("4 times"), "{}", only(&world, METRICS));
    world.maya().clicks(METRICS, "ack").await;
    assert!(only(&world, METRICS).contains("👀 <@U0MAYA> has it since"), "{}", only(&world, METRICS));
    world.forward(6).await;
    prometheus.resolves("disk/1").await;
    world.forward(1).await;
    let said = only(&world, METRICS);
    assert!(said.contains("✅ Resolved") && said.contains("after 12 min"), "{said}");
    assert_eq!(world.channel(METRICS).last("A-1").buttons(), ["why"]);
    world.forward(10).await;
    prometheus.fires("disk/1", Severity::P3).await;
    assert_eq!(messages(&world, METRICS).len(), 2, "later it is a new one");
}

#[tokio::test]
async fn a_p2_calls_reminds_and_says_when_the_response_time_is_over() {
    let world = World::start().await;
    let prometheus = Speaker::of(&world, Source::Alertmanager);
    prometheus.fires("latency", Severity::P2).await;
    let said = only(&world, METRICS);
    assert!(said.contains("Nobody has it yet.") && said.contains("S0ONCALL"), "{said}");
    world.forward(29).await;
    assert_eq!(messages(&world, METRICS).len(), 1);
    world.forward(1).await;
    let said = world.channel(METRICS).last("Nobody has").text.replace('*', "");
    assert!(said.contains("⏰ Nobody has A-1, P2, since") && said.contains("S0ONCALL"), "{said}");
    world.forward(30).await;
    let said = world.channel(METRICS).last("response time").text.replace('*', "");
    assert!(said.contains("The response time of P2 is over: nobody has A-1"), "{said}");
    assert_eq!(world.channel(METRICS).last("response time").buttons(), ["declare", "ack"]);
    world.ian().clicks(METRICS, "declare").await;
    assert!(world.channel(EMERGENCIES).last("INC-1").text.contains("latency is in trouble"));
    world.forward(120).await;
    assert_eq!(messages(&world, METRICS).len(), 3, "said once each");
}

#[tokio::test]
async fn whoever_has_it_is_not_reminded() {
    let world = World::start().await;
    let prometheus = Speaker::of(&world, Source::Alertmanager);
    prometheus.fires("latency", Severity::P2).await;
    let told = world.maya().types(ON_CALL, "/alerts ack A-1").await.replace('*', "");
    assert!(told.contains("You have A-1: latency is in trouble"), "{told}");
    world.forward(90).await;
    assert_eq!(messages(&world, METRICS).len(), 1);
    let again = world.ian().types(ON_CALL, "/alerts ack 1").await.replace('*', "");
    assert!(again.contains("<@U0MAYA> has A-1 already"), "{again}");
}

#[tokio::test]
async fn what_belongs_together_shares_a_message() {
    let world = World::start().await;
    let prometheus = Speaker::of(&world, Source::Alertmanager);
    let many = |from: u32, to: u32| -> Vec<Signal> {
        (from..to)
            .map(|number| prometheus.signal(Said::Firing, &format!("pod/{number}"), Severity::P3))
            .collect()
    };
    prometheus.says(many(0, 400)).await;
    prometheus.says(many(400, 1_200)).await;
    world.forward(1).await;
    let said = only(&world, METRICS);
    for part in
        ["1,200 alerts of Alertmanager", "1,200 open", "And 1,195 more", "A-1200 pod/1199 is in trouble"]
    {
        assert!(said.contains(part), "{part} in {said}");
    }
    prometheus.fires("latency", Severity::P2).await;
    assert_eq!(messages(&world, METRICS).len(), 2, "another severity is another message");
    let listed = world.ian().types(ON_CALL, "/alerts list").await.replace('*', "");
    for part in ["1,201 alerts in 2 groups", "P2 A-1201 latency is in trouble", "and 1,199 more like it"] {
        assert!(listed.contains(part), "{part} in {listed}");
    }
    world.forward(11).await;
    prometheus.fires("pod/9999", Severity::P3).await;
    assert_eq!(messages(&world, METRICS).len(), 3, "ten minutes later it is another");
    let told = world.ian().types(ON_CALL, "/alerts ack A-7").await.replace('*', "");
    assert!(told.contains("1,199 more that share its message are yours as well"), "{told}");
}

#[tokio::test]
async fn a_monitors_down_is_told_after_five_minutes() {
    let world = World::start().await;
    let robot = Speaker::of(&world, Source::UptimeRobot);
    robot.fires("m1", Severity::P1).await;
    world.forward(4).await;
    assert!(messages(&world, ON_CALL).is_empty());
    let listed = world.ian().types(ON_CALL, "/alerts").await.replace('*', "");
    assert!(
        listed.contains("P1 A-1 m1 is in trouble: Uptime Robot") && listed.contains("counts at"),
        "{listed}"
    );
    world.forward(1).await;
    let cards = |part: &str| messages(&world, ON_CALL).iter().filter(|text| text.contains(part)).count();
    assert_eq!(cards("🔴 P1 Critical · A-1"), 1);
    assert!(
        world.channel(EMERGENCIES).last("INC-1").text.contains("m1 is in trouble"),
        "it declares at once"
    );
    robot.fires("m2", Severity::P1).await;
    robot.resolves("m2").await;
    world.forward(30).await;
    assert_eq!(cards("A-2"), 0, "a short one is not told");
    assert!(!world.has_channel("#inc-2-m2-is-in-trouble"), "and declares nothing");
}

#[tokio::test]
async fn a_silence_holds_back_counts_and_ends_where_it_was_set() {
    let mut world = World::start().await;
    {
        let prometheus = Speaker::of(&world, Source::Alertmanager);
        prometheus.fires("disk/1", Severity::P3).await;
        prometheus.fires("disk/2", Severity::P1).await;
        let told = world.ian().types(ON_CALL, "/alerts silence A-1 2h being fixed").await.replace('*', "");
        for part in [
            "S-1: disk/1 is in trouble",
            "(2 h): being fixed",
            "Held back now: 1 alert",
            "/alerts unsilence S-1",
        ] {
            assert!(told.contains(part), "{part} in {told}");
        }
        world.ian().types(ON_CALL, "/alerts silence team=stream 3h the move").await;
        let listed = world.maya().types(ON_CALL, "/alerts list").await.replace('*', "");
        assert!(
            listed.contains("P1 A-2") && listed.contains("🔕 silent until"),
            "a P1 is never hidden: {listed}"
        );
        assert!(listed.contains("2 silences:") && listed.contains("S-2 `team=stream` until"), "{listed}");
        prometheus.resolves("disk/1").await;
        world.forward(10).await;
    }
    world.crash().await;
    world.clock.advance(SignedDuration::from_mins(1));
    world.start_howler().await;
    let before = messages(&world, METRICS).len();
    let prometheus = Speaker { said: std::cell::Cell::new(100), ..Speaker::of(&world, Source::Alertmanager) };
    prometheus.fires("disk/1", Severity::P3).await;
    prometheus.fires("disk/3", Severity::P3).await;
    assert_eq!(messages(&world, METRICS).len(), before, "it survives a start and firing anew");
    let why = world.ian().types(ON_CALL, "/alerts why A-4").await.replace('*', "");
    assert!(why.contains("Sent: nothing, for it is silent") && why.contains("Held back: S-2"), "{why}");
    let lifted = world.ian().types(ON_CALL, "/alerts unsilence S-2").await.replace('*', "");
    assert!(lifted.contains("S-2 is over"), "{lifted}");
    assert!(world.channel(METRICS).last("A-4").text.contains("disk/3"), "what still fires is told");
    world.forward(120).await;
    let over = world.channel(ON_CALL).last("S-1").text.replace('*', "");
    assert!(over.contains("🔔 S-1 of <@U0IAN> is over: disk/1 is in trouble"), "{over}");
}

#[tokio::test]
async fn buttons_and_lines_lead_to_an_incident_and_out_of_it() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p2 Disk is in trouble").await;
    let prometheus = Speaker::of(&world, Source::Alertmanager);
    prometheus.fires("disk", Severity::P3).await;
    assert_eq!(world.channel(METRICS).last("A-1").buttons(), ["ack", "declare", "attach", "silence", "why"]);
    world.maya().clicks(METRICS, "attach").await;
    let told = world.maya().whisper(METRICS).unwrap().text.replace('*', "");
    assert!(told.contains("A-1 belongs to INC-1"), "{told}");
    let shown = world.ian().types(ON_CALL, "/alerts show A-1").await.replace('*', "");
    assert!(shown.contains("It belongs to INC-1"), "{shown}");
    world.ian().types(EMERGENCIES, "/incident p3 Something else").await;
    let moved = world.ian().types(ON_CALL, "/alerts attach A-1 to 2").await.replace('*', "");
    assert!(moved.contains("A-1 belongs to INC-2, and to INC-1 no more."), "{moved}");
    world.ian().types(ON_CALL, "/alerts attach A-1 to 1").await;
    let twice = world.ian().types(ON_CALL, "/alerts attach A-1 to 1").await.replace('*', "");
    assert!(twice.contains("belongs to INC-1 already"), "{twice}");
    world.ian().types(ON_CALL, "/alerts detach A-1").await;
    let told = world.ian().types(ON_CALL, "/alerts declare A-1 p3").await.replace('*', "");
    assert!(told.contains("INC-3 is declared, and A-1 belongs to it."), "{told}");
    world.maya().clicks(METRICS, "silence").await;
    let asked = world.maya().whisper(METRICS).unwrap();
    assert!(asked.text.contains("2 hours: known, and being fixed"), "{}", asked.text);
}

#[tokio::test]
async fn a_test_sends_nothing_and_says_what_would_happen() {
    let world = World::with_config("[rotation]\nmembers = [\"U0MAYA\"]\n").await;
    world.settle().await;
    let before = messages(&world, ON_CALL).len();
    let told = world.ian().types(EMERGENCIES, "/alerts test p1 uptimerobot").await.replace('*', "");
    for part in [
        "If Uptime Robot said so now:",
        "Severity: P1 Critical, built in: Uptime Robot down ≥ 5 min",
        "Message: in the on-call channel, calls the on-call",
        "Incident: declared at once",
        "Page: by the incident's path; on call now is <@U0MAYA>",
        "Nothing was sent.",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert_eq!(messages(&world, ON_CALL).len(), before);
}

#[tokio::test]
async fn what_was_not_understood_is_shown_with_its_reason() {
    let world = World::start().await;
    let not_understood = vec!["`alerts` is no list".to_owned()];
    let heard = Heard { not_understood, passed_over: vec!["a cancelled run".into()], ..Heard::default() };
    let raw = Some(Raw::of(b"{\"alerts\":7}"));
    let delivery = Delivery {
        id: DeliveryId("g1".into()),
        source: Source::Grafana,
        heard,
        raw,
        checked: None,
        body: None,
    };
    world.desk().hear(delivery.clone()).await.unwrap();
    world.desk().hear(delivery).await.unwrap();
    let told = world.ian().types(ON_CALL, "/alerts sources").await.replace('*', "");
    for part in [
        "Grafana: 0 signals in 1 delivery",
        "a cancelled run",
        "Not understood of Grafana, once",
        "`alerts` is no list",
    ] {
        assert!(told.replace('ˋ', "`").contains(part), "{part} in {told}");
    }
}

/// An answer of yes means saved, and what cannot be saved is no yes.
#[tokio::test]
async fn what_is_heard_is_there_after_a_crash() {
    let mut world = World::start().await;
    Speaker::of(&world, Source::Grafana).fires("disk", Severity::P3).await;
    world.crash().await;
    world.start_howler().await;
    let again = Speaker::of(&world, Source::Grafana);
    again.fires("disk", Severity::P3).await;
    let shown = world.ian().types(ON_CALL, "/alerts show A-1").await;
    assert!(shown.contains("once"), "the same delivery counts once: {shown}");
    again.fires("disk", Severity::P3).await;
    let shown = world.ian().types(ON_CALL, "/alerts show A-1").await;
    assert!(shown.contains("2 times"), "{shown}");
    assert_eq!(messages(&world, METRICS).len(), 1, "one message over both");
}

/// More than may wait is refused at once; what was taken is there.
#[tokio::test]
async fn too_much_at_once_is_refused() {
    let world = World::start().await;
    let desk = world.desk();
    let signal = Speaker::of(&world, Source::Grafana).signal(Said::Firing, "x", Severity::P4);
    let delivery = |number: u32| {
        let signals =
            (0..1_000).map(|key| Signal { key: format!("{number}/{key}"), ..signal.clone() }).collect();
        let heard = Heard { signals, ..Heard::default() };
        Delivery {
            id: DeliveryId(format!("d{number}")),
            source: Source::Grafana,
            heard,
            raw: None,
            body: None,
            checked: None,
        }
    };
    let asked: Vec<_> = (0..8)
        .map(|number| {
            let (desk, delivery) = (desk.clone(), delivery(number));
            tokio::spawn(async move { desk.hear(delivery).await })
        })
        .collect();
    let mut answers = Vec::new();
    for one in asked {
        answers.push(one.await.unwrap());
    }
    let taken = answers.iter().filter(|answer| answer.is_ok()).count();
    let busy = answers.iter().filter(|answer| **answer == Err(NotHeard::Busy)).count();
    assert!(taken >= 4 && taken + busy == 8, "{answers:?}");
    let listed = world.ian().types(ON_CALL, "/alerts list").await.replace('*', "");
    assert!(listed.contains(&format!("{taken},000 alerts")), "{taken}: {listed}");
    assert!(messages(&world, METRICS).is_empty(), "a P4 has no message");
}

#[tokio::test]
async fn what_calls_nobody_waits_for_the_weekly_review() {
    let world = World::start().await;
    let prometheus = Speaker::of(&world, Source::Alertmanager);
    let cicd = Speaker::of(&world, Source::Events);
    for key in ["disk/1", "disk/2"] {
        prometheus.fires(key, Severity::P3).await;
    }
    cicd.fires("bundle", Severity::P4).await;
    cicd.resolves("bundle").await;
    world.forward(60).await;
    cicd.fires("bundle", Severity::P4).await;
    cicd.fires("lint", Severity::P3).await;
    cicd.resolves("lint").await;
    let review = world.maya().types(ON_CALL, "/oncall review").await.replace('*', "");
    for part in [
        "A-2 disk/2 is in trouble",
        "Over by themselves in the last 7 days: 1 of P3",
        "bundle is in trouble: events, 2 times",
        "it still fires",
    ] {
        assert!(review.contains(part), "{part} in {review}");
    }
    world.forward(8 * 24 * 60).await;
    let review = world.maya().types(ON_CALL, "/oncall review").await.replace('*', "");
    assert!(review.contains("A-1 disk/1"), "it waits still: {review}");
    assert!(!review.contains("bundle") && !review.contains("Over by"), "that was last week: {review}");
}

#[tokio::test]
async fn a_long_list_has_a_row_for_each_message() {
    let world = World::start().await;
    let prometheus = Speaker::of(&world, Source::Alertmanager);
    let flood =
        (1..=40).map(|n| prometheus.signal(Said::Firing, &format!("pod/{n}"), Severity::P2)).collect();
    prometheus.says(flood).await;
    prometheus.fires("disk", Severity::P3).await;
    let list = world.maya().types(ON_CALL, "/alerts what is firing?").await.replace('*', "");
    assert!(list.contains("41 alerts in 2 groups"), "{list}");
    assert!(list.contains("A-40 pod/40 is in trouble and 39 more like it"), "{list}");
    assert!(list.contains("A-41 disk") && !list.contains("A-39"), "{list}");
    let told = world.maya().types(ON_CALL, "/alerts done with A-41").await;
    assert!(told.contains("Nothing was done. What is to be done?"), "{told}");
    world.maya().clicks(ON_CALL, "ack").await;
    let list = world.maya().types(ON_CALL, "/alerts").await.replace('*', "");
    assert!(list.contains("<@U0MAYA> has it"), "{list}");
}

#[tokio::test]
async fn one_that_becomes_a_p1_makes_the_incident_that_it_was_added_to_a_p1() {
    let world = World::start().await;
    let prometheus = Speaker::of(&world, Source::Alertmanager);
    world.ian().types(EMERGENCIES, "/incident p2 Slow pages").await;
    prometheus.fires("latency", Severity::P3).await;
    world.ian().types(EMERGENCIES, "/alerts attach A-1 to 1").await;
    prometheus.fires("latency", Severity::P1).await;
    assert!(world.channel(EMERGENCIES).last("INC-1 is now P1").text.contains("A-1 is P1"));
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
}

#[tokio::test]
async fn what_shares_a_message_belongs_to_its_incident_and_goes_with_it() {
    let world = World::start().await;
    let prometheus = Speaker::of(&world, Source::Alertmanager);
    world.ian().types(EMERGENCIES, "/incident p3 Slow pages").await;
    prometheus.fires("disk/1", Severity::P3).await;
    prometheus.fires("disk/2", Severity::P3).await;
    let ian = world.ian();
    ian.types(ON_CALL, "/alerts attach A-2 to 1").await;
    assert!(ian.types(ON_CALL, "/alerts show A-1").await.replace('*', "").contains("It belongs to INC-1"));
    let told = ian.types(ON_CALL, "/alerts detach A-1").await.replace('*', "");
    assert!(told.contains("A-1 belongs to INC-1 because A-2 does") && told.contains("detach A-2"), "{told}");
    ian.types(ON_CALL, "/alerts detach A-2").await;
    assert!(!ian.types(ON_CALL, "/alerts show A-1").await.contains("INC-1"));
}
