//! Where an alert came from and what was made of it; and what would be made of one.

use super::{source, state, times, title};
use crate::Message;
use crate::blocks::Draft;
use crate::facts;
use crate::oncall::reason;
use crate::vendors;
use crate::words::{Words, bold, code, near, words};
use domain::Severity;
use domain::aggregate::Aggregate;
use domain::alert::Alert;
use domain::alert::hear::Checked;
use domain::alert::line::{State, Why};
use domain::alert::rules::{By, Channel, Declare, Verdict};
use domain::alert::signal::Source;
use domain::id::UserId;
use domain::text::shorten;

const KEY: usize = 200;
/// Most troubles of its source's vendor.
const LATE: usize = 3;

/// How what a source sends is checked.
fn checked(from: Source, by: Option<Checked>) -> &'static str {
    match from {
        Source::Grafana if by == Some(Checked::Signature) => "its HMAC-SHA256 over the body",
        Source::Grafana if by == Some(Checked::Token) => "its token",
        Source::GitHub => "its HMAC-SHA256 over the body",
        Source::Vercel => "its HMAC-SHA1 over the body",
        Source::UptimeRobot => "the token in its address",
        Source::Alertmanager | Source::PagerDuty | Source::Events => "its token",
        Source::Grafana => "its HMAC-SHA256 over time and body, or its token",
        Source::Heartbeat => "howler's own clock",
        Source::Watch => "howler itself, which asked",
    }
}

fn place(channel: &Channel) -> Words {
    match channel {
        Channel::GithubActions => words!["the channel of GitHub Actions"],
        Channel::Deployments => words!["the channel of deployments"],
        Channel::OnCall => words!["the on-call channel"],
        Channel::Metrics => words!["the channel of metrics"],
        Channel::Named(name) => words![shorten(name, KEY)],
    }
}

/// Which rule fits, and by which line it is as bad as it is.
fn judged(verdict: &Verdict) -> Vec<Words> {
    let rule = match verdict.rule {
        Some(number) => words![bold("Rule: "), format!("number {number} of "), code("[[alerts.rule]]")],
        None => words![bold("Rule: "), "none of ", code("[[alerts.rule]]"), " fits, the built-in ones hold"],
    };
    let by = match &verdict.by {
        By::Rule => words!["by that rule"],
        By::BuiltIn(input) => words!["built in: ", input],
        By::Source => words!["its source says so"],
        By::Nobody => words!["nothing says how bad it is"],
    };
    vec![rule, words![bold("Severity: "), facts::severity(verdict.severity), ", "].and(by)]
}

/// What a watch asked, what came, and what counted.
fn read(alert: &Alert) -> Option<Words> {
    let fact = |name: &str| alert.told.facts.get(name).cloned().unwrap_or_else(|| "?".to_owned());
    let level = fact("level");
    let counted = match level.as_str() {
        "absent" => words!["; no reading told anything since ", fact("since")],
        _ => words!["; every reading since ", fact("since"), " was ", fact(&level), " (", level, ")"],
    };
    let asked = words![bold("Read: "), "I asked ", fact("asked"), "; the last that counted: ", fact("value")];
    (alert.source == Source::Watch).then(|| asked.and(counted))
}

/// What follows from it.
fn follows(verdict: &Verdict, on_call: Option<&UserId>) -> Vec<Words> {
    let mut lines = Vec::new();
    lines.push(match verdict.severity {
        Severity::P4 => words![bold("Message: "), "none, it stands in the list"],
        _ => words![bold("Message: "), "in "].and(place(&verdict.channel)).and(words![if verdict.mention {
            ", calls the on-call"
        } else {
            ", calls nobody"
        }]),
    });
    lines.push(match verdict.declare {
        _ if verdict.severity == Severity::P4 => {
            words![bold("Incident: "), "none for a P4, unless somebody declares one"]
        }
        Declare::AtOnce => words![bold("Incident: "), "declared at once"],
        Declare::Ask => words![bold("Incident: "), "asked about when the response time is over"],
        Declare::Never => words![bold("Incident: "), "only where somebody declares one"],
    });
    lines.push(match (verdict.page, on_call) {
        (false, _) => words![bold("Page: "), "nobody"],
        (true, Some(person)) => words![bold("Page: "), "by the incident's path; on call now is ", person],
        (true, None) => words![bold("Page: "), "everybody, for nobody is on call now"],
    });
    lines
}

pub(super) fn why(asked: &Why) -> Message {
    let Why { alert, group, silence, duty, on_call, late, now } = asked;
    let mut lines = vec![
        words![bold("Source: "), source(alert.source), ", checked by ", checked(alert.source, alert.checked)],
        words![bold("Key: "), code(shorten(&alert.key, KEY))],
        words![
            bold("Heard: "),
            times(alert.count),
            ", first ",
            near(alert.heard, *now),
            "; by its own clock ",
            near(alert.first, *now)
        ],
    ];
    lines.extend(late.iter().take(LATE).map(|says| vendors::says(says, *now)));
    lines.extend(read(alert));
    lines.extend(judged(&alert.verdict));
    lines.extend(follows(&alert.verdict, on_call.as_ref()));
    lines.push(match duty {
        Some((person, why)) => {
            let by = reason(why).unwrap_or_else(|| words![" Their turn in the rotation."]);
            words![bold("On call then: "), person, "."].and(by)
        }
        None => words![bold("On call then: "), "nobody"],
    });
    lines.push(words![bold("Now: ")].and(state(&State::of(alert, group.as_ref()), *now)));
    lines.extend(sent(asked));
    lines
        .extend(alert.answered.as_ref().map(|answered| super::asked::answered(alert.source, answered, *now)));
    if let Some(silence) = silence.as_ref().filter(|silence| silence.is_live()) {
        lines.push(words![
            bold("Held back: "),
            silence.id.to_string(),
            ", by ",
            &silence.by,
            ": ",
            &silence.why
        ]);
    }
    let head = words![bold(alert.id.to_string()), " ", title(alert)];
    Draft::new().line(head).bullets(lines).finish()
}

/// What was said of it, and what was not and why.
fn sent(asked: &Why) -> Vec<Words> {
    let Why { alert, group, now, .. } = asked;
    let Some(group) = group else {
        let why = match (alert.counts, alert.silence, alert.verdict.severity, alert.is_live()) {
            (false, ..) => words!["it has not lasted long enough to count"],
            (_, Some(_), ..) => words!["it is silent"],
            (_, _, Severity::P4, _) => words!["a P4 has no message"],
            (_, _, _, false) => words!["it was over when it was heard of"],
            _ => words!["its message is on the way"],
        };
        return vec![words![bold("Sent: "), "nothing, for "].and(why)];
    };
    let message = match (&group.post, group.alerts) {
        (None, _) => words!["its message is on the way"],
        (Some(_), 1) => words!["a message of its own"],
        (Some(_), many) => words![format!("one message for {many} alerts, edited")],
    };
    let mut lines = vec![words![bold("Sent: ")].and(message)];
    if group.reminded {
        lines.push(words![bold("Reminded: "), "nobody had it at half of the response time"]);
    }
    if let (true, Some(due)) = (group.breached, group.due) {
        lines.push(words![bold("Breached: "), "nobody had it ", near(due, *now)]);
    }
    lines
}

pub(super) fn test(
    from: Source,
    asked: Option<Severity>,
    verdict: &Verdict,
    on_call: Option<&UserId>,
) -> Message {
    let mut lines = judged(verdict);
    if let Some(asked) = asked.filter(|asked| *asked != verdict.severity) {
        let why = words![
            "It was asked about as ",
            asked.to_string(),
            ", and the rules make it ",
            verdict.severity.to_string(),
            "."
        ];
        lines.push(why);
    }
    lines.extend(follows(verdict, on_call));
    Draft::new()
        .line(words!["If ", source(from), " said so now:"])
        .bullets(lines)
        .line(words!["Nothing was sent."])
        .finish()
}
