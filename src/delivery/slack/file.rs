//! Long output as a file in the thread of a card, and the report of an incident in its own: an address to put it, the bytes, and the place (docs.slack.dev, "Working with
//! files").

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Call, Nothing, Slack};
use super::{Deliverer, Spot, Stop};
use crate::job::Job;
use crate::retry::Trouble;
use domain::effect::{CardPlace, Outcome, Receipt};
use domain::id::{ChannelId, MessageTs};
use domain::incident::report::Report;
use view::Names;

#[derive(Deserialize)]
struct Begun {
    upload_url: String,
    file_id: String,
}

#[derive(Deserialize)]
struct Replies {
    #[serde(default)]
    messages: Vec<Reply>,
}

#[derive(Deserialize)]
struct Reply {
    #[serde(default)]
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    name: Option<String>,
}

/// The card's own message comes first.
pub(super) const WAIT_FOR_THE_CARD: SignedDuration = SignedDuration::from_secs(1);

impl Deliverer {
    /// Puts `text` into the card's thread as a file. Its name carries the job's mark, by which it is found again.
    pub(super) async fn run_file(
        &self,
        job: &Job,
        check: &str,
        title: &str,
        text: &str,
    ) -> Result<Receipt, Stop> {
        let post = job.run.as_ref().and_then(|run| run.post.clone());
        let card = post.ok_or(Stop::Dropped("the run has no card"))?;
        let name = format!("{check}-{}.txt", job.mark);
        self.file_in_thread(job, card, (&name, title, "text/plain; charset=utf-8"), text).await
    }

    /// Puts `text` as a file of this name, title and kind into a thread. The name carries the job's mark.
    async fn file_in_thread(
        &self,
        job: &Job,
        (channel, card): (ChannelId, MessageTs),
        (name, title, kind): (&str, &str, &str),
        text: &str,
    ) -> Result<Receipt, Stop> {
        let spot = Spot { channel: channel.clone(), words: "the card's thread".into(), ..Spot::workspace() };
        let before = |trouble| Stop::before(trouble, &spot);
        if job.may_have_happened() {
            let query =
                vec![("channel", channel.to_string()), ("ts", card.to_string()), ("limit", "200".to_owned())];
            let call = Call::get("conversations.replies", Some(channel.as_str()), query);
            let Replies { messages } = self.slack.call(&call).await.map_err(before)?;
            let mut files = messages.iter().flat_map(|reply| &reply.files);
            if files.any(|file| file.name.as_deref() == Some(name)) {
                return Ok(Receipt::Nothing);
            }
        }
        let file_id = self.slack.put(name.to_owned(), kind, text.as_bytes(), None).await.map_err(before)?;
        let body = json!({
            "files": [{ "id": file_id, "title": title }],
            "channel_id": channel,
            "thread_ts": card,
        });
        let complete = Call::post("files.completeUploadExternal", Some(channel.as_str()), body);
        let done = self.slack.call_joining(&complete).await;
        done.map(|Nothing {}| Receipt::Nothing).map_err(|trouble| Stop::sending(trouble, &spot))
    }
}

/// Most people whose names are looked up for one report.
const NAMES_MOST: usize = 30;

impl Deliverer {
    /// Puts the report of an incident into the thread of its card.
    pub async fn report_file(&self, job: &Job, report: &Report) -> Outcome {
        let (id, now) = (job.effect.id, self.slack.clock().now());
        if let Some(until) = self.turns.early(id, now) {
            return Outcome::Held { until, reason: "others wait for the same limit before it".to_owned() };
        }
        let incident = job.incident.as_deref();
        let card = incident.and_then(|incident| incident.card(CardPlace::Emergencies));
        let Some(card) = card.map(|post| (post.channel.clone(), post.message.clone())) else {
            let until = now.saturating_add(WAIT_FOR_THE_CARD).unwrap_or(Timestamp::MAX);
            return Outcome::Held { until, reason: "the card's own message comes first".to_owned() };
        };
        let text = view::report_file(report, &self.names_in(report).await);
        let name = format!("{}-report-{}.md", report.incident.to_string().to_lowercase(), job.mark);
        let title = format!("Report of {}", report.incident);
        match self.file_in_thread(job, card, (&name, &title, "text/markdown; charset=utf-8"), &text).await {
            Ok(receipt) => {
                self.reach.found(now);
                Outcome::Done(receipt)
            }
            Err(stop) => self.stopped(job, stop),
        }
    }

    /// The names of the people in a report, as far as Slack tells them.
    pub(crate) async fn names_in(&self, report: &Report) -> Names {
        let mut names = Names::default();
        for person in view::people_in(report).into_iter().take(NAMES_MOST) {
            if let Some(name) = self.people.called(&person).await {
                names.add(person.as_str(), &name);
            }
        }
        names
    }
}

impl Slack {
    /// Gives Slack the bytes of a file, which is nowhere before its upload is completed; the file's id.
    async fn put(
        &self,
        name: String,
        kind: &str,
        bytes: &[u8],
        alt: Option<&str>,
    ) -> Result<String, Trouble> {
        let mut form = vec![("filename", name), ("length", bytes.len().to_string())];
        form.extend(alt.map(|alt| ("alt_txt", alt.to_owned())));
        let begin = Call::form("files.getUploadURLExternal", None, form);
        let Begun { upload_url, file_id } = self.call(&begin).await?;
        self.upload(&upload_url, kind, bytes).await?;
        Ok(file_id)
    }

    /// Gives Slack a picture that no message shows yet: nobody but howler sees it. The file's id.
    pub(super) async fn put_picture(&self, name: &str, png: &[u8], alt: &str) -> Result<String, Trouble> {
        let file_id = self.put(format!("{name}.png"), "image/png", png, Some(alt)).await?;
        let body = json!({ "files": [{ "id": file_id, "title": name }] });
        let complete = Call::post("files.completeUploadExternal", None, body);
        self.call::<Value>(&complete).await?;
        Ok(file_id)
    }
}
