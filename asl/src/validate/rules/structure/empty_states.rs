//! Reports a machine, branch or item processor whose `States` lists no state.

use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW016",
    name: "empty-states",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`States` is empty.",
    doc: "A container needs at least one state.",
    source: source::STRUCTURE,
    check: empty_states,
};

fn empty_states(definition: &Definition<'_>, report: &mut Report<'_>) {
    for container in definition.graph.containers() {
        let states = container.object.get("States").and_then(Json::as_object);
        if states.is_some_and(|states| states.is_empty()) {
            let pointer = container.pointer.key("States");
            let entry = report.add(&pointer, "Value cannot be empty");
            entry.choices(|| {
                let fresh = || state_fixes::fresh_name(definition, "Start");
                let name = container.start_at.map_or_else(fresh, str::to_owned);
                let state = Json::Object(state_fixes::placeholder(&name));
                let title = format!("add a state `{name}`");
                [Fix::choice(title, [Edit::replace(&pointer, state)])]
            });
        }
    }
}
