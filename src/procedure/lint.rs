//! What a procedure must not be, beyond its form: names that lead nowhere, steps that cannot be reached, changes that cannot be
//! undone or proved.

mod change;
mod plan;
mod rung;

use std::sync::LazyLock;

use jiff::SignedDuration;

use super::{may, reads, safe, waits, whose};
use domain::procedure::{
    Action, Check, Choices, Command, Expected, Extract, Param, Probe, Procedure, Undo, Usual,
};
use redact::Redactor;

/// An action that is stopped has at least and at most so long to let go of what it holds: whoever stops it waits for that.
const GRACE: [SignedDuration; 2] = [SignedDuration::from_secs(1), SignedDuration::from_mins(2)];
/// An undo is offered so long at most: after that what it goes back to is no longer what it was.
const UNTIL: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Knows no values, only what secrets look like.
static LOOKS: LazyLock<Redactor> = LazyLock::new(|| Redactor::new(std::iter::empty()));

/// Something wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub place: Place,
    pub words: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Top,
    /// `[check.redis]`
    Table(&'static str, String),
    /// Counted from 0.
    Rung(usize),
}

impl Place {
    /// The line on which the part begins.
    pub fn line_in(&self, text: &str) -> usize {
        let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
        let found = match self {
            Self::Top => None,
            Self::Table(kind, name) => {
                let headers = [format!("[{kind}.{name}]"), format!("[{kind}.\"{name}\"]")];
                lines.find(|(_, line)| headers.iter().any(|header| line.starts_with(header.as_str())))
            }
            Self::Rung(number) => lines.filter(|(_, line)| line.starts_with("[[rung]]")).nth(*number),
        };
        found.map_or(1, |(line, _)| line)
    }
}

struct Lint<'p> {
    procedure: &'p Procedure,
    found: Vec<Found>,
}

/// Everything that is wrong with it.
pub fn lint(procedure: &Procedure) -> Vec<Found> {
    let mut lint = Lint { procedure, found: Vec::new() };
    lint.whole();
    lint.params();
    for (name, check) in &procedure.checks {
        let place = Place::Table("check", name.clone());
        match &check.probe {
            Probe::Run(command) => lint.reading(&place, command),
            Probe::Http(address) => lint.all(&place, safe::address(address)),
            Probe::Tcp(address) => lint.all(&place, safe::host_and_port(address)),
            Probe::GitHub(asked) => lint.all(&place, safe::asked("github", &safe::GITHUB, asked)),
            Probe::Vercel(asked) => lint.all(&place, safe::asked("vercel", &safe::VERCEL, asked)),
        }
        lint.parts(&place, check);
    }
    for (number, rung) in procedure.rungs.iter().enumerate() {
        lint.rung(number, rung);
    }
    for (name, action) in &procedure.actions {
        lint.action(name, action);
    }
    lint.found.extend(secret(procedure, &LOOKS));
    lint.found
}

/// The first command that holds a secret.
pub fn secret(procedure: &Procedure, redactor: &Redactor) -> Option<Found> {
    let holds = |command: &Command| command.0.iter().any(|part| redactor.redact(part) != *part);
    let checks = procedure.checks.iter().filter_map(|(name, check)| match &check.probe {
        Probe::Run(command) => Some(("check", name, command)),
        _ => None,
    });
    let actions = procedure.actions.iter().flat_map(|(name, action)| {
        let undo = action.undo.command().map(|undo| &undo.run);
        let against = action.against.as_ref().map(|against| &against.run);
        [Some(&action.run), action.plan.as_ref(), against, undo]
            .into_iter()
            .flatten()
            .map(move |one| ("action", name, one))
    });
    let (kind, name, command) = checks.chain(actions).find(|(.., command)| holds(command))?;
    Some(Found {
        place: Place::Table(kind, name.clone()),
        words: format!(
            "an argument of `{}` looks like a secret, and commands are shown: give it by a variable that \
             [runbook.environment] names",
            command.program()
        ),
    })
}

impl Lint<'_> {
    fn add(&mut self, place: &Place, words: impl Into<String>) {
        self.found.push(Found { place: place.clone(), words: words.into() });
    }

    fn all(&mut self, place: &Place, words: Vec<String>) {
        for words in words {
            self.add(place, words);
        }
    }

    fn whole(&mut self) {
        if self.procedure.schema != 1 {
            self.add(&Place::Top, format!("schema {} is not known; write schema = 1", self.procedure.schema));
        }
        if self.procedure.checks.is_empty() {
            self.add(&Place::Top, "there is no check, so nothing leads to any step");
        }
        match self.procedure.rungs.last() {
            Some(rung) if rung.human.is_none() => {
                let place = Place::Rung(self.procedure.rungs.len() - 1);
                self.add(&place, "the last rung needs `human`: what a person does when nothing else helped");
            }
            None if !self.procedure.actions.is_empty() => {
                self.add(&Place::Top, "there are actions and no rung that leads to them");
            }
            _ => {}
        }
    }

    fn params(&mut self) {
        for (name, param) in &self.procedure.params {
            let place = Place::Table("params", name.clone());
            match param {
                Param::Int { min, max, default, above } => {
                    let unfit = |number: &i64| number < min || number > max;
                    let (unfit, fact) = match default {
                        Some(Usual::Number(number)) => (unfit(number), None),
                        Some(usual) => (usual.fact().is_none(), usual.fact().map(|(fact, _)| fact)),
                        None => (false, None),
                    };
                    if min > max || unfit {
                        self.add(&place, format!("`{name}`: min, max and default do not fit together"));
                    }
                    let named = fact.into_iter().chain(above.as_deref());
                    let missing: Vec<&str> = named.filter(|fact| !self.is_fact(fact)).collect();
                    for fact in missing {
                        self.add(&place, format!("`{name}`: no check keeps `{fact}`"));
                    }
                }
                Param::OneOf { of: Choices::Fact(fact), .. } if !self.is_fact(fact) => {
                    self.add(&place, format!("`{name}`: no check keeps `{fact}`"));
                }
                Param::OneOf { of: Choices::Fact(_), default: Some(fact) } if !self.is_fact(fact) => {
                    self.add(&place, format!("`{name}`: no check keeps `{fact}`, its default"));
                }
                Param::OneOf { of: Choices::Listed(list), default } => {
                    for value in list.iter().chain(default).filter(|value| !param.fits(value)) {
                        self.add(
                            &place,
                            format!("`{name}`: `{value}` can fill no argument, or is not listed"),
                        );
                    }
                }
                Param::Name { default: Some(value) } if !param.fits(value) => {
                    self.add(&place, format!("`{name}`: its default `{value}` is no name"));
                }
                Param::Time { after, before } => {
                    let named = after.iter().chain(before).filter(|fact| !self.is_fact(fact));
                    let missing: Vec<String> =
                        named.map(|fact| format!("`{name}`: no check keeps `{fact}`")).collect();
                    self.all(&place, missing);
                }
                Param::OneOf { .. } | Param::Name { .. } => {}
            }
        }
    }

    /// `history.revisions`: a check, and what it keeps.
    fn is_fact(&self, name: &str) -> bool {
        let Some((check, fact)) = name.split_once('.') else { return false };
        self.procedure.checks.get(check).is_some_and(|check| check.keep.contains_key(fact))
    }

    fn command(&mut self, place: &Place, command: &Command) {
        self.all(place, safe::command(command));
        for slot in command.slots().filter(|slot| !slot.whole) {
            self.add(
                place,
                format!("`{{{}}}` must be a whole argument, or its end after `--flag=`", slot.name),
            );
        }
        self.slots(place, command);
    }

    fn slots(&mut self, place: &Place, command: &Command) {
        for slot in command.slots() {
            if !self.procedure.params.contains_key(slot.name) && !self.is_fact(slot.name) {
                self.add(
                    place,
                    format!("`{{{}}}` is neither a parameter nor a fact that a check keeps", slot.name),
                );
            }
        }
    }

    /// What runs before anybody has approved anything.
    fn reading(&mut self, place: &Place, command: &Command) {
        self.command(place, command);
        // One that is no program at all is named already.
        let known = safe::PROGRAMS.contains(&command.program());
        let wrong = reads::changes(command).into_iter().chain(reads::tells_secrets(command));
        self.all(place, wrong.filter(|_| known).collect());
    }

    /// What would never be told: a part that such an answer does not have.
    fn parts(&mut self, place: &Place, check: &Check) {
        for (part, expected) in &check.expect {
            let Expected::Range(range) = expected else { continue };
            if range.holds_of_nothing() && range.given.is_none() {
                let words = format!(
                    "`{part}` would hold of an empty answer too: say with `given` what must be there, such as `given = \"json:/items/*\"`"
                );
                self.add(place, words);
            }
        }
        for (part, _) in check.expect.iter().filter(|(part, _)| !check.probe.answers_with(part)) {
            self.add(place, format!("`{part}` is no part of what comes back here"));
        }
        if check.of.is_some() && !is_list(check) {
            let words = "`of` is for a list of objects: `kubectl get` with `-o json`, and `json:` parts of it below `/items/*`";
            self.add(place, words);
        }
        if !check.cannot_tell.is_empty() && !matches!(check.probe, Probe::Run(_)) {
            self.add(place, "`cannot_tell` names exit codes, and only a program has one");
        }
    }

    fn known(&mut self, place: &Place, names: &[String]) {
        for name in names.iter().filter(|name| !self.procedure.checks.contains_key(*name)) {
            self.add(place, format!("there is no check `{name}`"));
        }
    }

    fn action(&mut self, name: &str, action: &Action) {
        let place = Place::Table("action", name.to_owned());
        self.command(&place, &action.run);
        self.plan(&place, action);
        self.all(&place, safe::destroys(&action.run));
        self.all(&place, may::change(&action.run).into_iter().collect());
        self.all(&place, whose::elsewhere(self.procedure, action));
        self.undo(&place, action);
        self.limit(&place, action);
        self.known(&place, &action.require);
        self.facts(&place, action);
        self.known(&place, &action.verify.pass);
        if action.grace.is_some_and(|grace| grace.0 < GRACE[0] || grace.0 > GRACE[1]) {
            self.add(&place, "`grace` must be from 1s to 2m");
        }
        self.verify(&place, action);
        if !self.procedure.rungs.iter().any(|rung| rung.action.as_deref() == Some(name)) {
            self.add(&place, "no rung leads to it");
        }
        if self.procedure.target.is_none() {
            self.add(
                &place,
                "a procedure with actions needs a `target`, to which one change at a time is made",
            );
        }
        self.cluster(&place, action);
        self.revisions(&place, action);
        self.judged(&place, action);
    }

    /// Taking something back is a change of its own, and may be the riskier one.
    fn undo(&mut self, place: &Place, action: &Action) {
        match &action.undo {
            Undo::Command(undo) => {
                self.command(place, &undo.run);
                self.all(place, safe::destroys(&undo.run));
                self.all(place, may::change(&undo.run).into_iter().collect());
                if undo.until.is_some_and(|until| until.0 > UNTIL) {
                    self.add(place, "`undo`: `until` is 7 days at most");
                }
                match undo.risk {
                    None => self.add(place, "`undo` needs a `risk` of its own"),
                    Some(risk) if risk < action.risk => {
                        self.add(place, "`undo`: its `risk` is never less than that of its action");
                    }
                    Some(_) => {}
                }
            }
            Undo::None(why) if !["none: ", "nothing: "].iter().any(|start| why.starts_with(start)) => {
                self.add(
                    place,
                    "`undo` is `{ run, risk }`, or \"none: \" and why there is none, or \"nothing: \" and why nothing is left to \
                     be taken back",
                );
            }
            Undo::None(_) => {}
        }
    }

    /// Ended while it waits, a program has asked for the change, and does not say what became of it.
    fn limit(&mut self, place: &Place, action: &Action) {
        let undo = action.undo.command().map(|undo| &undo.run);
        for command in [Some(&action.run), undo].into_iter().flatten() {
            let Some(own) = waits::own(command).filter(|own| action.limit.0 <= *own) else { continue };
            let shown = command.0.iter().take(2).cloned().collect::<Vec<_>>().join(" ");
            self.add(
                place,
                format!("`limit` must be longer than the {own:#} for which `{shown}` waits by itself"),
            );
        }
    }

    /// What is frozen is there, and the action moves a part of it: else nothing could say that it did not happen.
    fn facts(&mut self, place: &Place, action: &Action) {
        let is_there = |name: &String| match name.contains('.') {
            true => self.is_fact(name),
            false => self.procedure.checks.contains_key(name),
        };
        let missing: Vec<&String> = action.freeze.iter().filter(|name| !is_there(name)).collect();
        let missing: Vec<String> =
            missing.iter().map(|name| format!("there is no check or fact `{name}`")).collect();
        self.all(place, missing);
        let loose = action.changes.iter().filter(|name| !is_frozen(action, name) || !self.is_fact(name));
        let loose: Vec<String> =
            loose.map(|name| format!("`changes`: `{name}` is no fact that `freeze` names")).collect();
        self.all(place, loose);
        if action.changes.is_empty() {
            let words = "`changes` names no frozen fact that the action moves, so nothing could say that it did not happen";
            self.add(place, words);
        }
    }

    /// Evidence must be newer than the action: a look back sees what was wrong before it.
    fn verify(&mut self, place: &Place, action: &Action) {
        let verify = &action.verify;
        if verify.pass.is_empty() {
            self.add(place, "`verify` names no check, so nothing would prove that it helped");
        }
        if verify.every.0 > verify.within.0 || verify.hold.0 > verify.within.0 {
            self.add(place, "`verify`: `every` and `hold` must be shorter than `within`");
        }
        let checks = verify.pass.iter().filter_map(|name| Some((name, self.procedure.checks.get(name)?)));
        let looks_back = checks.filter(|(_, check)| match &check.probe {
            Probe::Run(command) => command.arguments().iter().any(|part| part.starts_with("--since")),
            _ => false,
        });
        let looks_back: Vec<String> = looks_back.map(|(name, _)| name.clone()).collect();
        for name in looks_back {
            self.add(
                place,
                format!("`verify`: `{name}` looks back with --since, and would see what was before"),
            );
        }
    }
}

/// Whether a fact, or all that its check keeps, is frozen.
fn is_frozen(action: &Action, fact: &str) -> bool {
    let of_check = fact.split_once('.').map(|(check, _)| check);
    action.freeze.iter().any(|frozen| frozen == fact || Some(frozen.as_str()) == of_check)
}

/// Whether a check asks a list whose elements have owners, and looks at nothing else of it.
fn is_list(check: &Check) -> bool {
    let Probe::Run(command) = &check.probe else { return false };
    let says = |word: &str| command.arguments().iter().any(|part| part == word);
    let lists = command.program() == "kubectl" && says("get") && says("json");
    let of_items = |pointer: &str| pointer.starts_with("/items/*/");
    let is_of_items = |part: &Extract| matches!(part, Extract::Json(pointer) if of_items(pointer));
    lists
        && check.expect.iter().all(|(part, _)| is_of_items(part))
        && check.keep.values().all(|kept| kept.strip_prefix("json:").is_some_and(of_items))
}
