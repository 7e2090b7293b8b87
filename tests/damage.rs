//! Damage is never silent. Faults, drawn by a seed, are made in each file of a data folder, each on a copy of its own, and
//! the real binary is asked: does it say so, or is all there? What is there is read from its own backups' bytes, by this
//! file's own hand.
//!
//! `HOWLER_DAMAGE_FAULTS=1000 cargo test --test tests -- damage --nocapture` makes a thousand.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::harness::process::free_port;
use crate::harness::{EMERGENCIES, SECRET, TOKEN, World};

/// Without the variable.
const FAULTS: usize = 14;
/// `HOWLER_DAMAGE_SEED` names another.
const SEED: u64 = 20_261_129;
/// A howler that says nothing for so long hangs.
const PATIENCE: Duration = Duration::from_secs(60);

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// What becomes of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Refused,
    Told,
    Harmless,
    Silent,
}

/// Incidents of all kinds: open, closed, with updates and notes, a rota, an audit.
async fn a_busy_week(world: &World, from: usize, to: usize) {
    for number in from..to {
        let severity = number % 4 + 1;
        world.ian().types(EMERGENCIES, &format!("/incident p{severity} Trouble number {number}")).await;
        let about = |line: &str| format!("/incident {} {line}", number + 1);
        world.ian().types(EMERGENCIES, &about("ack")).await;
        world.ian().types(EMERGENCIES, &about(&format!("update Looking at part {number}"))).await;
        world.ian().types(EMERGENCIES, &about("note somebody saw it at half past two")).await;
        if number % 2 == 0 {
            world.ian().types(EMERGENCIES, &about("resolve it was the cache")).await;
        }
        if number % 15 == 0 {
            world.ian().types(EMERGENCIES, "/runbook freeze the auditors are here").await;
            world.ian().types(EMERGENCIES, "/runbook unfreeze").await;
            world.ian().types(EMERGENCIES, "/oncall cover 2h").await;
        }
    }
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (kind, to) = (entry.file_type().unwrap(), to.join(entry.file_name()));
        if kind.is_dir() {
            copied(&entry.path(), &to);
        } else if kind.is_file() {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Every file that damage can strike, by its path in the folder. The lock holds a process's number alone.
fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() && !path.ends_with("howler.lock") {
                found.push(path.strip_prefix(folder).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// Makes one fault in `folder`, which is a copy; says which. `earlier` is the same folder an hour ago.
fn struck(folder: &Path, earlier: &Path, dice: &mut fastrand::Rng) -> String {
    let files = files(folder);
    let log = Path::new("store/db");
    // Most of what there is stands in the log.
    let file = if dice.u8(0..10) < 7 { log } else { files[dice.usize(0..files.len())].as_path() };
    let path = folder.join(file);
    let mut bytes = fs::read(&path).unwrap();
    let length = bytes.len();
    let place = |dice: &mut fastrand::Rng, unit: usize| dice.usize(0..length.div_ceil(unit).max(1)) * unit;
    let what = match dice.u8(0..6) {
        0 if length > 0 => {
            let (at, bit) = (dice.usize(0..length), dice.u8(0..8));
            bytes[at] ^= 1 << bit;
            format!("bit {bit} of byte {at} flipped")
        }
        kind @ (1 | 2) => {
            let unit = if kind == 1 { 512 } else { 4096 };
            let at = place(dice, unit);
            bytes.iter_mut().skip(at).take(unit).for_each(|byte| *byte = 0);
            format!("{unit} bytes zeroed at {at}")
        }
        3 => {
            bytes.truncate(dice.usize(0..length.max(1)));
            format!("cut to {} of {length} bytes", bytes.len())
        }
        4 if length > 512 => {
            let (one, other) = (place(dice, 512), place(dice, 512));
            for offset in 0..512 {
                if one + offset < length && other + offset < length {
                    bytes.swap(one + offset, other + offset);
                }
            }
            format!("sectors at {one} and {other} swapped")
        }
        _ => match fs::read(earlier.join(file)) {
            Ok(older) => {
                bytes = older;
                "as it was an hour ago".to_owned()
            }
            Err(_) => {
                fs::remove_file(&path).unwrap();
                return format!("{}: gone, as an hour ago", file.display());
            }
        },
    };
    fs::write(&path, bytes).unwrap();
    format!("{}: {what}", file.display())
}

/// The rows of a backup, read by hand: see docs/operations.md.
fn rows(backup: &[u8]) -> Rows {
    let rows = backup.splitn(3, |byte| *byte == b'\n').nth(2).unwrap();
    let number = |at: usize| u32::from_be_bytes(*rows[at..].first_chunk::<4>().unwrap()) as usize;
    let (mut found, mut at) = (Rows::new(), 0);
    loop {
        let key = number(at);
        if key == 0 {
            return found;
        }
        let value = number(at + 4);
        let row = &rows[at + 8..at + 8 + key + value];
        found.insert(row[..key].to_vec(), row[key..].to_vec());
        at += 8 + key + value;
    }
}

struct Asked {
    well: bool,
    said: String,
}

fn ask(here: &Path, line: &str) -> Asked {
    let mut command = Command::new(env!("CARGO_BIN_EXE_howler"));
    let output = command.args(line.split_whitespace()).env_clear().current_dir(here).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    Asked { well: output.status.success(), said: String::from_utf8_lossy(&said).into_owned() }
}

/// Starts howler on `data` and gives what it says of the folder, with all that it said; nothing after a while is a hang.
fn started(here: &Path, data: &str) -> (Option<Verdict>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_howler"));
    let listen = format!("127.0.0.1:{}", free_port());
    command.args(["serve", "--data", data, "--listen", &listen]).current_dir(here).env_clear();
    command.envs([("SLACK_BOT_TOKEN", TOKEN), ("SLACK_SIGNING_SECRET", SECRET), ("RUST_LOG", "info")]);
    // Nobody listens there.
    command.env("SLACK_API_URL", "http://127.0.0.1:9/api/");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let (tell, told) = mpsc::channel();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let listener =
        std::thread::spawn(move || lines.map_while(Result::ok).all(|line| tell.send(line).is_ok()));
    let (mut verdict, mut said) = (None, String::new());
    let (mut loud, mut ended) = (false, false);
    while verdict.is_none() && !ended {
        match told.recv_timeout(PATIENCE) {
            Ok(line) => {
                loud |= line.contains("nobody can tell whether the last changes");
                let whole = line.contains("every row of the store is as it was written");
                let damaged = line.contains("howler goes on with what is there");
                verdict = match (whole, damaged, loud) {
                    (_, true, _) | (true, _, true) => Some(Verdict::Told),
                    (true, false, false) => Some(Verdict::Harmless),
                    _ => None,
                };
                said += &format!("{line}\n");
            }
            Err(mpsc::RecvTimeoutError::Timeout) => break,
            Err(mpsc::RecvTimeoutError::Disconnected) => ended = true,
        }
    }
    // It may have ended.
    let _ = child.kill();
    let status = child.wait().unwrap();
    listener.join().unwrap();
    if ended && !status.success() {
        verdict = Some(Verdict::Refused);
    }
    (verdict, said)
}

/// Whether a person reads what nobody wrote for people.
fn is_raw(said: &str) -> bool {
    ["panicked", "RUST_BACKTRACE", "Os {", "valid UTF-8", "stack backtrace", "sled github"]
        .iter()
        .any(|part| said.contains(part))
}

/// One fault: what became of it, and everything that was said.
fn tried(here: &Path, healthy: &Rows) -> (Verdict, String) {
    let (verdict, mut said) = started(here, "served");
    let backup = ask(here, "backup kept --force --data copied");
    said += &backup.said;
    let same = backup.well && rows(&fs::read(here.join("kept")).unwrap()) == *healthy;
    let verdict = match verdict {
        None => Verdict::Silent,
        // A backup that is called whole must be.
        Some(_) if backup.well && !same => Verdict::Silent,
        Some(Verdict::Harmless) if !same => Verdict::Silent,
        Some(verdict) => verdict,
    };
    (verdict, said)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_damage_to_the_data_folder_is_silent() {
    let faults = std::env::var("HOWLER_DAMAGE_FAULTS").map_or(FAULTS, |many| many.parse().unwrap());
    let here = tempfile::tempdir().unwrap();
    let at = |name: &str| here.path().join(name);
    let mut world = World::start().await;
    a_busy_week(&world, 0, 45).await;
    copied(&world.data(), &at("earlier"));
    a_busy_week(&world, 45, 60).await;
    world.crash().await;
    copied(&world.data(), &at("now"));
    copied(&at("now"), &at("copied"));
    let whole = ask(here.path(), "backup kept --data copied");
    assert!(whole.well, "{}", whole.said);
    let healthy = rows(&fs::read(at("kept")).unwrap());
    let seed = std::env::var("HOWLER_DAMAGE_SEED").map_or(SEED, |seed| seed.parse().unwrap());
    let mut dice = fastrand::Rng::with_seed(seed);
    let (mut counts, mut silent, mut raw) = (BTreeMap::new(), Vec::new(), Vec::new());
    for number in 0..faults {
        for name in ["served", "copied"] {
            fs::remove_dir_all(at(name)).ok();
        }
        copied(&at("now"), &at("served"));
        let fault = struck(&at("served"), &at("earlier"), &mut dice);
        copied(&at("served"), &at("copied"));
        let (verdict, said) = tried(here.path(), &healthy);
        *counts.entry(verdict).or_insert(0) += 1;
        if faults > FAULTS {
            println!("{number}: {fault}: {verdict:?}");
        }
        if verdict == Verdict::Silent {
            silent.push(format!("{fault}\n{said}"));
        }
        if is_raw(&said) {
            raw.push(format!("{fault}\n{said}"));
        }
    }
    let count = |verdict| counts.get(&verdict).copied().unwrap_or(0);
    println!(
        "{faults} faults: {} refused in words, {} told, {} harmless, {} silent, {} panics shown",
        count(Verdict::Refused),
        count(Verdict::Told),
        count(Verdict::Harmless),
        silent.len(),
        raw.len()
    );
    assert!(silent.is_empty(), "{}", silent.join("\n\n"));
    assert!(raw.is_empty(), "{}", raw.join("\n\n"));
    assert!(count(Verdict::Refused) > 0 && count(Verdict::Harmless) > 0, "{counts:?}");
}
