//! Wait states.

use crate::diagnostic::Severity;
use crate::jsonata;
use crate::limits::MAX_SECONDS;
use crate::model::QueryLanguage;
use crate::timestamp;
use crate::validate::definition::{Definition, DefinitionPart};
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, SCHEMA, source};

use super::fields::is_substitution;
use super::task::whole_number;

fn waits<'d, 'a>(definition: &'a Definition<'d>) -> impl Iterator<Item = &'a DefinitionPart<'d>> {
    definition.parts_of("Wait")
}

pub(super) const ONE_FIELD: Rule = Rule {
    id: "SW080",
    name: "not-one-wait-field",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A Wait does not have exactly one of `Seconds`, `SecondsPath`, `Timestamp` and `TimestampPath`.",
    doc: "A Wait waits for a duration or until a point in time, given literally or by a path.",
    source: source::WAIT,
    check: one_field,
};

fn one_field(definition: &Definition<'_>, report: &mut Report<'_>) {
    for wait in waits(definition) {
        let fields = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"];
        let given: Vec<&str> = fields.into_iter().filter(|field| wait.has(field)).collect();
        let message = match given.as_slice() {
            [_] => continue,
            [] => format!("a Wait needs one of these fields: [{}]", fields.join(", ")),
            several => format!(
                "a Wait must have only one of these fields: [{}]",
                several.join(", ")
            ),
        };
        report.add(&wait.pointer, message).at_key();
    }
}

pub(super) const SECONDS: Rule = Rule {
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
        whole_number(wait, "Seconds", 0, MAX_SECONDS, report);
    }
}

pub(super) const TIMESTAMP: Rule = Rule {
    id: "SW082",
    name: "invalid-timestamp",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Measured,
    summary: "`Timestamp` is not an RFC 3339 timestamp with `T` and an offset.",
    doc: "RFC 3339 with a capital `T` between date and time, and an offset or a capital `Z`: `2016-03-14T01:59:00Z`.",
    source: source::WAIT,
    check: timestamp,
};

fn timestamp(definition: &Definition<'_>, report: &mut Report<'_>) {
    for wait in waits(definition) {
        let Some(text) = wait.text("Timestamp") else {
            continue;
        };
        let is_expression =
            wait.language == QueryLanguage::Jsonata && jsonata::strip(text).is_some();
        if !is_expression && !is_substitution(text) && !timestamp::is_literal(text) {
            report
                .add(wait.at("Timestamp"), NO_TIMESTAMP)
                .suggest(Some(TIMESTAMP_MEND.to_owned()));
        }
    }
}

/// AWS's message for a text that is not a timestamp.
pub(super) const NO_TIMESTAMP: &str = "String does not match RFC3339 timestamp";
pub(super) const TIMESTAMP_MEND: &str = "write it like `2016-03-14T01:59:00Z`";
