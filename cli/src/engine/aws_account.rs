//! The account of `--aws-account`: AWS itself, with the credentials that the AWS SDKs find.

use stepwright_integrations::SigningKeys;

use crate::failure::Failure;

/// An account of AWS whose number has been checked.
pub(crate) struct ConnectedAccount {
    pub(crate) keys: SigningKeys,
    /// The ARN of the user or role that calls.
    pub(crate) caller: String,
}

/// Finds the credentials, and checks that they belong to an account.
///
/// # Errors
///
/// If there are no credentials, or those of another account.
#[cfg(feature = "aws-account")]
pub(crate) async fn connect(region: &str, account: &str) -> Result<ConnectedAccount, Failure> {
    let connected = stepwright_integrations::AwsAccount::connect(region, account).await;
    let connected =
        connected.map_err(|error| Failure::Failed(format!("--aws-account {account}: {error}")))?;
    Ok(ConnectedAccount {
        keys: connected.keys(),
        caller: connected.caller().to_owned(),
    })
}

/// Refuses the account, because this command has no code that finds credentials.
///
/// # Errors
///
/// Always.
#[cfg(not(feature = "aws-account"))]
pub(crate) async fn connect(_region: &str, account: &str) -> Result<ConnectedAccount, Failure> {
    Err(Failure::Usage(format!(
        "--aws-account {account}: this command was compiled without the feature `aws-account`; `cargo install --locked stepwright-cli` compiles it with all features"
    )))
}
