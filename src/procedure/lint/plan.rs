//! What an action would do must be told before anybody has approved it, and of what there is now.

use regex::Regex;

use super::super::{reads, safe};
use super::{Lint, Place, is_frozen};
use domain::procedure::{Action, Against, Command, NowThen};

impl Lint<'_> {
    /// The plan and what it is compared with only read, and the facts that they name do not move unseen.
    pub(super) fn plan(&mut self, place: &Place, action: &Action) {
        let is_compared = action.against.is_some();
        for command in action.plan.iter().chain(action.against.as_ref().map(|against| &against.run)) {
            self.command(place, command);
            // One that is no program at all is named already.
            let known = safe::PROGRAMS.contains(&command.program());
            // Of a manifest that is compared what differs is shown, and no values.
            let is_masked = reads::is_template(command) || (is_compared && reads::is_manifest(command));
            let tells = reads::tells_secrets(command).filter(|_| !is_masked);
            self.all(place, reads::changes(command).into_iter().chain(tells).filter(|_| known).collect());
        }
        if let Some(against) = &action.against {
            self.against(place, action, against);
        }
        if let Some(NowThen { now, then }) = &action.difference {
            if is_compared {
                self.add(place, "write one of `against` and `difference`: both say what would change");
            }
            let [now, then] = [now, then].map(|text| Command(vec![text.clone()]));
            self.slots(place, &now);
            self.slots(place, &then);
            self.still(place, action, &now);
        }
    }

    /// Two that are not alike differ in every line, and one with itself in none.
    fn against(&mut self, place: &Place, action: &Action, against: &Against) {
        match &action.plan {
            None => self.add(place, "`against` is what the `plan` is compared with, and there is none"),
            Some(plan) if plan.program() != against.run.program() => {
                self.add(
                    place,
                    "`against` must print what there is now in the form of the `plan`: by the same program",
                );
            }
            Some(plan) if *plan == against.run => {
                self.add(place, "`against` is the `plan` itself, so nothing would ever differ");
            }
            Some(_) => {}
        }
        if against.given.trim().is_empty() {
            self.add(
                place,
                "`against`: say with `given` what both must print, such as `given = \"Pod Template:\"`",
            );
        }
        let wrong = against.ignore.iter().filter(|pattern| !is_pattern(pattern));
        let wrong = wrong.map(|pattern| {
            format!("`{pattern}` must be a regular expression that leaves something to be compared of every line, and all of an image and its tag, such as `app:v8`")
        });
        self.all(place, wrong.collect());
        self.still(place, action, &against.run);
    }

    /// What is said of now is read from facts that void the approval when they move.
    fn still(&mut self, place: &Place, action: &Action, now: &Command) {
        let loose = now.slots().filter(|slot| self.is_fact(slot.name) && !is_frozen(action, slot.name));
        let loose =
            loose.map(|slot| format!("`{{{}}}` says what there is now: `freeze` must name it", slot.name));
        let loose: Vec<String> = loose.collect();
        self.all(place, loose);
    }
}

/// Lines in which something must be left to be compared: else nothing would ever differ.
const LINES: [&str; 3] = ["    Image:\tweb:2", "replicas: 2", "a"];

/// Lines of which all must be compared: which image, and which tag of it.
const IMAGES: [&str; 3] =
    ["app:v8", "    Image:\tregistry.example/team/web:1.27.4", "image: \"web@sha256:5d41402abc4b2a76\""];

/// Whether it is written as a name and its tag are, without a space between: `app:v[0-9]+`.
fn names_image(pattern: &str) -> bool {
    let Ok(image) = Regex::new(r"[A-Za-z][\w./\\-]*[:@][A-Za-z0-9\\\[(.]") else { return false };
    pattern.to_lowercase().contains("image") || image.is_match(pattern)
}

fn is_pattern(pattern: &str) -> bool {
    let leaves = |found: &Regex| LINES.iter().all(|line| !found.replace_all(line, "").trim().is_empty());
    let spares = |found: &Regex| IMAGES.iter().all(|line| found.replace_all(line, "") == *line);
    Regex::new(pattern).is_ok_and(|found| leaves(&found) && spares(&found)) && !names_image(pattern)
}
