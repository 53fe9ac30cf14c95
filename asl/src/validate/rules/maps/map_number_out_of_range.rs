use crate::limits::{PERCENTAGE, SettingType, settings};
use crate::validate::rules::fields::{number_text, whole_number};
use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW105",
    name: "map-number-out-of-range",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Measured,
    summary: "`ToleratedFailurePercentage` is not between 0 and 100, or another number of a Map is out of range.",
    doc: "`ToleratedFailureCount` and `MaxConcurrency` are whole numbers of at least 0, `MaxItems` is one from 0 to 100,000,000, `MaxItemsPerBatch` one of at least 1, and `MaxInputBytesPerBatch` one from 1 to 262,144. Both failure thresholds may be set; the first that is exceeded fails the Map. AWS also accepts them on an inline Map, where they have no effect (SW103).",
    source: source::DISTRIBUTED,
    check: tolerated,
};

fn tolerated(definition: &Definition<'_>, report: &mut Report<'_>) {
    for map in definition.parts_of("Map") {
        let percentage = map.number("ToleratedFailurePercentage");
        if percentage.is_some_and(|percentage| !PERCENTAGE.contains(&percentage)) {
            let (least, most) = (*PERCENTAGE.start(), *PERCENTAGE.end());
            let text = if percentage.is_some_and(|percentage| percentage > most) {
                ServiceText::AboveMaximum(NumberText::Decimal(most))
            } else {
                ServiceText::BelowMinimum(NumberText::Decimal(least))
            };
            report
                .add(
                    map.at("ToleratedFailurePercentage"),
                    "ToleratedFailurePercentage must be between 0 and 100.",
                )
                .service(text);
        }
        if map
            .number("ToleratedFailureCount")
            .is_some_and(|count| count < 0.0)
        {
            report
                .add(
                    map.at("ToleratedFailureCount"),
                    "ToleratedFailureCount cannot be negative.",
                )
                .service(ServiceText::BelowMinimum(NumberText::Integer(0)));
        } else {
            whole(map, "ToleratedFailureCount", 0, report);
        }
        whole(map, "MaxConcurrency", 0, report);
    }
    for part in ["ReaderConfig", "ItemBatcher"] {
        for setting in settings(part) {
            let SettingType::Number(least, most) = setting.takes else {
                continue;
            };
            for owner in definition.parts_of(part) {
                match most {
                    Some(most) => whole_number(owner, setting.field, least, most, report),
                    None => whole(owner, setting.field, least, report),
                }
            }
        }
    }
}

/// Reports a number that is not an integer or is below the minimum.
fn whole(part: &DefinitionPart<'_>, field: &'static str, least: u64, report: &mut Report<'_>) {
    if let Some(number) = part.number(field)
        && (number.fract() != 0.0 || number < least as f64)
    {
        let message = format!("`{field}` must be a whole number from {least}, not {number}");
        report
            .add(part.at(field), message)
            .service(number_text(number, least, None));
    }
}
