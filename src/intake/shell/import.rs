//! `howler oncall import FILE`: another program's calendar, for the weeks that it names.

use jiff::{SignedDuration, Timestamp};

use super::person::Person;
use super::wire::Reply;
use super::{Talk, line};
use calendar::{self, LEFT_OUT};
use delivery::Known;
use domain::Command;
use domain::command::Line;
use domain::id::UserId;
use domain::oncall::confirm::Piece;
use domain::oncall::decide::zone;
use domain::oncall::line::Oncall;
use domain::oncall::schedule::Schedule;
use domain::request::Ask;
use view::Earlier;

/// How much of a calendar is taken over at most; rules repeat for ever.
const MOST_WEEKS: i64 = 52;
const WEEK: SignedDuration = SignedDuration::from_hours(24 * 7);

/// What stands beside a calendar's name.
#[derive(Debug, Default, PartialEq)]
struct Typed {
    /// The schedule's version when it was shown: carry it out.
    seen: Option<u32>,
    /// How many weeks of it count.
    weeks: Option<i64>,
    people: Vec<calendar::Person>,
}

#[derive(Debug, PartialEq)]
enum Wrong {
    /// It names nobody.
    Name(String),
    Weeks(String),
}

impl Talk {
    /// Shows what a calendar would move, or carries it out where it was shown. `None` when howler is stopping.
    pub(super) async fn import(&self, by: &Person, id: &str, typed: &str, file: &str) -> Option<Reply> {
        let typed = match read(typed) {
            Ok(typed) => typed,
            Err(wrong) => return Some(Reply::Refused(view::terminal(&in_words(&wrong), &self.names()))),
        };
        let (mut people, nameless) = match self.front.deliverer.people.everybody().await {
            Ok(known) => (known.into_iter().map(person).collect::<Vec<_>>(), None),
            Err(_) => (Vec::new(), Some(view::nameless())),
        };
        let mut names = self.names();
        for person in &people {
            names.add(&person.id, &person.handle);
        }
        // Who is named by the person who types goes before whom Slack calls so.
        people.retain(|known| !typed.people.iter().any(|one| one.name.eq_ignore_ascii_case(&known.name)));
        people.extend(typed.people.iter().cloned());
        let (now, zone) = self.front.desk.look(|state, now| (now, zone(&state.rota.schedule, now)))?;
        let weeks = typed.weeks.unwrap_or(MOST_WEEKS);
        let end = weeks_after(now, weeks);
        let mut about: Vec<String> = nameless.iter().map(|words| view::terminal(words, &names)).collect();
        let taken = match calendar::take(file.as_bytes(), (now, end), zone.time_zone(), &people) {
            Ok(taken) => taken,
            Err(why) => {
                about.push(view::terminal(&view::not_taken(&why, weeks), &names));
                return Some(Reply::Refused(about.join("\n")));
            }
        };
        let until = until(&taken, typed.weeks.map(|_| end));
        let earlier = self.front.desk.look(|state, now| earlier(&state.rota.schedule, now, until))?;
        about.push(view::terminal(&view::taken(&taken, weeks, earlier), &names));
        let decided = self.decided(by, id, ask(taken, until, typed.seen)).await?;
        let reply = decided.map_or_else(|failed| failed, |answer| self.in_words(&answer, names));
        Some(reply.after(&about.join("\n")))
    }
}

fn weeks_after(now: Timestamp, weeks: i64) -> Timestamp {
    let ahead = SignedDuration::from_hours(weeks.saturating_mul(24 * 7));
    now.saturating_add(ahead).unwrap_or(Timestamp::MAX)
}

/// Until when the calendar replaces earlier ones: as long as it was said to stand, or else until its last turn ends. That
/// it ends there may only mean that no more was exported.
fn until(taken: &calendar::Taken, said: Option<Timestamp>) -> Timestamp {
    said.or_else(|| taken.turns.last().map(|turn| turn.until)).unwrap_or(Timestamp::MIN)
}

fn earlier(schedule: &Schedule, now: Timestamp, until: Timestamp) -> Earlier {
    let replaced = schedule.imported(now, until).map(|(_, last)| last.min(until));
    let stays = schedule.imported(until.max(now), Timestamp::MAX).map(|(turns, last)| {
        let hours = last.duration_since(now).as_hours();
        (turns, last, (hours / WEEK.as_hours() + 1).min(MOST_WEEKS))
    });
    Earlier { replaced, stays }
}

fn person(Known { id, handle, name, mail }: Known) -> calendar::Person {
    calendar::Person { id: id.to_string(), handle, name, mail, is_typed: false }
}

fn ask(taken: calendar::Taken, until: Timestamp, seen: Option<u32>) -> Ask {
    let piece = |turn: calendar::Turn| Piece {
        person: UserId::from(turn.person.as_str()),
        from: turn.from,
        until: turn.until,
    };
    let line = Oncall::Import { pieces: taken.turns.into_iter().map(piece).collect(), until };
    let line = match seen {
        Some(seen) => Oncall::Again { line: Box::new(line), seen },
        None => line,
    };
    Ask::Line(Line { incident: None, command: Command::Oncall(Box::new(line)) })
}

fn in_words(wrong: &Wrong) -> view::Message {
    match wrong {
        Wrong::Name(text) => view::not_a_name(text),
        Wrong::Weeks(text) => view::not_weeks(text, MOST_WEEKS),
    }
}

/// `import`, or `confirm 7 import`, then `weeks 8`, and who is who: `Jane Doe=U0JANE Bob=-`.
fn read(typed: &str) -> Result<Typed, Wrong> {
    let mut words = typed.split_whitespace().peekable();
    let mut read = Typed::default();
    if words.next_if_eq(&"confirm").is_some() {
        let number = words.next().unwrap_or_default();
        read.seen = Some(number.parse().map_err(|_| Wrong::Name(format!("confirm {number}")))?);
    }
    words.next_if_eq(&"import").ok_or_else(|| Wrong::Name(typed.to_owned()))?;
    let mut name = Vec::new();
    while let Some(word) = words.next() {
        if name.is_empty() && word.eq_ignore_ascii_case("weeks") {
            // Somebody may be called so.
            if let Some(number) = words.next_if(|next| !next.contains('=')) {
                let weeks = number.parse().ok().filter(|weeks| (1..=MOST_WEEKS).contains(weeks));
                read.weeks = Some(weeks.ok_or_else(|| Wrong::Weeks(number.to_owned()))?);
                continue;
            }
        }
        let Some((last, id)) = word.rsplit_once('=') else {
            name.push(word);
            continue;
        };
        name.push(last);
        let called = name.join(" ").trim().to_owned();
        let id = id.trim_start_matches('@');
        if called.is_empty() || !(id == LEFT_OUT || line::is_person(id)) {
            return Err(Wrong::Name(format!("{called}={id}")));
        }
        let (id, handle) = (id.to_owned(), String::new());
        read.people.push(calendar::Person { id, handle, name: called, mail: None, is_typed: true });
        name.clear();
    }
    if name.is_empty() { Ok(read) } else { Err(Wrong::Name(name.join(" "))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_have_spaces_and_the_number_comes_first() {
        let named = |typed: &str| {
            let Typed { seen, weeks, people } = read(typed)?;
            let people = people.into_iter().map(|one| (one.name, one.id)).collect::<Vec<_>>();
            Ok::<_, Wrong>((seen, weeks, people))
        };
        let pair = |name: &str, id: &str| (name.to_owned(), id.to_owned());
        assert_eq!(named("import"), Ok((None, None, vec![])));
        assert_eq!(named("confirm 7 import"), Ok((Some(7), None, vec![])));
        let both = vec![pair("Jane Doe", "U0JANE"), pair("x=y", "-")];
        assert_eq!(named("import Jane Doe=@U0JANE x=y=-"), Ok((None, None, both.clone())));
        assert_eq!(named("import weeks 8 Jane Doe=@U0JANE x=y=-"), Ok((None, Some(8), both.clone())));
        assert_eq!(named("confirm 7 import Jane Doe=@U0JANE x=y=- weeks 8"), Ok((Some(7), Some(8), both)));
        let weeks = vec![pair("Weeks Jones", "U0JANE")];
        assert_eq!(named("import Weeks Jones=U0JANE"), Ok((None, None, weeks)));
        for weeks in ["0", "53", "x", "-1"] {
            assert_eq!(named(&format!("import weeks {weeks}")), Err(Wrong::Weeks(weeks.into())));
        }
        for (typed, wrong) in [
            ("import Jane", "Jane"),
            ("import Jane=jane", "Jane=jane"),
            ("import =U0JANE", "=U0JANE"),
            ("confirm x import", "confirm x"),
            ("show", "show"),
        ] {
            assert_eq!(named(typed), Err(Wrong::Name(wrong.to_owned())), "{typed}");
        }
    }
}
