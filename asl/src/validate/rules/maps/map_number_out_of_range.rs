//! Reports a limit or threshold of a Map state that AWS does not accept.

use crate::analysis::percentage_problem;
use crate::limits::{PERCENTAGE, SettingType, settings};
use crate::validate::rules::fields::whole_number;
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
        let field = "ToleratedFailurePercentage";
        if let Some(percentage) = map.number(field)
            && let Some(message) = percentage_problem(&definition.words_of(map, field), percentage)
        {
            let (least, most) = (*PERCENTAGE.start(), *PERCENTAGE.end());
            let text = if percentage > most {
                ServiceText::AboveMaximum(NumberText::Decimal(most))
            } else {
                ServiceText::BelowMinimum(NumberText::Decimal(least))
            };
            let entry = report.add(map.at(field), message).service(text);
            entry.choices(|| {
                // The bounds are whole numbers.
                let nearest = percentage.clamp(least, most) as u64;
                let nearest = field_fixes::set(map, field, nearest);
                [nearest, field_fixes::remove(map, field)]
            });
        }
        for field in ["ToleratedFailureCount", "MaxConcurrency"] {
            whole_number(definition, map, field, (0, None), "", report);
        }
    }
    for part in ["ReaderConfig", "ItemBatcher"] {
        for setting in settings(part) {
            let SettingType::Number(least, most) = setting.takes else {
                continue;
            };
            for owner in definition.parts_of(part) {
                let bounds = (least, most);
                whole_number(definition, owner, setting.field, bounds, "", report);
            }
        }
    }
}
