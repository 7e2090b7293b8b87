//! Secrets that are to be rotated: every answer, refusal and notice, and a card's checklist.

use jiff::civil::Date;

use super::{Named, Story, Texts, at, bea, ian, late, mapped};
use crate::Via;
use domain::Severity;
use domain::answer::Private;
use domain::credential::line::{CredentialAnswer, CredentialRefusal, Notice, Stands, Teller, Unclear};
use domain::credential::plan::{Every, Lives, Plan};
use domain::effect::CardPlace;
use domain::feature::{self, FeatureAnswer};
use domain::incident::Incident;
use domain::incident::event::EventKind;
use domain::incident::exposed::{Exposed, SecretNews};
use domain::oncall::zone::Zone;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn stands(name: &str, every: Every, rotated: Option<&str>, days: Option<i64>) -> Stands {
    Stands {
        name: name.into(),
        lives: Lives::GitHub,
        every,
        owner: Some(ian()),
        rotated: rotated.map(day),
        by: rotated.map(|_| Teller { by: bea().into(), said: None, at: at("02:00") }),
        due: days.map(|_| day("2026-12-08")),
        days,
    }
}

fn answers(texts: &Texts) -> Vec<(&'static str, CredentialAnswer)> {
    let name = || "VERCEL_TOKEN".to_owned();
    let half = stands("VERCEL_TOKEN", Every::Months(6), Some("2026-06-08"), Some(14));
    let by = || Some(Teller { by: bea().into(), said: None, at: at("02:00") });
    let said = Some(Teller { by: domain::actor::Actor::Howler, said: Some(Lives::GitHub), at: at("02:00") });
    let all = vec![
        Stands { owner: None, lives: Lives::Vercel, ..stands("DATABASE_URL", Every::Months(12), None, None) },
        stands("MAIL_KEY", Every::Days(45), Some("2026-10-20"), Some(-4)),
        half.clone(),
        Stands {
            by: said,
            lives: Lives::Elsewhere(texts.title.clone()),
            ..stands("MINIMAX_API_KEY", Every::Months(3), Some("2026-11-01"), Some(67))
        },
        stands("GITHUB_TOKEN", Every::Automatic, None, None),
    ];
    let mut answers = vec![
        ("secrets, none", CredentialAnswer::List { all: Vec::new(), cannot: Vec::new() }),
        ("secrets", CredentialAnswer::List { all, cannot: vec![texts.text.clone()] }),
        ("secrets, many", CredentialAnswer::List { all: vec![half.clone(); 60], cannot: Vec::new() }),
        ("a secret is rotated", CredentialAnswer::Rotated { stands: Box::new(half.clone()) }),
        ("a rotation is undone", CredentialAnswer::Undone { stands: Box::new(half) }),
        ("which secret", CredentialAnswer::Unclear(Unclear::NoName)),
        ("a secret itself may stand there", CredentialAnswer::Unclear(Unclear::More)),
    ];
    let refusals = [
        CredentialRefusal::None,
        CredentialRefusal::NoSuch { near: vec![name()] },
        CredentialRefusal::NoSuch { near: Vec::new() },
        CredentialRefusal::Automatic { name: "GITHUB_TOKEN".into() },
        CredentialRefusal::Future { name: name() },
        CredentialRefusal::Older { name: name(), known: day("2026-11-20") },
        CredentialRefusal::Again { name: name(), on: day("2026-11-24"), by: by() },
        CredentialRefusal::NothingToUndo { name: name(), configured: true },
        CredentialRefusal::NothingToUndo { name: name(), configured: false },
    ];
    answers.extend(refusals.map(|refusal| ("a secret, refused", CredentialAnswer::Refused(refusal))));
    answers
}

/// A card of an incident of security, with one of its secrets rotated.
fn checklist(texts: &Texts) -> Vec<Named> {
    let exposed = |name: &str| Exposed { name: name.into(), lives: Lives::GitHub, rotated: None };
    let secrets = ["VERCEL_TOKEN", "MINIMAX_API_KEY", "DATABASE_URL"].map(exposed).to_vec();
    let many = (0..20).map(|number| exposed(&format!("KEY_{number}"))).collect();
    let story = |secrets: Vec<Exposed>, rotated: &str| {
        let news = |news| EventKind::Secrets(Box::new(news));
        let rotated = SecretNews::Rotated { name: rotated.to_owned() };
        Story::new(texts, Severity::P1)
            .then("02:01", None, news(SecretNews::Proposed { secrets }))
            .then("02:20", Some(ian()), news(rotated))
            .incident()
    };
    let card = |incident: &Incident, place| crate::card(incident, place, &mapped());
    vec![
        ("a checklist of secrets", card(&story(secrets, "VERCEL_TOKEN"), CardPlace::Emergencies)),
        ("a long checklist of secrets", card(&story(many, "KEY_3"), CardPlace::Room)),
    ]
}

pub fn credentials(texts: &Texts) -> Vec<Named> {
    let answers = answers(texts).into_iter().map(|(name, answer)| {
        let answer = Private::Feature(Box::new(FeatureAnswer::Credential(answer)));
        (name, crate::private(&answer, Via::Slash))
    });
    let (due, today) = (day("2026-12-08"), |text| day(text));
    let on = at("02:00");
    let notices = [
        ("a secret is due", Notice::Due { due, today: today("2026-11-24"), late: None }),
        ("a secret is due today, late", Notice::Due { due, today: today("2026-12-08"), late: Some(late()) }),
        ("a secret is overdue", Notice::Due { due, today: today("2026-12-15"), late: None }),
        ("a secret was changed", Notice::Seen { on, said: Lives::Vercel, due: Some(due) }),
    ];
    let plan = Plan {
        name: "VERCEL_TOKEN".into(),
        lives: Lives::GitHub,
        every: Every::Months(6),
        owner: Some(ian()),
        variable: None,
        rotated: None,
        zone: Zone::utc(),
    };
    let notices = notices.into_iter().map(|(name, notice)| {
        let notice = feature::Notice::Credential(Box::new(plan.clone()), notice);
        (name, crate::notice(&notice, &super::named()))
    });
    answers.chain(notices).chain(checklist(texts)).collect()
}
