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
            report.add(container.pointer.key("States"), "Value cannot be empty");
        }
    }
}
