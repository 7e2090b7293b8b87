//! Lines about the time after an incident, as people type them.

use crate::time;
use domain::incident::after::due::Whose;
use domain::incident::after::event::Owed;
use domain::incident::after::line::AfterLine;

/// The line; `None` for what only a button can ask.
pub fn typed(line: &AfterLine) -> Option<String> {
    Some(match line {
        AfterLine::Report => "report".to_owned(),
        AfterLine::ReportFile => "report file".to_owned(),
        AfterLine::Publish => "publish".to_owned(),
        AfterLine::Settle { part, ours: true } => format!("publish ours {}", part.words()),
        AfterLine::Settle { part, ours: false } => format!("publish theirs {}", part.words()),
        AfterLine::Edit { section } => format!("report {}", section.words()),
        AfterLine::Write { section, text } => format!("report {}: {text}", section.words()),
        AfterLine::Retro => "retro".to_owned(),
        AfterLine::Done { owed } => format!("{owed} done"),
        AfterLine::Undone { owed } => format!("{owed} reopen"),
        AfterLine::PutOff { owed, by, why } => {
            format!("{owed} snooze {} {}", time::typed(*by), why.as_deref().unwrap_or("why"))
        }
        AfterLine::Give { owed, .. } => format!("{owed} @name"),
        AfterLine::FollowUpDefaults => "follow-up defaults".to_owned(),
        AfterLine::FollowUps | AfterLine::FollowUpsOf => "follow-ups".to_owned(),
        AfterLine::Due { whose: Whose::Usual } => "due".to_owned(),
        AfterLine::Due { whose: Whose::Mine } => "due mine".to_owned(),
        AfterLine::Due { whose: Whose::All } => "due all".to_owned(),
        AfterLine::Due { whose: Whose::Overdue } => "due overdue".to_owned(),
        AfterLine::Move { number, .. } => format!("{} by +7d", Owed::FollowUp(*number)),
        AfterLine::FollowUp { .. } | AfterLine::Unclear(_) => return None,
    })
}
