//! Where the AWS services of tasks are called.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(next_help_heading = "AWS services")]
pub(crate) struct ServiceArguments {
    /// Call the AWS services of tasks at this endpoint, such as an emulator; with SERVICE=URL,
    /// calls of one service. By default, the endpoints of AWS_ENDPOINT_URL,
    /// AWS_ENDPOINT_URL_DYNAMODB and so on, and of the variables of Step Functions Local
    #[arg(long = "aws-endpoint", value_name = "[SERVICE=]URL")]
    pub(crate) endpoints: Vec<String>,
    /// Call services without an endpoint at AWS itself, in this account and with the credentials of
    /// the AWS SDKs: their effects are real
    #[arg(long, value_name = "ID", value_parser = account)]
    pub(crate) aws_account: Option<String>,
    /// Call the HTTP APIs of `http:invoke` tasks, with the credentials of this file: a list of
    /// connections in JSON, each as `aws events create-connection` takes it
    #[arg(long, value_name = "FILE")]
    pub(crate) connections: Option<PathBuf>,
    /// Read the API models of services from the folder `data` of an installed botocore, for
    /// services that are newer than this command
    #[arg(long, value_name = "DIR")]
    pub(crate) models: Option<PathBuf>,
}

/// The number of an account: twelve digits.
pub(crate) fn account(text: &str) -> Result<String, String> {
    if stepwright_server::is_account(text) {
        Ok(text.to_owned())
    } else {
        Err("an account is twelve digits, as in 123456789012".to_owned())
    }
}
