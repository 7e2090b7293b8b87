//! howler's own trouble, in words: what is known, what is safe, and what to do.

use super::Message;
use super::blocks::Draft;
use super::lines::{Via, typed};
use super::private::private;
use super::words::{Words, bold, clock, code, words};
use domain::answer::Private;
use domain::command::Line;
use domain::fault::{Fault, Saving};

/// What a fault means for whoever asked.
pub fn in_words(fault: Fault) -> &'static str {
    match fault {
        Fault::NotSaved => {
            "howler could not save this, so it did nothing: its disk may be full or read-only. Reading still \
                 works: `/incident list`. Tell whoever runs howler, and send it again later."
        }
        Fault::NotSavedYet => {
            "howler could not save this yet: its disk may be full or read-only. Slack retries for five minutes. If \
                 you see nothing by then, send it again. Tell whoever runs howler."
        }
        Fault::Uncertain => {
            "I could not confirm that this was saved. Don't send it again yet: look at `/incident list` in a \
                 minute."
        }
        Fault::FolderGone => {
            "howler could not save this, so it did nothing: its data folder was taken away. Reading still works: \
                 `/incident list`. Tell whoever runs howler; its log says what is gone."
        }
        Fault::Unreadable => {
            "howler could not read what it had saved, so it did nothing. Tell whoever runs howler; its log \
                 says more."
        }
        Fault::Stopping => "howler is restarting and did nothing. Send it again in a few seconds.",
    }
}

/// What became of a request of which nobody knew whether it was saved.
pub(super) fn became(saved: bool, line: Option<&Line>, answer: Option<&Private>, via: Via) -> Message {
    let line = line.and_then(|line| typed(line, via)).map(|line| words![" ", code(line)]);
    if !saved {
        return Draft::new()
            .line(
                words!["❌ "]
                    .and(words![bold("Not saved")])
                    .and(words![", so nothing happened. Send it again:"])
                    .and_if(line),
            )
            .finish();
    }
    let first = Draft::new().line(words!["Saved after all:"].and_if(line)).finish();
    let Some(answer) = answer else { return first };
    let rest = private(answer, via);
    Message {
        text: format!("{}\n\n{}", first.text, rest.text),
        blocks: first.blocks.into_iter().chain(rest.blocks).collect(),
    }
}

/// The first line of the delivery board, where saving does not go well.
pub(super) fn saving(saving: Saving) -> Option<Words> {
    Some(match saving {
        Saving::Well => return None,
        Saving::Waits { seconds } => words![
            "⚠️ ",
            bold(format!("A save has been waiting for {seconds} s. ")),
            "howler's disk hangs, so I take nothing new until it answers. Tell whoever runs howler."
        ],
        Saving::Impossible => words![
            "⚠️ ",
            bold("howler cannot save. "),
            "Its disk is full, read-only or failing. Reading works, and what was saved before goes out. Tell whoever \
             runs howler."
        ],
        Saving::FolderGone => words![
            "⚠️ ",
            bold("howler's data folder was taken away. "),
            "Nothing new is saved. Reading works. Tell whoever runs howler; its log says what is gone."
        ],
    })
}

/// Told once, where people look.
pub(super) fn cannot_save(since: jiff::Timestamp, gone: bool) -> Message {
    let why = match gone {
        true => "Its data folder was taken away.",
        false => "Its disk is full, read-only or failing.",
    };
    Draft::new()
        .line(words!["⚠️ ", bold("howler cannot save, since "), clock(since), bold("."), " ", why])
        .bullets(vec![
            words!["Changes are refused, in words."],
            words!["Reading works: ", code("/incident list"), "."],
            words!["Reminders, pages and hand-overs wait: call people yourselves."],
        ])
        .line(words!["Write down what you decide. I'll tell you here when I can save again. Whoever runs howler: its log says more."])
        .finish()
}

pub(super) fn saves_again(since: jiff::Timestamp) -> Message {
    Draft::new()
        .line(words!["✅ howler saves again. It could not since ", clock(since), "."])
        .line(words![
            "Send again what was refused, and add what you wrote down: ",
            code("/incident note ..."),
            "."
        ])
        .finish()
}
