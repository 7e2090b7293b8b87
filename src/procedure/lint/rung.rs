//! A step can be reached, follows from facts that are there, and offers nothing too early.

use super::super::may;
use super::{Lint, Place};
use domain::procedure::{Extract, Rung, When};

impl Lint<'_> {
    pub(super) fn rung(&mut self, number: usize, rung: &Rung) {
        let place = Place::Rung(number);
        let Rung { when, action, human } = rung;
        let named: Vec<String> = when.checks().cloned().collect();
        self.known(&place, &named);
        for name in when.pass.iter().filter(|name| when.fail.contains(name)) {
            self.add(&place, format!("it is never reached: `{name}` cannot both pass and fail"));
        }
        self.reasons(&place, when);
        self.steps_back(number, rung);
        let before = self.procedure.rungs.iter().take(number).filter_map(|rung| rung.action.as_ref());
        let before: Vec<&String> = before.collect();
        for name in when.tried.iter().filter(|name| !before.contains(name)) {
            self.add(&place, format!("it is never reached: no rung before it does `{name}`"));
        }
        for name in when.helped.iter().filter(|name| !before.contains(name)) {
            self.add(&place, format!("it is never reached: no rung before it does `{name}`"));
        }
        if !when.helped.is_empty() && action.is_some() {
            self.add(&place, "what follows an action that helped is for people: write `human`");
        }
        let last = number + 1 == self.procedure.rungs.len();
        if human.is_some() && *when == When::default() && !before.is_empty() && !last {
            let words =
                "it is offered also where no action before it helped: say `when = { helped = [...] }`";
            self.add(&place, words);
        }
        if last && *when != When::default() && !self.procedure.actions.is_empty() {
            self.add(
                &place,
                "the last rung needs no `when`: it is what a person does where nothing else fits",
            );
        }
        match (action, human) {
            (Some(action), None) if !self.procedure.actions.contains_key(action) => {
                self.add(&place, format!("there is no action `{action}`"));
            }
            (Some(_), None) | (None, Some(_)) => {}
            _ => self.add(&place, "it needs one of `do` (an action) and `human` (what a person does)"),
        }
    }

    /// Of several reasons each says something of its own, and can hold.
    fn reasons(&mut self, place: &Place, when: &When) {
        if when.any.len() == 1 {
            self.add(
                place,
                "`any` names several reasons, of which one is enough: write a single one beside it",
            );
        }
        for (at, reason) in when.any.iter().enumerate() {
            let Some(first) = reason.checks().next() else {
                self.add(place, "a reason of `any` names no check, so it would always hold");
                continue;
            };
            let both = |name: &&String| {
                let (fails, passes) = (reason.fail.contains(name), reason.pass.contains(name));
                (fails || when.fail.contains(name)) && (passes || when.pass.contains(name))
            };
            if let Some(name) = reason.checks().find(both) {
                self.add(place, format!("a reason of `any` never holds: `{name}` cannot both pass and fail"));
            }
            let is_said =
                |names: &[String], beside: &[String]| names.iter().all(|name| beside.contains(name));
            if is_said(&reason.fail, &when.fail) && is_said(&reason.pass, &when.pass) {
                self.add(
                    place,
                    format!("a reason of `any` always holds: `{first}` stands beside it already"),
                );
            }
            if when.any.iter().skip(at + 1).any(|other| other == reason) {
                self.add(place, format!("`any` names the reason with `{first}` twice"));
            }
        }
    }

    /// Going back is no first answer to a trouble that began long after the release: a check says that the release is new, or
    /// something else was offered first.
    fn steps_back(&mut self, number: usize, rung: &Rung) {
        let action = rung.action.as_ref().and_then(|action| self.procedure.actions.get(action));
        if !action.is_some_and(|action| may::goes_back(&action.run)) {
            return;
        }
        let says_when = |name: &String| {
            let check = self.procedure.checks.get(name);
            check.is_some_and(|check| {
                check.expect.iter().any(|(part, _)| matches!(part, Extract::Released(_)))
            })
        };
        let first = self.procedure.rungs.iter().take(number);
        let comes_later = first
            .filter(|before| before.human.is_some())
            .any(|before| before.when.asks_no_more_than(&rung.when));
        if !rung.when.pass.iter().any(says_when) && rung.when.tried.is_empty() && !comes_later {
            let words = "it goes back also from a release that ran well for months: let a check with `released:` pass, or offer \
                         something else first (`tried`, or a rung for people before it that asks no more)";
            self.add(&Place::Rung(number), words);
        }
    }
}
