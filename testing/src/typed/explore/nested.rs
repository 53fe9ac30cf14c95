//! The workflows that a workflow starts, with their outcomes.

use stepwright::builder::BoundWorkflow;
use stepwright_interpreter::value::Value;

use super::exploration::{Exploration, FailedEnd};
use crate::typed::sample::samples;

/// A machine that states of the explored one start.
#[derive(Debug)]
pub(super) struct NestedMachine {
    name: String,
    target: Option<String>,
    pub(super) outputs: Vec<Value>,
    /// The known failures.
    pub(super) failures: Vec<FailedEnd>,
    /// Whether it may wait without end.
    pub(super) is_stuck: bool,
}

impl NestedMachine {
    /// Creates it with the workflow's own exploration; a workflow that starts itself has none yet.
    pub(super) fn new(workflow: &BoundWorkflow, found: Option<&Exploration>) -> Self {
        let outputs = samples(&(workflow.output)());
        Self {
            name: workflow.name.to_string(),
            target: workflow.address.target.clone(),
            outputs: outputs.into_iter().map(Value::from).collect(),
            failures: found.map_or_else(Vec::new, |found| found.failures.clone()),
            is_stuck: found.is_some_and(|found| found.stuck.iter().any(|stuck| !stuck.is_endless)),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn is_target(&self, target: &str) -> bool {
        self.target.as_deref() == Some(target)
    }
}

/// Returns whether a target is the machine's name, its ARN or its placeholder.
pub(super) fn names_machine(name: &str, target: &str) -> bool {
    let by_arn = || {
        let (_, rest) = target.split_once(":stateMachine:")?;
        rest.split(':').next()
    };
    name == target || by_arn() == Some(name)
}
