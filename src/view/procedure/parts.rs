//! What there is to say of a procedure, in order.

use domain::duration::Spoken;
use domain::procedure::{
    Action, Check, Choices, Command, Expected, Extract, NowThen, Param, Probe, Procedure, Range, Risk, Rung,
    Target, Undo, Usual, Verify, When,
};

/// A part of a procedure's text.
pub enum Part {
    Title(String),
    Heading(String),
    Line(String),
    Bullets(Vec<String>),
    /// Commands, a line each.
    Commands(Vec<String>),
}

pub fn parts(procedure: &Procedure) -> Vec<Part> {
    let mut parts = vec![Part::Title(procedure.title.clone())];
    parts.extend(head(procedure).map(Part::Line));
    parts.push(Part::Heading("Checks".into()));
    parts.push(Part::Bullets(procedure.checks.iter().map(check).collect()));
    if !procedure.params.is_empty() {
        parts.push(Part::Heading("Parameters".into()));
        parts.push(Part::Bullets(procedure.params.iter().map(|(name, given)| param(name, given)).collect()));
    }
    if !procedure.rungs.is_empty() {
        parts.push(Part::Heading("Steps".into()));
        let rungs = (1..).zip(&procedure.rungs);
        parts.push(Part::Bullets(rungs.map(|(number, step)| rung(procedure, number, step)).collect()));
    }
    procedure.actions.values().for_each(|one| parts.extend(action(one)));
    parts
}

fn head(procedure: &Procedure) -> impl Iterator<Item = String> {
    let symptoms =
        (!procedure.symptoms.is_empty()).then(|| format!("Symptoms: {}.", procedure.symptoms.join("; ")));
    let rto =
        procedure.rto.map(|rto| format!("Target: fixed within {} (recovery time objective).", Spoken(rto.0)));
    let rpo = procedure.rpo.as_ref().map(|rpo| format!("Data loss (recovery point objective): {rpo}."));
    let target = procedure.target.as_ref().map(target);
    let section = format!("Runbook {}. Name: {}.", procedure.section, procedure.name);
    [symptoms, rto, rpo, target, Some(section)].into_iter().flatten()
}

/// Where its programs are aimed.
fn target(target: &Target) -> String {
    let cluster = target.cluster.as_ref().map(|cluster| format!(" in cluster {cluster}"));
    let namespace = target.namespace.as_ref().map(|namespace| format!(", namespace {namespace}"));
    let (cluster, namespace) = (cluster.unwrap_or_default(), namespace.unwrap_or_default());
    format!("Target: {}{cluster}{namespace}.", target.object)
}

fn check((name, check): (&String, &Check)) -> String {
    let asked = match &check.probe {
        Probe::Http(address) => format!("GET {address}"),
        Probe::Tcp(address) => format!("connect to {address}"),
        Probe::Run(command) => line(command),
        Probe::GitHub(asked) => format!("GitHub: {asked}"),
        Probe::Vercel(asked) => format!("Vercel: {asked}"),
    };
    let expected: Vec<String> =
        check.expect.iter().map(|(part, expected)| expectation(part, expected)).collect();
    let expected = if expected.is_empty() { String::new() } else { format!(" → {}", expected.join(", ")) };
    format!("{name}: {}: {asked}{expected}", check.title)
}

fn expectation(part: &Extract, expected: &Expected) -> String {
    let part = match part {
        Extract::Json(pointer) => pointer.clone(),
        Extract::Count(text) => format!("lines with {text}"),
        Extract::Released(what) => format!("the release of {what}"),
        other => other.to_string(),
    };
    match expected {
        Expected::Equals(value) => format!("{part} is {value}"),
        Expected::Range(range) => format!("{part} {}", within(range)),
    }
}

fn within(range: &Range) -> String {
    let values = |values: &[serde_json::Value]| {
        values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
    };
    let parts = [
        range.min.map(|min| format!("at least {min}")),
        range.max.map(|max| format!("at most {max}")),
        range.at_least.as_ref().map(|other| format!("at least {}", other.trim_start_matches("json:"))),
        range.left_out.as_ref().map(|value| format!("{value} where it is left out")),
        range.one_of.as_ref().map(|of| format!("is {}", values(of))),
        range.none.as_ref().map(|none| match none.as_array() {
            Some(several) => format!("is nowhere {}", values(several)),
            None => format!("is nowhere {none}"),
        }),
        range.matches.as_ref().map(|pattern| format!("matches {pattern}")),
        range.absent.and_then(|absent| absent.then(|| "is not there".to_owned())),
        range.given.as_ref().map(|given| format!("given {}", given.trim_start_matches("json:"))),
        range.at.as_ref().zip(range.fresh).map(|(at, fresh)| match fresh.0.is_zero() {
            true => format!("by its {at} since the trouble began"),
            false => format!("by its {at} since {} before the trouble", Spoken(fresh.0)),
        }),
        range
            .fresh
            .filter(|_| range.at.is_none())
            .map(|fresh| format!("is at most {} older than the trouble", Spoken(fresh.0))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" and ")
}

fn param(name: &str, param: &Param) -> String {
    let otherwise = |default: Option<String>| {
        default.map_or(String::new(), |default| format!(", {default} unless given"))
    };
    match param {
        Param::Int { min, max, default, above } => {
            let default = default.as_ref().map(|default| match default {
                Usual::Number(number) => number.to_string(),
                Usual::Fact(fact) => fact.clone(),
            });
            let above = above.as_ref().map_or(String::new(), |above| format!(", more than {above}"));
            format!("{name}: {min} to {max}{above}{}", otherwise(default))
        }
        Param::Name { default } => format!("{name}: a name{}", otherwise(default.clone())),
        Param::OneOf { of: Choices::Fact(fact), default } => {
            format!("{name}: one of {fact}{}", otherwise(default.clone()))
        }
        Param::OneOf { of: Choices::Listed(list), default } => {
            format!("{name}: {}{}", list.join(", "), otherwise(default.clone()))
        }
        Param::Time { after, before } => {
            let after = after.as_ref().map_or(String::new(), |fact| format!(", not before {fact}"));
            let before = before.as_ref().map_or(String::new(), |fact| format!(", not after {fact}"));
            format!("{name}: an instant, such as 2026-12-01T09:00:00Z{after}{before}")
        }
    }
}

fn rung(procedure: &Procedure, number: usize, rung: &Rung) -> String {
    let does = match (&rung.action, &rung.human) {
        (Some(action), _) => {
            let title = procedure.actions.get(action).map_or(action.as_str(), |action| action.title.as_str());
            format!("{title} (below)")
        }
        (None, human) => human.clone().unwrap_or_default(),
    };
    format!("{number}: {}{does}", when(&rung.when))
}

/// By the checks' names: their titles stand above, and a step is read on a phone.
fn when(when: &When) -> String {
    let all = |names: &[String], one: &str, several: &str| {
        let (last, before) = names.split_last()?;
        let names =
            if before.is_empty() { last.clone() } else { format!("{} and {last}", before.join(", ")) };
        Some(format!("{names} {}", if before.is_empty() { one } else { several }))
    };
    let facts = |fail: &[String], pass: &[String]| {
        [all(fail, "fails", "fail"), all(pass, "passes", "pass")].into_iter().flatten().collect::<Vec<_>>()
    };
    let any: Vec<String> =
        when.any.iter().map(|reason| facts(&reason.fail, &reason.pass).join(" and ")).collect();
    let any = (!any.is_empty()).then(|| format!("({})", any.join(", or ")));
    let facts = facts(&when.fail, &when.pass).into_iter().map(Some);
    let parts = [
        any,
        all(&when.tried, "did not help or was skipped", "did not help or were skipped"),
        all(&when.helped, "helped", "helped"),
    ];
    let all: Vec<String> = facts.chain(parts).flatten().collect();
    if all.is_empty() { String::new() } else { format!("if {}: ", all.join(" and ")) }
}

fn risk_of(risk: Risk) -> &'static str {
    match risk {
        Risk::Medium => "medium risk",
        Risk::High => "high risk",
    }
}

fn action(action: &Action) -> Vec<Part> {
    let risk = risk_of(action.risk);
    let mut commands = vec![format!("run:   {}", line(&action.run))];
    commands.extend(action.plan.as_ref().map(|plan| format!("plan:  {}", line(plan))));
    commands.extend(action.against.as_ref().map(|against| format!("now:   {}", line(&against.run))));
    let difference = action.difference.as_ref();
    commands.extend(difference.map(|NowThen { now, then }| format!("would: {now} -> {then}")));
    commands.push(match &action.undo {
        Undo::Command(undo) => format!("undo:  {}", line(&undo.run)),
        Undo::None(why) => format!("undo:  {why}"),
    });
    let undo = action.undo.command().map(|undo| {
        let ends = match undo.until {
            Some(until) => format!("for {} after it", Spoken(until.0)),
            None => "until the action has helped".to_owned(),
        };
        Part::Line(format!("Undo ({}) is offered {ends}.", risk_of(action.undo_risk())))
    });
    let proof = format!("Success means: {}", proof(&action.verify));
    let grace = action.grace.map(|grace| {
        Part::Line(format!("When stopped, it gets {} to finish cleanly. Then it is killed.", Spoken(grace.0)))
    });
    let parts = [Part::Heading(format!("{} ({risk})", action.title)), Part::Commands(commands)];
    parts.into_iter().chain(undo).chain(grace).chain([Part::Line(proof)]).collect()
}

/// `health passes within 3 min and keeps passing for 1 min.`
pub(super) fn proof(verify: &Verify) -> String {
    let (pass, keep) = match verify.pass.as_slice() {
        [_] => ("passes", "keeps"),
        _ => ("pass", "keep"),
    };
    let names = match verify.pass.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => verify.pass.join(", "),
    };
    let (within, hold) = (Spoken(verify.within.0), Spoken(verify.hold.0));
    format!("{names} {pass} within {within} and {keep} passing for {hold}.")
}

/// As one would type it: an argument that a shell would take apart stands in quotes.
fn line(command: &Command) -> String {
    quoted(&command.0)
}

/// The same of a command whose slots are filled.
pub fn quoted(command: &[String]) -> String {
    let quoted = |part: &String| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./_-{}*".contains(c);
        if part.chars().all(plain) { part.clone() } else { format!("'{}'", part.replace('\'', r"'\''")) }
    };
    command.iter().map(quoted).collect::<Vec<_>>().join(" ")
}
