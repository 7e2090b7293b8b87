//! Files as the three calls bring them (docs.slack.dev, "Working with files"), and pictures in blocks.

use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and so on";

impl Town {
    async fn with_files() -> Self {
        Self::with(&MANIFEST.replace("      - commands\n", "      - commands\n      - files:write\n")).await
    }

    async fn form(&self, method: &str, form: &[(&str, &str)]) -> Value {
        let request = self.client.post(format!("{}/api/{method}", self.base)).bearer_auth("xoxb-1");
        let body = serde_urlencoded::to_string(form).unwrap();
        let kind = ("content-type", "application/x-www-form-urlencoded");
        request.header(kind.0, kind.1).body(body).send().await.unwrap().json().await.unwrap()
    }

    /// Where the bytes go, and the file's id.
    async fn begun(&self, bytes: &[u8]) -> (String, String) {
        let length = bytes.len().to_string();
        let form = [("filename", "p99.png"), ("length", length.as_str()), ("alt_txt", "p99 is 2 s")];
        let begun = self.form("files.getUploadURLExternal", &form).await;
        let text = |name: &str| begun[name].as_str().unwrap().to_owned();
        (text("upload_url"), text("file_id"))
    }

    async fn uploaded(&self, bytes: &'static [u8]) -> String {
        let (url, id) = self.begun(bytes).await;
        assert_eq!(self.client.post(url).body(bytes).send().await.unwrap().status(), StatusCode::OK);
        id
    }

    async fn shows(&self, id: &str) -> Value {
        let block = json!({ "type": "image", "slack_file": { "id": id }, "alt_text": "p99 is 2 s" });
        let args = json!({ "channel": EMERGENCIES, "text": "p99 is 2 s", "blocks": [block] });
        self.call("chat.postMessage", args).await
    }
}

#[tokio::test]
async fn a_picture_is_shown_by_a_block_once_slack_has_looked_at_it() {
    let town = Town::with_files().await;
    let id = town.uploaded(PNG).await;
    let not_yet = json!("invalid slack file [json-pointer:/blocks/0/slack_file]");
    assert_eq!(town.shows(&id).await["errors"][0], not_yet, "its upload is not complete");
    let done =
        town.call("files.completeUploadExternal", json!({ "files": [{ "id": id, "title": "p99" }] })).await;
    assert_eq!(done["files"], json!([{ "id": id, "title": "p99" }]));
    let refused = town.shows(&id).await;
    assert_eq!((&refused["error"], &refused["errors"][0]), (&json!("invalid_blocks"), &not_yet));
    town.pass(1);
    assert_eq!(town.shows(&id).await["ok"], true);
    let again = town.call("files.completeUploadExternal", json!({ "files": [{ "id": id }] })).await;
    assert_eq!(again["error"], "file_update_failed", "it is called once");
}

#[tokio::test]
async fn what_is_no_picture_is_not_shown() {
    let town = Town::with_files().await;
    let id = town.uploaded(b"plain text").await;
    town.call("files.completeUploadExternal", json!({ "files": [{ "id": id }] })).await;
    town.pass(60);
    assert_eq!(town.shows(&id).await["error"], "invalid_blocks");
    assert_eq!(town.shows("F999999999").await["error"], "invalid_blocks");
    let strange = town.shows("f1").await;
    let says = strange["errors"][0].as_str().unwrap();
    assert_eq!(
        says,
        "input must match regex pattern: ^[F][A-Z0-9]{8,}$ [json-pointer:/blocks/0/slack_file/id]"
    );
}

#[tokio::test]
async fn an_upload_is_refused_for_slacks_reasons() {
    let town = Town::with_files().await;
    let begin = |length: &'static str, alt: String| {
        let town = &town;
        async move {
            let form = [("filename", "a.png"), ("length", length), ("alt_txt", &alt)];
            town.form("files.getUploadURLExternal", &form).await["error"].clone()
        }
    };
    assert_eq!(begin("0", String::new()).await, "missing_argument");
    assert_eq!(begin("9", "x".repeat(1_001)).await, "alt_txt_too_large");
    assert_eq!(begin("9", "x".repeat(1_000)).await, Value::Null);
    let (url, id) = town.begun(PNG).await;
    let short = town.client.post(url).body("short").send().await.unwrap();
    assert_eq!(short.status(), StatusCode::BAD_REQUEST);
    let done = json!({ "files": [{ "id": id }] });
    assert_eq!(town.error("files.completeUploadExternal", done).await, "file_update_failed");
    let none = json!({ "files": [{ "id": "F000000000" }] });
    assert_eq!(town.error("files.completeUploadExternal", none).await, "file_not_found");
    town.slack.faults().drop_scope("files:write");
    assert_eq!(begin("9", String::new()).await, "missing_scope");
}
