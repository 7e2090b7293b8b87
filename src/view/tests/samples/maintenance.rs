//! Maintenance: every answer, refusal and notice.

use super::{Named, Texts, at, bea, ian, late, named};
use crate::Via;
use domain::answer::Private;
use domain::feature::{self, FeatureAnswer};
use domain::maintenance::line::{MaintenanceAnswer, MaintenanceRefusal, Notice, Unclear};
use domain::maintenance::{Maintenance, MaintenanceId};
use domain::oncall::when::WhenProblem;

fn one(number: u64, texts: &Texts, from: &str) -> Maintenance {
    let (title, by) = (texts.title.clone(), ian());
    let (from, until) = (at(from), at("04:00"));
    Maintenance {
        id: MaintenanceId(number),
        title,
        by: by.into(),
        at: at("02:00"),
        from,
        until,
        ended: None,
        events: 1,
    }
}

fn answers(texts: &Texts) -> Vec<(&'static str, MaintenanceAnswer)> {
    let now = at("02:00");
    let (id, title) = (MaintenanceId(2), texts.title.clone());
    let all = vec![one(1, texts, "02:00"), one(2, texts, "03:00")];
    let scheduled = |from| {
        let until = from + super::minutes(26 * 60);
        MaintenanceAnswer::Scheduled { id, title: title.clone(), from, until, now }
    };
    let mut answers = vec![
        ("maintenance, nothing", MaintenanceAnswer::List { all: Vec::new(), now }),
        ("maintenance, a list", MaintenanceAnswer::List { all: all.clone(), now }),
        ("maintenance, many", MaintenanceAnswer::List { all: vec![one(1, texts, "03:00"); 12], now }),
        ("maintenance from now", scheduled(now)),
        ("maintenance later", scheduled(at("03:00"))),
        ("maintenance done", MaintenanceAnswer::Done { id, title: title.clone() }),
        ("maintenance, help", MaintenanceAnswer::Help),
    ];
    let word = texts.text.chars().take(20).collect::<String>();
    let unclear = [
        Unclear::Word { word: word.clone(), nearest: None },
        Unclear::Word { word: word.clone(), nearest: Some("done".into()) },
        Unclear::NoEnd,
        Unclear::NoTitle,
        Unclear::TitleTooLong { most: 120 },
        Unclear::NotANumber { word: word.clone() },
    ];
    answers.extend(unclear.map(|unclear| ("maintenance, unclear", MaintenanceAnswer::Unclear(unclear))));
    let refusals = [
        MaintenanceRefusal::When(WhenProblem::NotATime { words: word }),
        MaintenanceRefusal::Past { from: at("01:00") },
        MaintenanceRefusal::NoLength,
        MaintenanceRefusal::TooLong { hours: 168 },
        MaintenanceRefusal::TooFar { days: 366 },
        MaintenanceRefusal::Twice { id, until: at("04:00") },
        MaintenanceRefusal::TooMany { most: 50 },
        MaintenanceRefusal::NothingScheduled,
        MaintenanceRefusal::NoSuch { id },
        MaintenanceRefusal::OverAlready { id, at: at("03:10") },
        MaintenanceRefusal::Several { all },
    ];
    answers.extend(refusals.map(|refusal| ("maintenance, refused", MaintenanceAnswer::Refused(refusal))));
    answers
}

pub fn maintenance(texts: &Texts) -> Vec<Named> {
    let answers = answers(texts).into_iter().map(|(name, answer)| {
        let answer = Private::Feature(Box::new(FeatureAnswer::Maintenance(answer)));
        (name, crate::private(&answer, Via::Slash))
    });
    let notices = [
        ("maintenance begins", "02:00", Notice::Scheduled { at: at("02:00") }),
        ("maintenance is planned", "03:00", Notice::Scheduled { at: at("02:00") }),
        ("maintenance is over", "02:00", Notice::Over { late: None }),
        ("maintenance is over, late", "02:00", Notice::Over { late: Some(late()) }),
        ("maintenance ended", "02:00", Notice::Done { by: bea().into(), at: at("03:00") }),
        ("maintenance called off", "03:00", Notice::Done { by: bea().into(), at: at("02:30") }),
    ];
    let notices = notices.into_iter().map(|(name, from, notice)| {
        (name, crate::notice(&feature::Notice::Maintenance(Box::new(one(2, texts, from)), notice), &named()))
    });
    answers.chain(notices).collect()
}
