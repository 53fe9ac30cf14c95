//! Connects to an AWS account: finds credentials and checks that they belong to the account.

mod sdk_http_client;

use aws_config::BehaviorVersion;
use aws_config::Region;
use aws_config::retry::RetryConfig;
use aws_credential_types::provider::ProvideCredentials as _;
use serde_json::json;

use self::sdk_http_client::SdkHttpClient;
use crate::client::{CallError, Endpoints, HttpClient, ResponseTime, ServiceClient, SigningKeys};
use crate::models::Models;
use crate::protocol::Naming;

/// An account of AWS, for calls of real services.
///
/// Its credentials are those that the AWS SDKs find: variables of the environment, profiles, single
/// sign-on, processes, or the role of a machine.
#[derive(Debug)]
pub struct AwsAccount {
    keys: SigningKeys,
    caller: String,
}

/// The account cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AwsAccountError {
    /// There are no credentials.
    #[error("there are no credentials of AWS: {0}; set AWS_PROFILE, or run `aws configure`")]
    NoCredentials(String),
    /// The credentials belong to another account.
    #[error("the credentials are those of the account {actual}, as {caller}; nothing was called")]
    OtherAccount {
        /// The account of the credentials.
        actual: String,
        /// The user or role.
        caller: String,
    },
    /// STS does not accept the credentials, or cannot be reached.
    #[error("sts:GetCallerIdentity failed: {0}")]
    Sts(String),
}

impl AwsAccount {
    /// Finds the credentials, and checks with STS that they belong to the account with this number.
    ///
    /// # Errors
    ///
    /// If there are none, or if they belong to another account.
    pub async fn connect(region: &str, account: &str) -> Result<Self, AwsAccountError> {
        let config = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .http_client(SdkHttpClient::default())
            // The SDK panics if AWS_MAX_ATTEMPTS or AWS_RETRY_MODE is invalid.
            .retry_config(RetryConfig::standard())
            .load()
            .await;
        let provider = config
            .credentials_provider()
            .ok_or_else(|| AwsAccountError::NoCredentials("no provider has any".to_owned()))?;
        provider
            .provide_credentials()
            .await
            .map_err(|error| AwsAccountError::NoCredentials(innermost(&error)))?;
        let keys = SigningKeys::of_provider(provider);
        let caller = caller(region, keys.clone()).await?;
        if caller.account == account {
            Ok(Self {
                keys,
                caller: caller.arn,
            })
        } else {
            Err(AwsAccountError::OtherAccount {
                actual: caller.account,
                caller: caller.arn,
            })
        }
    }

    /// Returns the keys, for [`ServiceCallsBuilder::aws`](crate::ServiceCallsBuilder::aws).
    pub fn keys(&self) -> SigningKeys {
        self.keys.clone()
    }

    /// Returns the ARN of the user or role that calls.
    pub fn caller(&self) -> &str {
        &self.caller
    }
}

struct Caller {
    account: String,
    arn: String,
}

/// Asks STS who the credentials belong to.
async fn caller(region: &str, keys: SigningKeys) -> Result<Caller, AwsAccountError> {
    let client = ServiceClient {
        models: Models::embedded(),
        endpoints: Endpoints::new(),
        aws: Some(keys.clone()),
        emulator_keys: keys.into(),
        region: region.to_owned(),
        http: HttpClient::new(),
        response_time: ResponseTime::default(),
    };
    let failed = |error: String| AwsAccountError::Sts(error);
    let prepared = client.prepare("sts", "getCallerIdentity", Naming::Sdk, &json!({}), "");
    let call = prepared
        .map_err(|error| failed(error.to_string()))?
        .ok_or_else(|| failed("STS has no endpoint".to_owned()))?;
    let output = client.send(call).await.map_err(|error| match error {
        CallError::Api(error, _) => failed(format!("{} ({})", error.message, error.code)),
        CallError::Client(message, _) | CallError::TooLarge(message) => failed(message),
    })?;
    let text = |name: &str| {
        let value = output.members.get(name).and_then(serde_json::Value::as_str);
        value.unwrap_or_default().to_owned()
    };
    Ok(Caller {
        account: text("Account"),
        arn: text("Arn"),
    })
}

/// The innermost cause of an error: the outer ones only say that a provider failed.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
