//! `[rotation]`: when the turn changes hands, and who begins (runbook 1.2).

use jiff::Timestamp;
use serde::Deserialize;

use domain::id::UserId;
use domain::oncall::rota::Rota;
use domain::oncall::schedule::Schedule;
use domain::oncall::turns::Turns;

/// The rotation as the file has it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Rotation {
    /// How long a turn is and when it changes hands.
    pub turns: Turns,
    /// The first roster; afterwards the store is the truth, and `/oncall` changes it.
    pub members: Vec<UserId>,
    /// Who is called where nobody in the rotation can be.
    pub backup: Option<UserId>,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    /// Weekday and time of the hand-over, in `zone`.
    handoff: String,
    zone: String,
    /// `daily`, `weekly` or `two weeks`.
    turn: String,
    members: Vec<String>,
    backup: Option<String>,
}

impl Default for Written {
    fn default() -> Self {
        Self {
            handoff: "Sunday 00:00".into(),
            zone: "UTC".into(),
            turn: "weekly".into(),
            members: Vec::new(),
            backup: None,
        }
    }
}

impl TryFrom<Written> for Rotation {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let Written { handoff, zone, turn, members, backup } = written;
        let turns = Turns::parse(&handoff, &zone, &turn).map_err(|error| error.to_string())?;
        let wrong = members.iter().chain(&backup).find(|id| !super::is_person(id));
        if let Some(id) = wrong {
            return Err(format!("`{id}` is not a person's id in Slack, such as U0123ABC"));
        }
        let mut twice = members.iter().enumerate().filter(|(at, id)| members[..*at].contains(id));
        if let Some((_, id)) = twice.next() {
            return Err(format!("`{id}` is in `members` twice"));
        }
        let person = |id: &String| UserId::from(id.as_str());
        Ok(Self { turns, members: members.iter().map(person).collect(), backup: backup.as_ref().map(person) })
    }
}

impl Default for Rotation {
    fn default() -> Self {
        // The built-in hand-over parses; a test loads the default.
        Self::try_from(Written::default()).unwrap_or_else(|_| Self {
            turns: Turns::runbook(),
            members: Vec::new(),
            backup: None,
        })
    }
}

impl Rotation {
    /// The schedule where the file says something new: the first roster, other turns, another backup person.
    pub fn set_up(&self, rota: &Rota, now: Timestamp) -> Option<Schedule> {
        if rota.version == 0 && rota.schedule == Schedule::default() {
            let mut first = Schedule::new(self.turns.clone(), self.members.clone(), now);
            first.fallback.clone_from(&self.backup);
            let news = !self.members.is_empty() || self.turns != Turns::runbook() || self.backup.is_some();
            return news.then_some(first);
        }
        let mut schedule = rota.schedule.clone();
        schedule.fallback.clone_from(&self.backup);
        if let Ok(changed) = schedule.change_turns(&self.turns, now)
            && schedule.plans.last().is_some_and(|plan| plan.turns != self.turns)
        {
            schedule = changed;
        }
        (schedule != rota.schedule).then_some(schedule)
    }
}
