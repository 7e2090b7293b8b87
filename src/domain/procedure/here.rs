//! What is otherwise on this machine than in the files: whose Vercel is asked, and how a GitOps tool marks what it owns.

use super::{Check, Command, Extract, Probe, Procedure};

/// Argo CD's own label; where it is set to write another one, howler is told its name.
const ARGO_LABEL: &str = "/metadata/labels/argocd.argoproj.io~1instance";

/// What the configuration says of this machine's services.
#[derive(Clone, Copy, Debug, Default)]
pub struct Here<'a> {
    /// The team that the Vercel project belongs to, and the project.
    pub vercel_team: Option<&'a str>,
    pub vercel_project: Option<&'a str>,
    /// Labels by which a GitOps tool marks what it owns, beside those that everybody knows.
    pub owner_labels: &'a [String],
}

impl Procedure {
    /// The same procedure as it runs here.
    #[must_use]
    pub fn fitted(mut self, here: Here<'_>) -> Self {
        for check in self.checks.values_mut() {
            check.owned_by(here.owner_labels);
            if let Probe::Run(command) = &mut check.probe {
                command.fit(here);
            }
        }
        for action in self.actions.values_mut() {
            action.run.fit(here);
            action.plan.iter_mut().for_each(|plan| plan.fit(here));
            action.against.iter_mut().for_each(|against| against.run.fit(here));
            if let super::Undo::Command(undo) = &mut action.undo {
                undo.run.fit(here);
            }
        }
        self
    }
}

impl Command {
    /// The Vercel CLI looks into whoever's account the token is, unless it is told whose project is meant.
    fn fit(&mut self, here: Here<'_>) {
        if self.program() != "vercel" {
            return;
        }
        let project =
            here.vercel_project.filter(|_| self.arguments().first().is_some_and(|word| word == "logs"));
        for (flag, value) in [("--project", project), ("--scope", here.vercel_team)] {
            let is_given = self.0.iter().any(|part| part.split('=').next() == Some(flag));
            if let (Some(value), false) = (value, is_given) {
                self.0.push(format!("{flag}={value}"));
            }
        }
    }
}

impl Check {
    /// Where Argo's label must not be, the others must not be either.
    fn owned_by(&mut self, labels: &[String]) {
        let of_argo = |part: &Extract| *part == Extract::Json(ARGO_LABEL.to_owned());
        let Some((_, expected)) = self.expect.iter().find(|(part, _)| of_argo(part)).cloned() else { return };
        for label in labels {
            let name = label.replace('~', "~0").replace('/', "~1");
            self.expect.push((Extract::Json(format!("/metadata/labels/{name}")), expected.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::judge::{Since, Verdict, judge};
    use super::super::{Heard, Undo};
    use super::*;

    const TOWN: &str = r#"
        schema = 1
        title = "T"
        section = "3.1"
        [check.owner]
        title = "o"
        run = ["kubectl", "get", "deployment/x", "-o", "json"]
        expect = { "json:/metadata/labels/argocd.argoproj.io~1instance" = { absent = true, given = "json:/metadata/name" } }
        [check.says]
        title = "s"
        run = ["vercel", "logs", "--limit=10"]
        keep = { log = "last line" }
        [[rung]]
        do = "roll_back"
        [action.roll_back]
        title = "r"
        risk = "high"
        run = ["vercel", "rollback", "x"]
        undo = { run = ["vercel", "promote", "y", "--scope=other"], risk = "high" }
        limit = "4m"
        verify = { pass = ["owner"], within = "1m", every = "5s", hold = "5s" }
    "#;

    #[test]
    fn vercel_is_told_whose_project_is_meant() {
        let here = Here { vercel_team: Some("monkeytown"), vercel_project: Some("web"), owner_labels: &[] };
        let plain: Procedure = toml::from_str(TOWN).unwrap();
        assert_eq!(plain.clone().fitted(Here::default()), plain);
        let fitted = plain.fitted(here);
        let action = &fitted.actions["roll_back"];
        assert_eq!(action.run.0, ["vercel", "rollback", "x", "--scope=monkeytown"]);
        let Undo::Command(undo) = &action.undo else { panic!() };
        assert_eq!(undo.run.0, ["vercel", "promote", "y", "--scope=other"], "what a file says stays");
        let Probe::Run(says) = &fitted.checks["says"].probe else { panic!() };
        assert_eq!(says.0, ["vercel", "logs", "--limit=10", "--project=web", "--scope=monkeytown"]);
        let Probe::Run(owner) = &fitted.checks["owner"].probe else { panic!() };
        assert_eq!(owner.0.len(), 5);
    }

    #[test]
    fn a_label_of_ones_own_says_who_owns_it() {
        let labels = vec!["acme.io/argo-app".to_owned()];
        let plain: Procedure = toml::from_str(TOWN).unwrap();
        let fitted = plain.clone().fitted(Here { owner_labels: &labels, ..Here::default() });
        let found = |procedure: &Procedure, labels: &BTreeMap<&str, &str>| {
            let text = serde_json::json!({ "metadata": { "name": "x", "labels": labels } }).to_string();
            let heard = Heard { exit: Some(0), text, ..Heard::default() };
            let since = Since::Trouble(jiff::Timestamp::UNIX_EPOCH);
            judge(&procedure.checks["owner"], &Ok(heard), since).verdict
        };
        let own = BTreeMap::from([("acme.io/argo-app", "town")]);
        assert_eq!((found(&plain, &own), found(&fitted, &own)), (Verdict::Pass, Verdict::Fail));
        let argo = BTreeMap::from([("argocd.argoproj.io/instance", "town")]);
        let (nobody, other) = (BTreeMap::new(), BTreeMap::from([("acme.io/team", "town")]));
        assert_eq!(
            [&argo, &nobody, &other].map(|labels| found(&fitted, labels)),
            [Verdict::Fail, Verdict::Pass, Verdict::Pass]
        );
    }
}
