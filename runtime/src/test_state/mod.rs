//! Single states, as AWS's TestState tests them.
mod constraints;
mod context;
mod error;
mod mock;
mod model;
mod prepare;
mod report;
mod request;
mod response;
mod subject;

pub use self::error::TestStateError;
pub use self::request::{
    FieldValidationMode, InspectionLevel, MockErrorOutput, MockInput, StateConfiguration,
    TestStateRequest,
};
pub use self::response::{ErrorDetails, InspectionData, TestStateResponse, TestStatus};

use self::prepare::Prepared;
use crate::engine::Engine;

/// Tests a state with nothing around it: a mock answers its task, or nobody does. Virtual time, so that a Wait takes none.
pub async fn test_state(request: &TestStateRequest) -> Result<TestStateResponse, TestStateError> {
    match Engine::builder().virtual_time().build() {
        Ok(engine) => engine.test_state(request).await,
        // What has no machines and no tasks has nothing that could be wrong.
        Err(error) => Err(TestStateError::InvalidDefinition(error.to_string())),
    }
}

impl Engine {
    /// Tests a state.
    pub async fn test_state(
        &self,
        request: &TestStateRequest,
    ) -> Result<TestStateResponse, TestStateError> {
        constraints::check(request)?;
        let prepared = Prepared::of(request, self.families())?;
        let inspected = self
            .inspect(
                prepared.subject.program.clone(),
                request.role_arn.as_deref(),
                prepared.start(),
                prepared.inspection(),
                prepared.source(),
            )
            .await;
        if inspected.inspection.has_too_few_iterations {
            return Err(TestStateError::validation(
                "Map iteration failure count must be less than or equal to the number of Map iterations",
            ));
        }
        Ok(report::response(&prepared, &inspected))
    }
}
