//! Checks of fields that several rules need.

use std::ops::RangeInclusive;

use crate::analysis::whole_number_problem;
use crate::edit::Edit;
use crate::fix::Fix;
use crate::json::Json;
use crate::service_text::{NumberText, ServiceText};
use crate::validate::definition::{Definition, DefinitionPart};
use crate::validate::report::Report;
use crate::validate::rules::field_fixes;

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
            .service(number_text(number, least, most))
            .choices(|| {
                let nearest = nearest_number(number, least, most);
                let nearest = field_fixes::set(part, field, nearest);
                [nearest].into_iter().chain(optional(part, field))
            });
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

/// The whole number within the bounds that is nearest to a number.
fn nearest_number(number: f64, least: u64, most: Option<u64>) -> u64 {
    let most = most.unwrap_or(u64::MAX);
    // A cast saturates, and a number that is not whole is rounded.
    (number.round() as u64).clamp(least, most)
}

/// Removes a field that has a default value.
pub(super) fn optional(part: &DefinitionPart<'_>, field: &'static str) -> Option<Fix> {
    let is_needed = part.is("Wait") || part.is("ItemBatcher");
    (!is_needed).then(|| field_fixes::remove(part, field))
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
    item: impl Fn() -> Option<Json>,
    report: &mut Report<'_>,
) {
    let list = || item().map(|item| Json::Array(vec![item]));
    if !part.has(field) {
        let message = format!("These fields are required: [{field}]");
        let entry = report.add(&part.pointer, message).at_key();
        entry.choices(|| list().map(|list| field_fixes::add(part, field, list)));
    }
    if part.items(field).is_some_and(<[_]>::is_empty) {
        let entry = report.add(part.at(field), "Value cannot be empty");
        entry.choices(|| {
            let title = format!("add an item to `{field}`");
            list().map(|list| Fix::choice(title, [Edit::replace(part.at(field), list)]))
        });
    }
}
