//! What the incident's timeline says of a run.

use insta::assert_snapshot;

use crate::procedure::noted;
use domain::actor::Actor;
use domain::id::RunId;
use domain::run::End;
use domain::run::announce::RunNote;
use domain::run::change::{Aftermath, Ended};
use domain::run::says::RunWord;
use domain::run::undo::Undone;

#[test]
fn on_the_timeline() {
    let ian = Actor::from("U0IAN");
    let procedure = || "event-stream-failure".to_owned();
    let notes = [
        RunNote::Began { procedure: procedure() },
        RunNote::Looked {
            procedure: procedure(),
            pass: 3,
            fail: vec!["Redis takes connections".into()],
            unknown: 1,
        },
        RunNote::Offered { step: "Restart event-stream".into() },
        RunNote::PassedOver {
            step: "Scale event-stream to … pods".into(),
            why: "replicas must be more than the 12 that there are, and is 12".into(),
        },
        RunNote::Seen { check: "The site answers".into(), says: Some("*502* at the gate".into()) },
        RunNote::AskedAgain,
        RunNote::Over { procedure: procedure(), end: End::Well },
        RunNote::Over { procedure: procedure(), end: End::Aborted },
        RunNote::Over { procedure: procedure(), end: End::Helped },
        RunNote::Asked {
            step: "Roll back".into(),
            command: vec!["kubectl".into(), "rollout".into()],
            undo: Some(vec!["kubectl".into(), "undo it".into()]),
        },
        RunNote::Approved { comment: Some("the log says so".into()) },
        RunNote::GlassBroken { why: "nobody is awake".into() },
        RunNote::NotGiven { word: RunWord::Expired },
        RunNote::Acting { step: "Roll back".into(), audit: "ab".repeat(32) },
        RunNote::StopAsked,
        RunNote::Ended { ended: Ended::Exit { code: Some(0) } },
        RunNote::Ended { ended: Ended::Exit { code: Some(3) } },
        RunNote::Ended { ended: Ended::NotBegun { why: "the program is another one".into() } },
        RunNote::Judged(Aftermath::DidNotHappen),
        RunNote::DidNotHelp,
        RunNote::HelpNotTold,
        RunNote::Undone(Undone::Otherwise { what: vec!["history: current was 7, and is 9".into()] }),
    ];
    let shown = notes.iter().map(|note| noted(RunId(7), note, &ian).plain());
    assert_snapshot!(shown.collect::<Vec<_>>().join("\n"));
}
