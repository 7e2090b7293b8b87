//! `[[secret]]`: secrets that are to be rotated (runbook 5.1). A value has no place here.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, de};

use domain::credential::plan::{Every, Lives, Plan};
use domain::id::UserId;
use domain::oncall::zone::Zone;
use domain::text::{clean_line, shorten};

/// Most secrets.
const MOST: usize = 100;
/// Longest name, and longest word for where it lives, in characters.
const NAME_MOST: usize = 60;
/// Most days between two rotations: ten years.
const DAYS_MOST: u32 = 3_660;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    #[serde(rename = "where", default)]
    lives: Option<String>,
    #[serde(alias = "every")]
    rotate: Often,
    owner: Option<String>,
    rotated: Option<Day>,
    variable: Option<String>,
}

/// A word, or a number of days.
#[derive(Deserialize)]
#[serde(untagged)]
enum Often {
    Days(u32),
    Word(String),
}

/// A day as TOML has it, or as a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Day {
    Date(toml::value::Datetime),
    Text(String),
}

/// Whether it can be a name: what else stands there may be the secret itself.
pub fn is_name(text: &str) -> bool {
    let sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    !text.is_empty() && text.len() <= NAME_MOST && text.chars().all(sign)
}

impl Written {
    fn read(self) -> Result<Plan, String> {
        if !is_name(&self.name) {
            // What was written is not said again: it may be a value.
            return Err("a secret's name is one word such as VERCEL_TOKEN, and never its value".to_owned());
        }
        let wrong = |why: &str| format!("the secret {}: {why}", self.name);
        let every = match &self.rotate {
            Often::Days(days) if (1..=DAYS_MOST).contains(days) => Every::Days(*days),
            Often::Word(word) => match word.trim().to_lowercase().as_str() {
                "automatic" => Every::Automatic,
                "quarterly" => Every::Months(3),
                "semi-annually" => Every::Months(6),
                "annually" => Every::Months(12),
                _ => return Err(wrong(OFTEN)),
            },
            Often::Days(_) => return Err(wrong(OFTEN)),
        };
        let lives = clean_line(self.lives.as_deref().unwrap_or("somewhere"));
        let lives = match lives.to_lowercase().as_str() {
            "github" => Lives::GitHub,
            "vercel" => Lives::Vercel,
            _ => Lives::Elsewhere(shorten(&lives, NAME_MOST)),
        };
        let owner = self.owner.as_deref().map(str::trim);
        if owner.is_some_and(|owner| !super::is_person(owner)) {
            return Err(wrong("its owner is a person's id in Slack, such as U0123ABC"));
        }
        if self.variable.is_some() && lives != Lives::Vercel {
            return Err(wrong("variable is the id of one of Vercel's: write where = \"vercel\" beside it"));
        }
        let variable = self.variable.as_deref().map(str::trim);
        if variable.is_some_and(|id| !is_name(id)) {
            return Err(wrong("variable is an id such as env_1a2b3c, and never a value"));
        }
        let day = || wrong("rotated is a day, such as 2026-11-20");
        let rotated = self.rotated.as_ref().map(|rotated| match rotated {
            Day::Date(date) => date.to_string().parse::<Date>().map_err(|_| day()),
            Day::Text(text) => text.trim().parse::<Date>().map_err(|_| day()),
        });
        let (owner, variable) = (owner.map(UserId::from), variable.map(str::to_owned));
        let rotated = rotated.transpose()?;
        Ok(Plan { name: self.name, lives, every, owner, variable, rotated, zone: Zone::utc() })
    }
}

const OFTEN: &str =
    "rotate is \"quarterly\", \"semi-annually\", \"annually\", \"automatic\" or a number of days";

/// Names are keys: no two are the same.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Plan>, D::Error> {
    let written = Vec::<Written>::deserialize(from)?;
    if written.len() > MOST {
        return Err(de::Error::custom(format!("there are {} secrets, at most {MOST} can be", written.len())));
    }
    let mut plans: Vec<Plan> = Vec::new();
    for one in written {
        let plan = one.read().map_err(de::Error::custom)?;
        if plans.iter().any(|other| other.name.eq_ignore_ascii_case(&plan.name)) {
            return Err(de::Error::custom(format!("two secrets are called `{}`", plan.name)));
        }
        plans.push(plan);
    }
    Ok(plans)
}

#[cfg(test)]
mod tests {
    use super::super::{Config, problems};
    use super::*;

    const TOKEN: &str =
        "[[secret]]\nname = \"VERCEL_TOKEN\"\nwhere = \"github\"\nrotate = \"semi-annually\"\n";

    #[test]
    fn one_is_read_with_the_days_of_the_rotas_zone() {
        let text =
            format!("[rotation]\nzone = \"Europe/Berlin\"\n{TOKEN}owner = \"U0IAN\"\nrotated = 2026-08-31\n");
        let config = Config::parse(&text).unwrap();
        let [plan] = &config.credentials[..] else { panic!("{:?}", config.credentials) };
        assert_eq!((plan.lives.clone(), plan.every), (Lives::GitHub, Every::Months(6)));
        assert_eq!((plan.owner.clone(), plan.zone.name()), (Some("U0IAN".into()), "Europe/Berlin"));
        let day: Date = "2026-08-31".parse().unwrap();
        assert_eq!((plan.rotated, plan.due(day)), (Some(day), Some("2027-02-28".parse().unwrap())));
        // As the design has it.
        for (often, every) in [
            ("every = \"semi-annually\"", Every::Months(6)),
            ("rotate = \"Quarterly\"", Every::Months(3)),
            ("rotate = \"annually\"", Every::Months(12)),
            ("rotate = \"automatic\"", Every::Automatic),
            ("rotate = 45", Every::Days(45)),
        ] {
            let text = TOKEN.replace("rotate = \"semi-annually\"", often);
            assert_eq!(Config::parse(&text).unwrap().credentials[0].every, every, "{often}");
        }
    }

    #[test]
    fn each_mistake_says_what_to_write_and_repeats_no_value() {
        for (text, part) in [
            (TOKEN.replace("semi-annually", "sometimes"), "rotate is \"quarterly\""),
            (TOKEN.replace("\"semi-annually\"", "0"), "a number of days"),
            (TOKEN.replace("VERCEL_TOKEN", "hunter2=abc/def"), "never its value"),
            (format!("{TOKEN}owner = \"ian\"\n"), "a person's id in Slack"),
            (format!("{TOKEN}rotated = \"last week\"\n"), "rotated is a day"),
            (format!("{TOKEN}variable = \"env_1\"\n"), "where = \"vercel\""),
            (format!("{TOKEN}value = \"hunter2\"\n"), "value"),
            (TOKEN.to_owned() + &TOKEN.to_lowercase(), "two secrets are called"),
        ] {
            let found = problems(&text);
            assert!(found.len() == 1 && found[0].contains(part), "{text}: {found:#?}");
            assert!(part == "value" || !found[0].contains("hunter2"), "{found:#?}");
        }
    }
}
