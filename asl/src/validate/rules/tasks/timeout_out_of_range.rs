//! Reports a timeout or heartbeat, of a Task or the machine, that AWS does not accept.

use crate::limits::SECONDS;
use crate::validate::rules::fields::seconds;
use crate::validate::rules::prelude::*;

use super::tasks;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW043",
    name: "timeout-out-of-range",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`TimeoutSeconds` or `HeartbeatSeconds` is not a whole number from 1 to 99,999,999.",
    doc: "Without `TimeoutSeconds` a task may take 99,999,999 seconds, longer than the year that an execution may take.",
    source: source::TASK,
    check: timeout_range,
};

fn timeout_range(definition: &Definition<'_>, report: &mut Report<'_>) {
    let machine = definition.parts_of("StateMachine");
    for part in machine.chain(tasks(definition)) {
        for field in ["TimeoutSeconds", "HeartbeatSeconds"] {
            seconds(definition, part, field, SECONDS, report);
        }
    }
}
