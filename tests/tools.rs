//! What a senior engineer would do, by recorded answers in the shapes that the tools really give: `tests/tools/*.toml`, a file for each
//! procedure. `usual` is how things answer while the trouble lasts; each case says what is otherwise, and which step is right.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use domain::procedure::fill::{Filling, Given, Unfilled};
use domain::procedure::judge::{Finding, Since, judge};
use domain::procedure::{CannotTell, Check, Did, Heard, Probe, Procedure, Rung};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// When the trouble began.
const NIGHT: &str = "2026-11-24T02:00:00Z";
const EMPTY: &str = r#"{"items":[]}"#;
/// Fewer would be no table.
const LEAST: usize = 60;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    usual: BTreeMap<String, Answer>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What is the matter.
    about: String,
    /// The action that is right, or the beginning of what a person is told; empty where nothing is to be done.
    right: String,
    /// Actions that ran without help.
    #[serde(default)]
    tried: Vec<String>,
    /// Actions that are proved.
    #[serde(default)]
    helped: Vec<String>,
    /// Steps that were done or left behind: actions, or the beginning of what a person was told.
    #[serde(default)]
    done: Vec<String>,
    /// By a check's name, or by a word of what it asks: `pods`, `deployment`, `schedule`.
    #[serde(default)]
    answer: BTreeMap<String, Answer>,
}

/// What came.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Answer {
    pub exit: Option<i32>,
    pub out: String,
    pub err: String,
    status: Option<u16>,
    refused: bool,
    silent: bool,
    /// howler could not even ask.
    unasked: bool,
}

impl Answer {
    fn heard(&self, check: &Check) -> Result<Heard, CannotTell> {
        if self.unasked {
            return Err(CannotTell("it could not be asked".into()));
        }
        let ran = matches!(check.probe, Probe::Run(_) | Probe::Tcp(_));
        Ok(Heard {
            status: self.status,
            exit: self.exit.or(ran.then_some(0)),
            text: self.out.clone(),
            aside: self.err.clone(),
            refused: self.refused,
            silent: self.silent.then(|| "it did not answer within 10 s".to_owned()),
            ..Heard::default()
        })
    }
}

/// Whether `key` is about the check: by its name, or by a word of what it asks.
fn is_about(key: &str, name: &str, check: &Check) -> bool {
    let asked = match &check.probe {
        Probe::Run(command) => {
            command.0.iter().any(|word| word == key || word.split('/').next() == Some(key))
        }
        Probe::GitHub(asked) | Probe::Vercel(asked) => asked.split(':').next() == Some(key),
        Probe::Http(_) | Probe::Tcp(_) => false,
    };
    key == name || asked
}

/// The nearest: by name in the case, by a word in the case, then what is usual. Of two kinds that are asked for at once it is both.
fn answer(table: &Table, case: &Case, name: &str, check: &Check) -> Option<Answer> {
    let by = |answers: &BTreeMap<String, Answer>| {
        let by_word = || answers.iter().find(|(key, _)| is_about(key, name, check)).map(|(_, answer)| answer);
        answers.get(name).or_else(by_word).cloned()
    };
    let both = || {
        let Probe::Run(command) = &check.probe else { return None };
        let (one, other) = command.0.iter().find_map(|word| word.split_once(','))?;
        let of = |kind: &str| case.answer.get(kind).or_else(|| table.usual.get(kind)).cloned();
        Some(together(
            of(one)?,
            of(other).unwrap_or_else(|| Answer { out: EMPTY.into(), ..Answer::default() }),
        ))
    };
    by(&case.answer).or_else(both).or_else(|| by(&table.usual))
}

/// As `kubectl` lists two kinds; where one could not be had, it says why and ends.
fn together(one: Answer, other: Answer) -> Answer {
    let items = |answer: &Answer| serde_json::from_str::<Value>(&answer.out).ok();
    match (items(&one), items(&other)) {
        (Some(mut all), Some(more)) => {
            let more = more["items"].as_array().unwrap().clone();
            all["items"].as_array_mut().unwrap().extend(more);
            Answer { out: all.to_string(), ..one }
        }
        (None, _) => one,
        (_, None) => other,
    }
}

/// What is recorded of a check, each with what is the matter.
pub fn recorded(procedure: &Procedure, check: &str) -> Vec<(String, Answer)> {
    let table = read(&folder().join(format!("{}.toml", procedure.name)));
    let of = |case: &Case| {
        let answer = answer(&table, case, check, &procedure.checks[check])?;
        Some((case.about.clone(), answer))
    };
    table.case.iter().filter_map(of).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools")
}

fn read(path: &Path) -> Table {
    let text = std::fs::read_to_string(path).unwrap();
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn findings(procedure: &Procedure, table: &Table, case: &Case) -> BTreeMap<String, Finding> {
    let since = Since::Trouble(NIGHT.parse::<Timestamp>().unwrap());
    let found = procedure.checks.iter().map(|(name, check)| {
        let heard = answer(table, case, name, check)
            .unwrap_or_else(|| panic!("{name} of {} has no answer", case.about));
        (name.clone(), judge(check, &heard.heard(check), since))
    });
    found.collect()
}

/// The step that is offered. One whose command cannot be made of what was found is passed over, as in a run.
fn offered<'p>(
    procedure: &'p Procedure,
    findings: &BTreeMap<String, Finding>,
    case: &Case,
    done: &[usize],
) -> Option<&'p Rung> {
    let verdicts = findings.iter().map(|(name, found)| (name.clone(), found.verdict)).collect();
    let (mut done, mut left_out, given) = (done.to_vec(), Vec::new(), Given::new());
    loop {
        let did = Did { tried: &case.tried, helped: &case.helped, left_out: &left_out };
        let (number, rung) = procedure.next_rung(&verdicts, &done, did)?;
        let filling = Filling { procedure, given: &given, findings };
        let action = rung.action.as_ref().map(|name| (name, &procedure.actions[name]));
        let is_over = |why: Unfilled| why.is_by_facts(&given);
        match action {
            Some((name, action)) if filling.command(&action.run).err().is_some_and(is_over) => {
                left_out.push(name.clone());
            }
            _ => return Some(rung),
        }
        done.push(number);
    }
}

fn says(rung: &Rung) -> &str {
    rung.action.as_deref().or(rung.human.as_deref()).unwrap()
}

#[test]
fn recorded_answers_lead_to_the_step_that_a_senior_engineer_would_take() {
    let runbook = procedure::load(None).runbook;
    let mut cases = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let table = read(&path);
        let procedure = runbook.get(&name).unwrap();
        for case in &table.case {
            cases += 1;
            let findings = findings(procedure, &table, case);
            let is_done = |rung: &Rung| case.done.iter().any(|done| says(rung).starts_with(done));
            let done = procedure.rungs.iter().enumerate().filter(|(_, rung)| is_done(rung));
            let done: Vec<usize> = done.map(|(number, _)| number).collect();
            let next = offered(procedure, &findings, case, &done).map_or("", says);
            let is_right =
                if case.right.is_empty() { next.is_empty() } else { next.starts_with(&case.right) };
            if !is_right {
                let told = findings.iter().map(|(name, found)| {
                    format!("  {name}: {:?} {:?} {:?}", found.verdict, found.why, found.notes)
                });
                let told = told.collect::<Vec<_>>().join("\n");
                wrong.push(format!("{name}, {}: `{next}`, and not `{}`\n{told}", case.about, case.right));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(cases >= LEAST, "{cases}");
}
