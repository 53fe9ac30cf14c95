use smol_str::SmolStr;

use crate::clock::Timestamp;
use crate::record::record;
use crate::value::Value;

/// What an execution is: what the context object shows as `Execution` and `StateMachine`.
#[derive(Clone, Debug)]
pub struct About {
    /// The execution's ARN, `$$.Execution.Id`.
    pub id: SmolStr,
    /// The ARN of the execution that was started from outside: this one, or the one at the top of those that started it.
    pub root: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// The role that it runs under.
    pub role_arn: SmolStr,
    /// The state machine's ARN, `$$.StateMachine.Id`.
    pub machine_id: SmolStr,
    /// The state machine's name.
    pub machine_name: SmolStr,
    /// When it started.
    pub started: Timestamp,
    /// Its input.
    pub input: Value,
    /// How often it was redriven; absent for synchronous Express executions.
    pub redrive_count: Option<u32>,
    /// When it was redriven last.
    pub redriven: Option<Timestamp>,
}

impl About {
    /// The region in the execution's ARN.
    pub(crate) fn region(&self) -> &str {
        self.id.split(':').nth(3).unwrap_or_default()
    }
}

record!(struct About {
    id, root, name, role_arn, machine_id, machine_name, started, input, redrive_count, redriven,
});
