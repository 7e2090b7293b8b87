//! What a phone call is about, as a name that goes to the provider and comes back.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{IncidentId, UserId};

/// What somebody is called about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum About {
    Incident(IncidentId),
    /// A page that belongs to no incident.
    Summons(u64),
    /// Nothing: somebody tries their own phone.
    Test(u64),
}

/// One call: no two have the same name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallName {
    pub about: About,
    /// The event that called.
    pub seq: u32,
    pub person: UserId,
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incident(IncidentId(number)) => write!(f, "i{number}"),
            Self::Summons(number) => write!(f, "s{number}"),
            Self::Test(number) => write!(f, "t{number}"),
        }
    }
}

impl About {
    /// What [`Display`](fmt::Display) wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, number) = text.split_at_checked(1)?;
        let number = number.parse().ok()?;
        match kind {
            "i" => Some(Self::Incident(IncidentId(number))),
            "s" => Some(Self::Summons(number)),
            "t" => Some(Self::Test(number)),
            _ => None,
        }
    }
}

impl fmt::Display for CallName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.about, self.seq, self.person)
    }
}

impl CallName {
    /// What [`Display`](fmt::Display) wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let about = About::parse(parts.next()?)?;
        let seq = parts.next()?.parse().ok()?;
        let person = parts.next().filter(|person| !person.is_empty())?;
        Some(Self { about, seq, person: person.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_back_as_it_went() {
        let all = [(About::Incident(IncidentId(7)), "i7"), (About::Summons(3), "s3"), (About::Test(5), "t5")];
        for (about, text) in all {
            let name = CallName { about, seq: 12, person: "U0MAYA".into() };
            assert_eq!(name.to_string(), format!("{text}.12.U0MAYA"));
            assert_eq!(CallName::parse(&name.to_string()), Some(name));
        }
        for wrong in ["", "i", "i7", "i7.", "i7.x.U1", "i7.1.", "x7.1.U1", "i-7.1.U1", "é7.1.U1"] {
            assert_eq!(CallName::parse(wrong), None, "{wrong}");
        }
    }
}
