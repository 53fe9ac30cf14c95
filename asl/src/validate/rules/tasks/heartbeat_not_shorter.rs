use crate::validate::rules::prelude::*;

use super::tasks;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW044",
    name: "heartbeat-not-shorter",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`HeartbeatSeconds` is not less than `TimeoutSeconds`.",
    doc: "A heartbeat that is not shorter than the timeout can never be missed.",
    source: source::TASK,
    check: heartbeat,
};

fn heartbeat(definition: &Definition<'_>, report: &mut Report<'_>) {
    for task in tasks(definition) {
        let numbers = task
            .number("HeartbeatSeconds")
            .zip(task.number("TimeoutSeconds"));
        if numbers.is_some_and(|(heartbeat, timeout)| heartbeat >= timeout) {
            report.add(
                task.at("HeartbeatSeconds"),
                "`HeartbeatSeconds` must be less than `TimeoutSeconds`",
            );
        }
    }
}
