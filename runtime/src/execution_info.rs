use smol_str::SmolStr;

use crate::clock::Timestamp;
use crate::record::record;
use crate::value::Value;

/// What an execution is: what the context object shows as `Execution` and `StateMachine`.
#[derive(Clone, Debug)]
pub struct ExecutionInfo {
    pub(crate) id: SmolStr,
    pub(crate) root: SmolStr,
    pub(crate) name: SmolStr,
    pub(crate) role_arn: SmolStr,
    pub(crate) machine_id: SmolStr,
    pub(crate) machine_name: SmolStr,
    pub(crate) started: Timestamp,
    pub(crate) input: Value,
    pub(crate) redrive_count: Option<u32>,
    pub(crate) redriven: Option<Timestamp>,
    /// How many executions stand above it and wait for it.
    pub(crate) depth: u32,
}

impl ExecutionInfo {
    /// The execution's ARN, `$$.Execution.Id`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The ARN of the execution that was started from outside: this one, or the one at the top of those that started it.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The role that it runs under.
    pub fn role_arn(&self) -> &str {
        &self.role_arn
    }

    /// The state machine's ARN, `$$.StateMachine.Id`.
    pub fn machine_id(&self) -> &str {
        &self.machine_id
    }

    /// The state machine's name.
    pub fn machine_name(&self) -> &str {
        &self.machine_name
    }

    /// When it started.
    pub fn started(&self) -> Timestamp {
        self.started
    }

    /// Its input.
    pub fn input(&self) -> &Value {
        &self.input
    }

    /// How often it was redriven; absent for synchronous Express executions.
    pub fn redrive_count(&self) -> Option<u32> {
        self.redrive_count
    }

    /// When it was redriven last.
    pub fn redriven(&self) -> Option<Timestamp> {
        self.redriven
    }

    /// The same Express execution, which begins once more.
    pub(crate) fn begun_anew(&self, now: Timestamp) -> Self {
        Self {
            started: now,
            ..self.clone()
        }
    }

    /// The region in the execution's ARN.
    pub(crate) fn region(&self) -> &str {
        self.id.split(':').nth(3).unwrap_or_default()
    }
}

record!(struct ExecutionInfo {
    id, root, name, role_arn, machine_id, machine_name, started, input, redrive_count, redriven, depth,
});
