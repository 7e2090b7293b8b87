//! Statements that `psql` may ask in a check or a plan.

/// Functions that only compute or look; all others are refused, for there are hundreds that do something.
const PSQL_FUNCTIONS: [&str; 41] = [
    "count",
    "sum",
    "min",
    "max",
    "avg",
    "coalesce",
    "nullif",
    "greatest",
    "least",
    "left",
    "right",
    "length",
    "lower",
    "upper",
    "round",
    "abs",
    "now",
    "age",
    "extract",
    "date_trunc",
    "to_char",
    "string_agg",
    "array_agg",
    "json_agg",
    "row_number",
    "bool_and",
    "bool_or",
    "pg_has_role",
    "current_setting",
    "pg_size_pretty",
    "pg_database_size",
    "pg_relation_size",
    "pg_total_relation_size",
    "pg_indexes_size",
    "pg_is_in_recovery",
    "pg_last_wal_receive_lsn",
    "pg_last_wal_replay_lsn",
    "pg_last_xact_replay_timestamp",
    "pg_postmaster_start_time",
    "pg_blocking_pids",
    "pg_wal_lsn_diff",
];
/// Words of SQL before a bracket, and types that take one.
const PSQL_WORDS: [&str; 27] = [
    "in", "exists", "from", "join", "and", "or", "not", "select", "then", "else", "when", "as", "on",
    "where", "over", "filter", "case", "any", "all", "some", "by", "distinct", "union", "using", "numeric",
    "varchar", "lateral",
];

/// What of the system's own tables and views holds no password and no connection's words; others do (`pg_authid`, `pg_shadow`,
/// `pg_subscription`, `pg_user_mappings`).
const PSQL_RELATIONS: [&str; 40] = [
    "pg_catalog",
    "pg_attribute",
    "pg_class",
    "pg_constraint",
    "pg_database",
    "pg_extension",
    "pg_index",
    "pg_indexes",
    "pg_locks",
    "pg_namespace",
    "pg_prepared_xacts",
    "pg_replication_slots",
    "pg_settings",
    "pg_tables",
    "pg_tablespace",
    "pg_stat_activity",
    "pg_stat_all_indexes",
    "pg_stat_all_tables",
    "pg_stat_archiver",
    "pg_stat_bgwriter",
    "pg_stat_checkpointer",
    "pg_stat_database",
    "pg_stat_database_conflicts",
    "pg_stat_io",
    "pg_stat_progress_analyze",
    "pg_stat_progress_basebackup",
    "pg_stat_progress_copy",
    "pg_stat_progress_create_index",
    "pg_stat_progress_vacuum",
    "pg_stat_replication",
    "pg_stat_replication_slots",
    "pg_stat_slru",
    "pg_stat_ssl",
    "pg_stat_statements",
    "pg_stat_subscription",
    "pg_stat_user_indexes",
    "pg_stat_user_tables",
    "pg_stat_wal",
    "pg_statio_user_indexes",
    "pg_statio_user_tables",
];

/// Why a statement is not one that begins with `select`, calls nothing that is not known, and reads of the system what is no secret.
/// What a column's name may call (`u.purge` is `purge(u)`) cannot be told from here: checks run in read-only transactions.
pub fn selects(statement: &str) -> Option<String> {
    let statement = statement.trim().to_lowercase();
    let without = outside_of_quotes(&statement);
    let mut words = without.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let is_hidden = |word: &&str| {
        let of_system = word.starts_with("pg_") || word.starts_with("_pg_") || *word == "information_schema";
        of_system && !PSQL_RELATIONS.contains(word) && !PSQL_FUNCTIONS.contains(word)
    };
    if let Some(word) = words.find(is_hidden) {
        return Some(format!("`{word}` is not known to hold no secret, in a check or a plan"));
    }
    let odd = ["\"", "$", "--", "/*", ";", " into "].iter().any(|sign| without.contains(sign));
    // `for update` and `for share` lock what they read.
    let locks = without.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == "for");
    if !without.starts_with("select ") || locks || odd || without.matches('\'').count() % 2 == 1 {
        return Some("`psql` asks one `select` that changes nothing, in a check or a plan".to_owned());
    }
    let mut rest = without.as_str();
    while let Some((before, after)) = rest.split_once('(') {
        let before = before.trim_end();
        let (head, name) = last_word(before);
        let schema = head.trim_end().strip_suffix('.').map(|head| last_word(head.trim_end()).1);
        if schema.is_some_and(|schema| schema != "pg_catalog") {
            return Some(format!("`{name}()` is of somebody's own schema, in a check or a plan"));
        }
        if !name.is_empty() && !PSQL_FUNCTIONS.contains(&name) && !PSQL_WORDS.contains(&name) {
            return Some(format!("`{name}()` is not known to read only, in a check or a plan"));
        }
        rest = after;
    }
    None
}

/// What stands before the last word, and that.
fn last_word(text: &str) -> (&str, &str) {
    let start = text.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    text.split_at(start.map_or(0, |at| at + text[at..].chars().next().map_or(0, char::len_utf8)))
}

/// The statement with its texts left empty; a quote that does not end stays.
fn outside_of_quotes(statement: &str) -> String {
    let mut parts = statement.split('\'');
    let mut without = parts.next().unwrap_or_default().to_owned();
    while let Some(_text) = parts.next() {
        match parts.next() {
            Some(outside) => without.extend(["''", outside]),
            None => without.push('\''),
        }
    }
    without
}
