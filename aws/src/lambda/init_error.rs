//! Reports errors before the first call to Lambda.

use lambda_runtime::Error;
use lambda_runtime_api_client::body::Body;
use lambda_runtime_api_client::{Client, build_request};
use serde_json::json;

use super::ChooseError;

/// The error type of a program that serves no task.
const NO_TASK: &str = "Stepwright.NoTask";

/// Reports the error to the Lambda Runtime API, so that callers of the function get the message,
/// too, and not only its log.
pub(super) async fn report(error: &ChooseError) -> Result<(), Error> {
    let body = json!({ "errorType": NO_TASK, "errorMessage": error.to_string() });
    let request = build_request()
        .method("POST")
        .uri("/2018-06-01/runtime/init/error")
        .header("lambda-runtime-function-error-type", NO_TASK)
        .body(Body::from(body.to_string()))?;
    Client::builder().build()?.call(request).await?;
    Ok(())
}
