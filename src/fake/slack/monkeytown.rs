//! The workspace that a rehearsal starts in.

use jiff::Timestamp;

use super::world::{Bot, Channel, Person, Team, Usergroup, World};

const PEOPLE: [(&str, &str, &str, &str); 4] = [
    ("U0IAN", "ian", "Ian Malcolm", "America/New_York"),
    ("U0MAYA", "maya", "Maya Lindqvist", "Europe/Berlin"),
    ("U0KOFI", "kofi", "Kofi Mensah", "Africa/Accra"),
    ("U0ZOE", "zoe", "Zoe Tamahori", "Pacific/Auckland"),
];

const CHANNELS: [(&str, &str, &str); 6] = [
    ("C0EMERG", "monkeytown-emergencies", "Incidents are declared and run here"),
    ("C0ACTIONS", "github-actions", "Workflow runs"),
    ("C0DEPLOY", "deployments", "Deployments"),
    ("C0ONCALL", "on-call", "Who holds the pager"),
    ("C0METRICS", "metrics", "Alerts from the dashboards"),
    ("C0GENERAL", "general", "Everybody"),
];

/// The team, its people, groups and channels; the bot is in the emergencies channel alone.
pub fn world(bot_name: Option<&str>, now: Timestamp) -> World {
    let bot = Bot {
        user_id: "U0HOWLER".to_owned(),
        bot_id: "B0HOWLER".to_owned(),
        app_id: "A0HOWLER".to_owned(),
        name: bot_name.unwrap_or("howler").to_owned(),
    };
    let all: Vec<String> = PEOPLE.iter().map(|person| person.0.to_owned()).collect();
    let channels = CHANNELS.iter().map(|(id, name, purpose)| {
        let mut members = all.clone();
        if *id == "C0EMERG" {
            members.push(bot.user_id.clone());
        }
        Channel {
            id: (*id).to_owned(),
            name: (*name).to_owned(),
            creator: "U0MAYA".to_owned(),
            created: now.as_second(),
            members,
            purpose: (*purpose).to_owned(),
            ..Channel::default()
        }
    });
    let group = |id: &str, handle: &str, name: &str, users: Vec<String>| Usergroup {
        id: id.to_owned(),
        handle: handle.to_owned(),
        name: name.to_owned(),
        users,
        ..Usergroup::default()
    };
    let on_call = vec!["U0IAN".to_owned(), "U0MAYA".to_owned()];
    World {
        channels: channels.collect(),
        usergroups: vec![
            group("S0ONCALL", "monkeytown-oncall", "Monkeytown on call", on_call),
            group("S0ENG", "engineering", "Engineering", all.clone()),
        ],
        people: PEOPLE.iter().map(|person| self::person(*person)).collect(),
        team: Team {
            id: "T0MONKEY".to_owned(),
            name: "monkeytown".to_owned(),
            domain: "monkeytown".to_owned(),
            paid: true,
            ..Team::default()
        },
        bot,
        ..World::default()
    }
}

fn person((id, name, real_name, tz): (&str, &str, &str, &str)) -> Person {
    Person {
        id: id.to_owned(),
        name: name.to_owned(),
        real_name: real_name.to_owned(),
        tz: tz.to_owned(),
        ..Person::default()
    }
}
