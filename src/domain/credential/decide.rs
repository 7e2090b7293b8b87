//! What a line about secrets decides, and what is read off them.

use jiff::civil::Date;
use jiff::{Span, Timestamp};

use super::event::CredentialEventKind;
use super::line::{CredentialRefusal, On, Stands, Teller, Week};
use super::plan::{Lives, Plan};
use super::{Credential, Rotation};

/// Most names that are offered.
const NEAR: usize = 3;
/// How like a name must be, of 1.
const LIKE: f64 = 0.8;
/// Most that a brief names.
const NAMED: usize = 5;
const WEEK: i32 = 7;

/// The listed one of this name, in any case.
///
/// # Errors
/// There is none.
pub fn named<'c>(all: &'c [Credential], name: &str) -> Result<&'c Credential, CredentialRefusal> {
    let listed = || all.iter().filter(|one| one.listed);
    if let Some(one) = listed().find(|one| one.plan.name.eq_ignore_ascii_case(name)) {
        return Ok(one);
    }
    if listed().next().is_none() {
        return Err(CredentialRefusal::None);
    }
    Err(CredentialRefusal::NoSuch { near: near(name, listed().map(|one| one.plan.name.as_str())) })
}

/// The names most like what was typed.
fn near<'n>(typed: &str, names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let typed = typed.to_lowercase();
    let mut close: Vec<(f64, &str)> = names
        .map(|name| (name, name.to_lowercase()))
        .map(|(name, lower)| {
            (if lower.contains(&typed) { 1.0 } else { strsim::jaro_winkler(&typed, &lower) }, name)
        })
        .filter(|(like, _)| *like >= LIKE)
        .collect();
    close.sort_by(|one, other| other.0.total_cmp(&one.0));
    close.into_iter().take(NEAR).map(|(_, name)| name.to_owned()).collect()
}

/// Somebody says that it was rotated.
///
/// # Errors
/// The reason why that is not recorded.
pub fn rotated(one: &Credential, on: On, now: Timestamp) -> Result<CredentialEventKind, CredentialRefusal> {
    let (plan, name) = (&one.plan, || one.plan.name.clone());
    if one.is_automatic() {
        return Err(CredentialRefusal::Automatic { name: name() });
    }
    let today = plan.day(now);
    let day = match on {
        On::Now => today,
        On::Yesterday => today.yesterday().unwrap_or(today),
        On::Day(day) => day,
    };
    if day > today {
        return Err(CredentialRefusal::Future { name: name() });
    }
    match one.rotated() {
        Some(known) if known > day => return Err(CredentialRefusal::Older { name: name(), known }),
        // A button that is pressed twice is one rotation.
        Some(known) if known == day => {
            return Err(CredentialRefusal::Again { name: name(), on: known, by: teller(one) });
        }
        _ => {}
    }
    let on = if day == today { now } else { plan.hour_of(day) };
    Ok(CredentialEventKind::Rotated { on, said: None })
}

/// The last rotation was none.
///
/// # Errors
/// There is none to take back.
pub fn undone(one: &Credential) -> Result<CredentialEventKind, CredentialRefusal> {
    let configured = one.plan.rotated.is_some();
    match one.rotations.is_empty() {
        true => Err(CredentialRefusal::NothingToUndo { name: one.plan.name.clone(), configured }),
        false => Ok(CredentialEventKind::Undone),
    }
}

/// What the source of one says: it was changed at `on`. Nothing where that is known, was undone, or is no rotation of its.
pub fn seen(one: &Credential, said: &Lives, on: Timestamp, now: Timestamp) -> Option<CredentialEventKind> {
    let is_its = one.listed && !one.is_automatic() && one.plan.lives == *said && on <= now;
    let day = one.plan.day(on);
    let is_news = one.rotated().is_none_or(|known| day > known) && one.no_rotation.is_none_or(|no| on > no);
    (is_its && is_news).then(|| CredentialEventKind::Rotated { on, said: Some(said.clone()) })
}

/// What the configuration makes of what is known: those that are new, and the events of those that are there.
pub fn configured<'c>(
    plans: &[Plan],
    known: &'c [Credential],
) -> (Vec<Plan>, Vec<(&'c Credential, CredentialEventKind)>) {
    let of = |name: &str| known.iter().find(|one| one.plan.name.eq_ignore_ascii_case(name));
    let new = plans.iter().filter(|plan| of(&plan.name).is_none()).cloned().collect();
    let changed = plans.iter().filter_map(|plan| {
        let one = of(&plan.name).filter(|one| !one.listed || one.plan != *plan)?;
        Some((one, CredentialEventKind::Listed(Box::new(plan.clone()))))
    });
    let listed = |one: &&Credential| plans.iter().any(|plan| plan.name.eq_ignore_ascii_case(&one.plan.name));
    let gone = known.iter().filter(|one| one.listed && !listed(one));
    let gone = gone.map(|one| (one, CredentialEventKind::Unlisted));
    (new, changed.chain(gone).collect())
}

fn teller(one: &Credential) -> Option<Teller> {
    let tells = |last: &Rotation| Some(one.plan.day(last.on)) == one.rotated();
    let last = one.rotations.last().filter(|last| tells(last))?;
    Some(Teller { by: last.by.clone(), said: last.said.clone(), at: last.at })
}

/// How it stands on a day.
pub fn stands(one: &Credential, now: Timestamp) -> Stands {
    let (plan, due) = (&one.plan, one.due());
    Stands {
        name: plan.name.clone(),
        lives: plan.lives.clone(),
        every: plan.every,
        owner: plan.owner.clone(),
        rotated: one.rotated(),
        by: teller(one),
        due,
        days: due.and_then(|due| days(plan.day(now), due)),
    }
}

/// How many days after `from` another one is.
pub fn days(from: Date, to: Date) -> Option<i64> {
    from.until(to).ok().map(|span| i64::from(span.get_days()))
}

/// Those that are listed: what nobody knows of first, then the soonest due, then what changes by itself.
pub fn list(all: &[Credential], now: Timestamp) -> Vec<Stands> {
    let mut all: Vec<&Credential> = all.iter().filter(|one| one.listed).collect();
    all.sort_by_key(|one| (one.is_automatic(), one.due(), one.plan.name.clone()));
    all.into_iter().map(|one| stands(one, now)).collect()
}

/// What is due by the end of a week.
pub fn week(all: &[Credential], now: Timestamp) -> Week {
    let listed = || all.iter().filter(|one| one.listed && !one.is_automatic());
    let soon = |one: &Credential| one.plan.day(now).saturating_add(Span::new().days(WEEK));
    let mut due: Vec<_> = listed()
        .filter_map(|one| Some((one, one.due()?)))
        .filter(|(one, due)| *due <= soon(one))
        .map(|(one, due)| (one.plan.name.clone(), due, one.plan.owner.clone()))
        .collect();
    due.sort_by_key(|(name, due, _)| (*due, name.clone()));
    due.truncate(NAMED);
    Week { due, unknown: listed().filter(|one| one.rotated().is_none()).count() }
}
