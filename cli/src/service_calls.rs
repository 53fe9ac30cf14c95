//! The AWS services of tasks, at the endpoints of the arguments and of the environment.

use stepwright_integrations::{
    AwsAccount, Connections, Endpoints, Models, ServiceCalls, SigningKeys,
};

use crate::args::ServiceArguments;
use crate::failure::Failure;
use crate::input;
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
    let has_calls = arguments.aws_account.is_some() || arguments.connections.is_some();
    if endpoints.is_empty() && !has_calls {
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
    if let Some(path) = &arguments.connections {
        let connections = Connections::from_json(&input::read(path)?);
        let connections = connections.map_err(|error| {
            Failure::Usage(format!("--connections {}: {error}", path.display()))
        })?;
        builder = builder.connections(connections);
    }
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
