//! Rules about Wait and Fail states.

pub(super) mod conflicting_fail_fields;
pub(super) mod fail_path_without_string;
pub(super) mod invalid_timestamp;
pub(super) mod not_one_wait_field;
pub(super) mod wait_out_of_range;

use crate::validate::definition::{Definition, DefinitionPart};

fn waits<'d, 'a>(definition: &'a Definition<'d>) -> impl Iterator<Item = &'a DefinitionPart<'d>> {
    definition.parts_of("Wait")
}

/// AWS's message for a text that is not a timestamp.
pub(super) const NO_TIMESTAMP: &str = "String does not match RFC3339 timestamp";

pub(super) const TIMESTAMP_MEND: &str = "write it like `2016-03-14T01:59:00Z`";
