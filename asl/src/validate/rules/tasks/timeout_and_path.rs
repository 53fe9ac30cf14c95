//! Reports a Task whose timeout or heartbeat is set both as a number and as a path.

use crate::validate::rules::prelude::*;

use super::tasks;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW042",
    name: "timeout-and-path",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A Task has both `TimeoutSeconds` and `TimeoutSecondsPath`, or both `HeartbeatSeconds` and `HeartbeatSecondsPath`.",
    doc: "A timeout is given as a number or as a path to one, not both.",
    source: source::TASK,
    check: two_timeouts,
};

fn two_timeouts(definition: &Definition<'_>, report: &mut Report<'_>) {
    for task in tasks(definition) {
        for (value, path) in [
            ("TimeoutSeconds", "TimeoutSecondsPath"),
            ("HeartbeatSeconds", "HeartbeatSecondsPath"),
        ] {
            if task.language == QueryLanguage::JsonPath && task.has(value) && task.has(path) {
                let message = format!("a Task has either `{value}` or `{path}`, not both");
                report
                    .add(task.at(path), message)
                    .service_at(
                        ServiceText::OnlyOneOf(Box::new([value, path])),
                        ServiceLocation::Parent,
                    )
                    .at_key()
                    .choices(|| field_fixes::either(task, value, path));
            }
        }
    }
}
