//! Tests of single states, like AWS's
//! [TestState](https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html):
//! with the same requests, responses and errors.
//!
//! A test runs the state in the interpreter of executions, and stops when the state is left. So
//! input and output processing, Retry and Catch behave as in an execution.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use serde_json::json;
//! use stepwright_runtime::test_state::{InspectionLevel, MockInput, TestStateRequest, TestStatus, test_state};
//!
//! let charge = json!({
//!     "Type": "Task",
//!     "Resource": "arn:aws:states:::lambda:invoke",
//!     "Parameters": {"FunctionName": "charge", "Payload": {"amount.$": "$.total"}},
//!     "ResultSelector": {"id.$": "$.Payload.chargeId"},
//!     "ResultPath": "$.charge",
//!     "Catch": [{"ErrorEquals": ["CardDeclined"], "ResultPath": "$.problem", "Next": "Declined"}],
//!     "Next": "Ship"
//! });
//! let request = TestStateRequest::new(charge)
//!     .input(json!({"total": 12}))
//!     .mock(MockInput::result(json!({"Payload": {"chargeId": "ch-1"}, "StatusCode": 200})))
//!     .inspection_level(InspectionLevel::Debug);
//! let response = test_state(&request).await?;
//! assert_eq!(response.status, TestStatus::Succeeded);
//! assert_eq!(response.next_state.as_deref(), Some("Ship"));
//! assert_eq!(response.output_json(), Some(json!({"total": 12, "charge": {"id": "ch-1"}})));
//! let data = response.inspection_data.unwrap_or_default();
//! assert_eq!(data.after_parameters.as_deref(), Some(r#"{"FunctionName":"charge","Payload":{"amount":12}}"#));
//!
//! // The same state with a declined card, and with a mock that Lambda would never return.
//! let declined = request.clone().mock(MockInput::error("CardDeclined", "no funds"));
//! let response = test_state(&declined).await?;
//! assert_eq!(response.status, TestStatus::CaughtError);
//! assert_eq!(response.next_state.as_deref(), Some("Declined"));
//! let wrong = request.mock(MockInput::result(json!({"StatusCode": "200"})));
//! let refused = test_state(&wrong).await.expect_err("a status code is a number");
//! assert_eq!(
//!     refused.to_string(),
//!     "ValidationException: Mock result schema validation error: Field 'StatusCode' must be a number"
//! );
//! # Ok(()) }
//! ```
//!
//! # What can be tested
//!
//! | state | without a mock | with a mock |
//! |---|---|---|
//! | Pass, Choice, Wait, Succeed, Fail | yes | rejected |
//! | Task | [`test_state_on`] uses an engine's handlers; a role is required, as on AWS | its result or its error |
//! | activity, `.sync`, `.waitForTaskToken` | rejected | the result of the job or the callback |
//! | Map, Parallel | rejected | the array of outputs, or the error |
//!
//! - A state without a machine has the name `StateName`; its targets need not exist.
//! - A mocked context object is complete: fields that it does not contain do not exist. Only a
//!   state of a Map always has an item: number 0, with the state's input as its value.
//! - `retrierRetryCount` counts the retries of the retrier that matches, and is also
//!   `State.RetryCount`.
//! - `mapIterationFailureCount` is compared with the tolerance of the Map, if the mock is a result;
//!   with a mocked error the Map fails, independent of the count.
//! - `mapItemReaderData` is the decompressed content for an ItemReader: JSON, JSON Lines or CSV, as
//!   in its ReaderConfig; for a list or a manifest, the items as a JSON array. Tests do not read
//!   from an object store.
//! - A test takes at most five minutes of the engine's time, as on AWS; then it fails with
//!   `States.Timeout`. [`test_state`] runs on virtual time, so that a Wait takes no real time.
//! - Causes have no prefix (`An error occurred while executing the state ..`), because there is no
//!   event that it could name.
//!
//! # Mocked results
//!
//! A mocked result is checked against the output of the service's API: required members (only with
//! STRICT), types, values of enumerations, lengths and ranges, also of nested members. Members that
//! the API does not know never fail. Timestamps and blobs are strings. The tables are derived from
//! the service models that AWS publishes, for these integrations:
//!
//! - optimised: lambda, sqs, sns, events, dynamodb, states, ecs, batch, glue, databrew, athena,
//!   sagemaker, codebuild, bedrock, emr-containers, emr-serverless; of `.sync` integrations, only
//!   those of states and athena, whose result is that of the call that describes the job;
//! - `aws-sdk:` athena, batch, bedrockruntime, cloudwatch, cloudwatchlogs, dynamodb, ecs,
//!   emrserverless, eventbridge, firehose, kinesis, kms, lambda, polly, rdsdata, redshiftdata,
//!   rekognition, s3, scheduler, secretsmanager, ses, sesv2, sfn, sns, sqs, sts, textract,
//!   translate, and the usual actions of cloudformation, comprehend, ec2, glue, rds, ssm,
//!   transcribe.
//!
//! Any other integration accepts any JSON, as do functions, activities and callbacks, whose results
//! their authors define.

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

use stepwright_engine::Engine;

use self::prepare::PreparedTest;

/// Tests a state on virtual time, without handlers of tasks: a Task needs a mock.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use serde_json::json;
/// use stepwright_runtime::test_state::{TestStateRequest, test_state};
///
/// let machine = json!({"StartAt": "Large?", "QueryLanguage": "JSONata", "States": {
///     "Large?": {
///         "Type": "Choice",
///         "Choices": [{"Condition": "{% $states.input.total > 1000 %}", "Next": "Call"}],
///         "Default": "Done"
///     },
///     "Call": {"Type": "Wait", "Seconds": 60, "Next": "Done"},
///     "Done": {"Type": "Succeed"}
/// }});
/// let request = TestStateRequest::new(machine).state_name("Large?").input(json!({"total": 2_000}));
/// assert_eq!(test_state(&request).await?.next_state.as_deref(), Some("Call"));
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// The errors of the service, with the exception's name and message.
pub async fn test_state(request: &TestStateRequest) -> Result<TestStateResponse, TestStateError> {
    match Engine::builder().virtual_time().build() {
        Ok(engine) => test_state_on(&engine, request).await,
        // An engine without machines and tasks can always be built.
        Err(error) => Err(TestStateError::InvalidDefinition(error.to_string())),
    }
}

/// Tests a state, as [`test_state`] does, on the clock of an engine. A task
/// without a mock is executed by the engine's sources and handlers.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use serde_json::{Value, json};
/// use stepwright_runtime::Engine;
/// use stepwright_runtime::task::{Answer, TaskCall};
/// use stepwright_runtime::test_state::TestStateRequest;
///
/// let answers = |call: &TaskCall<'_>| Some(Answer::output(json!({"Payload": call.parameters().to_json()["Payload"]})));
/// let engine = Engine::builder().tasks(answers).virtual_time().build()?;
/// let echo = json!({
///     "Type": "Task",
///     "Resource": "arn:aws:states:::lambda:invoke",
///     "Parameters": {"FunctionName": "echo", "Payload.$": "$"},
///     "OutputPath": "$.Payload",
///     "End": true
/// });
/// let request = TestStateRequest::new(echo).input(json!([1, 2])).role_arn("arn:aws:iam::123456789012:role/tester");
/// assert_eq!(engine.test_state(&request).await?.output_json(), Some(json!([1, 2])));
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// The errors of the service, with the exception's name and message.
pub async fn test_state_on(
    engine: &Engine,
    request: &TestStateRequest,
) -> Result<TestStateResponse, TestStateError> {
    constraints::check(request)?;
    let prepared = PreparedTest::of(request, engine.families())?;
    let inspected = engine
        .inspect(
            prepared.subject.program.clone(),
            request.role_arn.as_deref(),
            prepared.start(),
            prepared.inspection(),
            prepared.source(),
        )
        .await;
    if inspected.inspection.has_too_few_iterations {
        return Err(TestStateError::validation(prepare::TOO_FEW_ITERATIONS));
    }
    Ok(report::response(&prepared, &inspected))
}
