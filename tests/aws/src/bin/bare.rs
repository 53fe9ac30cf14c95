//! A Lambda function that uses only lambda_runtime, as the baseline for the cold start of
//! Stepwright's functions.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use stepwright_aws::lambda::lambda_runtime;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let echo = |event: LambdaEvent<Value>| async move { Ok::<_, Error>(event.payload) };
    lambda_runtime::run(service_fn(echo)).await
}
