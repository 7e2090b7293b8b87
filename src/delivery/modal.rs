//! Forms: the one thing that skips the outbox, for the trigger that opens one dies in three seconds.

use std::time::Duration;

use serde_json::json;
use tracing::{error, warn};

use super::retry::{self, Class, Trouble};
use super::slack::Deliverer;
use super::slack::client::{Call, Nothing};
use domain::answer::FormToOpen;

/// Later the trigger is as good as dead, and the person waits.
const TIME_LIMIT: Duration = Duration::from_secs(2);

impl Deliverer {
    /// Opens a form at once, for the person whose `trigger` it is.
    ///
    /// # Errors
    /// Why there is no form, in words for that person. A form may still appear where Slack did not answer in
    /// time.
    pub async fn open_form(&self, trigger: &str, form: &FormToOpen) -> Result<(), String> {
        let body = json!({ "trigger_id": trigger, "view": view::form(form, &self.config.severity) });
        let call = Call { within: TIME_LIMIT, ..Call::post("views.open", None, body) };
        match self.slack.call(&call).await {
            Ok(Nothing {}) => Ok(()),
            Err(trouble) => Err(reason(&trouble)),
        }
    }
}

fn reason(trouble: &Trouble) -> String {
    match trouble.error() {
        Some("expired_trigger_id" | "trigger_expired") => {
            return "Slack gives three seconds to open a form, and they had passed".to_owned();
        }
        Some("exchanged_trigger_id" | "trigger_exchanged") => {
            return "a form was already opened for this".to_owned();
        }
        _ => {}
    }
    let verdict = retry::verdict(trouble, "the workspace", "");
    if verdict.class == Class::Ours {
        error!(?trouble, "Slack does not take howler's form");
    } else {
        warn!(reason = verdict.reason, "a form could not be opened");
    }
    verdict.reason
}
