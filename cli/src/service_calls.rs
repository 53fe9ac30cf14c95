//! The AWS services of tasks, at the endpoints of the arguments and of the environment.

use stepwright_integrations::{AwsAccount, Endpoints, Models, ServiceCalls, SigningKeys};

use crate::args::ServiceArguments;
use crate::failure::Failure;
use crate::report;

/// Returns what calls the services of tasks, or none if no service has an endpoint.
pub(crate) async fn service_calls(
    arguments: &ServiceArguments,
    region: &str,
    account: &str,
) -> Result<Option<ServiceCalls>, Failure> {
    let usage =
        |option: &str, error: &dyn std::fmt::Display| Failure::Usage(format!("{option}: {error}"));
    let mut endpoints = Endpoints::new();
    for endpoint in &arguments.endpoints {
        endpoints = endpoints
            .with(endpoint)
            .map_err(|error| usage("--aws-endpoint", &error))?;
    }
    let endpoints = endpoints
        .or_environment(environment())
        .map_err(|error| Failure::Usage(format!("the environment: {error}")))?;
    if endpoints.is_empty() && arguments.aws_account.is_none() {
        return Ok(None);
    }
    let models = match &arguments.models {
        Some(folder) => Models::in_directory(folder).map_err(|error| usage("--models", &error))?,
        None => Models::embedded(),
    };
    if !endpoints.is_empty() {
        report::note(&format!("calls of AWS services go to {endpoints}"));
    }
    let mut builder = ServiceCalls::builder()
        .endpoints(endpoints)
        .models(models)
        .region(region)
        .emulator_keys(SigningKeys::of_emulators(account, environment()));
    if let Some(expected) = &arguments.aws_account {
        let connected = AwsAccount::connect(region, expected).await;
        let connected = connected
            .map_err(|error| Failure::Failed(format!("--aws-account {expected}: {error}")))?;
        report::note(&format!(
            "calls of services without an endpoint go to AWS, in the account {expected} ({region}), as {}",
            connected.caller()
        ));
        builder = builder.aws(connected.keys());
    }
    Ok(Some(builder.build()))
}

/// The variables of the environment whose names and values are text.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}
