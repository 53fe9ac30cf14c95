//! Checks of fields that several rules need.

use std::ops::RangeInclusive;

use crate::analysis::whole_number_problem;
use crate::service_text::{NumberText, ServiceText};
use crate::validate::definition::{Definition, DefinitionPart};
use crate::validate::report::Report;

/// Reports a number that is not an integer or is out of bounds.
pub(super) fn whole_number(
    definition: &Definition<'_>,
    part: &DefinitionPart<'_>,
    field: &'static str,
    (least, most): (u64, Option<u64>),
    unit: &str,
    report: &mut Report<'_>,
) {
    let Some(number) = part.number(field) else {
        return;
    };
    let what = definition.words_of(part, field);
    if let Some(message) = whole_number_problem(&what, number, (least, most), unit) {
        report
            .add(part.at(field), message)
            .service(number_text(number, least, most));
    }
}

/// Reports a number of seconds that is not an integer or is out of bounds.
pub(super) fn seconds(
    definition: &Definition<'_>,
    part: &DefinitionPart<'_>,
    field: &'static str,
    range: RangeInclusive<u64>,
    report: &mut Report<'_>,
) {
    let bounds = (*range.start(), Some(*range.end()));
    whole_number(definition, part, field, bounds, " seconds", report);
}

/// AWS's text for a number that is not an integer or is out of bounds.
fn number_text(number: f64, least: u64, most: Option<u64>) -> ServiceText {
    if number.fract() != 0.0 {
        return ServiceText::WrongType("Integer");
    }
    match most {
        Some(most) if number > most as f64 => ServiceText::AboveMaximum(NumberText::Integer(most)),
        _ => ServiceText::BelowMinimum(NumberText::Integer(least)),
    }
}

/// Reports a list that is missing or empty.
pub(super) fn required_list(
    part: &DefinitionPart<'_>,
    field: &'static str,
    report: &mut Report<'_>,
) {
    if !part.has(field) {
        let message = format!("These fields are required: [{field}]");
        report.add(&part.pointer, message).at_key();
    }
    if part.items(field).is_some_and(<[_]>::is_empty) {
        report.add(part.at(field), "Value cannot be empty");
    }
}
