//! Rules about Wait and Fail states.

pub(super) mod conflicting_fail_fields;
pub(super) mod fail_path_without_string;
pub(super) mod invalid_timestamp;
pub(super) mod not_one_wait_field;
pub(super) mod wait_out_of_range;

use crate::timestamp;
use crate::validate::definition::{Definition, DefinitionPart};

fn waits<'d, 'a>(definition: &'a Definition<'d>) -> impl Iterator<Item = &'a DefinitionPart<'d>> {
    definition.parts_of("Wait")
}

/// AWS's message for a text that is not a timestamp.
pub(super) const NO_TIMESTAMP: &str = "String does not match RFC3339 timestamp";

/// The timestamps that a text may mean; an example if it means none.
pub(super) fn timestamps(text: &str) -> Vec<String> {
    let text = text.trim();
    let (date, time) = match text.split_at_checked(10) {
        Some((date, "")) => (date, "00:00:00"),
        Some((date, rest)) => (date, rest.trim_start_matches(['T', 't', ' '])),
        None => (text, ""),
    };
    let time = time.replace(' ', "").to_ascii_uppercase();
    let seconds = if time.len() == 5 { ":00" } else { "" };
    let read = [format!("{date}T{time}"), format!("{date}T{time}{seconds}Z")];
    let found = read.into_iter().find(|text| timestamp::is_literal(text));
    vec![found.unwrap_or_else(|| "2030-01-01T00:00:00Z".to_owned())]
}

pub(super) const TIMESTAMP_MEND: &str = "write it like `2016-03-14T01:59:00Z`";
