//! Secrets that are to be rotated, over the whole path: listed, recorded, reminded of, told by their sources, and ticked off on an
//! incident's card; over a kill, a backup and an export.

use std::process::Command;

use config::secrets::HookSecrets;
use fake::alerts::Vercel;
use jiff::{SignedDuration, Timestamp};

use crate::harness::{EMERGENCIES, World};
use crate::hooks::sends;

const DAY: i64 = 24 * 60;
const ON_CALL: &str = "#on-call";

/// The runbook's five as they ship, uncommented, with an owner and two days that the file knows. It is 24 November.
fn shipped() -> String {
    let example = std::fs::read_to_string("howler.example.toml").unwrap();
    let begins = example.find("# [[secret]]").unwrap();
    let part = &example[begins..example[begins..].find("\n\n").map_or(example.len(), |end| begins + end)];
    let lines = part.lines().map(|line| line.strip_prefix("# ").unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n").replace("U0123ABC", "U0IAN").replace("2026-11-20", "2026-09-01")
}

fn plain(text: &str) -> String {
    text.replace(['*', '`', '\u{2060}'], "")
}

async fn oncall(world: &World, line: &str) -> String {
    plain(&world.ian().types(EMERGENCIES, &format!("/oncall {line}")).await)
}

#[tokio::test]
async fn the_runbooks_five_are_listed_recorded_and_undone() {
    let mut world = World::with_config(&shipped()).await;
    let listed = oncall(&world, "secrets").await;
    for part in [
        "5 secrets, by name alone",
        "MINIMAX_API_KEY (GitHub): 7 days left, due 2026-12-01; rotated 2026-09-01; quarterly, <@U0IAN>",
        "VERCEL_TOKEN (GitHub): cannot tell, nobody recorded when it was rotated; semi-annually",
        "GITHUB_TOKEN (GitHub): rotates by itself",
        "DATABASE_URL (Vercel): cannot tell",
        // Nobody could be asked.
        "GITHUB_TOKEN",
    ] {
        assert!(listed.contains(part), "{part} in {listed}");
    }
    for (line, part) in [
        ("rotated VERCEL_TOKN", "No secret has that name. Near: VERCEL_TOKEN"),
        ("rotated GITHUB_TOKEN", "rotates by itself"),
        ("rotated VERCEL_TOKEN on 2027-01-01", "That day is to come"),
        ("rotated", "Which one?"),
        ("rotated VERCEL_TOKEN undo", "Nobody recorded a rotation"),
        (
            "rotated VERCEL_TOKEN on 2026-11-20",
            "VERCEL_TOKEN is rotated, 2026-11-20. Due again on 2027-05-20.",
        ),
        ("rotated VERCEL_TOKEN on 2026-11-20", "already, says <@U0IAN>"),
        ("rotated VERCEL_TOKEN on 2026-11-01", "rotated later than that, on 2026-11-20"),
        ("rotated vercel_token today", "Due again on 2027-05-24"),
    ] {
        let told = oncall(&world, line).await;
        assert!(told.contains(part), "{line}: {told}");
    }
    world.ian().clicks(EMERGENCIES, "rotated").await;
    let listed = oncall(&world, "secrets").await;
    assert!(listed.contains("rotated 2026-11-20, says <@U0IAN>"), "the newest one was undone: {listed}");
    // What is taken out of the file keeps its days.
    assert!(world.stop().await);
    let all = world.setup().config.credentials;
    world.configure(|config| config.credentials.clear());
    world.start_howler().await;
    assert!(oncall(&world, "secrets").await.contains("No secrets are listed"));
    assert!(world.stop().await);
    world.configure(|config| config.credentials = all);
    world.start_howler().await;
    assert!(oncall(&world, "secrets").await.contains("rotated 2026-11-20, says <@U0IAN>"));
}

#[tokio::test]
async fn what_may_be_a_value_is_refused_and_kept_nowhere() {
    let mut world = World::with_config(&shipped()).await;
    for line in
        ["rotated VERCEL_TOKEN hunter2-0815", "rotated VERCEL_TOKEN=hunter2-0815", "rotated hunter2-0815"]
    {
        let told = oncall(&world, line).await;
        assert!(!told.contains("hunter2"), "{line}: {told}");
        assert!(told.contains("Nothing was recorded"), "{line}: {told}");
    }
    world.ian().says(EMERGENCIES, "@howler oncall rotated VERCEL_TOKEN hunter2-0815").await;
    assert!(world.stop().await);
    let mut files = 0;
    for entry in std::fs::read_dir(world.data()).unwrap().flatten() {
        let path = entry.path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            assert!(!bytes.windows(7).any(|part| part == b"hunter2"), "{}", path.display());
            files += 1;
        }
    }
    assert!(files > 1, "the store is in {files} files");
}

/// Reminders in a person's direct messages, in order.
fn reminders(world: &World, person: &str) -> Vec<(Timestamp, String)> {
    if !world.has_channel(person) {
        return Vec::new();
    }
    let channel = world.channel(person);
    let told = channel.messages.iter().filter(|message| message.text.contains("to be rotated"));
    let read = told.map(|message| {
        let seconds: i64 = message.ts.split('.').next().unwrap().parse().unwrap();
        (Timestamp::from_second(seconds).unwrap(), plain(&message.text))
    });
    read.collect()
}

#[tokio::test]
async fn the_owner_is_reminded_once_each_by_day_and_a_kill_in_between_changes_nothing() {
    // Due on 8 December: 24 November is 14 days before, at 09:00.
    let toml = "[rotation]\nmembers = [\"U0MAYA\", \"U0KOFI\"]\n\
                [[secret]]\nname = \"MAIL_KEY\"\nrotate = 30\nrotated = 2026-11-08\nowner = \"U0IAN\"\n\
                [[secret]]\nname = \"OTHER_KEY\"\nrotate = \"annually\"\n";
    let mut world = World::with_config(toml).await;
    world.forward(6 * 60).await;
    assert!(reminders(&world, "ian").is_empty(), "it is 08:00");
    world.forward(60).await;
    world.settle().await;
    let first = reminders(&world, "ian");
    assert_eq!(first.len(), 1);
    assert!(
        first[0].1.contains("MAIL_KEY (somewhere) is to be rotated in 14 days, on 2026-12-08."),
        "{first:?}"
    );
    world.crash().await;
    world.start_howler().await;
    world.settle().await;
    // Sunday's brief names what is due within its week: on the 6th, and not on the 29th.
    world.forward(5 * DAY).await;
    world.settle().await;
    let brief = plain(&world.channel("kofi").last("You are on call").text);
    assert!(brief.contains("1 secret of which nobody recorded") && !brief.contains("To rotate"), "{brief}");
    // It is down over the second one, and comes up at night.
    world.crash().await;
    world.clock.advance(SignedDuration::from_hours(24 * 6 + 16));
    world.start_howler().await;
    world.settle().await;
    assert_eq!(reminders(&world, "ian").len(), 1, "at {}", world.clock.now());
    let brief = plain(&world.channel("maya").last("You are on call").text);
    assert!(brief.contains("To rotate this week: MAIL_KEY (due 2026-12-08, <@U0IAN>)."), "{brief}");
    world.forward(10 * 60).await;
    world.settle().await;
    let second = reminders(&world, "ian");
    assert_eq!(second.len(), 2);
    let hour = |at: Timestamp| at.strftime("%H:%M").to_string();
    assert_eq!(hour(second[1].0), "09:00");
    assert!(second[1].1.contains("This came late: due 2026-12-05 09:00 UTC; howler was down"), "{second:?}");
    // On the day, and each week from then on, until it is pressed.
    world.forward(16 * DAY).await;
    world.settle().await;
    let days: Vec<String> =
        reminders(&world, "ian").iter().map(|(at, _)| at.strftime("%m-%d %H:%M").to_string()).collect();
    assert_eq!(days[2..], ["12-08 09:00", "12-15 09:00", "12-22 09:00"]);
    assert!(plain(&reminders(&world, "ian")[4].1).contains("was to be rotated 14 days ago"));
    let pressed = world.ian().button("ian", "rotated").ts;
    for _ in 0..2 {
        world.ian().clicks_on("@howler", &pressed, "rotated").await;
    }
    let listed = oncall(&world, "secrets").await;
    assert!(listed.contains("MAIL_KEY (somewhere): 30 days left"), "{listed}");
    world.forward(10 * DAY).await;
    assert_eq!(reminders(&world, "ian").len(), 5);
}

#[tokio::test]
async fn github_and_vercel_tell_by_themselves() {
    let toml = "[[secret]]\nname = \"VERCEL_TOKEN\"\nwhere = \"github\"\nrotate = \"semi-annually\"\nowner = \"U0IAN\"\n\
                [[secret]]\nname = \"GONE_KEY\"\nwhere = \"github\"\nrotate = 30\n\
                [[secret]]\nname = \"REDIS_URL\"\nwhere = \"vercel\"\nrotate = \"annually\"\nvariable = \"env_redis\"\nowner = \"U0IAN\"\n";
    let world = World::with_hub(toml, |all| {
        all.hooks = HookSecrets { vercel: Some("vercel-secret".into()), ..HookSecrets::default() };
    })
    .await;
    world.github().repository().secrets = vec!["VERCEL_TOKEN".into(), "UNRELATED".into()];
    world.forward(1).await;
    world.asked().await;
    let listed = oncall(&world, "secrets").await;
    assert!(listed.contains("VERCEL_TOKEN (GitHub): overdue since 2026-08-03"), "{listed}");
    assert!(listed.contains("rotated 2026-02-03, says GitHub; semi-annually, <@U0IAN>"), "{listed}");
    assert!(listed.contains("GitHub lists no secret GONE_KEY"), "{listed}");
    assert_eq!(world.count("ian", "I take that for its rotation"), 0, "what is read first is no news");
    let changed = world.clock.now();
    world.github().repository().secrets_changed.insert("VERCEL_TOKEN".into(), changed);
    world.forward(61).await;
    world.asked().await;
    assert_eq!(world.count("ian", "I take that for its rotation"), 1);
    world.forward(61).await;
    world.asked().await;
    assert_eq!(world.count("ian", "I take that for its rotation"), 1, "once");
    let asked = world.github().calls().into_iter().filter(|call| call.target.contains("/actions/secrets"));
    let asked: Vec<String> = asked.map(|call| call.target).collect();
    assert_eq!(asked[0], "/repos/anomalyco/monkeytown/actions/secrets?per_page=100&page=1");
    // It was no rotation, and GitHub's word for it does not come back.
    world.ian().clicks_direct("rotated").await;
    world.forward(61).await;
    world.asked().await;
    let listed = oncall(&world, "secrets").await;
    assert!(listed.contains("VERCEL_TOKEN (GitHub): overdue since 2026-08-03"), "{listed}");
    // Vercel's webhook names a variable by its id.
    let vercel = Vercel { secret: "vercel-secret".into() };
    for (variable, id) in [("env_other", "evt_1"), ("env_redis", "evt_2"), ("env_redis", "evt_2")] {
        let post = vercel.variable("project.env-variable.updated", variable, world.clock.now(), id);
        assert_eq!(sends(&world, &post).await, 200);
    }
    world.settle().await;
    let listed = oncall(&world, "secrets").await;
    assert!(
        listed.contains("REDIS_URL (Vercel): 365 days left, due 2027-11-24; rotated 2026-11-24, says Vercel"),
        "{listed}"
    );
}

#[tokio::test]
async fn an_incident_of_security_has_a_checklist_that_is_ticked_off() {
    let world = World::with_config(&shipped()).await;
    world.ian().types(EMERGENCIES, "/incident p2 Search is slow").await;
    world.ian().types(EMERGENCIES, "/incident p1 Token leaked in a public repository").await;
    let card = || plain(&world.channel(EMERGENCIES).last("DECLARED: Token leaked").text);
    let shown = card();
    assert!(shown.contains("Secrets that may be exposed: 0 of 4 rotated."), "{shown}");
    assert!(shown.contains("☐ VERCEL_TOKEN (GitHub)") && !shown.contains("GITHUB_TOKEN"), "{shown}");
    assert_eq!(world.count(EMERGENCIES, "Secrets that may be exposed"), 1, "the other one has none");
    world.maya().types(ON_CALL, "/oncall rotated VERCEL_TOKEN").await;
    world.settle().await;
    let shown = card();
    assert!(
        shown.contains("1 of 4 rotated") && shown.contains("☑ VERCEL_TOKEN (GitHub), by <@U0MAYA>"),
        "{shown}"
    );
    let before = plain(&world.ian().types(EMERGENCIES, "/incident timeline 2").await);
    assert!(
        before.contains("4 secrets may be exposed: rotate them.") && before.contains("rotated VERCEL_TOKEN.")
    );
    world.ian().clicks(EMERGENCIES, "rotated").await;
    world.settle().await;
    assert!(card().contains("2 of 4 rotated"), "{}", card());
    world.ian().types(EMERGENCIES, "/oncall rotated VERCEL_TOKEN undo").await;
    world.settle().await;
    assert!(card().contains("1 of 4 rotated"), "{}", card());
}

#[tokio::test]
async fn a_backup_and_an_export_have_names_and_days() {
    let mut world = World::with_config(&shipped()).await;
    oncall(&world, "rotated VERCEL_TOKEN on 2026-11-20").await;
    assert!(world.stop().await);
    let folder = tempfile::tempdir().unwrap();
    let (file, restored) = (folder.path().join("backup"), folder.path().join("data"));
    let howler = |line: &[&std::ffi::OsStr]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_howler"));
        let output = command.args(line).env_clear().current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{line:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let data = world.data();
    howler(&["backup".as_ref(), file.as_os_str(), "--data".as_ref(), data.as_os_str()]);
    howler(&["restore".as_ref(), file.as_os_str(), "--data".as_ref(), restored.as_os_str()]);
    let lines = howler(&["export".as_ref(), "--data".as_ref(), restored.as_os_str()]);
    let lines = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let token =
        lines.into_iter().find(|line| line["kind"] == "secret" && line["name"] == "VERCEL_TOKEN").unwrap();
    assert_eq!((&token["rotated"], &token["due"]), (&"2026-11-20".into(), &"2027-05-20".into()));
    assert_eq!(token["recorded_by"], "U0IAN");
    let loaded = store::Store::open(&restored, "x").unwrap().load().unwrap();
    assert_eq!(loaded.plain.credentials.len(), 5);
}
