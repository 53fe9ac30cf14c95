//! Reports a Task that does not name the function, activity or integration to call.

use crate::validate::rules::prelude::*;

use super::tasks;
use super::unknown_resource::{LAMBDA, PLACEHOLDER};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW040",
    name: "missing-resource",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A Task has no `Resource`.",
    doc: "`Resource` names what does the work: the ARN of a function or activity, or an integration such as `arn:aws:states:::lambda:invoke`.",
    source: source::TASK,
    check: resource_missing,
};

fn resource_missing(definition: &Definition<'_>, report: &mut Report<'_>) {
    for task in tasks(definition).filter(|task| !task.has("Resource")) {
        report
            .add(&task.pointer, "These fields are required: [Resource]")
            .at_key()
            .choices(|| {
                [LAMBDA, PLACEHOLDER].map(|resource| field_fixes::add(task, "Resource", resource))
            });
    }
}
