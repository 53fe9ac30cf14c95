//! The endpoints of services, from options or from variables of the environment.

use std::collections::HashMap;
use std::fmt;

use hyper::Uri;
use stepwright_asl::integrations::services;

use super::host::is_of_any_partition;

/// The variables of Step Functions Local, with the services in botocore.
const STEP_FUNCTIONS_LOCAL: [(&str, &str); 8] = [
    ("LAMBDA_ENDPOINT", "lambda"),
    ("BATCH_ENDPOINT", "batch"),
    ("DYNAMODB_ENDPOINT", "dynamodb"),
    ("ECS_ENDPOINT", "ecs"),
    ("GLUE_ENDPOINT", "glue"),
    ("SAGE_MAKER_ENDPOINT", "sagemaker"),
    ("SQS_ENDPOINT", "sqs"),
    ("SNS_ENDPOINT", "sns"),
];

/// The name of `http:invoke` among the services.
const HTTP_APIS: &str = "http";

/// The prefix of the SDKs' variables for one service.
const OF_SERVICE: &str = "AWS_ENDPOINT_URL_";

/// The endpoints at which the services of tasks are called: one for all, and others for some
/// services.
///
/// ```
/// use stepwright_integrations::Endpoints;
///
/// let endpoints = Endpoints::new()
///     .with("http://127.0.0.1:4566")?
///     .with("dynamodb=http://127.0.0.1:8000")?;
/// assert_eq!(endpoints.to_string(), "http://127.0.0.1:4566, dynamodb at http://127.0.0.1:8000");
/// # Ok::<(), stepwright_integrations::EndpointError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    all: Option<Uri>,
    /// By the name of the service in botocore.
    services: HashMap<String, Uri>,
}

/// A wrong endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// It is not a URL.
    #[error(
        "`{0}` is not the URL of an endpoint; write http://HOST:PORT, or SERVICE=http://HOST:PORT for one service"
    )]
    NoUrl(String),
    /// A URL with `https://` in a program without the feature `tls`.
    #[error("`{0}`: this program has no TLS; use an endpoint with http://")]
    NoTls(String),
    /// There is no service with this name.
    #[error(
        "there is no service `{name}`; use its name in resources, as in `arn:aws:states:::aws-sdk:dynamodb:putItem`{hint}"
    )]
    UnknownService {
        /// The name.
        name: String,
        /// A similar name, as a clause.
        hint: String,
    },
    /// A host of AWS itself.
    #[error(
        "`{0}` is AWS itself, not an emulator; use --aws-account (`ServiceCallsBuilder::aws`) to call AWS"
    )]
    Aws(String),
}

impl Endpoints {
    /// Returns no endpoints.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `URL` for all services, or `SERVICE=URL` for one. It replaces an earlier one.
    ///
    /// The service is its name in resources (`cloudwatchlogs`, `events`) or in the AWS CLI
    /// (`logs`).
    ///
    /// # Errors
    ///
    /// If there is no such service, or the URL is wrong.
    pub fn with(mut self, endpoint: &str) -> Result<Self, EndpointError> {
        match endpoint.split_once('=') {
            Some((service, text)) if !service.contains('/') => {
                let (name, text) = (service_name(service.trim())?, url(text.trim())?);
                self.services.insert(name.to_owned(), text);
            }
            _ => self.all = Some(url(endpoint.trim())?),
        }
        Ok(self)
    }

    /// Adds the endpoints of variables of the environment, unless there is one already:
    /// `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_DYNAMODB` and so on, and those of Step Functions
    /// Local, such as `LAMBDA_ENDPOINT`. `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true` turns the
    /// variables of the SDKs off.
    ///
    /// # Errors
    ///
    /// If a URL is wrong; the message names the variable.
    pub fn or_environment(
        mut self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, EndpointError> {
        let variables: HashMap<_, _> = variables.into_iter().collect();
        let has_all = self.all.is_some();
        let get = |name: &str| variables.get(name).filter(|value| !value.is_empty());
        let is_ignored =
            get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").is_some_and(|value| value == "true");
        let parsed = |name: &str, value: &str| {
            url(value).map_err(|error| match error {
                EndpointError::NoUrl(text) => EndpointError::NoUrl(format!("{name}={text}")),
                EndpointError::NoTls(text) => EndpointError::NoTls(format!("{name}={text}")),
                EndpointError::Aws(text) => EndpointError::Aws(format!("{name}={text}")),
                other => other,
            })
        };
        // An endpoint for all services on the command line is for all of them.
        if has_all {
            return Ok(self);
        }
        if !is_ignored {
            for (name, value) in variables
                .iter()
                .filter(|(name, _)| name.starts_with(OF_SERVICE))
            {
                let id = &name[OF_SERVICE.len()..];
                // A variable for a service that Step Functions cannot call is not for us.
                if let Some(service) = of_service_id(id)
                    && !value.is_empty()
                    && !self.services.contains_key(service)
                {
                    self.services
                        .insert(service.to_owned(), parsed(name, value)?);
                }
            }
        }
        for (name, service) in STEP_FUNCTIONS_LOCAL {
            if let Some(value) = get(name)
                && !self.services.contains_key(service)
            {
                self.services
                    .insert(service.to_owned(), parsed(name, value)?);
            }
        }
        if let Some(value) = get("AWS_ENDPOINT_URL").filter(|_| !is_ignored) {
            self.all = Some(parsed("AWS_ENDPOINT_URL", value)?);
        }
        Ok(self)
    }

    /// Returns whether there is no endpoint.
    pub fn is_empty(&self) -> bool {
        self.all.is_none() && self.services.is_empty()
    }

    /// Returns the endpoint of a service, by its name in botocore.
    pub(crate) fn of(&self, service: &str) -> Option<&Uri> {
        self.services.get(service).or(self.all.as_ref())
    }

    /// Returns the endpoint that is only for calls of HTTP APIs: one for all services does not
    /// answer them.
    pub(crate) fn of_http_apis(&self) -> Option<&Uri> {
        self.services.get(HTTP_APIS)
    }
}

impl fmt::Display for Endpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut services: Vec<_> = self.services.iter().collect();
        services.sort_by_key(|(name, _)| *name);
        let services = services
            .iter()
            .map(|(name, url)| format!("{name} at {}", shown(url)));
        let all = self.all.iter().map(shown);
        let parts: Vec<_> = all.chain(services).collect();
        f.write_str(&parts.join(", "))
    }
}

/// A URL without the slash that `Uri` adds.
fn shown(url: &Uri) -> String {
    url.to_string().trim_end_matches('/').to_owned()
}

fn url(text: &str) -> Result<Uri, EndpointError> {
    let no_url = || EndpointError::NoUrl(text.to_owned());
    let url: Uri = text.parse().map_err(|_| no_url())?;
    let host = url.host().ok_or_else(no_url)?;
    if is_of_any_partition(host) {
        return Err(EndpointError::Aws(text.to_owned()));
    }
    match url.scheme_str() {
        Some("http") => Ok(url),
        Some("https") if cfg!(feature = "tls") => Ok(url),
        Some("https") => Err(EndpointError::NoTls(text.to_owned())),
        _ => Err(no_url()),
    }
}

/// Returns the name in botocore of a service.
fn service_name(name: &str) -> Result<&'static str, EndpointError> {
    let name = name.strip_prefix("aws-sdk:").unwrap_or(name);
    match name {
        "apigateway" => return Ok("apigateway"),
        "bedrock-runtime" => return Ok("bedrock-runtime"),
        "elasticmapreduce" => return Ok("emr"),
        "http" => return Ok(HTTP_APIS),
        _ => {}
    }
    let all = services();
    let by_name = all.iter().find(|service| service.name() == name);
    let by_command = || all.iter().find(|service| service.command() == Some(name));
    if let Some(command) = by_name
        .or_else(by_command)
        .and_then(|service| service.command())
    {
        return Ok(command);
    }
    let wanted = name.to_ascii_lowercase().replace(['-', '_', ' '], "");
    let similar = all
        .iter()
        .find(|service| service.name().starts_with(&wanted) || wanted.starts_with(service.name()));
    Err(EndpointError::UnknownService {
        name: name.to_owned(),
        hint: similar.map_or_else(String::new, |service| {
            format!("; did you mean `{}`?", service.name())
        }),
    })
}

/// Returns the name in botocore for the last part of `AWS_ENDPOINT_URL_CLOUDWATCH_LOGS`: an ID of
/// the SDKs, of which names of services are made.
fn of_service_id(id: &str) -> Option<&'static str> {
    let name = id.to_ascii_lowercase().replace('_', "");
    let all = services();
    let found = all.iter().find(|service| service.name() == name);
    found.and_then(|service| service.command())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: &str = "http://127.0.0.1:4566";

    fn environment(variables: &[(&str, &str)]) -> Vec<(String, String)> {
        let variables = variables.iter();
        variables
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn services_have_their_names_in_resources_and_in_the_command() {
        for name in ["cloudwatchlogs", "logs", "aws-sdk:cloudwatchlogs"] {
            let endpoints = Endpoints::new()
                .with(&format!("{name}={LOCAL}"))
                .expect("it is valid");
            assert!(
                endpoints.of("logs").is_some() && endpoints.of("sqs").is_none(),
                "{name}"
            );
        }
        for name in ["events", "eventbridge"] {
            let endpoints = Endpoints::new()
                .with(&format!("{name}={LOCAL}"))
                .expect("it is valid");
            assert!(endpoints.of("events").is_some(), "{name}");
        }
    }

    #[test]
    fn wrong_endpoints_are_refused_with_a_remedy() {
        for (text, part) in [
            ("127.0.0.1:4566", "write http://HOST:PORT"),
            ("ftp://127.0.0.1", "write http://HOST:PORT"),
            ("dynamo=http://127.0.0.1:8000", "did you mean `dynamodb`?"),
            (
                "nothing=http://127.0.0.1:8000",
                "there is no service `nothing`",
            ),
            ("https://sqs.us-east-1.amazonaws.com", "--aws-account"),
            ("http://SQS.us-east-1.AmazonAWS.com.", "--aws-account"),
            ("https://x.api.amazonwebservices.com.cn", "--aws-account"),
        ] {
            let error = Endpoints::new()
                .with(text)
                .expect_err("it is wrong")
                .to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn variables_of_the_sdks_and_of_step_functions_local_are_read() {
        let variables = environment(&[
            ("AWS_ENDPOINT_URL", LOCAL),
            ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:8000"),
            ("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "http://127.0.0.1:8001"),
            ("AWS_ENDPOINT_URL_NOTHING", "no URL"),
            ("SQS_ENDPOINT", "http://127.0.0.1:9324"),
            ("LAMBDA_ENDPOINT", ""),
        ]);
        let endpoints = Endpoints::new()
            .or_environment(variables)
            .expect("they are valid");
        assert_eq!(
            endpoints.to_string(),
            "http://127.0.0.1:4566, dynamodb at http://127.0.0.1:8000, logs at http://127.0.0.1:8001, sqs at http://127.0.0.1:9324"
        );
    }

    #[test]
    fn options_replace_variables() {
        let variables = environment(&[
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
            ("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:2"),
        ]);
        let one = Endpoints::new()
            .with("sqs=http://127.0.0.1:3")
            .expect("it is valid");
        let one = one
            .or_environment(variables.clone())
            .expect("they are valid");
        assert_eq!(
            one.to_string(),
            "http://127.0.0.1:1, sqs at http://127.0.0.1:3"
        );
        let all = Endpoints::new().with(LOCAL).expect("it is valid");
        assert_eq!(
            all.or_environment(variables.clone())
                .expect("they are valid")
                .to_string(),
            LOCAL
        );
        let mut ignored = variables;
        ignored.extend(environment(&[(
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            "true",
        )]));
        assert!(
            Endpoints::new()
                .or_environment(ignored)
                .expect("they are valid")
                .is_empty()
        );
    }

    #[test]
    fn a_wrong_variable_is_named() {
        let variables = environment(&[("SQS_ENDPOINT", "localhost")]);
        let error = Endpoints::new()
            .or_environment(variables)
            .expect_err("it is wrong");
        assert!(
            error.to_string().contains("`SQS_ENDPOINT=localhost`"),
            "{error}"
        );
    }
}
