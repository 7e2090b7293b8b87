//! The choices of menus, radio buttons and checkboxes.

use serde_json::Value;

use super::check::{Check, Object};
use super::objects::{Text, text_field};

/// What a list of options may look like.
pub(super) struct Rules {
    pub least: usize,
    pub most: usize,
    /// Checkboxes and radio buttons may use mrkdwn.
    pub text: Text,
    /// Only an overflow menu's options open links.
    pub url: bool,
    pub groups: bool,
}

pub(super) const MENU: Rules = Rules { least: 1, most: 100, text: Text::Plain, url: false, groups: true };
pub(super) const BOXES: Rules = Rules { least: 1, most: 10, text: Text::Any, url: false, groups: false };
pub(super) const OVERFLOW: Rules = Rules { least: 1, most: 5, text: Text::Plain, url: true, groups: false };

/// Checks `options` or `option_groups`, and that what is chosen at first is one of them.
pub(super) fn options(check: &mut Check, element: &Object, at: &str, rules: &Rules) {
    let grouped = rules.groups && element.contains_key("option_groups");
    if grouped == element.contains_key("options") {
        let fields = if rules.groups { "`options` or `option_groups`" } else { "`options`" };
        check.complain(at, format!("must define either {fields}"));
        return;
    }
    let mut all: Vec<&Value> = Vec::new();
    if grouped {
        for (i, group) in check.array(element, "option_groups", at, (1, 100)).iter().enumerate() {
            let at = format!("{at}/option_groups/{i}");
            let Some(group) = check.object(group, &at) else { continue };
            check.fields(group, &at, &["label", "options"], &[]);
            text_field(check, group, "label", &at, Text::Plain, 75);
            all.extend(list(check, group, &at, rules));
        }
    } else {
        all = list(check, element, at, rules);
    }
    chosen(check, element, at, &all);
}

fn list<'v>(check: &mut Check, holder: &'v Object, at: &str, rules: &Rules) -> Vec<&'v Value> {
    let items = check.array(holder, "options", at, (rules.least, rules.most));
    for (i, item) in items.iter().enumerate() {
        option(check, item, &format!("{at}/options/{i}"), rules);
    }
    items.iter().collect()
}

fn option(check: &mut Check, value: &Value, at: &str, rules: &Rules) {
    let Some(option) = check.object(value, at) else { return };
    let optional: &[&str] = if rules.url { &["description", "url"] } else { &["description"] };
    check.fields(option, at, &["text", "value"], optional);
    text_field(check, option, "text", at, rules.text, 75);
    check.filled(option, "value", at, 150);
    text_field(check, option, "description", at, rules.text, 75);
    check.filled(option, "url", at, 3000);
}

/// `initial_option(s)` must be, field by field, among the options.
fn chosen(check: &mut Check, element: &Object, at: &str, all: &[&Value]) {
    if let Some(first) = element.get("initial_option")
        && !all.contains(&first)
    {
        check.complain(&format!("{at}/initial_option"), "must match exactly one of the provided options");
    }
    for (i, first) in check.array(element, "initial_options", at, (1, 100)).iter().enumerate() {
        if !all.contains(&first) {
            let at = format!("{at}/initial_options/{i}");
            check.complain(&at, "must match exactly one of the provided options");
        }
    }
}
