//! Reports a catcher that does not name the state that handles the error.

use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW060",
    name: "catcher-without-next",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A catcher has no `Next`.",
    doc: "`Next` names the state that runs after the error.",
    source: source::ERRORS,
    check: catcher_next,
};

fn catcher_next(definition: &Definition<'_>, report: &mut Report<'_>) {
    for catcher in definition.parts_of("Catcher") {
        if !catcher.has("Next") {
            let message = "These fields are required: [Next]";
            let entry = report.add(&catcher.pointer, message);
            entry.choices(|| {
                let state = catcher.state;
                let container = state.map(|state| definition.graph.states()[state].container);
                let targets =
                    container.map(|container| state_fixes::targets(definition, container, state));
                let targets = targets.unwrap_or_default().into_iter();
                let targets = targets.map(|name| field_fixes::add(catcher, "Next", name));
                let failing = container.map(|container| {
                    let container = &definition.graph.containers()[container];
                    let name = state_fixes::fresh_name(definition, "Failed");
                    let fail = json!({"Type": "Fail", "Error": "Failed"});
                    let edits = [
                        field_fixes::add_edit(catcher, "Next", name.as_str()),
                        state_fixes::add_state(container, &name, fail),
                    ];
                    Fix::choice(format!("continue with a new state `{name}`"), edits)
                });
                targets.chain(failing).collect::<Vec<_>>()
            });
        }
    }
}
