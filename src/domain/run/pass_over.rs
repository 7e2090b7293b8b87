//! Steps that the facts lead to and that cannot be made of them: the next one comes in their place, and why is told. With other facts
//! they are offered after all.

use super::{Run, Stage};

impl Run {
    /// Why the action of a rung cannot be made of what was found.
    pub(super) fn cannot_be_made(&self, rung: usize) -> Option<String> {
        let why = self.filling().command(&self.action_of(rung)?.run).err()?;
        why.is_by_facts(&self.given).then(|| why.to_string())
    }

    /// Like one that somebody left out, but that nobody did: nobody goes ahead alone with what comes in its place.
    pub(super) fn pass_over(&mut self, rung: usize, why: &str) {
        self.offered.push(rung);
        self.left_out.extend(self.rung(rung).and_then(|rung| rung.action.clone()));
        self.passed_over.push((rung, why.to_owned()));
    }

    /// What could not be made of earlier facts may be made of later ones.
    pub(super) fn make_again(&mut self) {
        for (rung, _) in std::mem::take(&mut self.passed_over) {
            let action = self.rung(rung).and_then(|rung| rung.action.clone());
            self.offered.retain(|offered| *offered != rung);
            self.left_out.retain(|left_out| Some(left_out) != action.as_ref());
        }
    }

    /// The offered step was not left behind: where its facts still hold it is offered again.
    pub(super) fn offer_again(&mut self) {
        if let Stage::Offered { rung } = self.stage {
            self.offered.retain(|offered| *offered != rung);
            self.last = None;
        }
    }
}
