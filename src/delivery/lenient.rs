//! Slack's answers as they may come: a `null` where a text was expected is none, and a row that cannot be read keeps no other
//! row from being read.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use tracing::warn;

/// The value, or the usual one where there is a `null` or something of another kind.
pub fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(from: D) -> Result<T, D::Error> {
    let value = Value::deserialize(from)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// The rows that can be read. Those that cannot are counted in the log.
pub fn rows<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Vec<T>, D::Error> {
    let all = Option::<Vec<Value>>::deserialize(from)?.unwrap_or_default();
    let many = all.len();
    let read: Vec<T> = all.into_iter().filter_map(|row| serde_json::from_value(row).ok()).collect();
    if read.len() < many {
        warn!(
            unread = many - read.len(),
            of = many,
            "rows of a list of Slack's cannot be read; the others are used"
        );
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Row {
        id: String,
        #[serde(default, deserialize_with = "lenient")]
        name: String,
        #[serde(default, deserialize_with = "lenient")]
        deleted: bool,
    }

    #[derive(Debug, Deserialize)]
    struct List {
        #[serde(deserialize_with = "rows")]
        members: Vec<Row>,
    }

    #[test]
    fn one_strange_row_switches_off_nothing() {
        let list: List = serde_json::from_str(
            r#"{"members":[{"id":"U1","name":null},{"id":null},{"id":"U2","deleted":"yes","new":[1]},null,7,{"id":"U3","name":"zoe"}]}"#,
        )
        .unwrap();
        let read: Vec<(&str, &str, bool)> =
            list.members.iter().map(|row| (row.id.as_str(), row.name.as_str(), row.deleted)).collect();
        assert_eq!(read, [("U1", "", false), ("U2", "", false), ("U3", "zoe", false)]);
        let none: List = serde_json::from_str(r#"{"members":null}"#).unwrap();
        assert!(none.members.is_empty());
    }
}
