//! All words and blocks: pure functions from the domain's data to Slack's messages and forms.
//!
//! What people typed is inert wherever it is shown: see [`text`] for Slack's mark-up and [`words`] for the rest.
//! Every message carries a `text` that is enough alone, for notifications and screen readers.

mod after;
mod amend;
mod announcement;
mod blocks;
mod board;
mod brief;
mod card;
mod effect_words;
mod facts;
pub mod fault;
mod feature;
pub mod fields;
mod forms;
mod github;
mod help;
mod home;
mod incident_alerts;
mod late;
mod lines;
mod list;
mod markdown;
mod merge;
mod missed;
mod oncall;
mod page;
mod picture;
mod private;
mod procedure;
mod refusal;
mod reminder;
mod say;
mod split;
mod terminal;
mod text;
mod time;
mod timeline;
mod trouble;
mod vendors;
mod words;

use slack_morphism::prelude::SlackBlock;

pub use after::{
    follow_up_issue, people_in, problem_in_words, report_file, report_lead, report_parts, report_request,
    report_row,
};
pub use amend::{amended, settled};
pub use card::{card, card_anew, topic};
pub use effect_words::effect_in_words;
pub use feature::alerts::card::message as alert_card;
pub use feature::alerts::room::{put_off, told_elsewhere};
pub use feature::alerts::silences::{silenced_note, unsilenced_note};
pub use feature::notice;
pub use forms::form;
pub use github::{IssueText, carries, comment_text, issue_text};
pub use home::home;
pub use incident_alerts::question_now;
pub use late::{HeldUp, mention_made_good, posted_elsewhere, posted_instead, posted_late};
pub use lines::{Via, typed};
pub use oncall::{
    Earlier, nameless, not_a_name, not_taken, not_weeks, oncall_now, oncall_topic, retold, spoken_summons,
    taken, tell,
};
pub use page::{page_now, resolved_at_pagerduty, spoken_page};
pub use picture::picture;
pub use private::private;
pub use procedure::{
    drill, dry_run, freeze_said, markdown, quoted, run_card, run_news, run_said, runbook_at_a_shell,
    shorter_run_cards, unanswered_request,
};
pub use refusal::field_error;
pub use say::say;
pub use split::{shortened, split};
pub use terminal::{Names, terminal};
pub use trouble::{failed, form_failed, other_command, type_instead};

/// What is sent to Slack: the blocks people see, and the same in Slack's mark-up for notifications and screen
/// readers.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    pub text: String,
    pub blocks: Vec<SlackBlock>,
}

// The tests name things as others do.
#[cfg(test)]
extern crate self as view;
#[cfg(test)]
mod tests;
