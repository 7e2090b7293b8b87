//! Who is to be called at one instant, and how a step of a path reaches them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::path::Called;
use super::reach::NoWay;
use crate::effect::To;
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
    /// Phones ring at all: a provider is set up.
    pub rings: bool,
    /// Who is not called, and why.
    pub left_out: BTreeMap<UserId, Unreachable>,
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
    /// Nobody is on call: this one, the backup, is called instead.
    OnlyBackup(UserId),
    NoBackup,
    /// No number is known, or no provider is set up.
    NoPhone(UserId),
    /// They said that they cannot take it, or have it already.
    Passed(UserId),
    /// No message or call arrives there.
    Gone(UserId, NoWay),
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

    /// Whom `called` is, and why somebody of them cannot be called. With nobody on call the backup stands in.
    pub fn reach(&self, called: &Called) -> (Vec<Call>, Option<Skipped>) {
        let call = |to, called: &Called| Call { to, called: called.clone() };
        let skipped = |why| Some(Skipped { called: called.clone(), why });
        let (people, by_phone): (Vec<&UserId>, bool) = match called {
            Called::OnCallChannel => return (vec![call(To::OnCall, called)], None),
            Called::Everybody => return (vec![call(To::Emergencies, called)], None),
            Called::Person(person) => (vec![person], false),
            Called::Primary | Called::PrimaryPhone => {
                let people: Vec<&UserId> = self.primary.iter().chain(&self.outgoing).collect();
                if let (true, Some(backup)) = (people.is_empty(), &self.backup) {
                    let phone = *called == Called::PrimaryPhone;
                    let (calls, unheard) =
                        self.reach(if phone { &Called::BackupPhone } else { &Called::Backup });
                    return (calls, unheard.or(skipped(Unreachable::OnlyBackup(backup.clone()))));
                }
                (people, *called == Called::PrimaryPhone)
            }
            Called::Backup | Called::BackupPhone => {
                (self.backup.iter().collect(), *called == Called::BackupPhone)
            }
        };
        let all = people.first().copied();
        let people: Vec<&UserId> = people.into_iter().filter(|it| !self.left_out.contains_key(*it)).collect();
        if let (None, Some(left_out)) = (people.first(), all.and_then(|person| self.left_out.get(person))) {
            return (Vec::new(), skipped(left_out.clone()));
        }
        let Some(first) = people.first() else {
            let nobody = matches!(called, Called::Primary | Called::PrimaryPhone);
            let why = if nobody { Unreachable::NobodyOnCall } else { Unreachable::NoBackup };
            return (Vec::new(), skipped(why));
        };
        if !by_phone {
            return (
                people.into_iter().map(|person| call(To::Person(person.clone()), called)).collect(),
                None,
            );
        }
        let with_phone = people.iter().filter(|person| self.phones.contains(**person));
        let calls: Vec<Call> = with_phone.map(|person| call(To::Phone((*person).clone()), called)).collect();
        let unheard = calls.is_empty().then(|| Unreachable::NoPhone((*first).clone()));
        (calls, unheard.and_then(skipped))
    }

    /// Calls of several steps at once: nobody in the same place twice.
    pub fn reach_all<'c>(&self, called: impl IntoIterator<Item = &'c Called>) -> (Vec<Call>, Vec<Skipped>) {
        let (mut calls, mut skipped) = (Vec::<Call>::new(), Vec::<Skipped>::new());
        for (reached, nobody) in called.into_iter().map(|called| self.reach(called)) {
            for call in reached {
                if !calls.iter().any(|known| known.to == call.to) {
                    calls.push(call);
                }
            }
            // One reason is told once.
            if let Some(nobody) = nobody.filter(|nobody| !skipped.iter().any(|known| known.why == nobody.why))
            {
                skipped.push(nobody);
            }
        }
        (calls, skipped)
    }
}
