//! Reports a Task that may wait up to a year for a response.

use crate::limits::AwaitedEvent;
use crate::model::MachineType;
use crate::validate::rules::prelude::*;
use crate::validate::unknown::has_open_members;

use super::tasks;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW048",
    name: "missing-timeout",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A Task waits for a job, a callback or an activity without a timeout.",
    doc: "If the response never arrives, the execution waits for a year and then times out. Set `TimeoutSeconds` or `HeartbeatSeconds` on the Task, or `TimeoutSeconds` on the machine.",
    source: source::BEST_PRACTICES,
    check: no_timeout,
};

/// The text for what a Task waits for in addition to the response to its call.
fn waits_for(task: &DefinitionPart<'_>) -> Option<&'static str> {
    Some(match AwaitedEvent::of(task.text("Resource")?)? {
        AwaitedEvent::Token => "a callback",
        AwaitedEvent::Job => "a job",
        AwaitedEvent::Activity => "an activity",
    })
}

fn no_timeout(definition: &Definition<'_>, report: &mut Report<'_>) {
    let machine = definition.document.json();
    let machine_ends = machine.get("TimeoutSeconds").is_some()
        || machine.as_object().is_some_and(has_open_members);
    if machine_ends || definition.machine_type == MachineType::Express {
        return;
    }
    let limits = [
        "TimeoutSeconds",
        "TimeoutSecondsPath",
        "HeartbeatSeconds",
        "HeartbeatSecondsPath",
    ];
    for task in tasks(definition) {
        let Some(what) = waits_for(task) else {
            continue;
        };
        if !has_open_members(task.object) && !limits.iter().any(|limit| task.has(limit)) {
            report
                .add(
                    task.at("Resource"),
                    format!("this Task waits for {what} without a timeout, up to a year"),
                )
                .suggest("add `TimeoutSeconds` or `HeartbeatSeconds`".to_owned())
                .fix(Some(one_hour(task)))
                .choices(|| [field_fixes::add(task, "HeartbeatSeconds", 300)]);
        }
    }
}

/// Adds a timeout to a Task. Only the author knows how long the work may take.
fn one_hour(task: &DefinitionPart<'_>) -> Fix {
    let edit = Edit::insert_after(task.at("TimeoutSeconds"), "Resource", 3600);
    Fix::risky("add `\"TimeoutSeconds\": 3600`", edit)
}
