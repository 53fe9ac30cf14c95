//! Reports a Task that times out before its heartbeat can be missed.

use crate::analysis::heartbeat_problem;
use crate::limits::SECONDS;
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
            let entry = report.add(task.at(heartbeat), message);
            entry.choices(|| shortened(task, heartbeat, timeout));
        }
    }
}

/// Shortens the heartbeat, lengthens the timeout, or removes the heartbeat.
fn shortened(task: &DefinitionPart<'_>, heartbeat: &str, timeout: &str) -> Vec<Fix> {
    let seconds = |field| task.number(field).map(|seconds| seconds as u64);
    let shorter = seconds(timeout).and_then(|timeout| timeout.checked_sub(1));
    let shorter = shorter.filter(|shorter| SECONDS.contains(shorter));
    let longer = seconds(heartbeat).map(|heartbeat| heartbeat.saturating_add(1));
    let longer = longer.filter(|longer| SECONDS.contains(longer));
    let shorter = shorter.map(|shorter| field_fixes::set(task, heartbeat, shorter));
    let longer = longer.map(|longer| field_fixes::set(task, timeout, longer));
    let removed = field_fixes::remove(task, heartbeat);
    shorter.into_iter().chain(longer).chain([removed]).collect()
}
