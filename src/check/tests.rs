//! What is made of what was found: tables. The whole path is in tests/check.rs.

use jiff::{SignedDuration, Timestamp};

use super::slack::{May, Named, approvers, channel, clocks, may_set, mentioned, mentions, scopes};
use super::*;
use config::Mentions;
use delivery::{Greeting, Group, Seen};
use domain::actor::Actor;
use domain::refusal::Unfit;

fn found(line: &Line) -> (Level, &str) {
    (line.level, &line.words)
}

#[test]
fn a_clock_is_noted_past_five_seconds_and_fails_past_a_minute() {
    let slack = Timestamp::from_second(1_795_485_600).unwrap();
    for (off, level, part) in [
        (0, Level::Ok, "agrees"),
        (5_400, Level::Ok, "agrees"),
        (-4_400, Level::Ok, "agrees"),
        (6_000, Level::Note, "5 s ahead"),
        (-6_000, Level::Note, "6 s behind"),
        (60_000, Level::Note, "59 s ahead"),
        (61_000, Level::Fail, "60 s ahead of Slack's"),
        (-90_000, Level::Fail, "90 s behind Slack's"),
    ] {
        let own_time = slack + SignedDuration::from_millis(off);
        let line = clocks(&Greeting { scopes: None, slack_time: Some(slack), own_time });
        let (is, words) = found(&line);
        assert!(is == level && words.contains(part), "{off}: {line:?}");
        assert_eq!(level == Level::Ok, !words.contains("timedatectl"), "{words}");
    }
    assert_eq!(clocks(&Greeting { scopes: None, slack_time: None, own_time: slack }).level, Level::Note);
}

#[test]
fn each_missing_scope_is_named_with_its_purpose_and_each_surplus_one_is_noted() {
    let all = fake::slack::Manifest::parse(include_str!("../../manifest.yml")).unwrap().scopes;
    assert!(
        matches!(scopes(Some(&all)).as_slice(), [scopes, app] if scopes.level == Level::Ok && app.what == "app settings")
    );
    let mut private = all.clone();
    private.insert("groups:history".into());
    assert!(
        scopes(Some(&private)).iter().any(|line| line.level == Level::Ok && line.words.contains("private"))
    );
    let mut other = all;
    other.remove("pins:write");
    other.remove("im:write");
    other.insert("files:read".into());
    let lines = scopes(Some(&other));
    let words: Vec<_> = lines.iter().map(found).collect();
    assert!(
        matches!(
            words.as_slice(),
            [(Level::Fail, im), (Level::Fail, pins), (Level::Note, files), (Level::Note, _)]
                if im.contains("im:write is missing") && pins.contains("pin the card")
                    && pins.contains("reinstall") && files.contains("files:read")
        ),
        "{words:?}"
    );
    assert_eq!(scopes(None)[0].level, Level::Note);
}

#[test]
fn channels_as_slack_shows_them() {
    let seen = |name: &str, is_private, is_archived, is_member| Seen {
        id: "C1".into(),
        name: name.into(),
        is_private,
        is_archived,
        is_member,
    };
    let all = [
        seen("in", false, false, true),
        seen("out", false, false, false),
        seen("old", false, true, true),
        seen("secret", true, false, false),
    ];
    for (name, join, see_private, level, part) in [
        ("#in", true, false, Level::Ok, "howler is in it"),
        ("#IN", true, false, Level::Ok, "howler is in it"),
        ("C1", true, false, Level::Ok, "howler is in it"),
        ("#out", true, false, Level::Ok, "joins"),
        ("#out", false, false, Level::Fail, "/invite @howler"),
        ("#old", true, false, Level::Fail, "archived"),
        ("#secret", true, true, Level::Fail, "/invite @howler"),
        ("#none", true, false, Level::Fail, "groups:read"),
        ("#none", true, true, Level::Fail, "no such channel"),
    ] {
        let may = May { join, see_private, read_private: see_private };
        for key in ["emergencies", "on_call"] {
            let line = channel(Named::Key(key), name, None, &all, may);
            assert!(line.level == level && line.words.contains(part), "{key} {name}: {line:?}");
        }
        let other = channel(Named::Key("metrics"), name, None, &all, may);
        let softer = if level == Level::Fail { Level::Note } else { level };
        assert_eq!(other.level, softer, "{other:?}");
        let rule = channel(Named::Rule(2), name, None, &all, may);
        let named =
            level == Level::Ok || name == "#out" || rule.words.contains("number 2") || name == "#secret";
        assert!(rule.level == level && named && rule.words.contains(part), "{rule:?}");
    }
    let all =
        [seen("secret", true, false, true), Seen { id: "C2".into(), ..seen("new-name", false, false, true) }];
    let may = May { join: true, see_private: true, read_private: true };
    assert_eq!(channel(Named::Key("emergencies"), "#secret", None, &all, may).level, Level::Ok);
    let unread =
        channel(Named::Key("emergencies"), "#secret", None, &all, May { read_private: false, ..may });
    assert!(unread.level == Level::Fail && unread.words.contains("groups:history"), "{unread:?}");
    let renamed = channel(Named::Key("emergencies"), "#old-name", Some(&"C2".into()), &all, may);
    assert!(renamed.level == Level::Note && renamed.words.contains("#new-name"), "{renamed:?}");
    let gone = channel(Named::Key("emergencies"), "#old-name", Some(&"C9".into()), &all, may);
    assert_eq!(gone.level, Level::Fail, "{gone:?}");
}

#[test]
fn whether_the_group_may_be_changed_is_told_by_the_setting() {
    for (tried, level, part) in [
        (Ok(Some(())), Level::Ok, "may change it"),
        (Ok(None), Level::Note, "could not be tried"),
        (
            Err("permission_denied"),
            Level::Fail,
            "Tools & settings, Workspace settings, Permissions, User Groups",
        ),
        (Err("plan_upgrade_required"), Level::Note, "no user groups"),
        (Err("howler's Slack app lacks the scope usergroups:write"), Level::Fail, "usergroups:write"),
    ] {
        let line = may_set(&tried.map_err(str::to_owned));
        assert!(line.level == level && line.words.contains(part), "{line:?}");
        assert!(!line.words.contains("  "), "{line:?}");
    }
}

#[test]
fn people_and_groups_that_are_named_are_looked_up() {
    for (fitness, level, part) in [
        (Ok(None), Level::Ok, "knows U1"),
        (Ok(Some(Unfit::Left)), Level::Fail, "has left"),
        (Ok(Some(Unfit::Bot)), Level::Fail, "is a bot"),
        (Ok(Some(Unfit::Unknown)), Level::Fail, "nobody"),
        (Err("Slack asked howler to slow down".to_owned()), Level::Note, "does not tell"),
    ] {
        let line = mentioned("oncall", "U1", &fitness);
        assert!(line.level == level && line.words.contains(part), "{line:?}");
    }
    let group = |id: &str, date_delete| Group { id: id.into(), handle: "sre".into(), date_delete };
    let groups = Ok(vec![group("S1", 0), group("S2", 7)]);
    for (id, level) in [("S1", Level::Ok), ("S2", Level::Fail), ("S3", Level::Fail)] {
        assert_eq!(approvers(id, &groups).level, level, "{id}");
    }
    assert_eq!(approvers("S1", &Err("free plan".into())).level, Level::Note);
}

#[test]
fn mentions_that_call_nobody_are_told() {
    let group =
        |id: &str, handle: &str, date_delete| Group { id: id.into(), handle: handle.into(), date_delete };
    let groups = Ok(vec![group("S1", "oncall", 0), group("S2", "gone", 7)]);
    let refused = Err("howler's Slack app lacks the scope usergroups:read".to_owned());
    for (mention, groups, level, part) in [
        ("S1", &groups, Level::Ok, "@oncall"),
        ("S2", &groups, Level::Fail, "disabled"),
        ("S3", &groups, Level::Fail, "no user group"),
        ("S1", &refused, Level::Note, "usergroups:read"),
        ("@oncall", &refused, Level::Note, "usergroups:read"),
        ("@oncall", &groups, Level::Ok, "\"S1\""),
        ("@nobody", &groups, Level::Note, "name whoever is on call"),
        ("@gone", &groups, Level::Note, "name whoever is on call"),
    ] {
        let asked = Mentions { oncall: mention.into(), engineering: "S1".into(), ..Mentions::default() };
        let line = mentions(&asked, groups).remove(0);
        assert!(line.level == level && line.words.contains(part), "{mention}: {line:?}");
    }
}

#[test]
fn room_on_the_disk() {
    for (mebibytes, level) in
        [(0, Level::Fail), (99, Level::Fail), (100, Level::Note), (1023, Level::Note), (1024, Level::Ok)]
    {
        assert_eq!(folder::room_line(mebibytes).level, level, "{mebibytes}");
    }
}

#[test]
fn the_environment_names_what_is_missing_and_shows_no_value() {
    let none = environment::lines(&|_: &str| None);
    let failed: Vec<_> =
        none.iter().filter(|line| line.level == Level::Fail).map(|line| line.what.as_str()).collect();
    assert_eq!(failed, ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"]);
    let set = environment::lines(&|name: &str| match name {
        "SLACK_BOT_TOKEN" => Some("xoxb-1-sesame".into()),
        "SLACK_SIGNING_SECRET" => Some("0123456789abcdef0123456789abcdef".into()),
        "SLACK_API_URL" => Some("https://slack.com/sesame".into()),
        _ => Some("sesame".into()),
    });
    let failed = set.iter().filter(|line| line.level == Level::Fail).map(|line| line.what.as_str());
    let phones = ["TWILIO_ACCOUNT_SID", "TWILIO_API_URL", "PAGERDUTY_API_URL"];
    let wrong: Vec<_> =
        ["PROMETHEUS_URL", "SLACK_API_URL", "SLACK_APP_TOKEN", "GITHUB_API_URL", "VERCEL_API_URL"]
            .into_iter()
            .chain(phones)
            .chain(["HOWLER_AUDIT_KEY", "HOWLER_AUDIT_KEY_BEFORE"])
            .collect();
    assert_eq!(failed.collect::<Vec<_>>(), wrong);
    let secret = set.iter().filter(|line| !line.what.ends_with("_URL"));
    assert!(secret.clone().count() == 19 && secret.clone().all(|line| !line.words.contains("sesame")));
    let socket = environment::lines(&|name: &str| (name == "SLACK_APP_TOKEN").then(|| "xapp-1".into()));
    let failed = socket.iter().filter(|line| line.level == Level::Fail).map(|line| line.what.as_str());
    assert_eq!(failed.collect::<Vec<_>>(), ["SLACK_BOT_TOKEN"], "no signature is needed then");
}

#[test]
fn a_sources_secret_that_is_weak_or_does_not_fit_is_noted() {
    let good = "0123456789abcdef0123456789abcdef";
    for (name, value, part) in [
        ("HOWLER_HOOK_TOKEN", "", "not set, so off"),
        ("HOWLER_HOOK_TOKEN", good, "set"),
        ("HOWLER_HOOK_TOKEN", "short", "short enough to be guessed"),
        ("UPTIMEROBOT_TOKEN", "0123456789abc/ef", "stands in addresses"),
        ("GITHUB_WEBHOOK_SECRET", "0123456789abc/ef", "set"),
        ("VERCEL_WEBHOOK_SECRET", " , ", "commas alone"),
        ("GRAFANA_WEBHOOK_SECRET", "0123456789abcdef,0123456789abcdee", "with two secrets"),
        ("GITHUB_WEBHOOK_SECRET", "a,b,c", "more than two secrets"),
    ] {
        let lines = environment::lines(&|asked: &str| (asked == name).then(|| value.into()));
        let line = lines.into_iter().find(|line| line.what == name).unwrap();
        let is = if part == "more than two secrets" {
            Level::Fail
        } else if value == good || part == "set" {
            Level::Ok
        } else {
            Level::Note
        };
        assert!(line.level == is && line.words.contains(part), "{value}: {line:?}");
    }
}

#[test]
fn whoever_is_on_call_without_a_name_in_the_cluster_is_told() {
    let turns = oncall::Turns {
        people: [("U0IAN".into(), Timestamp::UNIX_EPOCH), ("U0MAYA".into(), Timestamp::UNIX_EPOCH)].into(),
        gaps: Vec::new(),
    };
    let names = |ids: &[&str]| ids.iter().map(|id| ((*id).into(), format!("{id}@monkeytown.ai"))).collect();
    assert_eq!(oncall::nameless(&turns, &names(&[])), None, "actions act under howler's own identity");
    assert_eq!(oncall::nameless(&turns, &names(&["U0IAN", "U0MAYA"])).unwrap().level, Level::Ok);
    let missing = oncall::nameless(&turns, &names(&["U0IAN"])).unwrap();
    assert!(missing.level == Level::Fail && missing.words.starts_with("U0MAYA cannot ask"), "{missing:?}");
}

#[test]
fn whether_the_audit_is_signed_is_told() {
    use domain::run::audit::Ledger;
    use domain::run::signed::Keys;
    use domain::secret::Secret;
    let keys = |key: &str| Keys::new(Some(&Secret::new(key)), None);
    let (ours, other) = (keys("0123456789abcdef0123456789abcdef"), keys("fedcba9876543210fedcba9876543210"));
    let mut signed = Ledger::default();
    let begins = ours.begins(&signed).unwrap();
    let row = signed.next(Timestamp::UNIX_EPOCH, Actor::Howler, begins, &ours);
    signed.take(&row).unwrap();
    let broken = Ledger { broken: Some("row 2 is missing".into()), ..Ledger::default() };
    for (ledger, keys, level, part) in [
        (&Ledger::default(), &Keys::default(), Level::Note, "openssl rand -hex 32"),
        (&Ledger::default(), &ours, Level::Note, "from the next start on"),
        (&signed, &ours, Level::Ok, "signed from row 1 on"),
        (&signed, &other, Level::Fail, "set HOWLER_AUDIT_KEY to the key that signed it"),
        (&signed, &Keys::default(), Level::Fail, "no key is set"),
        (&broken, &ours, Level::Fail, "row 2 is missing"),
    ] {
        let line = audit::told(ledger, keys);
        assert!(line.level == level && line.words.contains(part), "{line:?}");
    }
}
