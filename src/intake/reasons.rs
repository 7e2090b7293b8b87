//! Reasons that people type go into the timeline, the audit and cards: a secret that was pasted into one is taken out before
//! anything is decided or saved (research 2b, rule 8).

use domain::alert::line::{AlertsLine, Unclear};
use domain::command::{Command, Line};
use domain::feature::FeatureLine;
use domain::incident::after::line::{AfterLine, Wanted};
use domain::request::{Ask, Form};
use domain::run::approve::Vote;
use domain::run::decide::Start;
use domain::runbook::{RunAsk, RunbookLine};
use redact::Redactor;

/// The same, without secrets in its reasons and in the values of its parameters.
pub fn without_secrets(ask: Ask, redactor: &Redactor) -> Ask {
    match ask {
        Ask::Form(Form::Approve { run, key, comment }) => {
            Ask::Form(Form::Approve { run, key, comment: reason(&comment, redactor) })
        }
        Ask::Line(Line { incident, command: Command::Runbook(line) }) => {
            Ask::Line(Line { incident, command: Command::Runbook(runbook(line, redactor)) })
        }
        // A report goes into a repository that many may read.
        Ask::Form(Form::Section { incident, section, text, shown }) => {
            Ask::Form(Form::Section { incident, section, text: redactor.shown(&text), shown })
        }
        Ask::Line(Line { incident, command: Command::After(line) }) => {
            Ask::Line(Line { incident, command: Command::After(Box::new(after(*line, redactor))) })
        }
        Ask::Line(Line { incident, command: Command::Feature(line) }) => {
            Ask::Line(Line { incident, command: Command::Feature(Box::new(feature(*line, redactor))) })
        }
        ask => ask,
    }
}

/// What people write for the report, and why reminders wait.
fn after(line: AfterLine, redactor: &Redactor) -> AfterLine {
    match line {
        AfterLine::Write { section, text } => AfterLine::Write { section, text: redactor.shown(&text) },
        AfterLine::PutOff { owed, by, why } => {
            AfterLine::PutOff { owed, by, why: why.map(|why| reason(&why, redactor)) }
        }
        AfterLine::FollowUp { wanted } => {
            let one = |one: Wanted| Wanted { text: reason(&one.text, redactor), ..one };
            AfterLine::FollowUp { wanted: wanted.into_iter().map(one).collect() }
        }
        line => line,
    }
}

/// Why an alert is silent or over stands on its message.
fn feature(line: FeatureLine, redactor: &Redactor) -> FeatureLine {
    match line {
        FeatureLine::Alerts(AlertsLine::Silence { what, long, why }) => {
            FeatureLine::Alerts(AlertsLine::Silence { what, long, why: reason(&why, redactor) })
        }
        FeatureLine::Alerts(AlertsLine::Resolve { alert, why }) => {
            let why = why.map(|why| reason(&why, redactor));
            FeatureLine::Alerts(AlertsLine::Resolve { alert, why })
        }
        FeatureLine::Alerts(AlertsLine::Unclear(Unclear::Selector { word, meant, label, lines })) => {
            let without = |line| match feature(FeatureLine::Alerts(line), redactor) {
                FeatureLine::Alerts(line) => Some(line),
                _ => None,
            };
            let lines = lines.into_iter().filter_map(without).collect();
            let shown = |text: &str| redactor.shown(text);
            let (word, meant, label) = (shown(&word), shown(&meant), shown(&label));
            FeatureLine::Alerts(AlertsLine::Unclear(Unclear::Selector { word, meant, label, lines }))
        }
        line => line,
    }
}

fn runbook(line: RunbookLine, redactor: &Redactor) -> RunbookLine {
    match line {
        RunbookLine::Freeze { why } => RunbookLine::Freeze { why: reason(&why, redactor) },
        RunbookLine::Reviewed { run, note } => RunbookLine::Reviewed { run, note: reason(&note, redactor) },
        RunbookLine::Of { run, ask: RunAsk::Vote { key, vote } } => {
            RunbookLine::Of { run, ask: RunAsk::Vote { key, vote: voted(vote, redactor) } }
        }
        RunbookLine::Of { run, ask: RunAsk::See { check, says } } => {
            let says = says.map(|says| reason(&says, redactor));
            RunbookLine::Of { run, ask: RunAsk::See { check, says } }
        }
        // What is taken out fits no parameter, so the line is refused, without the value.
        RunbookLine::Start(start) => {
            let value = |(name, value): (String, String)| (name, redactor.shown(&value));
            let typed = start.typed.into_iter().map(value).collect();
            RunbookLine::Start(Start { typed, ..start })
        }
        RunbookLine::Release { what, why } => {
            RunbookLine::Release { what: redactor.shown(&what), why: reason(&why, redactor) }
        }
        // These hold no words of people's own that are kept.
        RunbookLine::Of { .. }
        | RunbookLine::List
        | RunbookLine::Show { .. }
        | RunbookLine::Fitting
        | RunbookLine::Status
        | RunbookLine::Unfreeze
        | RunbookLine::Short { .. }
        | RunbookLine::Doubtful { .. } => line,
    }
}

fn voted(vote: Vote, redactor: &Redactor) -> Vote {
    let reason = |why: String| reason(&why, redactor);
    match vote {
        Vote::Approve { comment } => Vote::Approve { comment: comment.map(reason) },
        Vote::Deny { why } => Vote::Deny { why: why.map(reason) },
        Vote::BreakGlass { why } => Vote::BreakGlass { why: reason(why) },
    }
}

/// Of a reason that was too long the last word is half a word, and half a secret would not be known for one.
fn reason(typed: &str, redactor: &Redactor) -> String {
    match typed.strip_suffix('…') {
        Some(cut) => {
            let whole = cut.rsplit_once(char::is_whitespace).map_or("", |(words, _)| words);
            format!("{} …", redactor.shown(whole))
        }
        None => redactor.shown(typed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_secret_at_the_end_goes_with_its_word() {
        let redactor = Redactor::new(std::iter::empty());
        assert_eq!(reason("it is q7Rk2ZpX9vTb4…", &redactor), "it is …");
        assert_eq!(reason("it is bad", &redactor), "it is bad");
        assert_eq!(reason("q7Rk2ZpX9vTb4LmN8sWd3HfJ6yCg1AeU", &redactor), "[secret]");
    }

    #[test]
    fn a_reason_with_a_name_and_a_value_keeps_no_value() {
        let redactor = Redactor::new(std::iter::empty());
        for typed in ["password=hunter22 is fine", "it said password=hunter22", "token: hunter22"] {
            let line = grammar::parse_runbook(&format!("approve RUN-7 7aaaaa {typed}"));
            let shown = format!("{:?}", without_secrets(Ask::Line(line), &redactor));
            assert!(!shown.contains("hunter22"), "{shown}");
        }
    }

    #[test]
    fn why_an_alert_is_silent_or_over_keeps_no_secret() {
        let redactor = Redactor::new(std::iter::empty());
        for typed in ["silence A-12 2h password=hunter22 is fine", "resolve A-12 password=hunter22 was wrong"]
        {
            let line = grammar::parse_feature("alerts", typed).unwrap().unwrap();
            let shown = format!("{:?}", without_secrets(Ask::Line(line), &redactor));
            assert!(shown.contains("A-12") || shown.contains("AlertId(12)"), "{shown}");
            assert!(!shown.contains("hunter22"), "{shown}");
        }
    }

    #[test]
    fn no_line_keeps_a_secret_in_its_reason() {
        let redactor = Redactor::new(std::iter::empty());
        let secret = "q7Rk2ZpX9vTb4LmN8sWd3HfJ6yCg1AeU";
        for line in [
            "freeze it is SECRET",
            "reviewed RUN-7 it is SECRET",
            "release RUN-7 it is SECRET",
            "release deployment/queue it is SECRET",
            "release SECRET it is stuck",
            "approve RUN-7 7aaaaa it is SECRET",
            "deny RUN-7 7aaaaa it is SECRET",
            "break-glass RUN-7 7aaaaa it is SECRET",
            "diagnose logs tail=SECRET",
        ] {
            let line = grammar::parse_runbook(&line.replace("SECRET", secret));
            let shown = format!("{:?}", without_secrets(Ask::Line(line), &redactor));
            assert!(!shown.contains(secret) && shown.contains("[secret]"), "{shown}");
        }
    }
}
