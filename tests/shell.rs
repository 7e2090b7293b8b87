//! An incident run from a shell of howler's machine, with Slack there or not.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ground::clock::Clock;
use intake::shell::{Question, Reply, path_in, read, write};
use tokio::io::AsyncWriteExt;
use tokio::net::{UnixListener, UnixStream};

use crate::harness::process::{free_port, serve, until};
use crate::harness::{Channel, EMERGENCIES, ROOM, SECRET, TOKEN, World, workspace};

/// What `howler ...` said and how it ended.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Types `howler <words>`, with `--data DIR` at their end or before a `--`.
async fn types(data: &Path, words: &str) -> Said {
    types_words(data, words.split(' ')).await
}

/// The same, word by word.
pub async fn types_words(data: &Path, words: impl IntoIterator<Item = &str>) -> Said {
    let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    words.splice(end..end, ["--data".to_owned(), data.to_string_lossy().into_owned()]);
    let run = move || Command::new(env!("CARGO_BIN_EXE_howler")).args(words).output().unwrap();
    let Output { status, stdout, stderr } = tokio::task::spawn_blocking(run).await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
}

fn question(id: &str, line: &str) -> Question {
    Question { id: id.into(), command: "incident".into(), line: line.into(), file: None }
}

/// Asks through the socket itself.
async fn asks(data: &Path, id: &str, line: &str) -> Reply {
    let mut stream = UnixStream::connect(path_in(data)).await.unwrap();
    write(&mut stream, &question(id, line)).await.unwrap();
    read(&mut stream).await.unwrap()
}

fn done(reply: Reply) -> String {
    match reply {
        Reply::Done(words) => words,
        other => panic!("not done: {other:?}"),
    }
}

fn refused(reply: Reply) -> String {
    match reply {
        Reply::Refused(words) => words,
        other => panic!("not refused: {other:?}"),
    }
}

/// Where each of `parts` stands for the first time among howler's messages; each once.
fn order(texts: &[&str], parts: &[&str]) -> Vec<usize> {
    let place = |part: &&str| {
        let places: Vec<usize> = (0..texts.len()).filter(|at| texts[*at].contains(part)).collect();
        assert_eq!(places.len(), 1, "{part} stands {} times in {texts:#?}", places.len());
        places[0]
    };
    parts.iter().map(place).collect()
}

#[tokio::test]
async fn slack_is_down_and_the_incident_is_run_from_a_shell_through_a_kill() {
    let (slack, api_url) = workspace(&Clock::system()).await;
    slack.faults().down(true);
    let folder = tempfile::tempdir().unwrap();
    let (data, port) = (folder.path().join("data"), free_port());
    let howler = serve(&data, &api_url, port, "").await;
    let declared = types(&data, "incident declare p1 Event stream down").await;
    assert_eq!(declared.code, 0, "{declared:?}");
    assert!(
        declared.out.starts_with("✅ INC-1 P1 Critical is declared: Event stream down\n"),
        "{declared:?}"
    );
    let list = types(&data, "incident list").await;
    assert!(list.code == 0 && list.out.contains("INC-1 P1 Event stream down · Investigating"), "{list:?}");
    let updated = types(&data, "incident 1 update -- Restarting - the stream, with --force").await;
    assert!(updated.code == 0 && updated.out.contains("update posted"), "{updated:?}");
    drop(howler);

    let socket = path_in(&data);
    assert!(socket.exists(), "a killed howler leaves its socket");
    let nobody = types(&data, "incident list").await;
    assert!(nobody.code == 3 && nobody.err.contains("does not run on this folder any more"), "{nobody:?}");

    let howler = serve(&data, &api_url, port, "").await;
    let resolved = types(&data, "incident resolve Redis credentials had expired").await;
    assert!(resolved.code == 0 && resolved.out.contains("resolved and announced"), "{resolved:?}");
    let alerts = types(&data, "alerts list").await;
    assert!(alerts.code == 0 && alerts.out.contains("No alert is open"), "{alerts:?}");
    let doctor = types(&data, "incident doctor").await;
    assert!(doctor.code == 0 && doctor.out.contains("the declaration"), "{doctor:?}");
    assert!(Channel::look(&slack, EMERGENCIES).texts().is_empty());
    drop(howler);

    slack.faults().down(false);
    let howler = serve(&data, &api_url, port, "").await;
    let said = |part: &str| Channel::look(&slack, EMERGENCIES).texts().iter().any(|text| text.contains(part));
    until(|| said("INC-1, resolved by")).await;
    let (well, _) = howler.stop().await;
    assert!(well && !socket.exists(), "a howler that stops takes its socket along");
    let emergencies = Channel::look(&slack, EMERGENCIES);
    let texts = emergencies.texts();
    let places = order(
        &texts,
        &["INC-1 · declared by", "Restarting - the stream, with --force", "INC-1, resolved by"],
    );
    assert!(places.is_sorted(), "{texts:#?}");
}

#[tokio::test]
async fn only_its_owner_may_use_the_socket() {
    let world = World::start().await;
    let socket = fs::symlink_metadata(path_in(&world.data())).unwrap();
    assert!(socket.file_type().is_socket());
    assert_eq!(socket.permissions().mode() & 0o777, 0o600);
    assert!(!world.data().join(".sock").exists(), "where it was made");
}

#[tokio::test]
async fn a_second_howler_leaves_the_first_ones_socket_alone() {
    let world = World::start().await;
    let data = world.data();
    let run = {
        let data = data.clone();
        move || {
            Command::new(env!("CARGO_BIN_EXE_howler"))
                .args(["serve", "--listen", "127.0.0.1:0", "--data"])
                .arg(&data)
                .current_dir(data.parent().unwrap())
                .envs([("SLACK_BOT_TOKEN", TOKEN), ("SLACK_SIGNING_SECRET", SECRET)])
                .output()
                .unwrap()
        }
    };
    let second = tokio::task::spawn_blocking(run).await.unwrap();
    assert!(!second.status.success());
    assert!(String::from_utf8_lossy(&second.stderr).contains("in use by another howler"));
    assert!(done(asks(&data, "a-list-please", "list").await).contains("No incident is open"));
}

#[tokio::test]
async fn where_no_howler_runs_the_shell_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let said = types(folder.path(), "incident list").await;
    assert_eq!((said.code, said.out.as_str()), (3, ""));
    let socket = path_in(folder.path());
    let expected = format!("howler does not run on this folder (no socket at {})", socket.display());
    assert!(said.err.contains(&expected) && said.err.contains("--data"), "{said:?}");
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_keeps_nobody_from_slack() {
    let (slack, api_url) = workspace(&Clock::system()).await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("long".repeat(30));
    let port = free_port();
    slack.point_at(&format!("http://127.0.0.1:{port}"));
    let _howler = serve(&data, &api_url, port, "").await;
    let reply = slack.command("ian", EMERGENCIES, "/incident p3 Slow search").await.unwrap();
    assert!(reply.body.contains("is declared"), "{}", reply.body);
    let said = types(&data, "incident list").await;
    assert!(said.code == 3 && said.err.contains("longer than a socket's path may be"), "{said:?}");
}

#[tokio::test]
async fn a_line_that_is_sent_again_counts_once() {
    let mut world = World::start().await;
    let data = world.data();
    let first = asks(&data, "one-and-the-same", "p3 Slow search").await;
    assert_eq!(asks(&data, "one-and-the-same", "p3 Slow search").await, first);
    world.crash().await;
    world.start_howler().await;
    assert_eq!(asks(&data, "one-and-the-same", "p3 Slow search").await, first, "also after a crash");
    world.settle().await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
    asks(&data, "quite-another", "p3 Redis is full").await;
    world.settle().await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 2);
}

#[tokio::test]
async fn the_client_asks_again_with_the_same_id_when_its_answer_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let listener = UnixListener::bind(path_in(folder.path())).unwrap();
    let server = tokio::time::timeout(std::time::Duration::from_secs(30), async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let first: Question = read(&mut stream).await.unwrap();
        drop(stream);
        let (mut stream, _) = listener.accept().await.unwrap();
        let second: Question = read(&mut stream).await.unwrap();
        write(&mut stream, &Reply::Done("well".into())).await.unwrap();
        (first, second)
    });
    let (said, asked) = tokio::join!(types(folder.path(), "incident 7 ack"), server);
    let (first, second) = asked.expect("the question comes twice");
    assert_eq!(first, second);
    assert_eq!((first.command.as_str(), first.line.as_str()), ("incident", "7 ack"));
    assert_eq!((said.code, said.out.as_str()), (0, "well\n"));
}

/// Whoever runs the tests.
fn uid(data: &Path) -> u32 {
    fs::metadata(data).unwrap().uid()
}

#[tokio::test]
async fn somebody_who_is_mapped_is_themselves_in_slack() {
    let own = tempfile::tempdir().unwrap();
    let config = format!("[shell]\npeople = {{ \"{}\" = \"U0IAN\" }}", uid(own.path()));
    let world = World::with_config(&config).await;
    let data = world.data();
    done(asks(&data, "declared-by-ian", "p1 Event stream down").await);
    done(asks(&data, "taken-by-ian", "take").await);
    world.settle().await;
    assert!(world.channel(EMERGENCIES).last("INCIDENT DECLARED").everything().contains("U0IAN"));
    assert_eq!(world.count("ian", "You are commander"), 1);
    assert!(world.channel(ROOM).members.contains(&"U0IAN".to_owned()));
    let timeline = done(asks(&data, "what-happened", "timeline 1").await);
    assert!(timeline.contains("@U0IAN (from a shell) declared P1 Critical"), "{timeline}");
    assert!(timeline.contains("Channel opened: #inc-1-event-stream-down"), "{timeline}");
    let shown = world.ian().types(EMERGENCIES, "/incident timeline 1").await;
    assert!(shown.contains("<@U0IAN> (from a shell) declared"), "{shown}");
}

#[tokio::test]
async fn somebody_who_is_not_in_slack_is_a_name_and_the_on_call_is_asked() {
    let world = World::start().await;
    let data = world.data();
    done(asks(&data, "declared-by-root", "p1 Event stream down").await);
    done(asks(&data, "taken-by-root", "take").await);
    world.settle().await;
    let declared = world.channel(EMERGENCIES).last("INCIDENT DECLARED").everything();
    assert!(declared.contains(" on the server"), "{declared}");
    assert!(!declared.contains("shell:"), "{declared}");
    assert_eq!(world.count(ROOM, "on the server is now"), 1);
    world.forward(59).await;
    assert_eq!(world.count(ROOM, "Update due"), 1);
    assert!(
        world.channel(ROOM).last("Update due").text.contains("S0ONCALL"),
        "the channel's mentions the on-call"
    );
    assert_eq!(world.count(EMERGENCIES, "Update due"), 1, "five minutes later, and not again");
    assert!(world.channel(EMERGENCIES).last("Update due").text.contains("hasn't answered"));
    let doctor = done(asks(&data, "what-is-wrong", "doctor").await);
    assert!(doctor.contains("Everything is delivered"), "nobody was written to or invited in vain: {doctor}");
    // A role given to somebody in Slack.
    let given = done(asks(&data, "given-to-maya", "role commander U0MAYA").await);
    assert!(given.contains("@U0MAYA is now commander"), "{given}");
    world.settle().await;
    assert_eq!(world.count("maya", "You are commander"), 1);
}

#[tokio::test]
async fn what_cannot_be_done_is_said_with_the_line_to_type() {
    let world = World::start().await;
    let data = world.data();
    for (line, part) in [
        ("declare", "howler incident p1 what is broken"),
        ("declare Event stream", "howler incident p1 Event stream"),
        ("frobnicate", "howler incident help"),
        ("ack", "No incident is open"),
        ("p1", "no title yet"),
        ("role commander @qqqqqq", "At a shell, use a Slack id"),
        ("7 show", "There is no INC-7"),
    ] {
        let words = refused(asks(&data, &format!("refused-{}", line.len()), line).await);
        assert!(words.contains(part) && !words.contains('<') && !words.contains('`'), "{line}: {words}");
    }
    done(asks(&data, "the-first", "p3 Slow search").await);
    done(asks(&data, "the-second", "p4 Crooked icon").await);
    let which = refused(asks(&data, "which-one", "update it's back").await);
    for line in [r"howler incident '1 update it'\''s back'", r"howler incident '2 update it'\''s back'"] {
        assert!(which.contains(line), "{which}");
    }
    let form = refused(asks(&data, "an-open-form", "2 update").await);
    assert!(form.contains("howler incident 2 update what stakeholders should know"), "{form}");
    let said = types(&data, "incident frobnicate").await;
    assert!(said.code == 1 && said.out.is_empty() && said.err.contains("frobnicate"), "{said:?}");
    let nobody = types(&data, "oncall who").await;
    assert!(nobody.code == 0 && nobody.out.contains("Nobody is in the rotation yet"), "{nobody:?}");
    let cover = types(&data, "oncall cover 2h").await;
    assert!(cover.code == 1 && cover.err.contains("is unknown to Slack"), "{cover:?}");
    let named = types(&data, "oncall remove @maya").await;
    assert!(named.code == 1 && named.err.contains("howler oncall remove U0MAYA"), "{named:?}");
    let list = types(&data, "runbook list").await;
    assert!(list.code == 0 && list.out.contains("\"event-stream-failure\""), "{list:?}");
    let run = types(&data, "runbook run xyzzy").await;
    assert!(run.code == 1 && run.err.contains("There is no procedure"), "{run:?}");
    world.settle().await;
    assert_eq!(world.count(EMERGENCIES, "📣"), 0, "nothing of it was done");
}

#[tokio::test]
async fn nonsense_on_the_socket_does_nothing() {
    let world = World::start().await;
    let data: PathBuf = world.data();
    for bytes in ["nonsense\n", "{}\n", "{\"id\":\"x\",\"command\":\"incident\",\"line\":\"p1 X\"}\n", "\n"] {
        let mut stream = UnixStream::connect(path_in(&data)).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        let reply: Reply = read(&mut stream).await.unwrap();
        assert!(
            matches!(&reply, Reply::Failed(words) if words.contains("Nothing was done")),
            "{bytes}: {reply:?}"
        );
    }
    // Half a line, and away.
    let mut stream = UnixStream::connect(path_in(&data)).await.unwrap();
    stream.write_all(b"{\"id\":\"0123456789\",\"command\":\"incident\",\"line\":\"p1 X\"}").await.unwrap();
    stream.shutdown().await.unwrap();
    assert!(read::<Reply>(&mut stream).await.is_err());
    assert!(done(asks(&data, "what-is-open", "list").await).contains("No incident is open"));
}

#[tokio::test]
async fn many_at_once_are_all_answered() {
    let world = World::start().await;
    let data = world.data();
    let all = (0..100).map(|number| {
        let data = data.clone();
        async move { done(asks(&data, &format!("declared-{number:03}"), &format!("p4 Icon {number}")).await) }
    });
    let answers = futures_util::future::join_all(all).await;
    let declared = answers.iter().filter(|answer| answer.contains("is declared")).count();
    assert_eq!(declared, 100);
}
