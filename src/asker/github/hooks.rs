//! What GitHub could not deliver, by its own list: it is sent again, and what became of it is reckoned from the list alone, so that a
//! howler that was killed meanwhile comes to the same.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{FRESH, GitHub};
use crate::Asked;
use domain::alert::asking::agenda::{Came, EVERY};
use domain::alert::asking::missed::{ATTEMPT, Attempt, Found, KEPT, LISTED_AFTER, Listed, Reckoning, reckon};
use domain::alert::asking::{Asking, Subject};
use domain::alert::signal::Source;
use probe::Unasked;
use redact::Redactor;

const READ: &str = "give it the permission Webhooks, read (a classic token: the scope admin:repo_hook)";
const WRITE: &str = "give it the permission Webhooks, write (a classic token: the scope admin:repo_hook)";
const OF_ORGANISATION: &str =
    "give it the organisation's permission Webhooks, read (a classic token: the scope admin:org_hook)";
/// Where howler listens.
const DOOR: &str = "/hooks/github";
/// Attempts on a page, and pages of a look.
const PAGE: usize = 100;
const PAGES: usize = 30;
/// So many are sent again a minute: GitHub asks for pauses between calls that do something.
const AT_ONCE: usize = 10;

/// A webhook that leads to howler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Webhook {
    pub id: u64,
    /// Its address in the API.
    path: String,
    /// The repository or the organisation.
    whose: String,
}

impl Webhook {
    fn thing(&self) -> String {
        format!("the deliveries of the webhook of {}", self.whose)
    }
}

/// What a look at the list came to: up to `until`, and whether what is older was too much to look through.
struct Looked {
    found: Reckoning,
    until: Timestamp,
    cut: bool,
    /// Something later is still in hand.
    goes_on: bool,
}

fn may_not(hook: &Webhook) -> String {
    format!("GITHUB_TOKEN may not have deliveries of {} sent again: {WRITE}", hook.whose)
}

impl GitHub {
    /// Looks through what was not delivered, and has it sent again.
    pub async fn deliveries(&mut self, known: &Asking, now: Timestamp, redactor: &Redactor) -> Asked {
        let mut asked = Asked::nothing(Source::GitHub, Subject::Deliveries);
        let back = |by: SignedDuration| now.saturating_sub(by).unwrap_or(Timestamp::MIN);
        let (after, until) = (known.after(now).max(back(KEPT)), back(LISTED_AFTER));
        let too_old = known.down.iter().any(|outage| outage.from < back(KEPT));
        match self.sent_again(after, until, now, &mut asked, redactor).await {
            Ok(Looked { found: Reckoning { waits: true, .. }, .. }) => {
                asked.learned.found = Some(Found::Waits);
                if asked.came == Came::Nothing {
                    asked.came = Came::Answer { next: ATTEMPT };
                }
            }
            Ok(Looked { found, until, cut, goes_on }) => {
                let listed = Listed { too_old, too_many: cut, ..found.listed };
                asked.learned.found = Some(Found::Listed { until, listed });
                let ended = known.down.iter().map(|outage| outage.until).max();
                // What was tried just before the end of an outage may not be listed yet.
                let rest = ended.map(|ended| ended.duration_since(until)).filter(|rest| rest.is_positive());
                asked.came = match (rest, asked.came) {
                    (_, Came::Nothing) if goes_on => Came::Answer { next: ATTEMPT },
                    (Some(rest), Came::Nothing | Came::Lasting) => Came::Answer { next: rest.max(ATTEMPT) },
                    (None, Came::Nothing) => Came::Answer { next: EVERY },
                    (_, came) => came,
                };
            }
            Err(unasked) => {
                asked.failed(&unasked, redactor);
                let why = redactor.shown(&unasked.why);
                asked.learned.found = Some(Found::Cannot { why, lasting: unasked.lasting });
            }
        }
        asked
    }

    async fn sent_again(
        &mut self,
        after: Timestamp,
        until: Timestamp,
        now: Timestamp,
        asked: &mut Asked,
        redactor: &Redactor,
    ) -> Result<Looked, Unasked> {
        let hook = self.hook(now).await?;
        let (attempts, begins) = self.attempts(&hook, after).await?;
        let (after, cut) = (begins.unwrap_or(after), begins.is_some());
        asked.learned.heard = true;
        self.gone.retain(|gone| attempts.iter().any(|attempt| attempt.id == *gone));
        let before = reckon(&attempts, after, until, now, &self.gone);
        if let Some(refused) = self.send_again(&hook, &before, asked, redactor).await {
            asked.failed(&refused, redactor);
            if refused.lasting {
                let found = before.given_up(redactor.shown(&refused.why));
                return Ok(Looked { found, until, cut, goes_on: false });
            }
        }
        let mut found = reckon(&attempts, after, until, now, &self.gone);
        found.waits |= !found.again.is_empty();
        match found.settled(now).filter(|_| found.waits) {
            Some(until) => {
                let found = reckon(&attempts, after, until, now, &self.gone);
                Ok(Looked { found, until, cut, goes_on: true })
            }
            None => Ok(Looked { found, until, cut, goes_on: false }),
        }
    }

    /// Has a few sent again; gives what stops all of it. One that GitHub has no more stops none of the others.
    async fn send_again(
        &mut self,
        hook: &Webhook,
        found: &Reckoning,
        asked: &mut Asked,
        redactor: &Redactor,
    ) -> Option<Unasked> {
        let mut gone = Vec::new();
        let mut last = None;
        let never = found.listed.here == 0 && found.listed.left.is_empty() && !found.waits;
        // The newest is among them: GitHub forgets it last.
        let (oldest, rest) = found.again.split_at(found.again.len().min(AT_ONCE - 1));
        let few: Vec<u64> = oldest.iter().chain(rest.last()).copied().collect();
        for attempt in &few {
            let Err(unasked) = self.redeliver(hook, *attempt).await else { continue };
            if !unasked.lasting || matches!(unasked.status, None | Some(401 | 403)) {
                return Some(unasked);
            }
            gone.push((*attempt, unasked.status));
            last = Some(unasked);
        }
        // Of what may not be changed GitHub says that it is not there, too.
        if never && gone.len() == few.len() && gone.iter().all(|(_, status)| *status == Some(404)) {
            return last.map(|unasked| Unasked { why: may_not(hook), ..unasked });
        }
        if let Some(unasked) = last {
            asked.learned.notes.push(redactor.shown(&unasked.why));
        }
        self.gone.extend(gone.into_iter().map(|(attempt, _)| attempt));
        None
    }

    async fn redeliver(&self, hook: &Webhook, attempt: u64) -> Result<(), Unasked> {
        let api = self.api.as_ref().map_err(Clone::clone)?;
        let sent = api.redeliver(&hook.path, attempt, &hook.thing(), WRITE).await;
        sent.map_err(|unasked| match unasked.status {
            Some(403) => Unasked { why: may_not(hook), ..unasked },
            _ => unasked,
        })
    }

    /// The webhook that leads to howler: the configured one, or the only one that does, of the repository or else of its owner.
    pub(crate) async fn hook(&mut self, now: Timestamp) -> Result<Webhook, Unasked> {
        if let Some((at, hook)) = &self.hook
            && now.duration_since(*at) < FRESH
        {
            return Ok(hook.clone());
        }
        let hook = self.find_hook().await?;
        self.hook = Some((now, hook.clone()));
        Ok(hook)
    }

    async fn find_hook(&self) -> Result<Webhook, Unasked> {
        let api = self.api.as_ref().map_err(Clone::clone)?;
        let repository = api.repository();
        let own = self.hooks_of(&format!("/repos/{repository}/hooks"), repository, READ).await?;
        if !own.is_empty() {
            return only(own);
        }
        let owner = repository.split('/').next().unwrap_or_default();
        match self.hooks_of(&format!("/orgs/{owner}/hooks"), owner, OF_ORGANISATION).await {
            Ok(hooks) if hooks.is_empty() => {
                Err(Unasked::lasting(format!("no webhook of {repository} or {owner} leads to {DOOR}")))
            }
            Ok(hooks) => only(hooks),
            // A person's account has none, and GitHub says no more than that it shows none.
            Err(unasked) if unasked.lasting => Err(Unasked::lasting(format!(
                "no webhook of {repository} leads to {DOOR}, and whether one of {owner} does cannot be seen: {OF_ORGANISATION}"
            ))),
            Err(unasked) => Err(unasked),
        }
    }

    /// Those of a list that may be howler's.
    async fn hooks_of(&self, path: &str, whose: &str, needs: &'static str) -> Result<Vec<Webhook>, Unasked> {
        let api = self.api.as_ref().map_err(Clone::clone)?;
        let found =
            api.plain(&format!("{path}?per_page={PAGE}"), &format!("the webhooks of {whose}"), needs).await?;
        let all = found.as_array().ok_or_else(unreadable)?;
        let is_it = |hook: &&Value| match self.named_hook {
            Some(named) => hook["id"] == named,
            None => leads_here(hook),
        };
        let ids = all.iter().filter(is_it).filter_map(|hook| hook["id"].as_u64());
        let hook = |id| Webhook { id, path: format!("{path}/{id}"), whose: whose.to_owned() };
        Ok(ids.map(hook).collect())
    }

    /// Whether the deliveries of a webhook can be read.
    pub(crate) async fn look_at(&self, hook: &Webhook) -> Result<(), Unasked> {
        let api = self.api.as_ref().map_err(Clone::clone)?;
        api.plain(&format!("{}/deliveries?per_page=1", hook.path), &hook.thing(), READ).await.map(drop)
    }

    /// Attempts since `after`, of what howler hears: finished runs. Where they are too many, the newest, and after when these are.
    async fn attempts(
        &self,
        hook: &Webhook,
        after: Timestamp,
    ) -> Result<(Vec<Attempt>, Option<Timestamp>), Unasked> {
        let api = self.api.as_ref().map_err(Clone::clone)?;
        let thing = hook.thing();
        let (mut all, mut cursor, mut oldest) = (Vec::new(), None, None);
        for _ in 0..PAGES {
            let mut query = vec![("per_page", PAGE.to_string())];
            query.extend(cursor.map(|cursor| ("cursor", cursor)));
            let query = serde_urlencoded::to_string(query).unwrap_or_default();
            let path = format!("{}/deliveries?{query}", hook.path);
            let (page, next) = api.page(&path, &thing, READ).await?;
            let page = page.as_array().ok_or_else(unreadable)?;
            let mut is_past = false;
            for one in page {
                let attempt = attempt(one).ok_or_else(unreadable)?;
                is_past |= attempt.at <= after;
                oldest = Some(attempt.at);
                if is_heard(one) {
                    all.push(attempt);
                }
            }
            match next.filter(|_| !is_past) {
                Some(next) => cursor = Some(next),
                None => return Ok((all, None)),
            }
        }
        Ok((all, oldest))
    }
}

/// Nobody guesses which of several is howler's.
fn only(mut hooks: Vec<Webhook>) -> Result<Webhook, Unasked> {
    let ids: Vec<String> = hooks.iter().map(|hook| hook.id.to_string()).collect();
    match hooks.pop().filter(|_| hooks.is_empty()) {
        Some(hook) => Ok(hook),
        None => Err(Unasked::lasting(format!(
            "the webhooks {} lead to {DOOR}: say which one is howler's own, [sources] github_hook = {}",
            ids.join(", "),
            ids.first().map_or("", String::as_str)
        ))),
    }
}

fn unreadable() -> Unasked {
    Unasked::passing_words("GitHub's answer could not be read")
}

fn attempt(one: &Value) -> Option<Attempt> {
    Some(Attempt {
        id: one["id"].as_u64()?,
        guid: one["guid"].as_str()?.to_owned(),
        at: one["delivered_at"].as_str()?.parse().ok()?,
        status: u16::try_from(one["status_code"].as_u64()?).ok()?,
        again: one["redelivery"].as_bool()?,
    })
}

/// A hook may send everything; what begins or waits is passed over anyway.
fn is_heard(one: &Value) -> bool {
    one["event"] == "workflow_run" && (one["action"].is_null() || one["action"] == "completed")
}

/// Whether a webhook is on and has howler's address, wherever that is.
fn leads_here(hook: &Value) -> bool {
    let url = hook["config"]["url"].as_str().unwrap_or_default();
    let path = url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    hook["active"] == true && path.ends_with(DOOR)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// GitHub's own example of a delivery in a list.
    fn listed() -> Value {
        json!({
            "id": 12_345_678, "guid": "0b989ba4-242f-11e5-81e1-c7b6966d2516", "delivered_at": "2019-06-03T00:57:16Z",
            "redelivery": false, "duration": 0.27, "status": "OK", "status_code": 200, "event": "workflow_run", "action": "completed",
            "installation_id": 123, "repository_id": 456, "throttled_at": null,
        })
    }

    #[test]
    fn an_attempt_is_read_whole_or_not_at_all() {
        let read = attempt(&listed()).unwrap();
        assert_eq!((read.id, read.status, read.again), (12_345_678, 200, false));
        for field in ["id", "guid", "delivered_at", "redelivery", "status_code"] {
            let mut odd = listed();
            odd[field] = Value::Null;
            assert_eq!(attempt(&odd), None, "{field}");
        }
        for (field, value) in
            [("status_code", json!(-1)), ("delivered_at", json!("soon")), ("id", json!("7"))]
        {
            let mut odd = listed();
            odd[field] = value;
            assert_eq!(attempt(&odd), None, "{field}");
        }
        let mut other = listed();
        assert!(is_heard(&other));
        other["action"] = json!("requested");
        assert!(!is_heard(&other));
        other["event"] = json!("push");
        assert!(!is_heard(&other));
    }
}
