//! The test cases of mocks that single starts choose. Their names are kept with the executions, so that a store may be read again.

use std::sync::Arc;

use smol_str::SmolStr;

use super::error::StartError;
use super::shared::Shared;
use super::start::Case;
use crate::execution_info::{ExecutionInfo, MachineInfo};
use crate::task::{Answer, TaskCall, TaskSource};

/// A test case that an execution has, and who answers its tasks.
type Found = (SmolStr, Option<Arc<dyn TaskSource>>);

impl Shared {
    /// The test case of a start. A nested execution has the source of the one that starts it already.
    ///
    /// # Errors
    ///
    /// `InvalidTasks` for a case that the engine does not have.
    pub(super) fn chosen_case(
        &self,
        machine: &MachineInfo,
        case: Case,
    ) -> Result<Found, StartError> {
        let case = match case {
            Case::OfRoot(case) => return Ok((case, None)),
            Case::Own(case) => case,
        };
        let Some(mocks) = &self.test_cases else {
            return Err(StartError::InvalidTasks(format!(
                "the test case `{case}` was asked for, and there is no mock file: `EngineBuilder::test_cases` takes one, `stepwright serve` with `--mocks`"
            )));
        };
        let found = mocks.case(&machine.name, &case);
        let found = found.map_err(|error| StartError::InvalidTasks(error.to_string()))?;
        let kept = format!("{}#{case}", machine.name);
        Ok((kept.into(), Some(found.into_shared())))
    }

    /// Who answers the tasks of an execution that was kept, before the engine's own sources.
    pub(super) fn kept_source(&self, about: &ExecutionInfo) -> Option<Arc<dyn TaskSource>> {
        let kept = about.machine.test_case.as_ref()?;
        let mocks = self.test_cases.as_ref();
        // No name of a machine has this sign.
        let found = kept.split_once('#').zip(mocks);
        let found = found.and_then(|((machine, case), mocks)| mocks.case(machine, case).ok());
        Some(match found {
            Some(case) => case.into_shared(),
            None => Gone(kept.clone()).into_shared(),
        })
    }
}

/// A test case that the engine does not have any more. Nobody else answers in its place: what was to be mocked must not be done.
struct Gone(SmolStr);

impl TaskSource for Gone {
    fn answer(&self, _: &TaskCall<'_>) -> Option<Answer> {
        Some(Answer::refused(format!(
            "the execution was started with the test case `{}`, which the engine does not have; start it with the mock file that has it, and redrive the execution",
            self.0
        )))
    }
}
