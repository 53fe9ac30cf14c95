//! Reports a Task in an Express machine that only a Standard machine can run.

use crate::limits::AwaitedEvent;
use crate::model::MachineType;
use crate::validate::rules::prelude::*;

use super::tasks;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW046",
    name: "waiting-in-express",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Measured,
    summary: "An Express machine waits for a job, a callback or an activity.",
    doc: "`.sync`, `.waitForTaskToken` and activities need a Standard machine: an Express execution ends after five minutes.",
    source: source::EXPRESS,
    check: express,
};

fn express(definition: &Definition<'_>, report: &mut Report<'_>) {
    if definition.machine_type != MachineType::Express {
        return;
    }
    for task in tasks(definition) {
        let Some(resource) = task.text("Resource") else {
            continue;
        };
        let message = match AwaitedEvent::of(resource) {
            // The space at the end is AWS's.
            Some(AwaitedEvent::Token) => {
                "Express state machine does not support '.waitForTaskToken' service integration "
            }
            Some(AwaitedEvent::Job) => {
                "Express state machine does not support '.sync' service integration"
            }
            Some(AwaitedEvent::Activity) => "Express state machine does not support Activity ARN",
            None => continue,
        };
        let pointer = task.at("Resource");
        report.add(&pointer, message).choices(|| {
            let patterns = [".waitForTaskToken", ".sync:2", ".sync"];
            let suffix = patterns
                .iter()
                .find(|suffix| resource.ends_with(**suffix))?;
            let bare = resource.strip_suffix(suffix)?;
            let title = format!("call the service without waiting: remove `{suffix}`");
            Some(Fix::choice(title, [Edit::replace(&pointer, bare)]))
        });
    }
}
