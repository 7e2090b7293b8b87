//! Whether workflows that run by a schedule do: one list of runs for all of them, and questions about one where it seems late.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{ACTIONS, FRESH, GitHub, workflow};
use crate::Asked;
use domain::alert::Alert;
use domain::alert::asking::agenda::{Came, LONGEST};
use domain::alert::asking::schedule::{CHANGED, Kept, Scheduled};
use domain::alert::asking::{Answer, Subject};
use domain::alert::signal::{Said, Signal, Source};
use domain::id::DeliveryId;
use probe::Unasked;
use redact::Redactor;
use sources::asked::began;

const CONTENTS: &str = "give it the permission Contents, read";
/// GitHub gives no text of a file beyond a megabyte (REST "Get repository content").
const NO_TEXT: &str = "GitHub gives no text of it";
/// Entries on a page, and workflows that are looked at.
const PAGE: usize = 100;
/// A run may begin a little before its minute by another clock.
const SOON: SignedDuration = SignedDuration::from_secs(15);

/// What is known of the repository's workflows.
#[derive(Default)]
pub(crate) struct Schedules {
    read: Option<Timestamp>,
    on: Vec<Scheduled>,
    notes: Vec<String>,
    cannot: Vec<String>,
    /// Until when an alert of each was seen in the books: what failed to be written is told again.
    told: BTreeMap<String, Timestamp>,
}

impl GitHub {
    /// Whether the schedules were kept. `open`: GitHub's open alerts.
    pub async fn schedules(&mut self, open: &[Arc<Alert>], now: Timestamp, redactor: &Redactor) -> Asked {
        let mut asked = Asked::nothing(Source::GitHub, Subject::Schedules);
        let Some(grace) = self.grace else { return asked };
        asked.came = Came::Answer { next: LONGEST };
        if let Err(unasked) = self.look(open, grace, now, redactor, &mut asked).await {
            asked.failed(&unasked, redactor);
            return asked;
        }
        asked.learned.heard = true;
        let shown = |lines: &[String]| lines.iter().map(|line| redactor.shown(line)).collect::<Vec<_>>();
        asked.learned.notes.extend(shown(&self.schedules.notes));
        asked.learned.cannot.extend(shown(&self.schedules.cannot));
        let next = self.schedules.on.iter().filter_map(|one| one.next(now, grace)).min();
        let next = next.map_or(LONGEST, |next| next.duration_since(now).saturating_add(SOON));
        asked.came = Came::Answer { next: next.min(LONGEST) };
        asked
    }

    /// Which workflows run by a schedule, for `howler check`.
    pub(crate) async fn check_schedules(&mut self, now: Timestamp) -> Result<String, Unasked> {
        self.read_workflows(now).await?;
        let Schedules { on, notes, cannot, .. } = &self.schedules;
        let files = on.iter().map(Scheduled::file).collect::<Vec<_>>().join(", ");
        let on = if files.is_empty() { "no workflow runs by a schedule".to_owned() } else { files };
        let lines = [on].into_iter().chain(notes.iter().cloned()).chain(cannot.iter().cloned());
        Ok(lines.collect::<Vec<_>>().join("; "))
    }

    async fn look(
        &mut self,
        open: &[Arc<Alert>],
        grace: SignedDuration,
        now: Timestamp,
        redactor: &Redactor,
        asked: &mut Asked,
    ) -> Result<(), Unasked> {
        if self.schedules.read.is_none_or(|at| now.duration_since(at) >= FRESH) {
            self.read_workflows(now).await?;
        }
        let on = self.schedules.on.clone();
        if on.is_empty() {
            return Ok(());
        }
        let path = format!("/actions/runs?event=schedule&per_page={PAGE}");
        let runs = self.list(&path, "workflow_runs", "the workflow runs", ACTIONS).await?;
        let mut newest: BTreeMap<String, Timestamp> = BTreeMap::new();
        for (path, at) in runs.iter().filter_map(began) {
            let known = newest.entry(path).or_insert(at);
            *known = at.max(*known);
        }
        for one in &on {
            let alert = open.iter().find(|alert| alert.key == one.key());
            let answer = self.kept(one, newest.get(&one.path).copied(), alert, grace, now, asked).await?;
            asked.learned.answers.extend(answer.map(|answer| shown(answer, redactor)));
        }
        Ok(())
    }

    /// What is heard of one, where it is news.
    async fn kept(
        &mut self,
        one: &Scheduled,
        newest: Option<Timestamp>,
        alert: Option<&Arc<Alert>>,
        grace: SignedDuration,
        now: Timestamp,
        asked: &mut Asked,
    ) -> Result<Option<Answer>, Unasked> {
        if let Some(alert) = alert {
            self.schedules.told.insert(one.path.clone(), alert.last);
        }
        let (mut newest, due) = (newest, one.due(now, grace));
        if let Some(due) = due.filter(|due| newest.is_none_or(|at| at < *due)) {
            // The list does not say that it ran: it is asked about by itself.
            let own = self.newest(one, "event=schedule&").await?;
            newest = newest.max(own);
            if own.is_none() {
                asked.learned.cannot.push(format!(
                    "GitHub lists no run of {} by its schedule, so nobody can tell whether it is late",
                    one.file()
                ));
            }
            if newest.is_some_and(|at| at < due) && !self.is_told(one, due) {
                let changed = self.was_changed(one, due).await?;
                if let Kept::Missed { due } = one.kept(newest, changed, now, grace) {
                    return Ok(Some(self.answer(one, Said::Firing, due)));
                }
            }
        }
        let Some(alert) = alert else { return Ok(None) };
        // Whatever begins it ends the alert, a person too.
        let since = alert.last;
        if newest.is_none_or(|at| at < since) {
            newest = self.newest(one, "").await?;
        }
        Ok(newest.filter(|at| *at >= since).map(|at| self.answer(one, Said::Resolved, at)))
    }

    fn is_told(&self, one: &Scheduled, due: Timestamp) -> bool {
        self.schedules.told.get(&one.path).is_some_and(|told| *told >= due)
    }

    fn answer(&self, one: &Scheduled, said: Said, at: Timestamp) -> Answer {
        let repository = self.api.as_ref().map_or("", probe::GitHub::repository);
        let signal = one.signal(repository, said, at);
        let (word, what) = match said {
            Said::Firing => ("missed", format!("no run of {} since its time", one.file())),
            _ => ("began", format!("{} started", one.file())),
        };
        let id = format!("schedule:{repository}:{}:{word}:{:x}", one.file(), at.as_second());
        Answer { id: DeliveryId(id), signal, what }
    }

    /// When its newest run began.
    async fn newest(&self, one: &Scheduled, query: &str) -> Result<Option<Timestamp>, Unasked> {
        let path = format!("/actions/workflows/{}/runs?{query}per_page=1", one.file());
        let thing = format!("the runs of {}", one.file());
        let runs = self.list(&path, "workflow_runs", &thing, ACTIONS).await?;
        Ok(runs.iter().filter_map(began).map(|(_, at)| at).max())
    }

    /// Whether its file was changed so shortly before that GitHub may have known it only later.
    async fn was_changed(&self, one: &Scheduled, due: Timestamp) -> Result<bool, Unasked> {
        let second = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let (since, until) = (second(due.saturating_sub(CHANGED).unwrap_or(due)), second(due));
        let query = [("path", one.path.as_str()), ("since", &since), ("until", &until), ("per_page", "1")];
        let path = format!("/commits?{}", serde_urlencoded::to_string(query).unwrap_or_default());
        Ok(!self.list(&path, "", "the commits", CONTENTS).await?.is_empty())
    }

    /// Reads which workflows there are and when they run.
    async fn read_workflows(&mut self, now: Timestamp) -> Result<(), Unasked> {
        let path = format!("/actions/workflows?per_page={PAGE}");
        let all = self.list(&path, "workflows", "the workflows", ACTIONS).await?;
        let mut read =
            Schedules { read: Some(now), told: self.schedules.told.clone(), ..Schedules::default() };
        if all.len() == PAGE {
            read.notes.push(format!("of more than {PAGE} workflows the first {PAGE} are looked at"));
        }
        for one in &all {
            let (Some(path), Some(state)) = (one["path"].as_str(), one["state"].as_str()) else { continue };
            // Those that GitHub keeps itself have no file, and a deleted one runs no more.
            let is_file = path.starts_with(".github/workflows/") && is_plain(path);
            if !is_file || state == "deleted" {
                continue;
            }
            let file = path.rsplit('/').next().unwrap_or_default();
            let times = match self.file(path).await? {
                Some(Some(text)) => workflow::times(&text),
                Some(None) => Err(NO_TEXT.into()),
                None => continue,
            };
            match (times, state) {
                (Ok(times), _) if times.is_empty() => {}
                (Ok(times), "active") => read.on.push(Scheduled { path: path.to_owned(), times }),
                (Ok(_), state) => read.notes.push(off(file, state)),
                (Err(why), "active") => {
                    read.cannot.push(format!("the schedule of {file} cannot be read: {why}"))
                }
                (Err(_), _) => {}
            }
        }
        self.schedules = read;
        Ok(())
    }

    /// A file on the default branch, nothing where it is not there, and its text, nothing where it cannot be read.
    async fn file(&self, path: &str) -> Result<Option<Option<String>>, Unasked> {
        let api = self.api.as_ref().map_err(Clone::clone)?;
        let address = format!("/repos/{}/contents/{path}", api.repository());
        let found = match api.plain(&address, &format!("the file {path}"), CONTENTS).await {
            Ok(found) => found,
            // A workflow that ran on another branch once is listed too.
            Err(unasked) if unasked.status == Some(404) => return Ok(None),
            Err(unasked) => return Err(unasked),
        };
        let text: String =
            found["content"].as_str().unwrap_or_default().chars().filter(|c| !c.is_whitespace()).collect();
        let text = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        Ok(Some(text.filter(|text| !text.is_empty())))
    }

    /// A list of the repository's that must be there.
    async fn list(
        &self,
        of: &str,
        within: &str,
        thing: &str,
        needs: &'static str,
    ) -> Result<Vec<Value>, Unasked> {
        let api = self.api.as_ref().map_err(Clone::clone)?;
        let repository = api.repository();
        let path = format!("/repos/{repository}{of}");
        let found = api.plain(&path, &format!("{thing} in {repository}"), needs).await?;
        let list = if within.is_empty() { &found } else { &found[within] };
        let unreadable = || Unasked::passing_words("GitHub's answer could not be read".to_owned());
        list.as_array().cloned().ok_or_else(unreadable)
    }
}

/// A file's path that changes no address.
fn is_plain(path: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    path.chars().all(allowed) && !path.contains("..") && !path.contains("//")
}

/// Why a workflow does not run, which is no failure.
fn off(file: &str, state: &str) -> String {
    let why = match state {
        "disabled_inactivity" => ": nothing happened in the repository for 60 days",
        "disabled_manually" => " by somebody",
        "disabled_fork" => ", for the repository is a fork",
        _ => "",
    };
    format!("{file} is switched off ({state}){why}")
}

fn shown(answer: Answer, redactor: &Redactor) -> Answer {
    let Answer { id, signal, what } = answer;
    let title = redactor.shown(&signal.title);
    Answer { id, signal: Signal { title, ..signal }, what: redactor.shown(&what) }
}
