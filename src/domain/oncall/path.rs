//! Whom a severity pages, and when: the runbook's escalation path (1.1) as steps after a start.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::id::UserId;

/// Somebody, or some place, that a step of a path calls.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Called {
    /// Whoever is on call, by direct message.
    Primary,
    PrimaryPhone,
    /// The second in line, by direct message.
    Backup,
    BackupPhone,
    OnCallChannel,
    /// Everybody in the emergencies channel.
    Everybody,
    /// A person by name, by direct message.
    Person(UserId),
}

/// What is called `after` the start of paging.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub after: SignedDuration,
    pub calls: Vec<Called>,
}

/// The steps in order of their times, each time once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Path {
    pub steps: Vec<Step>,
    /// Unanswered, the path begins anew so long after its start; `None`: never.
    #[serde(default)]
    pub again: Option<SignedDuration>,
    /// Everybody in the emergencies channel is called where no step reaches anybody, and each time that it begins anew.
    #[serde(default)]
    pub everybody: bool,
}

impl Path {
    /// Steps of one time become one step, which calls nobody twice.
    pub fn of(steps: impl IntoIterator<Item = Step>) -> Self {
        let mut path = Self::default();
        for Step { after, calls } in steps {
            let at = path.steps.partition_point(|step| step.after < after);
            if path.steps.get(at).is_none_or(|step| step.after != after) {
                path.steps.insert(at, Step { after, calls: Vec::new() });
            }
            let step = &mut path.steps[at];
            for called in calls {
                if !step.calls.contains(&called) {
                    step.calls.push(called);
                }
            }
        }
        path
    }

    /// How long the step `index` comes after what is before it, in the first round or a later one.
    pub fn gap_before(&self, index: usize, round: u32) -> SignedDuration {
        let after = |index: usize| self.steps.get(index).map_or(SignedDuration::ZERO, |step| step.after);
        match (index, round) {
            (0, 0) => after(0),
            (0, _) => after(0) + self.again.unwrap_or_default() - after(self.steps.len().saturating_sub(1)),
            (index, _) => after(index) - after(index - 1),
        }
    }

    /// Whether it calls anybody at all.
    pub fn pages(&self) -> bool {
        !self.steps.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_one_time_are_one_and_in_order() {
        let minutes = SignedDuration::from_mins;
        let step = |after, calls: &[Called]| Step { after: minutes(after), calls: calls.to_vec() };
        let path = Path::of([
            step(5, &[Called::Backup]),
            step(0, &[Called::Primary]),
            step(5, &[Called::Primary, Called::Backup]),
            step(0, &[Called::PrimaryPhone]),
        ]);
        let expected =
            [step(0, &[Called::Primary, Called::PrimaryPhone]), step(5, &[Called::Backup, Called::Primary])];
        assert_eq!(path.steps, expected);
        assert!(path.pages() && !Path::default().pages());
    }
}
