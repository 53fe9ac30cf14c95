//! Reports a field on an inline Map that only a Distributed Map uses.

use crate::model::ProcessorMode;
use crate::validate::rules::prelude::*;
use crate::words;
use crate::words::quoted;

use super::{config, distributed, is_distributed, maps};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW103",
    name: "distributed-field-in-inline-map",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Presumed,
    summary: "A Map whose `Mode` is `INLINE` has `ItemReader`, `ItemBatcher` or `ResultWriter`; a warning if it has no `Mode`, or for another field that only a Distributed Map uses.",
    doc: "`ItemReader`, `ItemBatcher`, `ResultWriter` and `Label` need `\"ProcessorConfig\": {\"Mode\": \"DISTRIBUTED\", \"ExecutionType\": ..}` in the processor. `ToleratedFailureCount` and `ToleratedFailurePercentage`, by value or by path, are accepted on an inline Map (recorded) but have no effect: the first iteration that fails also fails the Map.",
    source: source::DISTRIBUTED,
    check: only_distributed,
};

/// Fields that an inline Map must not have.
pub(super) const REFUSED: &[&str] = &["ItemReader", "ItemBatcher", "ResultWriter"];

/// Fields that have no effect in an inline Map.
const IDLE: &[&str] = words![
    Label ToleratedFailureCount ToleratedFailureCountPath ToleratedFailurePercentage
    ToleratedFailurePercentagePath
];

fn only_distributed(definition: &Definition<'_>, report: &mut Report<'_>) {
    for map in maps(definition).filter(|map| is_distributed(map) == Some(false)) {
        // Another rule reports an unknown mode.
        let is_said = config(map, "Mode") == Some(ProcessorMode::Inline.as_str());
        let (refused, idle) = if is_said {
            (present_fields(map, REFUSED), present_fields(map, IDLE))
        } else {
            (
                Vec::new(),
                [present_fields(map, REFUSED), present_fields(map, IDLE)].concat(),
            )
        };
        for (fields, is_refused) in [(refused, true), (idle, false)] {
            let Some(first) = fields.first() else {
                continue;
            };
            let verb = if is_refused {
                "cannot have"
            } else {
                "does not use"
            };
            let message = format!("an inline Map {verb} {}", quoted(&fields));
            let entry = report.add(map.at(first), message).at_key().suggest("add `\"ProcessorConfig\": {\"Mode\": \"DISTRIBUTED\", \"ExecutionType\": \"STANDARD\"}` to the processor"
                    .to_owned());
            let entry = entry.choices(|| {
                let only = (fields.len() == 1).then(|| field_fixes::remove(map, first));
                distributed(definition, map).into_iter().chain(only)
            });
            if !is_refused {
                entry.warn();
            }
        }
    }
}

/// The fields of a list that a Map has.
fn present_fields(map: &DefinitionPart<'_>, fields: &'static [&'static str]) -> Vec<&'static str> {
    let fields = fields.iter().copied();
    fields.filter(|field| map.has(field)).collect()
}
