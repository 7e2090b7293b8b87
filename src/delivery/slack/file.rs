//! Long output as a file in the thread of a run's card: an address to put it, the bytes, and the place (docs.slack.dev, "Working with
//! files").

use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Call, Nothing, Slack};
use super::{Deliverer, Spot, Stop};
use crate::job::Job;
use crate::retry::Trouble;
use domain::effect::Receipt;

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
        let (channel, card) = post.ok_or(Stop::Dropped("the run has no card"))?;
        let spot = Spot { channel: channel.clone(), words: "the card's thread".into(), ..Spot::workspace() };
        let before = |trouble| Stop::before(trouble, &spot);
        let name = format!("{check}-{}.txt", job.mark);
        if job.may_have_happened() {
            let query =
                vec![("channel", channel.to_string()), ("ts", card.to_string()), ("limit", "200".to_owned())];
            let call = Call::get("conversations.replies", Some(channel.as_str()), query);
            let Replies { messages } = self.slack.call(&call).await.map_err(before)?;
            let mut files = messages.iter().flat_map(|reply| &reply.files);
            if files.any(|file| file.name.as_ref() == Some(&name)) {
                return Ok(Receipt::Nothing);
            }
        }
        let (kind, bytes) = ("text/plain; charset=utf-8", text.as_bytes());
        let file_id = self.slack.put(name, kind, bytes, None).await.map_err(before)?;
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
