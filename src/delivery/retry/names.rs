//! Slack's error names, each with its class and its words. `{place}` and the like are filled in by the
//! caller.

use super::Class::{self, Again, Never, Ours, Slow};

/// Every name that howler knows.
const KNOWN: &[&str] = &[
    "not_in_channel",
    "is_archived",
    "channel_not_found",
    "method_not_supported_for_channel_type",
    "channel_type_not_supported",
    "missing_scope",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
    "restricted_action_non_threadable_channel",
    "no_permission",
    "not_allowed",
    "permission_denied",
    "access_denied",
    "not_authorized",
    "ekm_access_denied",
    "team_access_not_granted",
    "not_allowed_token_type",
    "invalid_auth",
    "not_authed",
    "token_revoked",
    "token_expired",
    "account_inactive",
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "timeout",
    "ratelimited",
    "rate_limited",
    "message_limit_exceeded",
    "team_added_to_org",
    "org_login_required",
    "external_channel_migrating",
    "accesslimited",
    "user_not_found",
    "users_not_found",
    "user_not_visible",
    "user_disabled",
    "cannot_dm_bot",
    "user_is_restricted",
    "user_is_ultra_restricted",
    "ura_max_channels",
    "cant_invite",
    "invitee_cant_see_channel",
    "user_team_not_in_channel",
    "org_user_not_in_team",
    "app_cannot_join_channel",
    "messages_tab_disabled",
    "message_not_found",
    "cant_update_message",
    "edit_window_closed",
    "not_pinnable",
    "no_such_subteam",
    "subteam_not_found",
    "name_taken",
    "msg_too_long",
    "msg_blocks_too_long",
    "too_long",
    "no_text",
    "too_many_attachments",
    "missing_charset",
    "missing_post_type",
    "missing_argument",
    "json_not_object",
    "unknown_method",
    "view_too_large",
    "not_enabled",
    "hash_conflict",
];

/// The name itself where howler knows it, so that metrics get no more words than these.
pub fn word(error: &str) -> &'static str {
    KNOWN.iter().find(|known| **known == error).copied().unwrap_or("other")
}

/// A name that is not listed was still a clear no: a person sees it.
pub fn judge(error: &str) -> (Class, &'static str) {
    place(error)
        .or_else(|| permission(error))
        .or_else(|| passing(error))
        .or_else(|| person_or_message(error))
        .or_else(|| ours(error))
        .unwrap_or((Never, "Slack refused {method} with `{error}`"))
}

/// The message itself is too long: it is divided.
pub fn is_too_long(error: &str) -> bool {
    matches!(error, "msg_too_long" | "msg_blocks_too_long")
}

/// Nothing works with this token: every lane hears the same.
pub fn is_about_the_token(error: &str) -> bool {
    matches!(error, "invalid_auth" | "not_authed" | "token_revoked" | "token_expired" | "account_inactive")
}

fn place(error: &str) -> Option<(Class, &'static str)> {
    Some(match error {
        "not_in_channel" => {
            (Never, "howler is not in {place} and could not join: invite it there with /invite @howler")
        }
        // `chat.update` has a name of its own for it.
        "is_archived" | "is_inactive" => (Never, "{place} is archived: unarchive it, then retry"),
        "channel_not_found" => (Never, "{place} does not exist or howler cannot see it{remedy}"),
        "method_not_supported_for_channel_type" | "channel_type_not_supported" => {
            (Never, "{place} is not of a kind that this works in")
        }
        _ => return None,
    })
}

fn permission(error: &str) -> Option<(Class, &'static str)> {
    Some(match error {
        "not_enabled" => (
            Never,
            "the app has no Home tab: turn it on under App Home in its settings, or update it with howler's manifest",
        ),
        "missing_scope" => (
            Never,
            "howler's Slack app lacks the scope {needed}: add it on the app's page OAuth & Permissions and \
             reinstall the app",
        ),
        "restricted_action"
        | "restricted_action_read_only_channel"
        | "restricted_action_thread_only_channel"
        | "restricted_action_non_threadable_channel" => {
            (Never, "the workspace's settings do not let howler do this in {place}: ask an admin to allow it")
        }
        "no_permission" | "not_allowed" | "permission_denied" | "access_denied" | "not_authorized" => {
            (Never, "howler has no permission for this in {place}: ask an admin to allow it")
        }
        "ekm_access_denied" => (Never, "the organization's admins have stopped posting in {place} for now"),
        "team_access_not_granted" => {
            (Never, "howler's app was not given access to this workspace: ask an admin to grant it")
        }
        "not_allowed_token_type" => {
            (Never, "SLACK_BOT_TOKEN is not a bot's token: use the one that starts with xoxb-")
        }
        "invalid_auth" | "not_authed" => {
            (Slow, "Slack does not know howler's token: check SLACK_BOT_TOKEN, then restart howler")
        }
        "token_revoked" | "token_expired" | "account_inactive" => (
            Slow,
            "howler's token is no longer valid (`{error}`): reinstall the Slack app, set SLACK_BOT_TOKEN and restart \
             howler; where the same token works again it goes on by itself",
        ),
        _ => return None,
    })
}

fn passing(error: &str) -> Option<(Class, &'static str)> {
    Some(match error {
        // "It's possible some aspect of the operation succeeded before the error was raised", say Slack's
        // docs.
        "internal_error" | "fatal_error" | "service_unavailable" | "request_timeout" | "timeout" => {
            (Again { lost: true }, "Slack had a fault of its own (`{error}`)")
        }
        "ratelimited" | "rate_limited" => (Again { lost: false }, "Slack asked howler to slow down"),
        "message_limit_exceeded" => (Slow, "the workspace sends too many messages for Slack at the moment"),
        "team_added_to_org" | "org_login_required" | "external_channel_migrating" => {
            (Slow, "the workspace or channel is being moved by Slack: this goes on when that is done")
        }
        "accesslimited" => {
            (Slow, "Slack takes no calls from howler's network: check the app's allowed addresses")
        }
        _ => return None,
    })
}

fn person_or_message(error: &str) -> Option<(Class, &'static str)> {
    Some(match error {
        "user_not_found" | "users_not_found" | "user_not_visible" => {
            (Never, "Slack does not know this person, or howler cannot see them")
        }
        "user_disabled" => (Never, "this person's Slack account is deactivated"),
        "cannot_dm_bot" => (Never, "this is a bot, which takes no direct messages"),
        "user_is_restricted" | "user_is_ultra_restricted" | "ura_max_channels" => {
            (Never, "this person is a guest, who is not allowed there")
        }
        "org_user_not_in_team" => (Never, "this person is in the organization and not in this workspace"),
        "app_cannot_join_channel" => (Never, "this is an app's account, which cannot join channels"),
        "cant_invite" | "invitee_cant_see_channel" | "user_team_not_in_channel" => {
            (Never, "Slack does not let this person be invited")
        }
        "messages_tab_disabled" => {
            (Never, "direct messages are off: turn on the Messages Tab on the Slack app's page App Home")
        }
        "message_not_found" => (Never, "the message was deleted in Slack"),
        "cant_update_message" | "edit_window_closed" => {
            (Never, "Slack does not let howler edit this message any more")
        }
        "not_pinnable" => (Never, "Slack does not let this message be pinned"),
        "no_such_subteam" | "subteam_not_found" => {
            (Never, "the user group does not exist: set [mentions] oncall to another")
        }
        "name_taken" => (Never, "a channel of this name exists already"),
        _ => return None,
    })
}

fn ours(error: &str) -> Option<(Class, &'static str)> {
    if is_too_long(error) {
        return Some((
            Ours,
            "Slack finds the message too long even in parts ({method}: `{error}`). That is a fault in howler: its log \
             has the details",
        ));
    }
    let fault = error.starts_with("invalid_")
        || error.starts_with("metadata_")
        || matches!(
            error,
            "too_long"
                | "no_text"
                | "too_many_attachments"
                | "missing_charset"
                | "missing_post_type"
                | "missing_argument"
                | "json_not_object"
                | "unknown_method"
                | "view_too_large"
                | "duplicate_external_id"
        );
    fault.then_some((
        Ours,
        "howler asked Slack for something it does not take ({method}: `{error}`). That is a fault in howler: its log \
         has the details",
    ))
}
