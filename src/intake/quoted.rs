//! People in a quoted message, by their names: a note shows no mention, and an id tells a reader nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use delivery::People;
use domain::command::{Command, Line};
use domain::id::UserId;
use domain::request::Ask;
use grammar::slack_text::is_id;

/// The form that it goes into must open within three seconds.
const PATIENCE: Duration = Duration::from_millis(800);
/// So many people are looked up.
const PEOPLE_MOST: usize = 5;

/// The same, with names in place of ids as far as Slack tells them in time.
pub async fn with_names(ask: Ask, people: &People) -> Ask {
    let (Ask::Line(Line { command: Command::DeclareFrom { note, .. }, .. })
    | Ask::Line(Line { command: Command::NoteForm { note }, .. })) = &ask
    else {
        return ask;
    };
    let ids: BTreeSet<UserId> = ids(note).take(PEOPLE_MOST).collect();
    let name = async |id: UserId| {
        let name = timeout(PATIENCE, people.called(&id)).await.ok().flatten();
        (id, name)
    };
    let names = join_all(ids.into_iter().map(name)).await;
    let named = |text: &str| {
        names.iter().fold(text.to_owned(), |text, (id, name)| match name {
            Some(name) => text.replace(&format!("@{id}"), &format!("@{name}")),
            None => text,
        })
    };
    match ask {
        Ask::Line(Line { incident, command: Command::DeclareFrom { title, note } }) => {
            let title = title.as_deref().map(named);
            Ask::Line(Line { incident, command: Command::DeclareFrom { title, note: named(&note) } })
        }
        Ask::Line(Line { incident, command: Command::NoteForm { note } }) => {
            Ask::Line(Line { incident, command: Command::NoteForm { note: named(&note) } })
        }
        ask => ask,
    }
}

/// Whoever is named as `@U0IAN`.
fn ids(text: &str) -> impl Iterator<Item = UserId> {
    text.split('@').skip(1).filter_map(|after| {
        let end = after.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(after.len());
        let id = after.get(..end)?;
        let slacks =
            id.starts_with(['U', 'W']) && id.len() > 2 && !id.contains(|c: char| c.is_ascii_lowercase());
        (slacks && is_id(id)).then(|| UserId::from(id))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_from_names_and_words() {
        let found: Vec<UserId> = ids("@U0IAN: ask @W1X2, @ian, @UX and mail a@B.example (@U0MAYA)").collect();
        assert_eq!(found, ["U0IAN", "W1X2", "U0MAYA"].map(UserId::from));
    }
}
