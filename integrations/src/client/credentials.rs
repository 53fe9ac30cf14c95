//! The credentials that sign requests, for emulators or for AWS.

use std::collections::HashMap;
use std::fmt;

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};

/// The keys with which requests are signed.
#[derive(Clone)]
pub struct SigningKeys(Source);

#[derive(Clone)]
enum Source {
    /// For emulators, which do not check signatures.
    Emulator(Credentials),
    /// For AWS.
    Provider(SharedCredentialsProvider),
}

/// The keys cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Unable to load credentials: {0}")]
pub struct CredentialsError(String);

impl SigningKeys {
    /// Returns the keys for emulators: those of `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, as
    /// the AWS CLI would use them, or else the number of the account, which LocalStack reads from
    /// the key. DynamoDB Local has separate tables for each key.
    pub fn of_emulators(
        account: &str,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let (mut id, mut secret) = (None, None);
        for (name, value) in variables.into_iter().filter(|(_, value)| !value.is_empty()) {
            match name.as_str() {
                "AWS_ACCESS_KEY_ID" => id = Some(value),
                "AWS_SECRET_ACCESS_KEY" => secret = Some(value),
                _ => {}
            }
        }
        let (id, secret) = match (id, secret) {
            (Some(id), Some(secret)) => (id, secret),
            _ => (account.to_owned(), "test".to_owned()),
        };
        // A session token is a secret of AWS, and no emulator needs it.
        Self::of_pair(id, secret)
    }

    /// Returns one pair of keys.
    pub fn of_pair(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self(Source::Emulator(Credentials::new(
            id, secret, None, None, "emulator",
        )))
    }

    /// Returns keys that a provider of the AWS SDK supplies.
    pub fn of_provider(provider: SharedCredentialsProvider) -> Self {
        Self(Source::Provider(provider))
    }

    pub(crate) async fn get(&self) -> Result<Credentials, CredentialsError> {
        match &self.0 {
            Source::Emulator(keys) => Ok(keys.clone()),
            Source::Provider(provider) => {
                let found = provider.provide_credentials().await;
                found.map_err(|error| CredentialsError(error.to_string()))
            }
        }
    }
}

/// Secrets are not printed.
impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Source::Emulator(_) => "SigningKeys(of emulators)",
            Source::Provider(_) => "SigningKeys(of a provider)",
        })
    }
}

/// The keys for requests to endpoints.
#[derive(Clone, Debug)]
pub(crate) struct EndpointKeys {
    all: SigningKeys,
    /// Other keys for some services, by their names in botocore.
    services: HashMap<String, SigningKeys>,
}

impl EndpointKeys {
    pub(crate) fn new(all: SigningKeys, services: HashMap<String, SigningKeys>) -> Self {
        Self { all, services }
    }

    /// Returns the keys for a service, by its name in botocore.
    pub(crate) fn of(&self, service: &str) -> &SigningKeys {
        self.services.get(service).unwrap_or(&self.all)
    }
}

impl From<SigningKeys> for EndpointKeys {
    fn from(all: SigningKeys) -> Self {
        Self::new(all, HashMap::new())
    }
}
