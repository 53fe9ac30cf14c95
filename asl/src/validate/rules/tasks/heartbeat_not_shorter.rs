use crate::analysis::heartbeat_problem;
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
        let (heartbeat, timeout) = ("HeartbeatSeconds", "TimeoutSeconds");
        let numbers = task.number(heartbeat).zip(task.number(timeout));
        let problem = numbers.and_then(|(heartbeat_seconds, timeout_seconds)| {
            heartbeat_problem(
                &definition.words_of(task, heartbeat),
                &definition.words_of(task, timeout),
                heartbeat_seconds,
                timeout_seconds,
            )
        });
        if let Some(message) = problem {
            report.add(task.at(heartbeat), message);
        }
    }
}
