use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::task::TaskSource;

/// How an execution is started, where the defaults do not do.
///
/// ```
/// use stepwright_runtime::StartOptions;
///
/// let options = StartOptions::new().name("order-17").role_arn("arn:aws:iam::123456789012:role/orders");
/// # let _ = options;
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct StartOptions {
    pub(super) name: Option<String>,
    pub(super) id: Option<String>,
    pub(super) role_arn: Option<String>,
    pub(super) machine_id: Option<String>,
    pub(super) machine_name: Option<String>,
    pub(super) source: Option<Arc<dyn TaskSource>>,
    pub(super) test_case: Option<Case>,
    /// The execution at the top of those that start this one.
    pub(super) root: Option<SmolStr>,
    pub(super) is_synchronous: bool,
}

/// A test case of the engine's mock file.
#[derive(Clone, Debug)]
pub(super) enum Case {
    /// One of the machine that is started.
    Own(String),
    /// That of the execution at the top: its machine, `#` and the case.
    OfRoot(SmolStr),
}

impl StartOptions {
    /// The defaults: a random name, the ids that follow from it.
    pub fn new() -> Self {
        Self::default()
    }

    /// The execution's name. Starting a name again with the same input while it runs is the same execution.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// `$$.Execution.Id` instead of the ARN that follows from the names.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// `$$.Execution.RoleArn`.
    pub fn role_arn(mut self, role_arn: impl Into<String>) -> Self {
        self.role_arn = Some(role_arn.into());
        self
    }

    /// `$$.StateMachine.Id` instead of the machine's ARN.
    pub fn machine_id(mut self, machine_id: impl Into<String>) -> Self {
        self.machine_id = Some(machine_id.into());
        self
    }

    /// `$$.StateMachine.Name` instead of the machine's name.
    pub fn machine_name(mut self, machine_name: impl Into<String>) -> Self {
        self.machine_name = Some(machine_name.into());
        self
    }

    /// Who answers the tasks of this execution, of the workflows that it nests and of the children of its Map Runs, asked
    /// before the engine's own sources and handlers.
    pub fn tasks(mut self, source: impl TaskSource + 'static) -> Self {
        self.source = Some(source.into_shared());
        self
    }

    /// The test case that answers the tasks of this execution, of the workflows that it nests and of the children of its Map Runs, out of the
    /// mock file that the engine has ([`test_cases`](crate::EngineBuilder::test_cases)). A store keeps its name.
    pub fn test_case(mut self, case: impl Into<String>) -> Self {
        self.test_case = Some(Case::Own(case.into()));
        self
    }

    /// Started by StartSyncExecution: the context object has no `RedriveCount`.
    pub fn synchronous(mut self) -> Self {
        self.is_synchronous = true;
        self
    }
}

impl fmt::Debug for StartOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StartOptions")
            .field("name", &self.name)
            .field("id", &self.id)
            .field("has_tasks", &self.source.is_some())
            .field("test_case", &self.test_case)
            .finish_non_exhaustive()
    }
}
