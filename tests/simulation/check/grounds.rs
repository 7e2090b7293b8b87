//! No change is offered, asked for or begun on a wrong fact: each was there, fresh, and the target's own. Which answers were wrong the world
//! itself wrote down.

use std::collections::BTreeMap;

use domain::procedure::judge::{Since, judge};
use domain::procedure::{Action, Finding, Question, Reason, Verdict};
use domain::run::difference::Difference;
use domain::run::{Run, RunEvent, RunEventKind};
use jiff::Timestamp;

use crate::simulation::lies::Told;
use crate::simulation::world::World;

/// A fact, and from when to when it was asked for.
struct Ground {
    finding: Finding,
    question: Option<Question>,
    from: Timestamp,
    until: Timestamp,
}

/// All that a run stands on, as its events tell.
struct Grounds<'t> {
    told: &'t [Told],
    looked: Timestamp,
    prepares: Timestamp,
    by_check: BTreeMap<String, Ground>,
    wrong: Vec<String>,
}

pub fn all(world: &World, saved: &[(Run, Vec<RunEvent>)]) -> Vec<String> {
    let told = world.production.lies.told();
    saved.iter().flat_map(|(run, events)| of(&told, run, events)).collect()
}

/// How many answers were wrong.
pub fn lies(world: &World) -> usize {
    world.production.lies.told().iter().filter(|told| told.wrong.is_some()).count()
}

fn of(told: &[Told], run: &Run, events: &[RunEvent]) -> Vec<String> {
    let Some(mut now) = events.first().and_then(|first| Run::asked(run.id, first)) else { return Vec::new() };
    let mut grounds =
        Grounds { told, looked: now.at, prepares: now.at, by_check: BTreeMap::new(), wrong: Vec::new() };
    for event in events.iter().skip(1) {
        let before = now.clone();
        now.apply(event);
        if now.asked == event.seq {
            grounds.looked = event.at;
        }
        grounds.follow(&before, &now, event);
    }
    grounds.wrong.into_iter().map(|wrong| format!("{}: {wrong}", run.id)).collect()
}

impl Grounds<'_> {
    fn follow(&mut self, before: &Run, now: &Run, event: &RunEvent) {
        let change = now.change().or(before.change()).map(|change| change.proposed.rung);
        match &event.kind {
            RunEventKind::Found { check, finding } => {
                let asked = before.procedure.checks.get(check);
                let question = asked.and_then(|check| before.filling().question(check).ok());
                let (from, until) = (self.looked, event.at);
                let ground = Ground { finding: finding.clone(), question, from, until };
                self.by_check.insert(check.clone(), ground);
            }
            RunEventKind::Led { rung } => self.stands(now, *rung, false, event),
            RunEventKind::Proposed(proposed) => {
                self.prepares = event.at;
                if proposed.kind.is_step() {
                    self.stands(now, proposed.rung, true, event);
                }
            }
            RunEventKind::Rechecked => self.prepares = event.at,
            RunEventKind::Begun if now.change().is_some_and(|change| change.proposed.kind.is_step()) => {
                self.stands(now, change.unwrap_or_default(), true, event);
            }
            RunEventKind::Captured(facts) => {
                let action = change.and_then(|rung| now.action_of(rung));
                facts.keys().for_each(|check| self.stands_on(now, check, action, event));
            }
            RunEventKind::Weighed { pass: true } => {
                let action = change.and_then(|rung| now.action_of(rung));
                for check in action.map(|action| action.verify.pass.clone()).unwrap_or_default() {
                    self.stands_on(now, &check, None, event);
                }
            }
            RunEventKind::Prepared(prepared) => self.compares(now, prepared.difference.as_ref(), event),
            _ => {}
        }
    }

    /// What leads to an action, and once it is asked for what it requires and what the approval covers.
    fn stands(&mut self, run: &Run, rung: usize, asked: bool, event: &RunEvent) {
        let Some(action) = run.action_of(rung) else { return };
        let when = &run.procedure.rungs[rung].when;
        let led = when.fail.iter().chain(&when.pass);
        led.for_each(|check| self.stands_on(run, check, None, event));
        self.stands_on_one_of(run, &when.any, event);
        if asked {
            let frozen = action.freeze.iter().map(|name| name.split('.').next().unwrap_or(name));
            for check in action.require.iter().map(String::as_str).chain(frozen) {
                self.stands_on(run, check, Some(action), event);
            }
        }
    }

    /// One of several reasons holds, and stands on no wrong fact.
    fn stands_on_one_of(&mut self, run: &Run, reasons: &[Reason], event: &RunEvent) {
        let before = self.wrong.len();
        let verdicts = run.verdicts();
        for reason in reasons.iter().filter(|reason| reason.holds(&verdicts)) {
            let of_others = self.wrong.len();
            reason.checks().for_each(|check| self.stands_on(run, check, None, event));
            if self.wrong.len() == of_others {
                return self.wrong.truncate(before);
            }
        }
        if !reasons.is_empty() && self.wrong.len() == before {
            self.wrong.push(format!("{} at {} for no reason of {reasons:?}", name(event), event.at));
        }
    }

    /// What was told of it was not wrong, each time that it was asked.
    fn stands_on(&mut self, run: &Run, check: &str, freezes: Option<&Action>, event: &RunEvent) {
        // A person's own word.
        if run.seen.contains_key(check) {
            return;
        }
        let Some(Ground { finding, question: Some(question), from, until }) = self.by_check.get(check) else {
            return self.wrong.push(format!(
                "{} at {} on {check}, which nobody looked at",
                event.at,
                name(event)
            ));
        };
        if finding.verdict == Verdict::Unknown {
            return self.wrong.push(format!(
                "{} at {} on {check}, which could not tell",
                name(event),
                event.at
            ));
        }
        let answers = self.answers(question, *from, *until);
        let kept: Vec<&String> = freezes.into_iter().flat_map(|action| &action.freeze).collect();
        let wrong = |told: &&Told| {
            let (lie, truth) = told.wrong.as_ref()?;
            let right = judge(&run.procedure.checks[check], &Ok(truth.clone()), Since::Trouble(run.at));
            let differs = right.verdict != finding.verdict
                || kept
                    .iter()
                    .filter_map(|fact| fact.split_once('.'))
                    .any(|(of, fact)| of == check && right.kept.get(fact) != finding.kept.get(fact))
                || kept.iter().any(|fact| fact.as_str() == check) && right.kept != finding.kept;
            (lie.holds_nothing() || differs).then_some(*lie)
        };
        let lies: Vec<_> = answers.iter().map(wrong).collect();
        if answers.is_empty() || lies.iter().all(Option::is_some) {
            self.wrong.push(format!(
                "{} at {} on {check}, of which was told: {lies:?}",
                name(event),
                event.at
            ));
        }
    }

    /// "Nothing would change", and what would, is no word of an answer in which nothing is.
    fn compares(&mut self, run: &Run, difference: Option<&Difference>, event: &RunEvent) {
        let Some(change) = run.change() else { return };
        let (
            Some(Difference::Nothing | Difference::Ignored | Difference::Changes { .. }),
            Some(plan),
            Some(against),
        ) = (difference, &change.proposed.plan, &change.proposed.against)
        else {
            return;
        };
        for asked in [plan, &against.argv] {
            let answers = self.answers(&Question::Run(asked.clone()), self.prepares, event.at);
            let is_wrong = |told: &&Told| told.wrong.as_ref().is_some_and(|(lie, _)| lie.holds_nothing());
            if answers.iter().all(is_wrong) {
                self.wrong.push(format!("compared at {} with nothing: {asked:?}", event.at));
            }
        }
    }

    fn answers(&self, question: &Question, from: Timestamp, until: Timestamp) -> Vec<&Told> {
        let is_it = |told: &&Told| told.question == *question && (from..=until).contains(&told.at);
        self.told.iter().filter(is_it).collect()
    }
}

fn name(event: &RunEvent) -> &'static str {
    match event.kind {
        RunEventKind::Led { .. } => "offered",
        RunEventKind::Proposed(_) => "asked for",
        RunEventKind::Begun => "begun",
        RunEventKind::Captured(_) => "its undo asked for",
        _ => "called a help",
    }
}
