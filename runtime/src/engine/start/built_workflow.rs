use stepwright::Payload;
use stepwright::builder::BuiltWorkflow;

use super::input::{self, StartInput};
use super::options::StartOptions;
use super::start_operations::to_value;
use crate::engine::Engine;
use crate::engine::error::StartError;
use crate::engine::execution_handle::ExecutionHandle;

impl Engine {
    /// Starts a workflow that the typed builder made and that
    /// [`register_built`](crate::EngineBuilder::register_built) registered.
    ///
    /// # Errors
    ///
    /// As [`start_workflow`](Self::start_workflow).
    pub async fn start_built<In: Payload, Out: Payload>(
        &self,
        built: &BuiltWorkflow<In, Out>,
        input: In,
        options: StartOptions,
    ) -> Result<ExecutionHandle<Out>, StartError> {
        let input = StartInput::Typed(to_value(input)?);
        self.launch(built.name(), input, options, input::read).await
    }
}
