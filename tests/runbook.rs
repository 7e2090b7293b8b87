//! The runbook's procedures in Slack: read, and put to work up to the step that the facts lead to, by every way to howler.

use std::io::{BufRead, BufReader, Read};

use crate::harness::process::until;
use crate::harness::{EMERGENCIES, Town, World};

#[tokio::test]
async fn a_diagnosis_ends_with_the_step_and_its_exact_command() {
    let town = Town::start().await;
    let (world, ian) = (&town.world, town.world.ian());
    ian.types(EMERGENCIES, "/incident p2 Queue is stuck").await;
    town.state("echo one ERROR; echo $((1+1)); echo xoxb-1234567890-planted");
    let said = ian.types(EMERGENCIES, "/runbook diagnose queue tail=200").await;
    assert!(
        said.contains("Running the checks of `queue-failure` (RUN-1)")
            && said.contains("in the incident's channel"),
        "{said}"
    );
    let room = "#inc-1-queue-is-stuck";
    let card = town.card(room);
    for part in [
        "1 passed, 1 failed, 1 could not tell",
        "count:ERROR is 1 (expected at most 0)",
        "could not tell: helm cannot be run where",
        "Next step: ",
        "Restart the queue",
        "kubectl --context=prod --namespace=town rollout restart deployment/queue",
        "nothing to take back",
        "what was queued",
        "fixed by",
        "one ERROR\n2\n[secret]",
    ] {
        assert!(card.contains(part), "{part} is not in {card}");
    }
    assert_eq!(town.asked(), ["--context=prod --namespace=town logs --tail=200"]);
    assert!(card.contains("with `tail=200`."), "{card}");
    assert_eq!(world.count(room, "Queue failure"), 1, "one card, edited in place");
    let timeline = ian.types(room, "/incident timeline").await;
    for part in [
        "RUN-1: <@U0IAN> started diagnosing",
        "1 passed, 1 failed, 1 could not tell",
        "next step: Restart the queue",
    ] {
        assert!(timeline.contains(part), "{part} is not in {timeline}");
    }
    let status = ian.types(EMERGENCIES, "/runbook status").await;
    assert!(status.contains("RUN-1") && status.contains("a step is ready"), "{status}");

    town.state("echo fine");
    ian.clicks(room, "again").await;
    let card = town.card(room);
    assert!(card.contains("2 passed, 0 failed, 1 could not tell"), "{card}");
    assert!(
        card.contains("Nothing wrong, as far as I can tell.") && !card.contains("rollout restart"),
        "{card}"
    );
    assert!(town.world.channel(room).last("Queue failure").buttons().is_empty());
    let status = ian.types(EMERGENCIES, "/runbook status").await;
    assert!(status.contains("Nothing is running"), "{status}");
    let again = ian.types(EMERGENCIES, "/runbook next 1").await;
    assert!(again.contains("RUN-1 is over"), "{again}");
}

#[tokio::test]
async fn without_an_incident_the_card_stands_in_the_emergencies_channel() {
    let mut town = Town::start().await;
    town.redis = None;
    let ian = town.world.ian();
    ian.types(EMERGENCIES, "/runbook diagnose queue-failure").await;
    let card = town.card(EMERGENCIES);
    assert!(
        card.contains("the connection is refused (expected taken)") && card.contains("page the data owner"),
        "{card}"
    );
    ian.clicks(EMERGENCIES, "next").await;
    assert!(town.card(EMERGENCIES).contains("Raise it."));
    ian.clicks(EMERGENCIES, "abort").await;
    let card = town.world.channel(EMERGENCIES).last("Queue failure").clone();
    assert!(card.text.contains("Stopped by") && card.buttons().is_empty(), "{}", card.text);
}

#[tokio::test]
async fn one_log_is_shown_by_its_name() {
    let town = Town::start().await;
    town.state("echo a line of the log");
    let ian = town.world.ian();
    ian.types(EMERGENCIES, "/runbook logs event-stream tail=50").await;
    assert_eq!(town.asked(), ["--context=prod --namespace=monkeytown logs -l app=event-stream --tail=50"]);
    let card = town.world.channel(EMERGENCIES).last("a line of the log").everything();
    assert!(card.contains("1 passed, 0 failed. Those were all the checks."), "{card}");
    let said = ian.types(EMERGENCIES, "/runbook logs nginx").await;
    assert!(
        said.contains(
            "`logs` has no `nginx`. It has: cloudwatch, database, event_stream, web, web_build, workflows"
        ),
        "{said}"
    );
}

#[tokio::test]
async fn what_does_not_fit_a_parameter_asks_nothing() {
    let town = Town::start().await;
    let ian = town.world.ian();
    for (typed, expected) in [
        ("tail=9", "tail takes a whole number from 10 to 1000"),
        ("tail=$(id)", "tail takes"),
        ("tail=050", "tail takes"),
        ("tail=--all", "tail takes"),
        ("tail=50 tail=60", "tail is given twice"),
        ("context=dev", "context is not known here; there are: tail"),
        ("tail=1;id", "tail takes"),
    ] {
        let said = ian.types(EMERGENCIES, &format!("/runbook diagnose queue-failure {typed}")).await;
        assert!(said.contains(expected) && said.contains("Nothing changed."), "{typed}: {said}");
    }
    let long = ian.types(EMERGENCIES, &format!("/runbook diagnose queue tail={}", "9".repeat(2_000))).await;
    assert!(long.contains("tail takes"), "{long}");
    assert!(town.asked().is_empty());
    assert_eq!(town.world.count(EMERGENCIES, "Queue failure"), 0);
}

#[tokio::test]
async fn killed_in_the_middle_the_checks_are_asked_again_and_one_card_stands() {
    let mut town = Town::start().await;
    let begun = town.folder.path().join("begun");
    town.state(&format!(
        "if [ -e {0} ]; then echo fine; else touch {0}; exec sleep 600; fi",
        begun.display()
    ));
    town.world.slack.command("ian", EMERGENCIES, "/runbook diagnose queue").await.unwrap();
    until(|| begun.exists()).await;
    town.world.crash().await;
    town.world.start_howler().await;
    town.world.settle().await;
    assert_eq!(town.world.count(EMERGENCIES, "Queue failure"), 1);
    assert!(
        town.card(EMERGENCIES).contains("2 passed, 0 failed, 1 could not tell"),
        "{}",
        town.card(EMERGENCIES)
    );
    assert_eq!(town.asked().len(), 2);
}

#[tokio::test]
async fn procedures_are_listed_and_shown() {
    let world = World::start().await;
    let ian = world.ian();
    for line in ["/runbook", "/runbook list", "/runbook help"] {
        let list = ian.types(EMERGENCIES, line).await;
        for part in [
            "`event-stream-failure` Event stream failure (target: 5 min",
            "`web-rollback`",
            "/runbook diagnose event-stream-failure",
        ] {
            assert!(list.contains(part), "{line}: {part} is not in {list}");
        }
    }
    for line in ["/runbook show event-stream-failure", "/runbook event stream", "/runbook show Event-Stream"]
    {
        let shown = ian.types(EMERGENCIES, line).await;
        for part in [
            "Event stream failure",
            "Redis takes connections",
            "if health and paused fail: The rollout is paused",
            "if health and images fail and owner, helm and recent pass: Roll event-stream",
        ] {
            assert!(shown.contains(part), "{line}: {part} is not in {shown}");
        }
    }
}

#[tokio::test]
async fn every_procedure_fits_into_a_message_of_slacks() {
    let world = World::start().await;
    let names = procedure::load(None).runbook;
    for procedure in names.all() {
        let shown = world.ian().types(EMERGENCIES, &format!("/runbook show {}", procedure.name)).await;
        assert!(shown.contains(&procedure.title), "{}: {shown}", procedure.name);
    }
}

#[tokio::test]
async fn a_mention_shows_it_where_it_was_asked() {
    let world = World::start().await;
    world.ian().says(EMERGENCIES, "@howler runbook show logs").await;
    let shown = world.ian().whisper(EMERGENCIES).unwrap();
    assert!(shown.text.contains("The event stream's log"), "{}", shown.text);
    world.ian().says(EMERGENCIES, "@howler diagnose web-rolback").await;
    let said = world.ian().whisper(EMERGENCIES).unwrap().text;
    assert!(said.contains("There is no procedure"), "{said}");
    world.ian().says(EMERGENCIES, "@howler logs are missing since noon").await;
    let said = world.ian().whisper(EMERGENCIES).unwrap().text;
    assert!(said.contains("declare logs are missing since noon"), "{said}");
}

#[tokio::test]
async fn what_is_not_there_says_what_is() {
    let world = World::start().await;
    for (line, part) in [
        ("/runbook show web-rolback", "/runbook show web-rollback"),
        ("/runbook diagnose web-rolback", "/runbook diagnose web-rollback"),
        ("/runbook diagnose tail=50", "Something is missing. Try `/runbook diagnose event-stream-failure`"),
        ("/runbook show <!channel> *x*", "There is no procedure"),
        ("/runbook xyzzy", "/runbook list"),
        ("/runbook run xyzzy", "There is no procedure"),
        ("/runbook freeze", "/runbook freeze why"),
        ("/runbook approve", "No run can take that now"),
        ("/runbook break-glass 7 1bc123", "Something is missing. Try"),
        ("/runbook diagnose xyzzy", "There is no procedure"),
        ("/runbook abort", "No run can take that now"),
        ("/runbook abort 7", "There is no RUN-7"),
    ] {
        let said = world.ian().types(EMERGENCIES, line).await;
        assert!(said.contains(part) && !said.contains("<!channel>"), "{line}: {said}");
    }
    let long = world.ian().types(EMERGENCIES, &format!("/runbook show {}", "x".repeat(3_000))).await;
    assert!(long.contains("There is no procedure") && long.chars().count() < 500, "{long}");
}

#[tokio::test]
async fn the_card_of_an_incident_proposes_what_fits_its_title() {
    let town = Town::start().await;
    let (world, ian) = (&town.world, town.world.ian());
    ian.types(EMERGENCIES, "/incident p2 The queue is stuck").await;
    ian.types(EMERGENCIES, "/incident p3 Coffee is cold").await;
    let card = world.channel(EMERGENCIES).last("INC-1").clone();
    ian.clicks_on(EMERGENCIES, &card.ts, "diagnose").await;
    let said = ian.whisper(EMERGENCIES).unwrap();
    assert!(said.text.contains("INC-1 looks like Queue failure"), "{}", said.text);
    ian.clicks_on(EMERGENCIES, &said.ts, "diagnose").await;
    let timeline = ian.types(EMERGENCIES, "/incident timeline 1").await;
    assert!(timeline.contains("started diagnosing `queue-failure`"), "{timeline}");
    let card = world.channel(EMERGENCIES).last("INC-2").clone();
    ian.clicks_on(EMERGENCIES, &card.ts, "diagnose").await;
    let said = ian.whisper(EMERGENCIES).unwrap().text;
    assert!(said.contains("No runbook procedure matches the title of INC-2"), "{said}");
}

#[tokio::test]
async fn a_dry_run_at_a_shell_shows_the_step_and_a_drill_all_of_it_and_neither_changes_anything() {
    let town = Town::start().await;
    town.state("echo one ERROR");
    let toml = town.folder.path().join("howler.toml");
    let redis = town.redis.as_ref().unwrap().local_addr().unwrap();
    std::fs::write(
        &toml,
        format!(
            "[runbook]\nfolder = {:?}\nhosts = [\"{redis}\"]\nprivate = [\"{redis}\"]\ntools = {{ kubectl = {:?}, helm = \"/nonexistent/helm\" }}\n",
            town.folder.path().join("procedures"),
            town.folder.path().join("kubectl"),
        ),
    )
    .unwrap();
    std::fs::create_dir(town.folder.path().join("procedures")).unwrap();
    let procedure = "queue-failure.toml";
    std::fs::copy(town.folder.path().join(procedure), town.folder.path().join("procedures").join(procedure))
        .unwrap();
    let run = |arguments: Vec<&'static str>| {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_howler"));
        command.args(["procedure", "run"]).args(arguments).arg("--config").arg(&toml).env_clear();
        async move { command.output().await.unwrap() }
    };
    let ran = run(vec!["queue", "tail=200", "--dry-run"]).await;
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    for part in [
        "1 passed, 1 failed, 1 could not tell",
        "Restart the queue",
        "rollout restart deployment/queue",
        "Nothing was changed",
    ] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
    assert_eq!(ran.status.code(), Some(1));
    assert_eq!(town.asked(), ["--context=prod --namespace=town logs --tail=200"]);
    let mut drill = tokio::process::Command::new(env!("CARGO_BIN_EXE_howler"));
    drill.args(["procedure", "drill", "queue", "--config"]).arg(&toml).env_clear();
    let drilled = drill.output().await.unwrap();
    let said = String::from_utf8_lossy(&drilled.stdout).into_owned();
    for part in [
        "2 of 3 checks could tell, and 1 of 1 actions could be prepared",
        "The release: helm cannot be run where",
        "it fails now",
        "Restart the queue",
        "Nothing was changed",
    ] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
    assert_eq!(drilled.status.code(), Some(1), "somebody has to look at it");
    assert!(!town.asked().iter().any(|line| line.contains("restart")), "{:?}", town.asked());
    let refused = run(vec!["queue", "tail=5", "--dry-run"]).await;
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("tail takes a whole number") && refused.status.code() == Some(1), "{said}");
    let wet = run(vec!["queue"]).await;
    assert!(String::from_utf8_lossy(&wet.stderr).contains("--dry-run"), "{wet:?}");
}

#[tokio::test]
async fn a_dry_run_that_is_interrupted_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let write = |name: &str, text: String| std::fs::write(at(name), text).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
    // It holds the pipe open as long as it lives, and so does all that it begins.
    write("kubectl", format!("#!/bin/sh\nexec 3>{}\necho begun >&3\nsleep 60\n", at("pipe").display()));
    std::fs::set_permissions(at("kubectl"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::create_dir(at("procedures")).unwrap();
    let procedure = "schema = 1\ntitle = \"Slow\"\nsection = \"9\"\nsymptoms = [\"slow\"]\n\
         target = { object = \"deployment/x\" }\n[check.pods]\ntitle = \"Pods\"\nrun = [\"kubectl\", \"get\", \"pods\"]\n\
         expect = { exit = 0 }\nlimit = \"60s\"\n[[rung]]\nhuman = \"look\"\n";
    write("procedures/slow.toml", procedure.to_owned());
    let (procedures, kubectl) = (at("procedures"), at("kubectl"));
    write(
        "howler.toml",
        format!("[runbook]\nfolder = {procedures:?}\ntools = {{ kubectl = {kubectl:?} }}\n"),
    );
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_howler"));
    command.args(["procedure", "run", "slow", "--dry-run", "--config"]).arg(at("howler.toml")).env_clear();
    let mut howler = command.stdout(std::process::Stdio::null()).kill_on_drop(true).spawn().unwrap();
    let pipe = at("pipe");
    let begun = tokio::task::spawn_blocking(move || {
        let (mut pipe, mut line) = (BufReader::new(std::fs::File::open(pipe).unwrap()), String::new());
        pipe.read_line(&mut line).unwrap();
        (pipe, line)
    });
    let (mut pipe, mut line) = begun.await.unwrap();
    let id = rustix::process::Pid::from_raw(i32::try_from(howler.id().unwrap()).unwrap()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    assert!(!howler.wait().await.unwrap().success());
    let gone = tokio::task::spawn_blocking(move || pipe.read_to_string(&mut line).map(|_| line));
    let line = tokio::time::timeout(std::time::Duration::from_secs(10), gone).await.expect("kubectl goes on");
    assert_eq!(line.unwrap().unwrap(), "begun\n");
}

#[tokio::test]
async fn long_output_is_a_file_in_the_cards_thread() {
    let town = Town::start().await;
    town.state("for n in $(seq 1 300); do echo \"line $n of a log that is long, with xoxb-1234567890-planted\"; done");
    town.world.ian().types(EMERGENCIES, "/runbook logs event-stream tail=300").await;
    town.world.forward_seconds(2).await;
    let card = town.world.channel(EMERGENCIES).last("line 300").clone();
    let world = town.world.slack.look(|world| world.clone());
    let channel = world.channel_called(EMERGENCIES).unwrap();
    let shared: Vec<_> = channel.messages.iter().filter(|message| !message.files.is_empty()).collect();
    assert_eq!(shared.len(), 1);
    assert_eq!(shared[0].thread_ts.as_ref(), Some(&card.ts));
    let text = shared[0].files[0].text.clone().unwrap();
    assert!(text.contains("line 101 ") && text.contains("line 300") && !text.contains("xoxb"), "{text}");
}

#[tokio::test]
async fn a_file_whose_answer_was_lost_is_not_put_twice() {
    let town = Town::start().await;
    town.state(
        "for n in $(seq 1 300); do echo \"line $n of a log that is long, and goes on and on and on\"; done",
    );
    town.world.slack.faults().lose_answer("files.completeUploadExternal", 1);
    town.world.ian().types(EMERGENCIES, "/runbook logs event-stream").await;
    town.world.forward(2).await;
    let world = town.world.slack.look(|world| world.clone());
    let channel = world.channel_called(EMERGENCIES).unwrap();
    assert_eq!(channel.messages.iter().filter(|message| !message.files.is_empty()).count(), 1);
}

#[tokio::test]
async fn whoever_asks_for_a_procedure_whose_file_is_faulty_is_told_what_is_wrong() {
    let town = Town::with(&[("queue-failure", "schema = 1\ntitel = \"Queue\"\n")], "").await;
    for line in ["/runbook diagnose queue", "/runbook show queue failure"] {
        let said = town.world.ian().types(EMERGENCIES, line).await;
        assert!(
            said.contains("`queue-failure` has a fault in its file")
                && said.contains("line 2: unknown field"),
            "{said}"
        );
    }
}
