//! Which step the facts lead to. It always ends: each rung is offered once, in the file's order.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::judge::Verdict;
use super::{Procedure, Rung, When};

/// One of several reasons for a step: all of it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reason {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pass: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fail: Vec<String>,
}

impl Reason {
    /// Every check that it names.
    pub fn checks(&self) -> impl Iterator<Item = &String> {
        self.fail.iter().chain(&self.pass)
    }

    /// Whether it holds. What could not be told holds for nothing.
    pub fn holds(&self, verdicts: &BTreeMap<String, Verdict>) -> bool {
        are(&self.pass, Verdict::Pass, verdicts) && are(&self.fail, Verdict::Fail, verdicts)
    }

    /// Whether it holds wherever `other` does.
    fn asks_no_more_than(&self, other: &Self) -> bool {
        within(&self.pass, &other.pass) && within(&self.fail, &other.fail)
    }
}

fn are(names: &[String], wanted: Verdict, verdicts: &BTreeMap<String, Verdict>) -> bool {
    names.iter().all(|name| verdicts.get(name) == Some(&wanted))
}

fn within(names: &[String], others: &[String]) -> bool {
    names.iter().all(|name| others.contains(name))
}

/// What was carried out: by the names of the actions.
#[derive(Clone, Copy, Debug, Default)]
pub struct Did<'a> {
    /// Without help.
    pub tried: &'a [String],
    /// Not at all: somebody left them out.
    pub left_out: &'a [String],
    /// Proved.
    pub helped: &'a [String],
}

impl When {
    /// Every check that it names.
    pub fn checks(&self) -> impl Iterator<Item = &String> {
        self.fail.iter().chain(&self.pass).chain(self.any.iter().flat_map(Reason::checks))
    }

    /// Every check whose failing leads to the step.
    pub fn fails(&self) -> impl Iterator<Item = &String> {
        self.fail.iter().chain(self.any.iter().flat_map(|reason| &reason.fail))
    }

    /// Whether one of its several reasons holds, or it has none.
    pub fn has_a_reason(&self, verdicts: &BTreeMap<String, Verdict>) -> bool {
        self.any.is_empty() || self.any.iter().any(|reason| reason.holds(verdicts))
    }

    /// Whether it holds wherever `other` does.
    pub fn asks_no_more_than(&self, other: &Self) -> bool {
        let whole = Reason { pass: other.pass.clone(), fail: other.fail.clone() };
        let each = |theirs: &Reason| self.any.iter().any(|own| own.asks_no_more_than(theirs));
        within(&self.pass, &other.pass)
            && within(&self.fail, &other.fail)
            && within(&self.tried, &other.tried)
            && within(&self.helped, &other.helped)
            && (self.any.is_empty() || each(&whole) || (!other.any.is_empty() && other.any.iter().all(each)))
    }

    /// Whether it holds. What could not be told holds for nothing.
    fn holds(&self, verdicts: &BTreeMap<String, Verdict>, did: Did<'_>) -> bool {
        are(&self.pass, Verdict::Pass, verdicts)
            && are(&self.fail, Verdict::Fail, verdicts)
            && self.has_a_reason(verdicts)
            && self.tried.iter().all(|action| did.tried.contains(action) || did.left_out.contains(action))
            && self.helped.iter().all(|action| did.helped.contains(action))
    }
}

impl Procedure {
    /// The first rung that the verdicts lead to and that was not offered yet; its place in the file, from 0.
    pub fn next_rung(
        &self,
        verdicts: &BTreeMap<String, Verdict>,
        offered: &[usize],
        did: Did<'_>,
    ) -> Option<(usize, &Rung)> {
        let all_well = self.all_well(verdicts);
        let mut rungs = self.rungs.iter().enumerate();
        rungs.find(|(number, rung)| {
            // Where everything passes there is nothing to fall back from.
            let falls_back = rung.when == When::default() && self.is_ladder();
            // What an action left to be done comes after it, and nothing else.
            let is_due = did.helped.is_empty() || !rung.when.helped.is_empty();
            is_due && !offered.contains(number) && rung.when.holds(verdicts, did) && !(falls_back && all_well)
        })
    }

    /// Whether steps for people follow once `action` helped.
    pub fn goes_on_after(&self, action: &str) -> bool {
        self.rungs.iter().any(|rung| rung.when.helped.iter().any(|helped| helped == action))
    }

    /// Whether every check passes that says whether all is well.
    pub fn all_well(&self, verdicts: &BTreeMap<String, Verdict>) -> bool {
        let mut judged = self.checks.iter().filter(|(_, check)| check.is_judged() && !check.decides);
        judged.all(|(name, _)| verdicts.get(name) == Some(&Verdict::Pass))
    }

    /// Whether its steps depend on what was found; a list of steps for people does not.
    fn is_ladder(&self) -> bool {
        self.rungs.iter().any(|rung| rung.when != When::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn procedure() -> Procedure {
        let text = r#"
            schema = 1
            title = "T"
            section = "2.1"
            [check.health]
            title = "h"
            http = "https://monkeytown.ai/health"
            expect = { status = 200 }
            [check.redis]
            title = "r"
            tcp = "redis:6379"
            [check.history]
            title = "kept only"
            http = "https://monkeytown.ai/history"
            keep = { newest = "last line" }
            [[rung]]
            when = { fail = ["redis"] }
            human = "look at redis"
            [[rung]]
            when = { fail = ["health"], pass = ["redis"] }
            do = "restart"
            [[rung]]
            when = { fail = ["health"], tried = ["restart"] }
            do = "roll_back"
            [[rung]]
            human = "raise it"
        "#;
        toml::from_str(text).unwrap()
    }

    #[test]
    fn the_first_rung_that_holds_and_was_not_offered() {
        use Verdict::{Fail, Pass, Unknown};
        type Row<'r> = ([Verdict; 3], &'r [usize], &'r [&'r str], Option<usize>);
        let procedure = procedure();
        // (health, redis, history), offered, tried, the rung
        let table: &[Row<'_>] = &[
            ([Pass, Pass, Pass], &[], &[], None),
            ([Pass, Pass, Unknown], &[], &[], None),
            ([Fail, Pass, Pass], &[], &[], Some(1)),
            ([Fail, Fail, Pass], &[], &[], Some(0)),
            ([Fail, Fail, Pass], &[0], &[], Some(3)),
            // Not knowing whether redis is well is no reason to restart.
            ([Fail, Unknown, Pass], &[], &[], Some(3)),
            ([Unknown, Pass, Pass], &[], &[], Some(3)),
            ([Fail, Pass, Pass], &[1], &["restart"], Some(2)),
            ([Fail, Pass, Pass], &[1], &[], Some(3)),
            // A step helped: nobody is told to raise it.
            ([Pass, Pass, Pass], &[1, 2], &["restart", "roll_back"], None),
            ([Fail, Pass, Pass], &[1, 2, 3], &["restart", "roll_back"], None),
        ];
        for ([health, redis, history], offered, tried, expected) in table {
            let verdicts = [("health", health), ("redis", redis), ("history", history)];
            let verdicts = verdicts.map(|(name, verdict)| (name.to_owned(), *verdict)).into();
            let tried: Vec<String> = tried.iter().map(|name| (*name).to_owned()).collect();
            let rung = procedure
                .next_rung(&verdicts, offered, Did { tried: &tried, ..Did::default() })
                .map(|(number, _)| number);
            assert_eq!(rung, *expected, "{health:?} {redis:?} {history:?} {offered:?} {tried:?}");
        }
    }

    #[test]
    fn steps_for_people_come_one_after_the_other_whatever_was_found() {
        let mut procedure = procedure();
        procedure.rungs.retain(|rung| rung.when == When::default());
        let verdicts =
            BTreeMap::from([("health".to_owned(), Verdict::Pass), ("redis".to_owned(), Verdict::Pass)]);
        assert_eq!(procedure.next_rung(&verdicts, &[], Did::default()).map(|(number, _)| number), Some(0));
        assert_eq!(procedure.next_rung(&verdicts, &[0], Did::default()), None);
    }
}
