//! Reports a Distributed Map that would run in an Express execution.

use crate::model::MachineType;
use crate::validate::rules::prelude::*;

use super::distributed_field_in_inline_map::REFUSED;
use super::{children, config_pointer, is_distributed, maps};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW108",
    name: "distributed-map-in-express",
    severity: Severity::Error,
    code: None,
    known: Evidence::Documented,
    summary: "A Distributed Map is in an Express machine, or in the Express children of another Distributed Map.",
    doc: "Only a Standard execution can run a Distributed Map: an Express execution ends after five minutes. Make the machine Standard; to reduce the cost, make the children of the Map Express.",
    source: source::DISTRIBUTED,
    check: in_express,
};

fn in_express(definition: &Definition<'_>, report: &mut Report<'_>) {
    for map in maps(definition).filter(|map| is_distributed(map) == Some(true)) {
        let around = map.state.and_then(|state| children(definition, state));
        let message = match around {
            Some(MachineType::Express) => {
                "a Distributed Map cannot run inside the Express children of another one"
            }
            None if definition.machine_type == MachineType::Express => {
                "a Distributed Map cannot run in an Express machine"
            }
            _ => continue,
        };
        report
            .add(config_pointer(map).key("Mode"), message)
            .choices(|| {
                let is_simple = !REFUSED.iter().any(|field| map.has(field));
                let mode = json!({"Mode": "INLINE"});
                let edit = Edit::replace(config_pointer(map), mode);
                is_simple.then(|| Fix::choice("make the Map inline", [edit]))
            });
    }
}
