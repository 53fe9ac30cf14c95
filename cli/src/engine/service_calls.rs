//! The AWS services of tasks, at the endpoints of the arguments and of the environment.

use stepwright_integrations::{
    Connections, Endpoints, Models, ServiceCalls, SigningKeys, is_loopback,
};

use crate::definitions::input;
use crate::engine::aws_account;
use crate::engine::service_arguments::ServiceArguments;
use crate::failure::Failure;
use crate::terminal::diagnostics;

/// Where the engine runs.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    /// The port of the Step Functions API, if the command serves it.
    pub(crate) own_port: Option<u16>,
    /// The event bus of the command itself, if it has one.
    pub(crate) own_events: Option<&'a OwnEvents>,
}

/// The event bus of the command itself, for the tasks and the status events of its engine.
#[derive(Debug)]
pub(crate) struct OwnEvents {
    /// As in `http://127.0.0.1:8083`.
    pub(crate) url: String,
    /// The keys that the bus accepts, if requests must be signed.
    pub(crate) keys: Option<SigningKeys>,
}

/// Returns what calls the services of tasks, or none if no service has an endpoint.
pub(crate) async fn service_calls(
    arguments: &ServiceArguments,
    Place {
        region,
        account,
        own_port,
        own_events,
    }: Place<'_>,
) -> Result<Option<ServiceCalls>, Failure> {
    let usage =
        |option: &str, error: &dyn std::fmt::Display| Failure::Usage(format!("{option}: {error}"));
    let mut endpoints = Endpoints::new();
    for endpoint in &arguments.endpoints {
        endpoints = endpoints
            .with(endpoint)
            .map_err(|error| usage("--aws-endpoint", &error))?;
    }
    // Clients of this server may have its address in the variable for all services.
    let is_own = |url: &str| own_port.is_some_and(|port| is_own(url, port));
    let endpoints = endpoints
        .or_environment(environment().filter(|(_, value)| !is_own(value)))
        .map_err(|error| Failure::Usage(format!("the environment: {error}")))?;
    let endpoints = match own_events {
        Some(own) => endpoints
            .with(&format!("events={}", own.url))
            .map_err(|error| usage("--events", &error))?,
        None => endpoints,
    };
    let has_calls = arguments.aws_account.is_some() || arguments.connections.is_some();
    if endpoints.is_empty() && !has_calls {
        return Ok(None);
    }
    let models = match &arguments.models {
        Some(folder) => Models::in_directory(folder).map_err(|error| usage("--models", &error))?,
        None => Models::embedded(),
    };
    if !endpoints.is_empty() {
        diagnostics::note(&format!("calls of AWS services go to {endpoints}"));
    }
    let mut builder = ServiceCalls::builder()
        .endpoints(endpoints)
        .models(models)
        .region(region)
        .emulator_keys(SigningKeys::of_emulators(account, environment()));
    if let Some(keys) = own_events.and_then(|own| own.keys.clone()) {
        builder = builder.service_keys("events", keys);
    }
    if let Some(path) = &arguments.connections {
        let connections = Connections::from_json(&input::read(path)?);
        let connections = connections.map_err(|error| {
            Failure::Usage(format!("--connections {}: {error}", path.display()))
        })?;
        builder = builder.connections(connections);
    }
    if let Some(expected) = &arguments.aws_account {
        let connected = aws_account::connect(region, expected).await?;
        diagnostics::note(&format!(
            "calls of services without an endpoint go to AWS, in the account {expected} ({region}), as {}",
            connected.caller
        ));
        builder = builder.aws(connected.keys);
    }
    Ok(Some(builder.build()))
}

/// The variables of the environment whose names and values are text.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// Returns whether a URL is a port of this machine.
fn is_own(url: &str, port: u16) -> bool {
    let url = url.parse::<hyper::Uri>();
    url.is_ok_and(|url| is_loopback(&url) && url.port_u16() == Some(port))
}

#[cfg(test)]
mod tests {
    use super::is_own;

    #[test]
    fn the_address_of_the_server_is_recognized() {
        for (url, expected) in [
            ("http://127.0.0.1:8083", true),
            ("http://localhost:8083/", true),
            ("http://[::1]:8083", true),
            ("http://127.0.0.1:4566", false),
            ("http://emulator:8083", false),
            ("http://127.evil.invalid:8083", false),
            ("no URL", false),
        ] {
            assert_eq!(is_own(url, 8083), expected, "{url}");
        }
    }
}
