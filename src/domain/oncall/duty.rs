//! Who is to be called at one instant, and how a step of a path reaches them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::path::Called;
use crate::domain::effect::To;
use crate::id::UserId;

/// Who is on duty at one instant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Duty {
    pub primary: Option<UserId>,
    /// Who had it before, for as long as the primary has not said "I have it": called as well.
    pub outgoing: Option<UserId>,
    pub backup: Option<UserId>,
    /// Who can be called by phone.
    pub phones: BTreeSet<UserId>,
}

/// Whom the phone provider can call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PhoneReach {
    /// There is none.
    #[default]
    Off,
    /// Those whose number howler knows.
    Numbers,
    /// The provider knows its own people.
    Everybody,
}

/// A message or a call of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub to: To,
    pub called: Called,
}

/// Somebody whom a step names and who cannot be called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    pub called: Called,
    pub why: Unreachable,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unreachable {
    NobodyOnCall,
    NoBackup,
    /// No number is known, or no provider is set up.
    NoPhone(UserId),
}

impl Duty {
    /// Leaves one person to be called, whoever is on call.
    pub fn call_only(&mut self, person: &UserId, reach: PhoneReach) {
        (self.primary, self.outgoing) = (Some(person.clone()), None);
        // A provider that knows its own people calls its own on-call, and nobody by howler's name.
        if reach == PhoneReach::Everybody {
            self.phones.clear();
        }
    }

    /// Whom `called` is, and who of them cannot be called.
    pub fn reach(&self, called: &Called) -> Result<Vec<Call>, Skipped> {
        let skipped = |why| Skipped { called: called.clone(), why };
        let call = |to| Call { to, called: called.clone() };
        let message = |person: &UserId| call(To::Person(person.clone()));
        let people: Vec<&UserId> = match called {
            Called::OnCallChannel => return Ok(vec![call(To::OnCall)]),
            Called::Everybody => return Ok(vec![call(To::Emergencies)]),
            Called::Person(person) => return Ok(vec![message(person)]),
            Called::Primary | Called::PrimaryPhone => self.primary.iter().chain(&self.outgoing).collect(),
            Called::Backup | Called::BackupPhone => self.backup.iter().collect(),
        };
        let Some(first) = people.first() else {
            let nobody = matches!(called, Called::Primary | Called::PrimaryPhone);
            return Err(skipped(if nobody { Unreachable::NobodyOnCall } else { Unreachable::NoBackup }));
        };
        if matches!(called, Called::Primary | Called::Backup) {
            return Ok(people.into_iter().map(message).collect());
        }
        let with_phone = people.iter().filter(|person| self.phones.contains(**person));
        let calls: Vec<Call> = with_phone.map(|person| call(To::Phone((*person).clone()))).collect();
        if calls.is_empty() { Err(skipped(Unreachable::NoPhone((*first).clone()))) } else { Ok(calls) }
    }

    /// Calls of several steps at once: nobody in the same place twice.
    pub fn reach_all<'c>(&self, called: impl IntoIterator<Item = &'c Called>) -> (Vec<Call>, Vec<Skipped>) {
        let (mut calls, mut skipped) = (Vec::<Call>::new(), Vec::<Skipped>::new());
        for called in called {
            match self.reach(called) {
                Ok(reached) => {
                    let new =
                        reached.into_iter().filter(|call| !calls.iter().any(|known| known.to == call.to));
                    let new: Vec<Call> = new.collect();
                    calls.extend(new);
                }
                // One reason is told once.
                Err(nobody) if !skipped.iter().any(|known| known.why == nobody.why) => {
                    skipped.push(nobody);
                }
                Err(_) => {}
            }
        }
        (calls, skipped)
    }
}
