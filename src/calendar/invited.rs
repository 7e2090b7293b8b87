//! Who is invited to an event (RFC 5545, 3.8.4.1).

use super::component::Component;
use super::event::cut;
use super::line::Line;
use super::problem::{Problem, Trouble};

/// The most people invited that are kept.
const MOST_INVITED: usize = 20;

/// Somebody invited to an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendee {
    /// `CN`, if there is one.
    pub name: Option<String>,
    /// What stands behind `mailto:`, or the whole value.
    pub mail: String,
}

/// Who comes, as far as the file knows, and who has declined. Rooms and things are nobody.
pub(super) fn invited(part: &Component, problems: &mut Vec<Problem>) -> (Vec<Attendee>, Vec<Attendee>) {
    if let Some(line) = part.all("ATTENDEE").nth(MOST_INVITED) {
        problems.push(Trouble::ManyInvited.at(line.at));
    }
    let some = part.all("ATTENDEE").take(MOST_INVITED);
    let people =
        some.filter(|line| !matches!(line.param_upper("CUTYPE").as_deref(), Some("ROOM" | "RESOURCE")));
    let is_declined = |line: &&Line| line.param_upper("PARTSTAT").as_deref() == Some("DECLINED");
    let (declined, come): (Vec<&Line>, Vec<&Line>) = people.partition(is_declined);
    (come.into_iter().map(attendee).collect(), declined.into_iter().map(attendee).collect())
}

fn attendee(line: &Line) -> Attendee {
    let value = cut(line.value.trim());
    let mail = match value.split_at_checked(7) {
        Some((scheme, mail)) if scheme.eq_ignore_ascii_case("mailto:") => mail,
        _ => value.as_str(),
    };
    let name = line.param("CN").map(|name| cut(name.trim())).filter(|name| !name.is_empty());
    Attendee { name, mail: mail.to_owned() }
}
