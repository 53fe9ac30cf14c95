//! Reports a Wait state with a point in time that AWS cannot read.

use crate::validate::rules::prelude::*;
use crate::{jsonata, timestamp};

use super::{NO_TIMESTAMP, TIMESTAMP_MEND, timestamps, waits};

pub(in crate::validate::rules) const RULE: Rule = Rule {
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
                .suggest(TIMESTAMP_MEND.to_owned())
                .choices(|| {
                    let is_path = text.starts_with('$') && wait.language == QueryLanguage::JsonPath;
                    let renamed =
                        is_path.then(|| field_fixes::rename(wait, "Timestamp", "TimestampPath"));
                    let times = timestamps(text).into_iter().filter(|_| !is_path);
                    let times = times.map(|text| field_fixes::set(wait, "Timestamp", text));
                    renamed
                        .flatten()
                        .into_iter()
                        .chain(times)
                        .collect::<Vec<_>>()
                });
        }
    }
}
