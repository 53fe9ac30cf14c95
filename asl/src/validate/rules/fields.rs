//! Checks of fields that several rules need.

use crate::service_text::{NumberText, ServiceText};
use crate::validate::definition::DefinitionPart;
use crate::validate::report::Report;

/// Reports a number that is not an integer or is out of bounds.
pub(super) fn whole_number(
    part: &DefinitionPart<'_>,
    field: &'static str,
    least: u64,
    most: u64,
    report: &mut Report<'_>,
) {
    if let Some(number) = part.number(field)
        && (number.fract() != 0.0 || !(least as f64..=most as f64).contains(&number))
    {
        let message =
            format!("`{field}` must be a whole number from {least} to {most}, not {number}");
        report
            .add(part.at(field), message)
            .service(number_text(number, least, Some(most)));
    }
}

/// AWS's text for a number that is not an integer or is out of bounds.
pub(super) fn number_text(number: f64, least: u64, most: Option<u64>) -> ServiceText {
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
