//! Reports a Distributed Map that does not choose Standard or Express child executions.

use crate::model::MachineType;
use crate::validate::rules::prelude::*;

use super::{config_pointer, is_distributed, maps, processor};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW104",
    name: "missing-execution-type",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A Distributed Map has no `ExecutionType`.",
    doc: "The type of its child executions: `STANDARD` for children of up to a year, each with its history; `EXPRESS` for many short children of up to five minutes.",
    source: source::DISTRIBUTED,
    check: execution_type,
};

fn execution_type(definition: &Definition<'_>, report: &mut Report<'_>) {
    for map in maps(definition).filter(|map| is_distributed(map) == Some(true)) {
        let config = processor(map).and_then(|(_, processor)| processor.get("ProcessorConfig"));
        if config.is_some_and(|config| config.get("ExecutionType").is_none()) {
            report
                .add(
                    config_pointer(map),
                    "These fields are required: [ExecutionType]",
                )
                .suggest("`STANDARD` or `EXPRESS`".to_owned())
                .choices(|| {
                    let pointer = field_fixes::member(config_pointer(map), "ExecutionType");
                    let types = [MachineType::Standard, MachineType::Express];
                    types.map(|machine_type| {
                        let word = machine_type.as_str();
                        let title = format!("add `\"ExecutionType\": \"{word}\"`");
                        Fix::choice(title, [Edit::insert(&pointer, word)])
                    })
                });
        }
    }
}
