//! What came back while nothing can be saved: the lanes go on with it.

use super::alerts::{delivery, says};
use super::*;
use crate::head::{Head, head};
use crate::unsaved::Unsaved;
use domain::alert::group::GroupId;
use domain::alert::signal::{Said, Signal};
use domain::effect::{Effect, Lane};
use domain::id::{ChannelId, MessageTs};

/// The message of alerts that was posted is edited, though no row tells of it: it is not posted a second time.
#[test]
fn a_message_that_no_row_tells_of_yet_is_found() {
    let mut scene = Scene::new();
    let lane = Lane::Alerts(GroupId(1));
    let hears = |scene: &mut Scene, key: &str| {
        let signal = Signal { severity: Some(Severity::P2), at: Some(at(1)), ..says(Said::Firing, key, 1) };
        scene.decide(at(1), |draft| draft.hear(&delivery(key, vec![signal])).unwrap().unwrap());
    };
    let next =
        |scene: &Scene, unsaved: &Unsaved| match head(&scene.state, unsaved, &scene.store, &lane, at(1)) {
            Ok(Head::Send { effect, alerts, .. }) => (effect, alerts.unwrap().group.post.clone()),
            _ => panic!("there is a message to send"),
        };
    hears(&mut scene, "disk/1");
    let mut unsaved = Unsaved::default();
    let (first, post): (Box<Effect>, _) = next(&scene, &unsaved);
    assert_eq!(post, None);
    scene.state.outbox.depart(first.id);
    hears(&mut scene, "disk/2");
    let (channel, message) = (ChannelId("C0METRICS".into()), MessageTs("1.2".into()));
    let receipt = Receipt::Message { channel: channel.clone(), message: message.clone() };
    unsaved.keep(&mut scene.state, &scene.store, at(1), first.id, Outcome::Done(receipt)).unwrap();
    let (second, post) = next(&scene, &unsaved);
    assert_ne!(second.id, first.id);
    assert_eq!(post, Some((channel, message)));
}
