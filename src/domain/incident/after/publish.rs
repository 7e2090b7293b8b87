//! Publishing a report: who wants it, when it is published again by itself, and what came of it.

use super::After;
use super::consequences::{AfterSaid, reaches};
use super::decide::{Decided, no_report};
use super::event::{AfterNews, Owed};
use super::line::{AfterAnswer, AfterProblem};
use super::publication::{Came, Conflict, How, Part, Place, Publication, Pull, PullState};
use super::slug::slug;
use crate::alert::signal::{Touched, TouchedWhat};
use crate::effect::{EffectKind, Lane, Receipt};
use crate::incident::announce::{Consequences, Intent};
use crate::incident::event::{Event, EventKind};
use crate::incident::{Incident, report};
use crate::severities::Severities;

/// Somebody wants it published. Where it goes is kept, so that a title that changes moves no file.
pub(super) fn publish(incident: &Incident, rules: &Severities) -> Decided {
    no_report(incident)?;
    let reports = match &rules.afterwards().reports {
        Ok(reports) => reports,
        Err(why) => return Err(AfterProblem::NotPublished { incident: incident.id, why: *why }),
    };
    let known = incident.after.publication.as_deref();
    let folder = match incident.is_of_security() {
        true => &reports.security_folder,
        false => &reports.folder,
    };
    let known_place = known.map(|known| &known.place);
    let kept = known_place.filter(|place| place.repository == reports.repository);
    let place = match kept {
        Some(place) => Place { how: reports.how, ..place.clone() },
        None => Place {
            repository: reports.repository.clone(),
            how: reports.how,
            folder: folder.clone(),
            file: known_place.map_or_else(|| file(incident), |place| place.file.clone()),
        },
    };
    let anew = known.and_then(Publication::pull).is_some_and(|pull| pull.state == PullState::Closed);
    let not_known = report::not_known(incident);
    let answer = AfterAnswer::Publishes { incident: incident.id, place: place.clone(), anew, not_known };
    Ok((vec![AfterNews::PublishAsked { place, anew }], answer))
}

/// `2026-11-29-inc-7-event-stream-down.md`
fn file(incident: &Incident) -> String {
    let (day, id) = (incident.declared_at.strftime("%F"), incident.id.0);
    format!("{day}-inc-{id}-{}.md", slug(&incident.title))
}

/// Somebody says whose text of a part stands.
pub(super) fn settle(incident: &Incident, part: Part, ours: bool) -> Decided {
    let id = incident.id;
    let came = incident.after.publication.as_ref().and_then(|publication| publication.came.as_ref());
    if !came.is_some_and(|came| came.conflicts.contains_key(&part)) {
        return Err(AfterProblem::NoConflict { incident: id, part });
    }
    let answer = AfterAnswer::Settled { incident: id, part, ours };
    Ok((vec![AfterNews::Settled { part, ours }], answer))
}

/// How such news changes what is known of it.
pub(super) fn news_of(publication: &mut Option<Box<Publication>>, event: &Event, news: &AfterNews) {
    match (news, publication) {
        (AfterNews::PublishAsked { place, anew }, publication) => {
            let came = publication.take().and_then(|before| moved_to(*before, place));
            let (place, by, at, anew) = (place.clone(), event.by.clone(), event.at, *anew);
            *publication = Some(Box::new(Publication { place, by, at, anew, came }));
        }
        (AfterNews::Published(came), Some(publication)) => {
            publication.anew = false;
            publication.came = Some(came.clone());
        }
        (AfterNews::PullSeen { pull }, Some(publication)) => {
            if let Some(came) = &mut publication.came {
                came.pull = Some(pull.clone());
            }
        }
        (AfterNews::Settled { part, ours }, Some(publication)) => {
            if let Some(came) = &mut publication.came {
                settled(came, *part, *ours);
            }
        }
        _ => {}
    }
}

/// What is known of it at `place`. A repository of another name may be the same one, renamed: what howler wrote there is still its own
/// where it stands. Where it stands nowhere, a new branch begins with all of it.
fn moved_to(before: Publication, place: &Place) -> Option<Box<Came>> {
    let same = before.place.repository == place.repository;
    match (before.came, place.how) {
        (came, _) if same => came,
        (Some(came), How::PullRequest) => {
            Some(Box::new(Came { wrote: came.wrote, branch: came.branch, ..Came::default() }))
        }
        _ => None,
    }
}

/// What may be written over is what was seen of theirs; what is kept counts as what howler wrote, until howler has something newer.
fn settled(came: &mut Came, part: Part, ours: bool) {
    let Some(conflict) = came.conflicts.remove(&part) else { return };
    let known = if ours { conflict.seen } else { conflict.wanted };
    let wrote = match part {
        Part::Row => &mut came.index_wrote,
        part => came.wrote.entry(part.name().to_owned()).or_default(),
    };
    wrote.insert(known);
}

/// The effect of an event that is to be published: asked for, or something of the report changed after it was published. While the
/// incident is open nothing of it is published by itself.
pub(in crate::incident) fn publishes(after: &Incident, event: &Event) -> Option<Intent> {
    let publication = after.after.publication.as_ref()?;
    let asked = match &event.kind {
        EventKind::After(news) => match news.as_ref() {
            AfterNews::PublishAsked { .. } | AfterNews::Settled { ours: true, .. } => true,
            news => !is_merged(publication) && changes(news) || matches!(news, AfterNews::Written { .. }),
        },
        kind => touches(kind),
    };
    // What waits or is on its way already says nothing newer: this one does.
    let stands = !after.is_open() && !publication.is_closed();
    let wanted = matches!(&event.kind, EventKind::After(news)
        if matches!(news.as_ref(), AfterNews::PublishAsked { .. }));
    let lane = Lane::Publish(after.id);
    (asked && (stands || wanted)).then_some(Intent { lane, kind: EffectKind::PublishReport })
}

fn is_merged(publication: &Publication) -> bool {
    publication.pull().is_some_and(|pull| pull.state == PullState::Merged)
}

/// Whether it changes what the report says of the time after the incident. Once its pull request is merged, a follow-up that is done
/// opens no other one.
fn changes(news: &AfterNews) -> bool {
    match news {
        AfterNews::Written { .. } | AfterNews::Added { .. } => true,
        AfterNews::Done { owed }
        | AfterNews::Undone { owed, .. }
        | AfterNews::Given { owed, .. }
        | AfterNews::Moved { owed, .. } => matches!(owed, Owed::FollowUp(_)),
        AfterNews::IssueSeen { .. } => true,
        _ => false,
    }
}

/// Whether it changes what the report says of the incident itself.
fn touches(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::Resolved { .. }
            | EventKind::Renamed { .. }
            | EventKind::SeverityChanged { .. }
            | EventKind::ImpactSet { .. }
            | EventKind::Noted { .. }
            | EventKind::Retracted { .. }
            | EventKind::PinRead { .. }
            | EventKind::Unpinned { .. }
            | EventKind::Merge(_)
            | EventKind::Runbook { .. }
    )
}

/// Whether it is still to be published.
pub(in crate::incident) fn publishes_still(incident: &Incident) -> Result<(), &'static str> {
    let publication = incident.after.publication.as_ref().ok_or("nobody wants it published")?;
    no_report(incident).map_err(|_| "it has no report of its own any more")?;
    if publication.is_closed() { Err("its pull request was closed meanwhile") } else { Ok(()) }
}

/// Whether there is a pull request to look at.
pub(in crate::incident) fn sees_still(incident: &Incident) -> Result<(), &'static str> {
    let pull = incident.after.publication.as_ref().and_then(|publication| publication.pull());
    pull.map(drop).ok_or("it has no pull request")
}

pub(super) fn open_pull(after: &After) -> Option<&Pull> {
    let pull = after.publication.as_ref()?.pull()?;
    (pull.state == PullState::Open).then_some(pull)
}

/// The event of what GitHub answered, where it is news.
pub(in crate::incident) fn came(incident: &Incident, receipt: &Receipt) -> Option<EventKind> {
    let publication = incident.after.publication.as_ref()?;
    let news = match receipt {
        Receipt::Published(came) => {
            let before = publication.came.as_deref();
            let same = |before: &Came| Came { commit: came.commit.clone(), ..before.clone() } == **came;
            if came.commit.is_none() && before.is_some_and(same) && !publication.anew {
                return None;
            }
            // A commit that was made earlier is where it stands, too.
            let mut came = came.clone();
            came.commit = came.commit.or_else(|| before.and_then(|before| before.commit.clone()));
            AfterNews::Published(came)
        }
        Receipt::Pull(pull) if publication.pull() != Some(pull) => AfterNews::PullSeen { pull: pull.clone() },
        _ => return None,
    };
    Some(EventKind::After(Box::new(news)))
}

impl Incident {
    /// The look at something of its own on GitHub that was changed there; nothing where it is somebody else's.
    pub fn looks_at(&self, touched: &Touched) -> Option<Intent> {
        let kind = match touched.what {
            TouchedWhat::Pull(number) => {
                let publication = self.after.publication.as_ref()?;
                let same = publication.place.repository.eq_ignore_ascii_case(&touched.repository);
                (same && publication.pull()?.number == number).then_some(EffectKind::SeePull)?
            }
            TouchedWhat::Issue { number, follow_up } => {
                let issue = self.after.follow_up(follow_up)?.issue.as_ref()?;
                let same = issue.repository.eq_ignore_ascii_case(&touched.repository);
                let kind = EffectKind::SeeIssue { number: follow_up };
                let lane = Lane::Issues(self.id);
                return (same && issue.number == number).then_some(Intent { lane, kind });
            }
        };
        Some(Intent { lane: Lane::Publish(self.id), kind })
    }
}

/// A report whose pull request is merged is done.
pub(in crate::incident) fn finished(after: &Incident, event: &Event) -> Option<EventKind> {
    let EventKind::After(news) = &event.kind else { return None };
    let news = matches!(news.as_ref(), AfterNews::Published(_) | AfterNews::PullSeen { .. });
    let publication = after.after.publication.as_ref()?;
    let open = after.after.report.as_ref().is_some_and(|deadline| deadline.done.is_none());
    (news && open && is_merged(publication))
        .then(|| EventKind::After(Box::new(AfterNews::Done { owed: Owed::Report })))
}

impl Consequences<'_> {
    /// Whoever wanted it hears where it stands, once for each pull request and its end; and what both sides changed.
    pub(super) fn published(&mut self, before: Option<&Incident>) {
        let incident = self.incident;
        let Some(publication) = incident.after.publication.as_deref() else { return };
        let Some(came) = publication.came.as_deref() else { return };
        let earlier = before.and_then(|before| before.after.publication.as_deref());
        let earlier_came = earlier.and_then(|earlier| earlier.came.as_deref());
        let (title, place) = (incident.title.clone(), publication.place.clone());
        let to = reaches(Some(&publication.by));
        let stands = |came: &Came| came.pull.as_ref().map(|pull| (pull.number, pull.state));
        if earlier_came.map(stands) != Some(stands(came)) {
            let not_known = report::not_known(incident);
            let (commit, pull, place) = (came.commit.clone(), came.pull.clone(), place.clone());
            let said = AfterSaid::Published { title: title.clone(), place, commit, pull, not_known };
            self.tell(to.clone(), said);
        }
        let known = |part: &Part| earlier_came.and_then(|came| came.conflicts.get(part));
        for (part, conflict) in came.conflicts.iter().filter(|(part, conflict)| known(part) != Some(conflict))
        {
            let (title, place, pull) = (title.clone(), place.clone(), came.pull.clone());
            let (part, conflict) = (*part, conflict.clone());
            self.tell(to.clone(), AfterSaid::Conflict { title, part, conflict, place, pull });
        }
    }
}

/// Whether that is how it stands.
pub(super) fn told_still(incident: &Incident, pull: Option<&Pull>) -> Result<(), &'static str> {
    let stands = incident.after.publication.as_ref().and_then(|publication| publication.pull());
    if stands == pull { Ok(()) } else { Err("its pull request stands otherwise by now") }
}

/// Whether that is still to be decided.
pub(super) fn asked_still(incident: &Incident, part: Part, conflict: &Conflict) -> Result<(), &'static str> {
    let came = incident.after.publication.as_ref().and_then(|publication| publication.came.as_ref());
    let stands = came.and_then(|came| came.conflicts.get(&part));
    if stands == Some(conflict) { Ok(()) } else { Err("it was decided, or changed again") }
}
