//! Pictures, in the fake Slack: what it lets a bot do with files is Slack's documentation's.

use super::*;
use ::picture::Picture;
use domain::picture::Under;
use fake::slack::{Setup, Slack as FakeSlack, World};

struct Studio {
    slack: FakeSlack,
    deliverer: Deliverer,
    clock: Clock,
    incident: Incident,
}

impl Studio {
    /// With a card to stand under.
    async fn new() -> Self {
        let clock = Clock::standing_at(at(DECLARED));
        let slack = FakeSlack::new(Setup {
            clock: clock.clone(),
            manifest: include_str!("../../../../manifest.yml").to_owned(),
            signing_secret: "secret".to_owned(),
            bot_token: "xoxb-test".to_owned(),
        })
        .unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let api = slack.api();
        tokio::spawn(async move { axum::serve(listener, api).await });
        slack.set_own_base(&base);
        let target = SlackTarget { api_url: format!("{base}/api"), token: Secret::new("xoxb-test") };
        let deliverer = Deliverer::new(target, Arc::new(Config::default()), clock.clone()).unwrap();
        let (channel, card) = posted(deliverer.perform(&job(note(To::Emergencies), plain_incident())).await);
        let key = PostKey::Card(CardPlace::Emergencies);
        let posts = vec![Post { key, channel: channel.as_str().into(), message: card.as_str().into() }];
        Self { slack, deliverer, clock, incident: Incident { posts, ..plain_incident() } }
    }

    fn job(&self) -> Job {
        let mut job = job(EffectKind::Group, self.incident.clone());
        (job.effect.id, job.mark) = (EffectId(9), "store-9".into());
        job
    }

    /// What a lane does: a picture is drawn where one is wanted.
    async fn show(&self, job: &Job) -> Outcome {
        let drawn = Picture { png: b"\x89PNG\r\n\x1a\n and so on".to_vec(), alt: "p99 is 2 s".into() };
        let drawn = self.deliverer.wants_a_picture(job).then_some(drawn);
        self.deliverer.show_picture(job, &Under::Card, "response-time-p99", drawn).await
    }

    fn pass(&self, millis: i64) {
        self.clock.advance(SignedDuration::from_millis(millis));
    }

    /// The pictures that people see: the thread's root, and the alternative text.
    fn seen(&self) -> Vec<(Option<String>, String)> {
        self.slack.look(|world: &World| {
            let messages = world.channels.iter().flat_map(|channel| &channel.messages);
            let shows = |message: &fake::slack::world::Message| {
                let block = message.blocks.iter().find(|block| block["type"] == "image")?;
                Some((message.thread_ts.clone(), block["alt_text"].as_str()?.to_owned()))
            };
            messages.filter_map(shows).collect()
        })
    }

    fn card(&self) -> Option<String> {
        Some(self.incident.posts[0].message.to_string())
    }

    fn files(&self) -> usize {
        self.slack.look(|world| world.files.len())
    }
}

#[tokio::test]
async fn a_picture_stands_under_the_card_once_slack_has_looked_at_it() {
    let studio = Studio::new().await;
    let job = studio.job();
    assert!(matches!(studio.show(&job).await, Outcome::Held { .. }), "Slack has it, and nobody sees it");
    assert_eq!(studio.seen(), []);
    // Too early: Slack says so, and nothing is drawn or sent again.
    assert!(matches!(studio.show(&job).await, Outcome::Held { .. }));
    studio.pass(1_500);
    posted(studio.show(&job).await);
    assert_eq!(studio.seen(), [(studio.card(), "p99 is 2 s".to_owned())]);
    assert_eq!(studio.files(), 1);
}

#[tokio::test]
async fn a_lost_answer_shows_no_second_one() {
    let studio = Studio::new().await;
    let job = studio.job();
    studio.show(&job).await;
    studio.pass(1_500);
    studio.slack.faults().lose_answer("chat.postMessage", 1);
    let Outcome::Later { unknown, .. } = studio.show(&job).await else { panic!("it may stand there") };
    assert!(unknown);
    posted(studio.show(&in_doubt(job)).await);
    assert_eq!(studio.seen().len(), 1);
}

/// What was lost before anybody could see it is given to Slack again.
#[tokio::test]
async fn a_lost_upload_is_made_anew() {
    for method in ["files.getUploadURLExternal", "files.completeUploadExternal"] {
        let studio = Studio::new().await;
        let job = studio.job();
        studio.slack.faults().lose_answer(method, 1);
        let Outcome::Later { unknown, .. } = studio.show(&job).await else { panic!("{method}") };
        assert!(!unknown, "{method}: nothing can be seen of it");
        studio.show(&job).await;
        studio.pass(1_500);
        posted(studio.show(&job).await);
        assert_eq!((studio.seen().len(), studio.files()), (1, 2), "{method}");
    }
}

#[tokio::test]
async fn what_slack_never_lets_anybody_show_is_given_up_and_said() {
    let studio = Studio::new().await;
    studio.slack.faults().looks_at_files(SignedDuration::from_hours(1));
    let job = studio.job();
    studio.show(&job).await;
    studio.pass(119_000);
    assert!(matches!(studio.show(&job).await, Outcome::Held { .. }));
    studio.pass(2_000);
    assert_eq!(failed(studio.show(&job).await), "Slack took the picture, and lets no message show it");
}

#[tokio::test]
async fn without_the_scope_or_the_card_nothing_is_shown() {
    let studio = Studio::new().await;
    studio.slack.faults().drop_scope("files:write");
    let reason = failed(studio.show(&studio.job()).await);
    assert!(reason.contains("files:write"), "{reason}");
    studio.slack.faults().clear();
    let without = Job { incident: Some(Arc::new(plain_incident())), ..studio.job() };
    let Outcome::Held { reason, .. } = studio.show(&without).await else { panic!("it waits for the card") };
    assert_eq!(reason, "the message that it belongs under comes first");
    assert_eq!(studio.files(), 0);
}

#[tokio::test]
async fn under_a_message_that_was_deleted_it_is_dropped() {
    let studio = Studio::new().await;
    let job = studio.job();
    studio.show(&job).await;
    studio.pass(1_500);
    studio.slack.faults().fail("chat.postMessage", "thread_not_found", 1);
    assert!(matches!(studio.show(&job).await, Outcome::Dropped { .. }));
}
