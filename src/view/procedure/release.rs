//! A target that is still held, and its release: on the card, out loud, in `/runbook status`.

use crate::blocks::Button;
use crate::lines::Via;
use crate::words::{Words, bold, clock, code, mention, moment, words};
use domain::Command;
use domain::actor::Actor;
use domain::id::RunId;
use domain::run::Run;
use domain::run::approve::Vote;
use domain::run::release::{Release, Releasing};
use domain::run::says::RunWord;
use domain::runbook::{Held, ReleaseStep, RunAsk, RunbookLine};

/// On the card: that the target is held, who wants it freed, and who agreed.
pub(super) fn standing(run: &Run) -> Vec<Words> {
    let Some(target) = &run.procedure.target else { return Vec::new() };
    let target = || code(target.object.clone());
    match &run.release {
        Some(Release { by, asked, stage: Releasing::Released { by: agreed, at, comment }, .. }) => {
            let comment = comment.as_ref().map(|comment| words![" (", comment, ")"]);
            vec![
                words![
                    target(),
                    bold(" was released: "),
                    moment(*at),
                    ". ",
                    by,
                    " asked: ",
                    &asked.why,
                    "; agreed by ",
                    agreed
                ]
                .and_if(comment)
                .and(words!["."]),
            ]
        }
        Some(release) => {
            let mut lines = vec![words![
                bold("Release? "),
                target(),
                ". ",
                &release.by,
                " asked: ",
                &release.asked.why,
                ". Somebody else must agree. First make sure that nothing of the change still runs."
            ]];
            lines.extend(release.asking().map(|(_, expires)| {
                words!["Expires at ", clock(expires), ". Code: ", code(release.code().to_owned()), "."]
            }));
            lines
        }
        None if run.holds() && run.change().is_none() && run.leftover => vec![words![
            target(),
            bold(" stays locked: "),
            "a part of the change may still run. Once you are sure that nothing does: ",
            code(format!("/runbook release {} why", run.id))
        ]],
        None => Vec::new(),
    }
}

/// Under the card, while a release is asked for.
pub(super) fn buttons(run: &Run) -> Vec<Button> {
    let Some((key, _)) = run.release.as_ref().and_then(Release::asking) else { return Vec::new() };
    let of = |label: &str, vote| {
        let ask = RunAsk::Vote { key: Some(key.to_owned()), vote };
        Button::new(label, None, Command::Runbook(RunbookLine::Of { run: Some(run.id), ask }))
    };
    let question = "Other changes can then start. Are you sure that nothing of this one still runs?";
    vec![
        of("Agree to the release", Vote::Approve { comment: None }).asking(question, "Release it"),
        of("Deny the release", Vote::Deny { why: None }),
    ]
}

/// What a run says of a release, where it is about one.
pub(super) fn said(run: RunId, by: &Actor, word: &RunWord) -> Option<Vec<Words>> {
    let lead = |sign| words![sign, format!("{run}: ")];
    Some(match word {
        RunWord::ReleaseAsks { target, why, people, group, expires, code: sign } => {
            let people = people.iter().map(|person| words![person]);
            let who = Words::joined(people.chain(group.iter().map(|group| words![mention(group)])), " ");
            vec![
                lead("🔓 ")
                    .and(words![
                        by,
                        " asks to release ",
                        code(target.clone()),
                        ": ",
                        why,
                        ". One of you must agree by "
                    ])
                    .and(words![clock(*expires), ". "])
                    .and(who),
                words![
                    "First make sure that nothing of its change still runs. The card has the buttons. Or type: ",
                    code(format!("/runbook approve {run} {sign} why"))
                ],
            ]
        }
        RunWord::Released { target, by: agreed, why } => {
            let agreed = agreed.not_howler().map(|agreed| words![", and ", agreed, " agreed"]);
            vec![
                lead("🔓 ")
                    .and(words![code(target.clone()), " is released: ", by, " asked (", why, ")"])
                    .and_if(agreed)
                    .and(words![". Other changes to it can start."]),
            ]
        }
        word => vec![lead("⚠️ ").and(not_released(word)?).and(words![" ", by])],
    })
}

/// That a release comes to nothing, and why.
pub(super) fn not_released(word: &RunWord) -> Option<Words> {
    Some(match word {
        RunWord::ReleaseDenied { by, why } => {
            let by = by.not_howler().map(|by| words![" by ", by]);
            let why = why.as_ref().map(|why| words![": ", why]);
            words!["the release was denied"].and_if(by).and_if(why).and(words!["; the target stays locked."])
        }
        RunWord::ReleaseUnprepared { why } => {
            words!["I could not look up who may agree to the release: ", why, "; the target stays locked."]
        }
        RunWord::ReleaseMoot => {
            words!["no release needed: the change has ended, or another one has the target by now."]
        }
        RunWord::ReleaseExpired => words!["nobody agreed to the release in time. The target stays locked."],
        _ => return None,
    })
}

/// What whoever asked is told.
pub(super) fn answered(run: RunId, target: &str, step: ReleaseStep) -> Words {
    let target = || code(target.to_owned());
    match step {
        ReleaseStep::Asked => words![
            format!("{run}: I asked the others to agree to the release of "),
            target(),
            ". Until then it stays locked."
        ],
        ReleaseStep::Released => {
            words![
                format!("{run}: "),
                target(),
                " is released and the run is over. The audit has who asked and who agreed."
            ]
        }
        ReleaseStep::Denied => words![format!("{run}: release denied. "), target(), " stays locked."],
    }
}

/// A line of `/runbook status`.
pub(super) fn held(held: &Held, via: Via) -> Words {
    let line = words![
        code(held.target.clone()),
        format!(" by {}, started by ", held.run),
        &held.by,
        ", ",
        moment(held.since)
    ];
    match (held.left, held.asked) {
        (_, true) => line.and(words![": its release waits for approval. See its card."]),
        (true, false) => line.and(words![
            ": a part of the change may still run. Once you are sure that nothing does: ",
            code(via.runbook(&format!("release {} why", held.run)))
        ]),
        (false, false) => line,
    }
}
