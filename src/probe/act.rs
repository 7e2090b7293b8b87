//! An action carried out: exactly the program and the arguments that were approved, heard while it runs, and stopped with all
//! that it began (research 2b, rules 4 to 8).

use std::convert::Infallible;
use std::future::pending;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::FusedFuture;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::kept::Kept;
use super::marked::{Marked, VARIABLE};
use super::process::{self, LAST_WORDS, Program, Start, Streams};
use super::{FOLDERS, Prober, tool};
use domain::procedure::CannotTell;
use domain::run::change::Ended;
use domain::secret::Secret;

/// What a program has printed is told this often, so that many that run together stay within Slack's limits.
const TELL_EVERY: Duration = Duration::from_secs(2);
/// What an action leaves behind when it ends by itself may take so long to end before it is killed.
const LEFT: Duration = Duration::from_secs(3);
/// What was killed is gone within this, or cannot be killed.
const REAPED: Duration = Duration::from_secs(3);
/// Bytes read at once, and the longest line that is waited for to its end.
const READ_AT_ONCE: usize = 64 << 10;
/// So much of the end of the output is searched for secrets, in bytes: far more than is told, so that a secret of many lines is whole
/// where its end is told.
const LOOKED_AT: usize = 64 << 10;
/// Longest end of the output that is told, in characters.
const TOLD_MOST: usize = 1_200;

/// What is to be run.
#[derive(Clone, Debug)]
pub struct Order {
    pub argv: Vec<String>,
    /// The program's file, and the SHA-256 of what was in it when it was approved.
    pub path: String,
    pub fingerprint: String,
    pub limit: Duration,
    /// How long it may take to end once it is asked to, before it is killed: some programs let go of a lock first.
    pub grace: Duration,
    /// Nobody else's: all that the program begins carries it.
    pub mark: String,
}

/// What would be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    pub path: String,
    pub sha256: String,
    /// The names of the variables that it gets.
    pub environment: Vec<String>,
}

impl Prober {
    /// Looks at the program that `argv` would run.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn fingerprint(&self, argv: &[String]) -> Result<Fingerprint, CannotTell> {
        let program = argv.first().map_or("", String::as_str);
        if let Some(stand_in) = &self.stand_in {
            return Ok(stand_in.fingerprint(program));
        }
        self.shows_no_secret(argv)?;
        let path = tool::find(&self.tools, &FOLDERS, program)?;
        let variables = [self.environment.get(program), self.for_actions.get(program)];
        let environment = variables.into_iter().flatten().flatten();
        let environment = environment.map(|(name, _)| name.clone()).collect();
        let shown = path.display().to_string();
        // Some programs are a hundred megabytes.
        let read = tokio::task::spawn_blocking(move || sha256(&path)).await;
        let unreadable = |why: String| CannotTell(format!("{program} cannot be read: {why}"));
        let sha256 = match read {
            Ok(Ok(sha256)) => sha256,
            Ok(Err(error)) => return Err(unreadable(error.to_string())),
            Err(error) => return Err(unreadable(error.to_string())),
        };
        Ok(Fingerprint { path: shown, sha256, environment })
    }

    /// Runs `order` until it ends, its time is up, or `stop` becomes true. `heard` is told of it meanwhile. Gives how it ended,
    /// and the end of what it printed.
    pub async fn act(
        &self,
        order: &Order,
        mut stop: watch::Receiver<bool>,
        heard: &mpsc::Sender<String>,
    ) -> (Ended, String) {
        if let Some(stand_in) = &self.stand_in {
            return stand_in.act(&order.argv);
        }
        let not_begun = |why: String| (Ended::NotBegun { why }, String::new());
        match self.fingerprint(&order.argv).await {
            Err(CannotTell(why)) => return not_begun(why),
            Ok(found) if (&found.path, &found.sha256) != (&order.path, &order.fingerprint) => {
                return not_begun("the program is not the one that was approved".into());
            }
            Ok(_) => {}
        }
        if *stop.borrow() {
            return not_begun("it was stopped before it began".into());
        }
        let program = order.argv.first().map_or("", String::as_str);
        let mut environment = self.environment.get(program).cloned().unwrap_or_default();
        environment.extend(self.for_actions.get(program).into_iter().flatten().cloned());
        environment.push((VARIABLE.to_owned(), Secret::new(order.mark.clone())));
        let home = self.home_of(program);
        let start = Start {
            path: order.path.as_ref(),
            program,
            arguments: order.argv.get(1..).unwrap_or_default(),
            environment: &environment,
            folder: None,
            bounds: &self.bounds,
            home: home.as_deref(),
            mark: &order.mark,
            may_go_on: true,
        };
        match process::start(start) {
            Err(CannotTell(why)) => not_begun(self.shown(&why)),
            Ok(program) => self.follow(program, order, &mut stop, heard).await,
        }
    }

    async fn follow(
        &self,
        (mut program, mut streams): (Program, Streams),
        order: &Order,
        stop: &mut watch::Receiver<bool>,
        heard: &mpsc::Sender<String>,
    ) -> (Ended, String) {
        let marked = program.all().clone();
        let kept = Mutex::new(Kept::default());
        let Streams { out, err } = &mut streams;
        let printed = async { tokio::join!(keep(out, &kept), keep(err, &kept)) }.fuse();
        tokio::pin!(printed);
        let ended = {
            let whole = async {
                tokio::select! {
                    status = program.child.wait() => {
                        // What it left behind may hold the other end open.
                        let _ = timeout(LAST_WORDS, &mut printed).await;
                        status
                    }
                    _ = &mut printed => program.child.wait().await,
                }
            };
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => Ended::Stopped { empty: false },
                ended = timeout(order.limit, whole) => match ended {
                    Ok(status) => Ended::Exit { code: status.ok().and_then(|status| status.code()) },
                    Err(_) => Ended::TimedOut { empty: false },
                },
                never = self.tell(&kept, heard) => match never {},
            }
        };
        // It is heard to its end: one that cannot say that it lets go would be ended by that.
        let ended = tokio::select! {
            ended = ended_by_now(ended, &marked, &mut program, order.grace) => ended,
            never = async { (&mut printed).await; pending::<Infallible>().await } => match never {},
        };
        if !printed.is_terminated() {
            let _ = timeout(LAST_WORDS, &mut printed).await;
        }
        (ended, self.end_of(&kept, true))
    }

    /// Tells what it has printed, now and then; never ends by itself.
    async fn tell(&self, kept: &Mutex<Kept>, heard: &mpsc::Sender<String>) -> Infallible {
        let mut ticks = interval(TELL_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.tick().await;
        let mut before = String::new();
        loop {
            ticks.tick().await;
            let now = self.end_of(kept, false);
            if now != before {
                before.clone_from(&now);
                // Whoever shows it may be behind; the next tick tells more.
                let _ = heard.try_send(now);
            }
        }
    }

    /// The end of what was printed, without secrets. A line that is not whole yet is held back: it may be half a secret.
    fn end_of(&self, kept: &Mutex<Kept>, whole: bool) -> String {
        let mut text = kept.lock().unwrap_or_else(PoisonError::into_inner).end(LOOKED_AT);
        if !whole {
            text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
        }
        let shown = self.shown(&text);
        let skipped = shown.chars().count().saturating_sub(TOLD_MOST);
        shown.chars().skip(skipped).collect()
    }

    /// Waits for a program that an earlier howler may have begun by `order`, for at most its limit, or until `stop`.
    pub async fn wait_for_earlier(&self, order: &Order, mut stop: watch::Receiver<bool>) -> Ended {
        let marked = Marked::new(&order.mark, None);
        let gone = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => None,
            gone = timeout(order.limit, marked.gone()) => Some(gone.is_ok()),
        };
        let ended = match gone {
            Some(true) => Ended::Interrupted,
            Some(false) => Ended::TimedOut { empty: marked.end(order.grace).await },
            None if marked.is_gone() => Ended::Interrupted,
            None => Ended::Stopped { empty: marked.end(order.grace).await },
        };
        marked.forget();
        ended
    }
}

/// Ends what goes on, and what a program that ended left behind: that is no part of what was approved.
async fn ended_by_now(ended: Ended, marked: &Marked, program: &mut Program, grace: Duration) -> Ended {
    let ended = match ended {
        Ended::Stopped { .. } => Ended::Stopped { empty: end(marked, program, grace).await },
        Ended::TimedOut { .. } => Ended::TimedOut { empty: end(marked, program, grace).await },
        by_itself => by_itself,
    };
    marked.end(LEFT).await;
    ended
}

/// Ends the program and all that it began. howler's own stop does not wait for a long grace: what lets go of a lock then goes on
/// with it alone, and the next start waits for it by its mark.
async fn end(marked: &Marked, program: &mut Program, grace: Duration) -> bool {
    program.let_go();
    let reaped = async { drop(program.child.wait().await) };
    tokio::join!(marked.end(grace), timeout(grace + REAPED, reaped)).0
}

fn sha256(path: &std::path::Path) -> std::io::Result<String> {
    let mut digest = Sha256::new();
    let mut file = std::fs::File::open(path)?;
    let mut buffer = vec![0; 256 << 10];
    loop {
        let read = std::io::Read::read(&mut file, &mut buffer)?;
        match buffer.get(..read) {
            None | Some([]) => return Ok(hex::encode(digest.finalize())),
            Some(bytes) => digest.update(bytes),
        }
    }
}

/// Keeps whole lines, so that the two streams of a program cut no line, and no secret, of each other's in two.
async fn keep(stream: &mut (impl AsyncRead + Unpin), kept: &Mutex<Kept>) {
    let keep = |bytes: &[u8]| kept.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
    let (mut buffer, mut open) = (vec![0; READ_AT_ONCE], Vec::new());
    // What cannot be read any more has ended, for what is shown.
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        open.extend_from_slice(buffer.get(..read).unwrap_or_default());
        let whole = open.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let whole = if whole == 0 && open.len() >= READ_AT_ONCE { open.len() } else { whole };
        keep(open.get(..whole).unwrap_or_default());
        open.drain(..whole);
    }
    keep(&open);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::io::AsyncWriteExt;

    use super::*;
    use config::RunbookRules;
    use domain::secret::Secret;

    const SECRETS: [&str; 3] = ["hunter2-hunter2", "xoxb-1234567890-abcdef", "c2VjcmV0LXNlY3JldA=="];

    fn prober() -> Prober {
        let rules = RunbookRules { hosts: Vec::new(), ..RunbookRules::default() };
        Prober::new(&rules, SECRETS.iter().map(|secret| Secret::new(*secret)).collect(), |_| None)
    }

    proptest! {
        /// However the output is cut into pieces, no piece of a secret is told that is longer than its neighbours' words.
        #[test]
        fn a_secret_never_leaves_wherever_the_output_is_cut(
            words in prop::collection::vec(prop_oneof![Just("a line\n"), Just("word "), Just("\u{1b}[31m"), Just("=")], 0..30),
            secret in prop::sample::select(&SECRETS),
            at in 0_usize..30,
            cuts in prop::collection::vec(1_usize..9, 1..60),
        ) {
            let (prober, kept) = (prober(), Mutex::new(Kept::default()));
            let mut words: Vec<&str> = words;
            words.insert(at.min(words.len()), secret);
            let text = words.concat();
            let mut rest = text.as_bytes();
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (piece, after) = rest.split_at((*cut).min(rest.len()));
                kept.lock().unwrap().push(piece);
                rest = after;
                let told = prober.end_of(&kept, false);
                for length in 6..=secret.len() {
                    prop_assert!(!told.contains(&secret[..length]), "{told:?} tells {:?}", &secret[..length]);
                }
            }
            let told = prober.end_of(&kept, true);
            prop_assert!(!told.contains(secret), "{told:?}");
        }
    }

    #[test]
    fn of_endless_output_the_end_is_told_from_whole_lines_on() {
        let (prober, kept) = (prober(), Mutex::new(Kept::default()));
        for number in 0..200_000 {
            kept.lock().unwrap().push(format!("line {number} hunter2-hunter2\n").as_bytes());
        }
        let told = prober.end_of(&kept, true);
        assert!(told.ends_with("line 199999 [secret]") && !told.contains("hunter2"), "{told}");
        assert!(told.chars().count() <= TOLD_MOST);
    }

    #[tokio::test]
    async fn the_two_streams_cut_no_line_of_each_other() {
        let kept = Mutex::new(Kept::default());
        let (mut says, mut out) = tokio::io::duplex(64);
        let (mut warns, mut err) = tokio::io::duplex(64);
        let program = async {
            says.write_all(b"password is hunter2-").await.unwrap();
            tokio::task::yield_now().await;
            warns.write_all(b"a warning\n").await.unwrap();
            tokio::task::yield_now().await;
            says.write_all(b"hunter2 now").await.unwrap();
            drop((says, warns));
        };
        tokio::join!(program, keep(&mut out, &kept), keep(&mut err, &kept));
        assert_eq!(prober().end_of(&kept, true), "a warning\npassword is [secret] now");
    }

    #[test]
    fn a_line_that_is_not_whole_is_held_back() {
        let (prober, kept) = (prober(), Mutex::new(Kept::default()));
        kept.lock().unwrap().push(b"begun\npassword is hunter2-");
        assert_eq!(prober.end_of(&kept, false), "begun");
        kept.lock().unwrap().push(b"hunter2 now\n");
        assert_eq!(prober.end_of(&kept, false), "begun\npassword is [secret] now");
    }
}
