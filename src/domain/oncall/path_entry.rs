//! The words that the runbook has for a path (1.1), and the steps that they stand for.

use jiff::SignedDuration;

use super::path::{Called, Path, Step};

/// After this nobody has answered, and the phone rings again, the backup's too (runbook 1.1 has 15 minutes in all for a P1).
const AGAIN: SignedDuration = SignedDuration::from_mins(5);

/// One entry of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathEntry {
    /// The on-call by direct message, and the on-call channel, at once.
    Alert,
    /// The on-call's phone at once; five minutes later again, and the backup.
    Phone,
    /// The on-call in Slack again, half of the response time later.
    Slack,
    /// Everybody in the emergencies channel, once the response time is over.
    EmergencyChannel,
    /// Nobody is paged: it is on the list of `/oncall review`.
    WeeklyReview,
    /// As the weekly review, without its urgency.
    Backlog,
    /// A step as it is written: `{ after = "10m", tell = ["backup"] }`.
    Own(Step),
}

/// The steps that the entries stand for, with the severity's response time. Where nobody answers within it they begin anew;
/// without one nobody is called for longer than the steps say.
pub fn steps(entries: &[PathEntry], respond_within: Option<SignedDuration>) -> Path {
    let step = |after, calls: &[Called]| Step { after, calls: calls.to_vec() };
    let now = SignedDuration::ZERO;
    let mut path = Path::of(entries.iter().flat_map(|entry| match entry {
        PathEntry::Alert => vec![step(now, &[Called::Primary, Called::OnCallChannel])],
        PathEntry::Phone => vec![
            step(now, &[Called::PrimaryPhone]),
            step(
                AGAIN,
                &[
                    Called::Primary,
                    Called::PrimaryPhone,
                    Called::Backup,
                    Called::BackupPhone,
                    Called::OnCallChannel,
                ],
            ),
        ],
        PathEntry::Slack => {
            let half = respond_within.map(|within| within / 2);
            half.map(|half| step(half, &[Called::Primary, Called::OnCallChannel])).into_iter().collect()
        }
        PathEntry::EmergencyChannel | PathEntry::WeeklyReview | PathEntry::Backlog => Vec::new(),
        PathEntry::Own(step) => vec![step.clone()],
    }));
    // A step of one's own may be later than the response time: it is heard out first.
    let heard_out = path.steps.last().map(|step| step.after.saturating_add(AGAIN));
    path.again = heard_out.zip(respond_within).map(|(heard_out, within)| heard_out.max(within));
    path.everybody = entries.contains(&PathEntry::EmergencyChannel);
    path
}
