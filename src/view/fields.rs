//! The names that howler's forms and their fields carry through Slack and back.
//!
//! A form is known by its `callback_id`; a field's block id and action id are both its name.

/// Callback ids.
pub const DECLARE: &str = "declare";
pub const UPDATE: &str = "update";
pub const RESOLVE: &str = "resolve";
pub const APPROVE: &str = "approve";
pub const NOTE: &str = "note";
pub const SECTION: &str = "section";

pub const INCIDENT: &str = "incident";
pub const TITLE: &str = "title";
pub const SEVERITY: &str = "severity";
pub const STATUS: &str = "status";
pub const IMPACT: &str = "impact";
pub const ACTION: &str = "action";
pub const ETA: &str = "eta";
pub const ROOT_CAUSE: &str = "root_cause";
pub const TEXT: &str = "text";
pub const COMMENT: &str = "comment";
pub const DATA_LOSS: &str = "data_loss";
