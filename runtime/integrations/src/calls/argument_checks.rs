//! Refuses the arguments that Step Functions on AWS refuses, for calls that this process answers itself.

use serde_json::Value as Json;
use stepwright_asl::service_models::{
    ArgumentProblem, CalledOperation, ComputedArguments, check_arguments,
};
use stepwright_runtime::task::{Answer, DefinedState, TaskCall, TaskSource};

use crate::models::Models;

/// Refuses calls whose arguments AWS refuses, before other sources and handlers execute them: an argument that the API does not have, or a value of
/// another type. The state fails with `States.Runtime`, as on AWS.
///
/// [`ServiceCalls`](crate::ServiceCalls) refuses such arguments itself.
///
/// ```
/// use stepwright_integrations::ArgumentChecks;
/// use stepwright_runtime::Engine;
///
/// let engine = Engine::builder().tasks(ArgumentChecks::new()).build()?;
/// # let _ = engine;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ArgumentChecks(());

impl ArgumentChecks {
    /// Creates the source.
    pub fn new() -> Self {
        Self::default()
    }
}

impl TaskSource for ArgumentChecks {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let called = CalledOperation::of(call.resource().as_str())?;
        let model = Models::shared().find(called.service).ok()?;
        let operation = model.operations.get(&called.action)?;
        let arguments: Json = call.parameters().to_json();
        let problems =
            check_arguments(&model, operation.input, &arguments, ComputedArguments::None);
        let is_refused = |problem: &&ArgumentProblem| {
            let is_further = called.further_arguments.contains(&problem.name.as_str());
            problem.path.len() > 1 || !is_further
        };
        let reasons: Vec<String> = problems
            .iter()
            .filter(is_refused)
            .map(ToString::to_string)
            .collect();
        let reason = reasons.join(", ");
        (!reasons.is_empty()).then(|| Answer::refused(call.unusable_parameters(&reason)))
    }

    /// It executes no task.
    fn may_answer(&self, _: &DefinedState) -> bool {
        false
    }
}
