//! Refuses the arguments that Step Functions on AWS refuses.

use serde_json::Value as Json;
use stepwright_asl::service_models::{
    ArgumentProblem, ArgumentProblemKind, ArgumentType, CalledOperation, ComputedArguments, Models,
    check_arguments,
};

use super::{Answer, TaskCall};

/// Returns the refusal of a call of a service with an argument that its API does not have, or with
/// a value of another type.
pub(crate) fn refusal(call: &TaskCall<'_>) -> Option<Answer> {
    let called = CalledOperation::of(call.resource().as_str())?;
    let model = Models::shared().find(called.service).ok()?;
    let operation = model.operations.get(&called.action)?;
    let arguments: Json = call.parameters().to_json();
    let problems = check_arguments(&model, operation.input, &arguments, ComputedArguments::None);
    let is_refused = |problem: &&ArgumentProblem| {
        let is_further = called.further_arguments.contains(&problem.name.as_str());
        (problem.path.len() > 1 || !is_further) && !is_plain_attribute(&called, problem)
    };
    let reasons: Vec<String> = problems
        .iter()
        .filter(is_refused)
        .map(ToString::to_string)
        .collect();
    let reason = reasons.join(", ");
    (!reasons.is_empty()).then(|| Answer::refused(call.unusable_parameters(&reason)))
}

/// Whether the argument is a text where DynamoDB needs an attribute value such as `{"S": ..}`.
/// Assumption: Step Functions accepts the text in calls of the optimized integration, because AWS's
/// pattern "quorum with parallel" has `"id.$": "$$.Execution.Id"` in its first state.
fn is_plain_attribute(called: &CalledOperation, problem: &ArgumentProblem) -> bool {
    let is_text = matches!(
        &problem.kind,
        ArgumentProblemKind::WrongType {
            wanted: ArgumentType::Object,
            text: Some(_),
            ..
        }
    );
    is_text && problem.path.len() > 1 && called.service == "dynamodb" && !called.is_sdk
}
