//! Pages: somebody is called, in Slack or by phone, and what becomes of it.

use jiff::{SignedDuration, Timestamp};

use super::Message;
use super::blocks::{Button, Draft};
use super::lines::Via;
use super::time::{clock_utc, spoken};
use super::timeline::admitted;
use super::words::{Words, bold, channel, clock, code, everybody, moment, near, words};
use super::{facts, merge, oncall, refusal};
use domain::Command;
use domain::answer::{Called as Answers, StillCalling};
use domain::effect::{Say, To};
use domain::id::{IncidentId, UserId};
use domain::incident::Incident;
use domain::incident::page::{AskedFor, PageReason, Paged};
use domain::oncall::duty::{Call, Skipped, Unreachable};
use domain::oncall::path::Called;
use domain::oncall::reach::NoWay;
use domain::oncall::said::{Heard, Whom};
use domain::runbook::RunbookLine;
use domain::text::shorten;

/// How much is told of the title of what is merged into what somebody is called to.
const WITH_MOST: usize = 60;

/// The page. At `now` it goes out: how long there is to answer is told then, and not where it is edited later.
pub(super) fn page(say: &Say, incident: IncidentId, now: Option<Timestamp>) -> Message {
    let Say::Page {
        title,
        severity,
        status,
        impact,
        action,
        declared_at,
        began,
        late,
        skipped,
        calls,
        room,
        called,
        with,
        ..
    } = say
    else {
        return Draft::new().finish();
    };
    let began = began.and_then(|began| facts::older(began, *declared_at));
    let since = if began.is_some() { words![" · "] } else { words![" · declared "] };
    let since = since.and(facts::told_at(*declared_at, began));
    let known = [
        Some(facts::state(*severity, *status).and(since)),
        with.as_ref().map(|(part, title)| {
            words![bold("With it: "), bold(part.to_string()), " ", shorten(title, WITH_MOST)]
        }),
        facts::given("Impact", impact.as_ref()),
        facts::given("Current action", action.as_ref()),
        room.as_ref().map(|room| words!["Channel: ", channel(&room.channel)]),
    ];
    let mut lines = vec![why(say, now)];
    if *called == Called::Everybody {
        lines[0] = words![everybody(), " "].and(why(say, now));
        lines.extend(skipped.iter().map(nobody));
    }
    lines.extend(late.as_ref().map(admitted));
    if *called == Called::OnCallChannel {
        lines.push(words!["Paged: "].and(people(calls)).and(words!["."]));
        lines.extend(skipped.iter().map(nobody));
    }
    let is_for_one = !matches!(called, Called::Everybody | Called::OnCallChannel);
    let mut buttons = vec![facts::on_it(incident).primary()];
    buttons.extend(is_for_one.then(|| facts::i_cannot(incident)));
    buttons.push(facts::post_update(incident));
    Draft::new()
        .headline(&format!("🚨 {severity} page: {incident} "), title)
        .lines(lines)
        .lines(known.into_iter().flatten().collect())
        .buttons(buttons)
        .finish()
}

/// The page of event `seq`, with what became known since, for as long as it waits for an answer; afterwards how it ended.
pub fn page_now(incident: &Incident, seq: u32, to: &To) -> Message {
    match incident.page_again(seq, to) {
        Some(say) => page(&say, incident.id, None),
        None => closed(incident, seq, to),
    }
}

/// Why this person is called, and until when an answer is owed.
fn why(say: &Say, now: Option<Timestamp>) -> Words {
    let Say::Page { reason, called, respond_by, asked, declared_at, had_it, quiet, .. } = say else {
        return Words::default();
    };
    let role = match called {
        Called::Primary | Called::PrimaryPhone => "You're on call. ",
        Called::Backup | Called::BackupPhone => "You're the backup. ",
        Called::OnCallChannel | Called::Everybody | Called::Person(_) => "",
    };
    let why = match (reason, asked) {
        (PageReason::Asked, Some(asked)) => wants(asked, called),
        (PageReason::Silent, _) => {
            words!["Somebody was on it, but two updates are late and nobody answered the reminders."]
        }
        (PageReason::Begun, _) if had_it.is_some() => {
            let had_it = had_it.as_ref().map(|had_it| words![had_it, " had it, and it is worse now. "]);
            had_it.unwrap_or_default().and(words!["Nobody is on it as it is now."])
        }
        (PageReason::Unanswered, _) => words!["Nobody has answered yet, so this is another page."],
        (PageReason::Begun | PageReason::Asked, _) => words!["Nobody is on it yet."],
    };
    let until = respond_by.filter(|_| *reason != PageReason::Silent).map(|due| {
        if due <= *declared_at {
            return words![" The response time ended at ", near(due, *declared_at), ", before I was told."];
        }
        let left = now.map(|now| due.duration_since(now)).filter(|left| left.as_secs() >= 60);
        let left =
            left.map(|left| words![format!(", in {}", spoken(SignedDuration::from_mins(left.as_mins())))]);
        words![" Needs an acknowledgement by ", near(due, *declared_at)].and_if(left).and(words!["."])
    });
    words![role]
        .and_if(quiet.map(|quiet| ended(quiet, words![near(quiet.0, *declared_at)])))
        .and(why)
        .and_if(until)
}

/// What machines say is over, and nobody has answered.
fn ended((_, alerts): (Timestamp, u32), at: Words) -> Words {
    let what = if alerts == 1 { "The alert ended at " } else { "Its alerts ended at " };
    words![what].and(at).and(words![". "])
}

/// Who asked for this page, and why.
fn wants(asked: &AskedFor, called: &Called) -> Words {
    let wish = match (asked.passes, called) {
        (true, _) => " can't take it and asked for the next one",
        (false, Called::Person(_)) => " asks for you",
        (false, _) => " asks for the next one",
    };
    match &asked.why {
        Some(why) => words![&asked.by, wish, ": ", why, "."],
        None => words![&asked.by, wish, "."],
    }
}

pub(super) fn people(calls: &[Call]) -> Words {
    let mut named: Vec<(&UserId, &'static str)> = Vec::new();
    for call in calls {
        match &call.to {
            To::Person(person) => named.push((person, "")),
            To::Phone(person) => {
                named.retain(|(known, _)| *known != person);
                named.push((person, " (also by phone)"));
            }
            To::Text(_) | To::OnCall | To::Emergencies | To::Room | To::Source(_) => {}
        }
    }
    let all = calls.iter().any(|call| call.called == Called::Everybody);
    let named = named.into_iter().map(|(person, how)| words![person, how]);
    let named: Vec<Words> =
        named.chain(all.then(|| words!["everybody in the emergencies channel"])).collect();
    if named.is_empty() {
        return words!["nobody"];
    }
    Words::joined(named, ", ")
}

/// A step that reached nobody.
pub(super) fn nobody(skipped: &Skipped) -> Words {
    match &skipped.why {
        Unreachable::NobodyOnCall => {
            words!["⚠️ Nobody is on call and there is no backup, so I skipped this step."]
        }
        Unreachable::OnlyBackup(backup) => {
            words!["⚠️ Nobody is on call, so I'm paging ", backup, ", the backup."]
        }
        Unreachable::NoBackup => words!["There is no backup, so I skipped that part."],
        Unreachable::NoPhone(person) => {
            words!["No phone number for ", person, ", so I skipped the call."]
        }
        Unreachable::Passed(person) => {
            words![person, " was not paged again: they can't take it, or are on it."]
        }
        Unreachable::Gone(person, why) => {
            words!["⚠️ "].and(no_way(person, why)).and(words![" I skipped them."])
        }
    }
}

/// Why nothing reaches somebody.
pub(super) fn no_way(person: &UserId, why: &NoWay) -> Words {
    match why {
        NoWay::Left => words![person, " can't be reached: their Slack account is deactivated."],
        NoWay::Unknown => words![person, " can't be reached: Slack doesn't know them."],
        NoWay::Bot => words![person, " can't be reached: it's a bot."],
        NoWay::DirectMessagesOff => words![
            person,
            " got no direct message: they are off for howler. Turn on the Messages Tab under App Home."
        ],
        NoWay::Number => words![
            person,
            " can't be called: their phone number doesn't work. They can set another by DM to me: ",
            code("phone +49 30 901820")
        ],
        NoWay::Other(reason) => {
            words![person, " can't be reached: ", reason.trim_end_matches('.').to_owned(), "."]
        }
    }
}

/// A page did not arrive, for the channel that can be reached.
pub(super) fn not_reached(say: &Say, incident: IncidentId) -> Message {
    let Say::NotReached { title, severity, person, phone, why } = say else { return Draft::new().finish() };
    let how = if *phone { "by phone" } else { "by direct message" };
    Draft::new()
        .headline(&format!("⚠️ Page not delivered: {incident} "), title)
        .line(
            words![format!("{severity}: I could not page "), person, format!(" {how}. ")]
                .and(no_way(person, why)),
        )
        .line(words!["I'm not waiting for them: the next step goes out now, if one is left."])
        .buttons(vec![facts::on_it(incident).primary()])
        .finish()
}

/// The page as the timeline tells it.
pub(super) fn on_timeline(paged: &Paged) -> Words {
    if paged.calls.is_empty() && paged.skipped.is_empty() {
        return words!["Nobody is paged yet: the path of this severity starts later."];
    }
    let lead = match paged.reason {
        PageReason::Begun => words!["howler paged "],
        PageReason::Unanswered => words!["Nobody had answered: howler paged "],
        PageReason::Silent => words!["No updates came: howler paged "],
        PageReason::Asked => match &paged.asked {
            Some(asked) => words![&asked.by, " had howler page "],
            None => words!["howler paged "],
        },
    };
    let why = paged.asked.as_ref().and_then(|asked| asked.why.as_ref()).map(|why| words![" Why: ", why]);
    let skipped = Words::joined(paged.skipped.iter().map(nobody), " ");
    let skipped = (!paged.skipped.is_empty()).then(|| words![" "].and(skipped));
    lead.and(people(&paged.calls))
        .and(words!["."])
        .and_if(why)
        .and_if(skipped)
        .and_if(paged.late.as_ref().map(admitted))
}

/// The page of event `seq` once it was answered, or said again: how, and what to do next for whoever is on it.
pub fn closed(incident: &Incident, seq: u32, to: &To) -> Message {
    let about = words![bold(format!("{} {}: ", incident.id, incident.title))];
    if let Some(merged) = incident.merged() {
        return merge::page(about, &merged.whole);
    }
    if incident.is_paged_again(seq, to) {
        return Draft::new().line(about.and(words!["replaced by a newer page below."])).finish();
    }
    let last = incident.answered.as_ref().or(incident.acknowledged.as_ref());
    let reader = to.person().map(|(person, _)| person);
    let how = match (last, incident.resolution()) {
        (_, Some(resolution)) => {
            words![facts::ended(incident), " by ", &resolution.by, ", ", moment(resolution.at), "."]
        }
        (None, None) if reader.is_some_and(|reader| incident.passed.iter().any(|it| it == reader)) => {
            words!["you can't take it. I'm looking for someone else."]
        }
        (Some(answer), None) if incident.answered.is_some() => {
            words!["✅ ", &answer.by, " is on it since ", moment(answer.at), "."]
        }
        (Some(answer), None) => {
            let after = acknowledged(incident.taken_after(answer.at));
            words!["✅ ", &answer.by, " is on it"].and_if(after).and(words!["."])
        }
        (None, None) => words!["paging has stopped."],
    };
    let draft = Draft::new().line(about.and(how));
    let is_theirs =
        incident.is_open() && last.is_some_and(|answer| reader.is_some_and(|reader| answer.by == *reader));
    match (is_theirs, &incident.room) {
        (false, room) => {
            let room = room.as_ref().map(|room| words![" Channel: ", channel(&room.channel)]);
            draft.line(words!["No need to respond."].and_if(room)).finish()
        }
        (true, room) => {
            let place = match room {
                Some(room) => words!["Work on it in ", channel(&room.channel), "."],
                None => words!["Work on it in the emergencies channel."],
            };
            draft.line(place).buttons(next_steps(incident)).finish()
        }
    }
}

/// How long it took until somebody had it; nothing where that was said with it.
pub(super) fn acknowledged(after: SignedDuration) -> Option<Words> {
    (after.as_secs() > 0).then(|| words![format!(": acknowledged after {}", spoken(after))])
}

/// What whoever is on it does next.
fn next_steps(incident: &Incident) -> Vec<Button> {
    let id = incident.id;
    let open = incident.room.as_ref().map(|room| Button::opening("Open the channel", &room.channel));
    let take = incident.commander().is_none().then(|| facts::take_command(id).primary());
    let diagnose = Button::new("Diagnose", id, Command::Runbook(RunbookLine::Fitting));
    take.into_iter().chain(open).chain([diagnose, facts::post_update(id)]).collect()
}

/// What a phone says; it comes to an ear or a small screen, half asleep.
pub fn spoken_page(say: &Say, incident: IncidentId) -> String {
    let Say::Page { title, severity, reason, with, quiet, .. } = say else { return String::new() };
    let lead = match reason {
        PageReason::Begun => "",
        PageReason::Unanswered => "Nobody has answered. ",
        PageReason::Silent => "An update is overdue and nobody answers. ",
        PageReason::Asked => "You are asked for. ",
    };
    let with = with
        .as_ref()
        .map(|(part, title)| format!(" With it incident {}: {}.", part.0, shorten(title, WITH_MOST)));
    let with = with.unwrap_or_default();
    let ended = quiet.map(|(at, alerts)| {
        let what = if alerts == 1 { "The alert" } else { "Its alerts" };
        format!(" {what} ended at {}.", clock_utc(at))
    });
    let ended = ended.unwrap_or_default();
    format!("{lead}Monkeytown incident {}, severity {severity}: {title}.{with}{ended}", incident.0)
}

/// The note that somebody ended the alert at PagerDuty, where the incident goes on.
pub fn resolved_at_pagerduty() -> String {
    "Resolved the alert in PagerDuty. The incident stays open here until somebody resolves it.".to_owned()
}

/// A page that goes on after somebody said something else than yes: what was understood, what comes next, and two ways to answer.
pub(super) fn still_calling(calling: &StillCalling, via: Via) -> Message {
    let (name, about) = match &calling.about {
        Answers::Incident(summary) => (summary.incident.to_string(), Some(summary.incident)),
        Answers::Page(..) => ("this page".to_owned(), None),
    };
    let understood = match &calling.heard {
        Heard::Call(whom) => match &whom.person {
            Some(person) => words!["You'd like me to page ", person, "."],
            None => words![format!("You'd like me to page {}, but I know nobody by that name.", whom.name)],
        },
        Heard::Cannot => words![format!("It sounds like you can't take {name}.")],
        Heard::Question => words![format!("I can't answer that, and I didn't take it as a yes to {name}.")],
        Heard::Unclear | Heard::Yes => words![format!("I didn't take that as a yes to {name}.")],
    };
    let wrong = calling.refusal.as_ref().map(|refusal| refusal::refused(refusal, via));
    let next = calling
        .next
        .as_ref()
        .map(|(due, calls)| words![" Next: "].and(people(calls)).and(words![" at ", clock(*due), "."]));
    let answers = match (&calling.about, about) {
        (_, Some(incident)) => {
            let page = match &calling.heard {
                Heard::Call(Whom { person: Some(person), name }) => {
                    let page = Command::Page { whom: person.clone(), why: None };
                    Some(Button::new(format!("Page {name}"), incident, page))
                }
                _ => None,
            };
            [facts::on_it(incident).primary(), facts::i_cannot(incident)].into_iter().chain(page).collect()
        }
        (Answers::Page(number, _), None) => vec![oncall::i_have_it(*number), oncall::i_cannot(*number)],
        (Answers::Incident(_), None) => Vec::new(),
    };
    let rest = Draft::new()
        .line(understood.and(words![" I'm still looking for someone."]).and_if(next))
        .buttons(answers)
        .finish();
    match wrong {
        Some(wrong) => Message {
            text: format!("{}\n\n{}", wrong.text, rest.text),
            blocks: wrong.blocks.into_iter().chain(rest.blocks).collect(),
        },
        None => rest,
    }
}
