//! Reports a `StartAt` that does not name a state of its machine, branch or item processor.

use crate::name::check_state;
use crate::validate::flow::has_state;
use crate::validate::rules::prelude::*;
use crate::validate::rules::proposals;
use crate::validate::rules::structure::is_below;

use super::targets::names;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW012",
    name: "missing-start-target",
    severity: Severity::Error,
    code: TARGET,
    known: Evidence::Measured,
    summary: "`StartAt` names no state of the same container.",
    doc: "Names are case-sensitive and refer only to states of the same container.",
    source: source::STRUCTURE,
    check: start_at_missing,
};

fn start_at_missing(definition: &Definition<'_>, report: &mut Report<'_>) {
    for (index, container) in definition.graph.containers().iter().enumerate() {
        let Some(start_at) = container.start_at else {
            continue;
        };
        let may_be_there = is_substitution(start_at) || definition.target_names.open[index];
        if container.states.is_empty()
            || may_be_there
            || has_state(container, start_at)
            || is_below(container, "States")
        {
            continue;
        }
        let names = names(definition, index);
        let pointer = container.pointer.key("StartAt");
        let message = format!("Missing 'StartAt' target: {start_at}");
        report
            .add(&pointer, message)
            .service(ServiceText::MissingTarget(start_at.into()))
            .meant(start_at, names)
            .fix_meant(|meant| Some(proposals::replace(&pointer, start_at, meant)))
            .choices(|| {
                let first = state_fixes::targets(definition, index, None);
                let starts = first
                    .into_iter()
                    .map(|name| field_fixes::replace(&pointer, name))
                    .collect::<Vec<_>>();
                let next = definition.graph.states()[container.states[0]].name;
                let state = json!({"Type": "Pass", "Next": next});
                let edit = state_fixes::add_state(container, start_at, state);
                let added =
                    Fix::choice(format!("add a state `{start_at}` before `{next}`"), [edit]);
                let is_name = check_state(start_at).is_ok();
                starts.into_iter().chain(is_name.then_some(added))
            });
    }
}
