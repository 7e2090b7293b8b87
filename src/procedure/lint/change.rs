//! Where a change is made, and to which revision it goes back.

use super::super::may;
use super::super::parsed::slot;
use super::{Lint, Place};
use domain::procedure::{Action, Choices, Command, Param, Probe, Usual};

impl Lint<'_> {
    /// Without a context a change is made wherever somebody was last.
    pub(super) fn cluster(&mut self, place: &Place, action: &Action) {
        let undo = action.undo.command().map(|undo| &undo.run);
        let mut all = [Some(&action.run), undo].into_iter().flatten();
        let is_aimed = all.any(|command| ["kubectl", "helm"].contains(&command.program()));
        let cluster = self.procedure.target.as_ref().and_then(|target| target.cluster.as_deref());
        if is_aimed && cluster.is_none_or(|cluster| cluster.trim().is_empty()) {
            self.add(place, "what `kubectl` or `helm` changes needs a `cluster` in the `target`: else it is whichever was used last");
        }
    }

    /// A check that expects nothing passes whatever comes.
    pub(super) fn judged(&mut self, place: &Place, action: &Action) {
        let all = [("verify", &action.verify.pass), ("require", &action.require)];
        let named = all.into_iter().flat_map(|(part, names)| names.iter().map(move |name| (part, name)));
        let loose = named
            .filter(|(_, name)| self.procedure.checks.get(*name).is_some_and(|check| !check.is_judged()));
        let loose: Vec<String> = loose
            .map(|(part, name)| {
                format!("`{part}`: `{name}` expects nothing, so it always passes and proves nothing")
            })
            .collect();
        self.all(place, loose);
    }

    /// Revision 0 is whatever ran before, and what stands in a log is no revision.
    pub(super) fn revisions(&mut self, place: &Place, action: &Action) {
        let undo = action.undo.command().map(|undo| &undo.run);
        let all = [Some(&action.run), undo, action.plan.as_ref()].into_iter().flatten();
        let slots = all.filter_map(|command| Some((command, slot(may::revision(command)?)?)));
        let wrong: Vec<String> = slots
            .filter(|(command, slot)| !self.is_revision(command, slot))
            .map(|(command, slot)| {
                format!(
                    "`{{{slot}}}` may be revision 0, or none at all: let it be an `int` with a `min` from 1, or what a check by \
                     `{}` keeps of its revisions",
                    command.program()
                )
            })
            .collect();
        self.all(place, wrong);
    }

    fn is_revision(&self, command: &Command, slot: &str) -> bool {
        let is_listed = |value: &String| may::is_revision(value);
        let Some(param) = self.procedure.params.get(slot) else { return self.is_told(command, slot) };
        match param {
            Param::Int { min, default, .. } => {
                *min > 0 && !matches!(default, Some(Usual::Number(number)) if *number < 1)
            }
            Param::OneOf { of: Choices::Fact(fact), default } => {
                self.is_told(command, fact) && default.iter().all(|fact| self.is_told(command, fact))
            }
            Param::OneOf { of: Choices::Listed(list), default } => list.iter().chain(default).all(is_listed),
            Param::Name { .. } | Param::Time { .. } => false,
        }
    }

    /// Whether the program itself says so of its objects, and not of what they have logged.
    fn is_told(&self, command: &Command, fact: &str) -> bool {
        let Some((name, fact)) = fact.split_once('.') else { return false };
        let Some(check) = self.procedure.checks.get(name) else { return false };
        let Probe::Run(asked) = &check.probe else { return false };
        let reads = asked.arguments().first().is_some_and(|verb| ["get", "history"].contains(&verb.as_str()));
        let is_kept = |kept: &String| kept.starts_with("json:") || kept.contains("revision");
        asked.program() == command.program() && reads && check.keep.get(fact).is_some_and(is_kept)
    }
}
