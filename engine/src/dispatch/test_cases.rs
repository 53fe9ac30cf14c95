//! The test cases of mocks that single starts choose. Their names are stored with the executions,
//! so that another engine can continue them.

use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_interpreter::{ExecutionInfo, MachineInfo};

use crate::dispatch::test_case_source::TestCase;
use crate::error::StartError;
use crate::shared::EngineShared;
use crate::task::{Answer, TaskCall, TaskSource};

/// The name of a test case, and the source of its task results.
type ChosenTestCase = (SmolStr, Option<Arc<dyn TaskSource>>);

impl EngineShared {
    /// Returns the test case of a start. A nested execution already has the source of its parent.
    ///
    /// # Errors
    ///
    /// `InvalidTasks` for a case that the engine does not have, or that names a state without a
    /// task.
    pub(crate) fn chosen_test_case(
        &self,
        machine: &MachineInfo,
        case: TestCase,
    ) -> Result<ChosenTestCase, StartError> {
        let case = match case {
            TestCase::Inherited(case) => return Ok((case, None)),
            TestCase::Chosen(case) => case,
        };
        let Some(mocks) = &self.sources.test_cases else {
            return Err(StartError::InvalidTasks(format!(
                "the test case `{case}` needs a mock file; pass one with `EngineBuilder::test_cases`, or with `stepwright serve --mocks`"
            )));
        };
        let found = mocks.case(&machine.name, &case);
        let found = found.map_err(StartError::InvalidTasks)?;
        let problems = found.check(&self.machines.defined());
        if !problems.is_empty() {
            return Err(StartError::InvalidTasks(problems.join("\n")));
        }
        let kept = format!("{}#{case}", machine.name);
        Ok((kept.into(), Some(found)))
    }

    /// Returns the source of task results for an execution of the store, before the engine's own
    /// sources.
    pub(crate) fn stored_test_case(&self, about: &ExecutionInfo) -> Option<Arc<dyn TaskSource>> {
        let kept = about.machine.test_case.as_ref()?;
        let mocks = self.sources.test_cases.as_ref();
        // No name of a machine contains `#`.
        let found = kept.split_once('#').zip(mocks);
        let found = found.and_then(|((machine, case), mocks)| mocks.case(machine, case).ok());
        Some(match found {
            Some(case) => case,
            None => MissingTestCase(kept.clone()).into_shared(),
        })
    }
}

/// A test case that the engine does not have any more. No other handler replaces it: a mocked task
/// must not be executed for real.
struct MissingTestCase(SmolStr);

impl TaskSource for MissingTestCase {
    fn answer(&self, _: &TaskCall<'_>) -> Option<Answer> {
        Some(Answer::refused(format!(
            "the execution was started with the test case `{}`, which the engine does not have; start it with the mock file that has it, and redrive the execution",
            self.0
        )))
    }
}
