//! Effects of a report's publication, carried out: what is to stand there, and what came of it.

use std::collections::{BTreeMap, BTreeSet};

use super::publish::{CanPublish, Mode, Publication, Published, PullRequest, PullState, Undone, Why};
use super::{FollowUp, GitHub};
use crate::job::Job;
use crate::report::{Became, Digest, IndexRow, Section, Wrote};
use domain::effect::{Lane, Outcome, Receipt};
use domain::incident::Incident;
use domain::incident::after::publication::{self as kept, Came, Conflict, How, Part, Pull};
use domain::incident::report::Report;
use domain::text::shorten;
use view::Names;

/// Longest text of either side that people are shown where both changed a part, in characters.
const SHOWN_MOST: usize = 300;
/// The label of every follow-up's issue, beside that of its kind.
const LABEL: &str = "incident follow-up";

impl GitHub {
    /// Publishes `report` where its incident says, once. Whatever an earlier attempt left is found by its mark.
    pub async fn publish_report(&self, job: &Job, report: &Report, names: &Names) -> Outcome {
        let (Some(kept), Some(report_mark)) = (report.publication.as_deref(), job.incident_mark()) else {
            return Outcome::Dropped { reason: "nobody wants it published".to_owned() };
        };
        let publication = publication(job, report, kept, names, report_mark);
        match self.publish(&publication).await {
            Ok(published) => Outcome::Done(Receipt::Published(Box::new(came(published, &publication, kept)))),
            Err(Undone { why: Why::Closed { number, url }, .. }) => {
                let branch = kept.pull().map(|pull| pull.branch.clone()).unwrap_or_default();
                Outcome::Done(Receipt::Pull(Pull { number, url, state: kept::PullState::Closed, branch }))
            }
            Err(undone) => self.undone(job, &kept.place.repository, undone),
        }
    }

    /// Looks how the pull request of a report stands. Beside a reminder what cannot be told is no news, and is asked again with the next.
    pub async fn see_pull(&self, job: &Job) -> Outcome {
        let publication = job.incident.as_ref().and_then(|incident| incident.after.publication.as_deref());
        let Some((publication, pull)) = publication.and_then(|it| Some((it, it.pull()?))) else {
            return Outcome::Dropped { reason: "it has no pull request".to_owned() };
        };
        let repository = &publication.place.repository;
        match self.pull_request(repository, pull.number).await {
            Ok(seen) => Outcome::Done(Receipt::Pull(pull_of(seen.pull))),
            // Somebody changed something there: it is asked until that is known.
            Err(undone) if matches!(job.effect.lane, Lane::Publish(_)) => {
                self.undone(job, repository, undone)
            }
            Err(Undone { why, .. }) => {
                let reason = why.verdict(repository).reason;
                Outcome::Dropped { reason: format!("how the pull request stands cannot be told: {reason}") }
            }
        }
    }

    /// Asks whether reports can be published in `repository`, as far as reading tells.
    ///
    /// # Errors
    /// Why not, in words.
    pub async fn check_reports(&self, repository: &str) -> Result<CanPublish, String> {
        self.can_publish(repository).await.map_err(|why| why.verdict(repository).reason)
    }

    /// Brings the issue of a follow-up to what the follow-up is now: opened once, closed, or open again.
    pub async fn follow_up_issue(&self, job: &Job, number: u32) -> Outcome {
        let Some((incident, one)) = follow_up(job, number) else { return gone() };
        let done = one.deadline.done.is_some();
        let seen = match (&one.issue, &one.repository, job.incident_mark()) {
            (Some(_), ..) if one.issue_closed == done => return Outcome::Done(Receipt::Nothing),
            (Some(issue), ..) => self.turn_issue(issue, !done).await,
            (None, Some(_), _) if done && !job.may_have_happened() => {
                return Outcome::Dropped { reason: "it was done before it had an issue".to_owned() };
            }
            (None, Some(repository), Some(mark)) => {
                let (title, body) = view::follow_up_issue(incident, one);
                let asked = FollowUp {
                    repository: repository.clone(),
                    title,
                    body,
                    labels: vec![LABEL.to_owned(), one.tag.word().to_owned()],
                    mark: format!("{mark}-{number}"),
                    since: one.since(),
                    unsure: job.may_have_happened(),
                };
                self.open_follow_up(&asked).await
            }
            _ => return gone(),
        };
        let repository = one.issue.as_ref().map(|issue| &issue.repository).or(one.repository.as_ref());
        match seen {
            Ok(seen) => Outcome::Done(Receipt::FollowUp { issue: seen.issue, closed: !seen.open }),
            Err(undone) => self.undone(job, repository.map_or("the repository", String::as_str), undone),
        }
    }

    /// Looks how the issue of a follow-up stands. Beside a reminder what cannot be told is no news.
    pub async fn see_follow_up(&self, job: &Job, number: u32) -> Outcome {
        let issue = follow_up(job, number).and_then(|(_, one)| one.issue.as_ref());
        let Some(issue) = issue else { return gone() };
        match self.see_issue(issue).await {
            Ok(seen) => Outcome::Done(Receipt::FollowUp { issue: issue.clone(), closed: !seen.open }),
            Err(undone) if matches!(job.effect.lane, Lane::Issues(_)) => {
                self.undone(job, &issue.repository, undone)
            }
            Err(Undone { why, .. }) => {
                let reason = why.verdict(&issue.repository).reason;
                Outcome::Dropped { reason: format!("how the issue stands cannot be told: {reason}") }
            }
        }
    }

    fn undone(&self, job: &Job, repository: &str, undone: Undone) -> Outcome {
        self.judged(job, undone.why.verdict(repository), undone.unknown)
    }
}

fn gone() -> Outcome {
    Outcome::Dropped { reason: "the follow-up has no issue".to_owned() }
}

fn follow_up(job: &Job, number: u32) -> Option<(&Incident, &domain::incident::after::follow_up::FollowUp)> {
    let incident = job.incident.as_deref()?;
    Some((incident, incident.after.follow_up(number)?))
}

fn publication(
    job: &Job,
    report: &Report,
    kept: &kept::Publication,
    names: &Names,
    report_mark: String,
) -> Publication {
    let place = &kept.place;
    let (title, body) = view::report_request(report);
    let came = kept.came.as_deref();
    let mode = match place.how {
        How::Commit => Mode::Commit,
        How::PullRequest => Mode::PullRequest {
            branch: format!("howler/{}", report.incident.to_string().to_lowercase()),
            body,
            known: kept.pull().map(|pull| pull.number),
            anew: kept.anew,
        },
    };
    let (lead, head, row) = view::report_row(report, &place.file);
    let parts = view::report_parts(report, names);
    Publication {
        repository: place.repository.clone(),
        mode,
        folder: place.folder.clone(),
        file: place.file.clone(),
        title,
        lead: view::report_lead(report),
        sections: parts.iter().map(|(part, text)| Section::new(part.name(), text)).collect(),
        wrote: Wrote(came.map(|came| came.wrote.iter().map(stored).collect()).unwrap_or_default()),
        index: Some(IndexRow {
            lead: lead.to_owned(),
            head: head.to_owned(),
            file: place.file.clone(),
            row,
            wrote: came.map(|came| digests(&came.index_wrote)).unwrap_or_default(),
        }),
        mark: job.mark.clone(),
        report_mark,
        unsure: job.may_have_happened(),
    }
}

fn stored((name, wrote): (&String, &BTreeSet<kept::Digest>)) -> (String, BTreeSet<Digest>) {
    (name.clone(), digests(wrote))
}

fn digests(wrote: &BTreeSet<kept::Digest>) -> BTreeSet<Digest> {
    wrote.iter().cloned().map(Digest::stored).collect()
}

/// What is kept of it.
fn came(published: Published, publication: &Publication, kept: &kept::Publication) -> Came {
    let Published { commit, branch, pull, sections, wrote, index, index_wrote, .. } = published;
    let names = |wrote: BTreeSet<Digest>| wrote.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    let mut conflicts = BTreeMap::new();
    let mut left = BTreeSet::new();
    let mut became = |part: Part, became: &Became, ours: &str, wanted: String| match became {
        Became::Conflict { theirs, seen } => {
            let (theirs, ours) = (shorten(theirs.trim(), SHOWN_MOST), shorten(ours.trim(), SHOWN_MOST));
            let conflict = Conflict { theirs, ours, seen: seen.to_string(), wanted };
            conflicts.insert(part, conflict);
        }
        Became::Missing | Became::Torn => drop(left.insert(part)),
        Became::Written | Became::Unchanged | Became::Kept => {}
    };
    for part in Part::OF_THE_FILE {
        let section = publication.sections.iter().find(|section| section.name == part.name());
        if let (Some(section), Some(what)) = (section, sections.get(part.name())) {
            became(part, what, &section.text, section.digest().to_string());
        }
    }
    if let (Some(row), Some(what)) = (&publication.index, &index) {
        became(Part::Row, what, &row.row, Digest::of(&row.row).to_string());
    }
    // Where all of it was merged by hand there is none of its own any more.
    let pull = pull.map(pull_of).or_else(|| kept.pull().cloned());
    Came {
        commit,
        branch,
        pull,
        wrote: wrote.0.into_iter().map(|(name, wrote)| (name, names(wrote))).collect(),
        index_wrote: names(index_wrote),
        conflicts,
        left,
    }
}

fn pull_of(pull: PullRequest) -> Pull {
    let state = match pull.state {
        PullState::Open => kept::PullState::Open,
        PullState::Merged => kept::PullState::Merged,
        PullState::Closed => kept::PullState::Closed,
    };
    Pull { number: pull.number, url: pull.url, state, branch: pull.branch }
}
