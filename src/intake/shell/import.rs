//! `howler oncall import FILE`: another program's calendar, for the weeks that it names.

use jiff::{SignedDuration, Timestamp};

use super::person::Person;
use super::wire::Reply;
use super::{Talk, line};
use crate::calendar::{self, LEFT_OUT};
use crate::delivery::Known;
use crate::domain::Command;
use crate::domain::command::Line;
use crate::domain::oncall::confirm::Piece;
use crate::domain::oncall::decide::zone;
use crate::domain::oncall::line::Oncall;
use crate::domain::request::Ask;
use crate::id::UserId;
use crate::view;

/// How much of a calendar is taken over; rules repeat for ever.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 7 * 52);

impl Talk {
    /// Shows what a calendar would move, or carries it out where it was shown. `None` when howler is stopping.
    pub(super) async fn import(&self, by: &Person, id: &str, typed: &str, file: &str) -> Option<Reply> {
        let (seen, aliases) = match read(typed) {
            Ok(read) => read,
            Err(words) => {
                return Some(Reply::Refused(view::terminal(&view::not_a_name(&words), &self.names())));
            }
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
        people.retain(|known| !aliases.iter().any(|alias| alias.name.eq_ignore_ascii_case(&known.name)));
        people.extend(aliases);
        let (now, zone) = self.front.desk.look(|state, now| (now, zone(&state.rota.schedule, now)))?;
        let until = now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
        let mut about: Vec<String> = nameless.iter().map(|words| view::terminal(words, &names)).collect();
        let taken = match calendar::take(file.as_bytes(), (now, until), zone.time_zone(), &people) {
            Ok(taken) => taken,
            Err(why) => {
                about.push(view::terminal(&view::not_taken(&why), &names));
                return Some(Reply::Refused(about.join("\n")));
            }
        };
        about.push(view::terminal(&view::taken(&taken), &names));
        let decided = self.decided(by, id, ask(taken, seen)).await?;
        let reply = decided.map_or_else(|failed| failed, |answer| self.in_words(&answer, names));
        Some(reply.after(&about.join("\n")))
    }
}

fn person(Known { id, handle, name }: Known) -> calendar::Person {
    calendar::Person { id: id.to_string(), handle, name, mail: None }
}

fn ask(taken: calendar::Taken, seen: Option<u32>) -> Ask {
    let piece = |turn: calendar::Turn| Piece {
        person: UserId::from(turn.person.as_str()),
        from: turn.from,
        until: turn.until,
    };
    let line = Oncall::Import { pieces: taken.turns.into_iter().map(piece).collect() };
    let line = match seen {
        Some(seen) => Oncall::Again { line: Box::new(line), seen },
        None => line,
    };
    Ask::Line(Line { incident: None, command: Command::Oncall(Box::new(line)) })
}

/// `import`, or `confirm 7 import`, and who is who: `Jane Doe=U0JANE Bob=-`. The error is what names nobody.
fn read(typed: &str) -> Result<(Option<u32>, Vec<calendar::Person>), String> {
    let mut words = typed.split_whitespace().peekable();
    let mut seen = None;
    if words.next_if_eq(&"confirm").is_some() {
        let number = words.next().unwrap_or_default();
        seen = Some(number.parse().map_err(|_| format!("confirm {number}"))?);
    }
    words.next_if_eq(&"import").ok_or_else(|| typed.to_owned())?;
    let (mut aliases, mut name) = (Vec::new(), Vec::new());
    for word in words {
        let Some((last, id)) = word.rsplit_once('=') else {
            name.push(word);
            continue;
        };
        name.push(last);
        let called = name.join(" ").trim().to_owned();
        let id = id.trim_start_matches('@');
        if called.is_empty() || !(id == LEFT_OUT || line::is_person(id)) {
            return Err(format!("{called}={id}"));
        }
        aliases.push(calendar::Person { id: id.to_owned(), handle: String::new(), name: called, mail: None });
        name.clear();
    }
    if name.is_empty() { Ok((seen, aliases)) } else { Err(name.join(" ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_have_spaces_and_the_number_comes_first() {
        let named = |typed: &str| {
            let (seen, aliases) = read(typed)?;
            Ok::<_, String>((seen, aliases.into_iter().map(|one| (one.name, one.id)).collect::<Vec<_>>()))
        };
        let pair = |name: &str, id: &str| (name.to_owned(), id.to_owned());
        assert_eq!(named("import"), Ok((None, vec![])));
        assert_eq!(named("confirm 7 import"), Ok((Some(7), vec![])));
        let both = vec![pair("Jane Doe", "U0JANE"), pair("x=y", "-")];
        assert_eq!(named("import Jane Doe=@U0JANE x=y=-"), Ok((None, both)));
        for (typed, wrong) in [
            ("import Jane", "Jane"),
            ("import Jane=jane", "Jane=jane"),
            ("import =U0JANE", "=U0JANE"),
            ("confirm x import", "confirm x"),
            ("show", "show"),
        ] {
            assert_eq!(named(typed), Err(wrong.to_owned()), "{typed}");
        }
    }
}
