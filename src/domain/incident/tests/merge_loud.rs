//! Nothing gets quieter by a merge, and nothing louder by its end than it was.

use super::merge::{OLD, Town, YOUNG};
use super::paging::{person, phone};
use super::*;
use crate::alert::AlertId;
use crate::answer::Done;
use crate::command::Retractable;
use crate::effect::{Say, To};
use crate::incident::decide::clocks as declared_clocks;
use crate::incident::figures::Figures;
use crate::incident::merge::MergeSaid;
use crate::oncall::path::Called;

use Severity::{P1, P2, P3, P4};

#[test]
fn who_has_the_whole_is_not_called_and_who_works_on_it_has_it() {
    let mut town = Town::with(&[(OLD, 0, P2), (YOUNG, 1, P2)]);
    town.asks(OLD, at(2), "U0ZOE", Command::Ack).unwrap();
    let done = town.merges(3, "U0IAN", YOUNG, OLD).unwrap();
    assert!(matches!(done, Done::Merged { taken: Some(by), .. } if by == Actor::from("U0ZOE")));
    assert_eq!(town.last_page(OLD).unwrap().0, 0, "she has what is as bad");
    let mut town = Town::with(&[(OLD, 0, P1), (YOUNG, 1, P1)]);
    let done = town.merges(3, "U0MAYA", YOUNG, OLD).unwrap();
    assert!(matches!(done, Done::Merged { taken: Some(by), .. } if by == Actor::from("U0MAYA")));
    assert_eq!(town.due(OLD, TimerKind::Page), None);
}

/// Whoever has a P3 said so of a P3.
#[test]
fn a_p1_that_nobody_has_calls_until_somebody_has_the_whole_as_it_is_now() {
    let mut town = Town::with(&[(OLD, 0, P3), (YOUNG, 60, P1)]);
    town.asks(OLD, at(2), "U0ZOE", Command::Ack).unwrap();
    let done = town.merges(63, "U0IAN", YOUNG, OLD).unwrap();
    assert!(matches!(done, Done::Merged { taken: None, raised: Some(P1), .. }), "{done:?}");
    let (minute, called) = town.last_page(OLD).unwrap();
    assert_eq!(minute, 63);
    assert!(called.contains(&phone("U0MAYA")) && called.contains(&person("U0MAYA")), "{called:?}");
    assert_eq!((town.due(OLD, TimerKind::Page), town.due(OLD, TimerKind::Response)), (Some(65), Some(75)));
    assert!(town.of(OLD).is_called_for() && town.of(OLD).acknowledged.is_none());
    assert_eq!(town.of(OLD).person_to_ask().map(UserId::as_str), Some("U0ZOE"), "for an update, as before");
    // Whoever had it may be whoever takes it.
    town.asks(OLD, at(64), "U0ZOE", Command::Ack).unwrap();
    assert_eq!((town.due(OLD, TimerKind::Page), town.due(OLD, TimerKind::Response)), (None, None));
    let first = |town: &Town| Figures::of(town.of(OLD)).to_acknowledge.map(|took| took.as_mins());
    assert_eq!(first(&town), Some(2), "the first counts");
    town.splits(65, YOUNG).unwrap();
    town.merges(66, "U0IAN", YOUNG, OLD).unwrap();
    assert!(town.of(OLD).acknowledged.is_none() && first(&town) == Some(2), "a second time as well");
}

#[test]
fn who_has_what_is_milder_is_called_as_well_where_they_are_on_call() {
    let mut town = Town::with(&[(OLD, 0, P3), (YOUNG, 60, P1)]);
    town.asks(OLD, at(2), "U0MAYA", Command::Ack).unwrap();
    town.merges(60, "U0IAN", YOUNG, OLD).unwrap();
    let (minute, called) = town.last_page(OLD).unwrap();
    assert!(minute == 60 && called.contains(&phone("U0MAYA")), "{called:?}");
}

/// They know what they merge.
#[test]
fn whoever_has_either_and_merges_them_has_the_whole() {
    for by in ["U0ZOE", "U0MAYA"] {
        let mut town = Town::with(&[(OLD, 0, P3), (YOUNG, 60, P1)]);
        town.asks(OLD, at(2), "U0ZOE", Command::Ack).unwrap();
        let done = town.merges(60, by, YOUNG, OLD).unwrap();
        assert!(matches!(done, Done::Merged { taken: Some(who), .. } if who == Actor::from(by)), "{by}");
        assert_eq!((town.last_page(OLD), town.due(OLD, TimerKind::Page)), (None, None), "{by}");
        let has_it = town.of(OLD).acknowledged.as_ref().map(|answer| answer.by.clone());
        assert_eq!(has_it, Some(Actor::from(by)), "what it is now");
    }
    // The backup is not called yet.
    let mut town = Town::with(&[(OLD, 0, P3), (YOUNG, 60, P1)]);
    town.asks(OLD, at(2), "U0ZOE", Command::Ack).unwrap();
    let done = town.merges(60, "U0KOFI", YOUNG, OLD).unwrap();
    assert!(matches!(done, Done::Merged { taken: None, yours: false, .. }), "{done:?}");
    assert!(town.last_page(OLD).is_some() && town.of(OLD).acknowledged.is_none());
    let mut town = Town::with(&[(OLD, 0, P3), (YOUNG, 60, P1)]);
    town.asks(YOUNG, at(61), "U0ZOE", Command::Ack).unwrap();
    town.merges(62, "U0ZOE", YOUNG, OLD).unwrap();
    assert_eq!(town.last_page(OLD), None, "she has what makes it bad");
}

/// Somebody had it, fell silent, and people were being called for it.
#[test]
fn what_fell_silent_is_called_for_as_well() {
    let mut town = Town::with(&[(OLD, 0, P3), (YOUNG, 0, P1)]);
    town.asks(YOUNG, at(1), "U0MAYA", Command::Ack).unwrap();
    town.asks(OLD, at(1), "U0ZOE", Command::Ack).unwrap();
    for minute in 2..120 {
        town.fires(minute);
    }
    assert!(town.of(YOUNG).page_due().is_some(), "its silence calls");
    town.merges(120, "U0IAN", YOUNG, OLD).unwrap();
    assert_eq!(town.last_page(OLD).unwrap().0, 120);
    assert!(town.of(OLD).page_due().is_some());
}

#[test]
fn who_had_it_has_it_again_once_what_was_worse_is_split_off() {
    let mut town = Town::with(&[(OLD, 0, P3), (YOUNG, 60, P1)]);
    town.asks(OLD, at(2), "U0ZOE", Command::Ack).unwrap();
    town.merges(60, "U0IAN", YOUNG, OLD).unwrap();
    assert_eq!(town.splits(61, YOUNG).unwrap(), Done::SplitOff { from: OLD, back_to: Some(P3) });
    let whole = town.of(OLD);
    assert_eq!(whole.acknowledged.as_ref().map(|answer| &answer.by), Some(&Actor::from("U0ZOE")));
    assert!(whole.set_aside.is_none() && whole.open_pages.is_empty() && whole.page_due().is_none());
    assert_eq!(town.last_page(YOUNG).unwrap().0, 61, "and the other one calls on");
}

/// No person chose it.
#[test]
fn an_alert_that_makes_it_worse_sets_aside_who_has_it_until_that_is_taken_back() {
    let mut town = Town::with(&[(OLD, 0, P2)]);
    town.asks(OLD, at(1), "U0ZOE", Command::Ack).unwrap();
    let clocks = declared_clocks(P1, &town.rules);
    let (from, to, reason, merged, sets_aside) = (P2, P1, None, None, true);
    let worse = EventKind::SeverityChanged { from, to, reason, clocks, merged, sets_aside };
    town.record(OLD, at(5), Actor::Alert(AlertId(1)), worse);
    let (minute, called) = town.last_page(OLD).unwrap();
    assert!(minute == 5 && called.contains(&phone("U0MAYA")), "{called:?}");
    assert!(town.of(OLD).acknowledged.is_none());
    let lower = Command::Retract { what: Some(Retractable::Severity) };
    town.asks(OLD, at(6), "U0ZOE", lower).unwrap();
    let has_it = town.of(OLD).acknowledged.as_ref().map(|answer| &answer.by);
    assert_eq!(has_it, Some(&Actor::from("U0ZOE")));
    assert!(town.of(OLD).page_due().is_none() && town.of(OLD).open_pages.is_empty());
    // A person who raises it knows what they do.
    town.asks(OLD, at(7), "U0ZOE", Command::Severity { to: P1, reason: None }).unwrap();
    assert!(town.of(OLD).acknowledged.is_some() && town.last_page(OLD).unwrap().0 == 5);
}

/// The names of the phone calls that are ended.
fn hung_up(town: &Town, id: IncidentId) -> usize {
    let ends = |kind: &EffectKind| matches!(kind, EffectKind::Close { to: To::Phone(_), .. });
    town.said.iter().filter(|(of, kind)| *of == id && ends(kind)).count()
}

#[test]
fn no_phone_rings_on_for_what_is_milder_again() {
    let mut town = Town::with(&[(OLD, 0, P3), (YOUNG, 60, P1)]);
    town.merges(60, "U0ZOE", YOUNG, OLD).unwrap();
    assert!(town.of(OLD).open_pages.iter().any(|page| page.to == phone("U0MAYA")));
    town.splits(60, YOUNG).unwrap();
    assert_eq!((hung_up(&town, OLD), town.of(OLD).open_pages.len()), (1, 0));
    // By hand as well; whom somebody asked for by name is asked all the same.
    let mut town = Town::with(&[(OLD, 0, P1)]);
    let page = Command::Page { whom: "U0KOFI".into(), why: None };
    town.asks(OLD, at(1), "U0ZOE", page).unwrap();
    town.asks(OLD, at(2), "U0ZOE", Command::Severity { to: P3, reason: None }).unwrap();
    let open: Vec<&Called> =
        town.of(OLD).open_pages.iter().map(|page| &page.paged.as_ref().unwrap().calls[0].called).collect();
    assert!(open.iter().all(|called| matches!(called, Called::Person(_))) && !open.is_empty(), "{open:?}");
    assert_eq!(hung_up(&town, OLD), 1);
    let mut town = Town::with(&[(OLD, 0, P1)]);
    town.asks(OLD, at(2), "U0ZOE", Command::Severity { to: P2, reason: None }).unwrap();
    assert_eq!(hung_up(&town, OLD), 1, "a P2 rings nobody");
    assert_eq!(town.last_page(OLD).unwrap().0, 2, "and pages by its own path");
}

#[test]
fn a_page_that_a_merge_brings_is_not_late_and_names_what_brought_it() {
    let mut town = Town::with(&[(OLD, 0, P3), (YOUNG, 60, P1)]);
    town.merges(66, "U0ZOE", YOUNG, OLD).unwrap();
    let late = town.events[&OLD]
        .iter()
        .any(|event| matches!(&event.kind, EventKind::Paged(paged) if paged.late.is_some()));
    assert!(!late, "nothing was late");
    let with: Vec<_> = town
        .said
        .iter()
        .filter_map(|(of, kind)| match kind {
            EffectKind::Say { say, .. } if *of == OLD => match say.as_ref() {
                Say::Page { with, .. } => Some(with.clone()),
                _ => None,
            },
            _ => None,
        })
        .collect();
    assert!(
        !with.is_empty() && with.iter().all(|with| *with == Some((YOUNG, "Stream 9 down".into()))),
        "{with:?}"
    );
    let mut town = Town::with(&[(OLD, 0, P1), (YOUNG, 0, P3)]);
    town.merges(1, "U0ZOE", YOUNG, OLD).unwrap();
    assert_eq!(town.of(OLD).called_with(), None, "it called nobody");
}

fn chain() -> (Town, [IncidentId; 3]) {
    let ids = [IncidentId(1), IncidentId(2), IncidentId(3)];
    (Town::with(&[(ids[0], 0, P3), (ids[1], 0, P4), (ids[2], 0, P1)]), ids)
}

#[test]
fn what_a_chain_raised_goes_back_at_each_of_its_links() {
    let (mut town, [first, second, third]) = chain();
    town.merges(1, "U0ZOE", third, second).unwrap();
    town.merges(2, "U0ZOE", second, first).unwrap();
    assert_eq!((town.of(first).severity, town.of(second).severity), (P1, P1));
    assert_eq!(town.splits(3, third).unwrap(), Done::SplitOff { from: first, back_to: Some(P3) });
    assert_eq!((town.of(first).severity, town.of(second).severity), (P3, P4));
    assert_eq!(town.of(first).parts[&second].severity, P4, "as the whole knows it");
    assert_eq!(town.clocks(second), [], "it rests all the same");
    town.splits(4, second).unwrap();
    assert_eq!((town.of(first).severity, town.of(second).severity), (P3, P4));
}

#[test]
fn raises_go_back_one_after_the_other_in_any_order() {
    let ids = [IncidentId(1), IncidentId(2), IncidentId(3)];
    for order in [[ids[1], ids[2]], [ids[2], ids[1]]] {
        let mut town = Town::with(&[(ids[0], 0, P3), (ids[1], 0, P2), (ids[2], 0, P1)]);
        town.merges(1, "U0ZOE", ids[1], ids[0]).unwrap();
        town.merges(2, "U0ZOE", ids[2], ids[0]).unwrap();
        town.splits(3, order[0]).unwrap();
        assert_eq!(town.of(ids[0]).severity, if order[0] == ids[2] { P2 } else { P1 });
        town.splits(4, order[1]).unwrap();
        assert_eq!(town.of(ids[0]).severity, P3, "{order:?}");
    }
}

/// To whom something is said by direct message about a merge.
fn told(town: &Town, id: IncidentId, is: fn(&MergeSaid) -> bool) -> Vec<To> {
    let said = town.said.iter().filter_map(|(of, kind)| match kind {
        EffectKind::Say { say, to, .. } if *of == id => match say.as_ref() {
            Say::Merge(said) if is(said) => Some(to.clone()),
            _ => None,
        },
        _ => None,
    });
    said.collect()
}

#[test]
fn whoever_had_a_role_in_it_is_told_where_it_goes_on_and_that_it_came_back() {
    let mut town = Town::with(&[(OLD, 0, P2), (YOUNG, 1, P2)]);
    town.asks(YOUNG, at(1), "U0KOFI", Command::Take { role: Role::Commander }).unwrap();
    let comms = Command::Role { role: Role::Comms, person: "U0ZOE".into() };
    town.asks(YOUNG, at(1), "U0KOFI", comms).unwrap();
    town.merges(2, "U0ZOE", YOUNG, OLD).unwrap();
    let yours = |said: &MergeSaid| matches!(said, MergeSaid::Yours { .. });
    assert_eq!(told(&town, YOUNG, yours), [person("U0KOFI")], "and not whoever did it");
    assert_eq!(told(&town, OLD, yours), []);
    town.splits(3, YOUNG).unwrap();
    let again = |said: &MergeSaid| matches!(said, MergeSaid::YoursAgain { .. });
    assert_eq!(told(&town, YOUNG, again), [person("U0KOFI"), person("U0ZOE")]);
}

/// What else is as bad goes on calling.
#[test]
fn a_split_stops_no_alarm_of_another_part() {
    let other = IncidentId(30);
    let mut town = Town::with(&[(OLD, 0, P3), (YOUNG, 1, P1), (other, 2, P1)]);
    town.merges(3, "U0IAN", YOUNG, OLD).unwrap();
    town.merges(3, "U0IAN", other, OLD).unwrap();
    assert_eq!(town.splits(4, YOUNG).unwrap(), Done::SplitOff { from: OLD, back_to: None });
    assert_eq!((town.of(OLD).severity, town.of(OLD).page_due().is_some()), (P1, true));
    let mut town = Town::with(&[(OLD, 0, P3), (YOUNG, 1, P1)]);
    town.merges(3, "U0IAN", YOUNG, OLD).unwrap();
    town.alert(4, AlertId(1), OLD, true);
    assert_eq!(town.splits(5, YOUNG).unwrap(), Done::SplitOff { from: OLD, back_to: None });
}

/// A severity that somebody set since stays.
#[test]
fn a_split_takes_back_its_own_raise_alone() {
    let mut town = Town::with(&[(OLD, 0, P4), (YOUNG, 1, P2)]);
    town.merges(3, "U0IAN", YOUNG, OLD).unwrap();
    town.asks(OLD, at(4), "U0IAN", Command::Severity { to: P1, reason: None }).unwrap();
    assert_eq!(town.splits(5, YOUNG).unwrap(), Done::SplitOff { from: OLD, back_to: None });
    assert_eq!(town.of(OLD).severity, P1);
}
