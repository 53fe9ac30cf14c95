//! Reports a Wait state with a number of seconds that AWS does not accept.

use crate::limits::MAX_SECONDS;
use crate::validate::rules::fields;
use crate::validate::rules::prelude::*;

use super::waits;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW081",
    name: "wait-out-of-range",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`Seconds` is not a whole number from 0 to 99,999,999.",
    doc: "A Wait of 0 seconds ends immediately.",
    source: source::WAIT,
    check: seconds,
};

fn seconds(definition: &Definition<'_>, report: &mut Report<'_>) {
    for wait in waits(definition) {
        fields::seconds(definition, wait, "Seconds", 0..=MAX_SECONDS, report);
    }
}
