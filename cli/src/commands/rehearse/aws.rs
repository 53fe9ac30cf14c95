//! Reads executions from AWS, or from a server with its API.

use stepwright_integrations::{Endpoints, ExecutionReader, SigningKeys};

use crate::args::HistorySourceArguments;
use crate::engine::aws_account;
use crate::failure::Failure;
use crate::terminal::diagnostics;

/// An execution that was read from AWS.
pub(super) struct ReadExecution {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) history: serde_json::Value,
    pub(super) definition: String,
}

/// Reads the histories of `--executions`, and the definitions with which they started.
pub(super) async fn read(
    arguments: &HistorySourceArguments,
) -> Result<Vec<ReadExecution>, Failure> {
    let mut region = None;
    for arn in &arguments.executions {
        let parts: Vec<&str> = arn.split(':').collect();
        let ["arn", _, "states", of, account, "execution", _, name] = parts.as_slice() else {
            return Err(Failure::Usage(format!(
                "--executions: `{arn}` is not the ARN of an execution; `aws stepfunctions list-executions` lists them"
            )));
        };
        if name.is_empty() || region.is_some_and(|region| region != *of) {
            return Err(Failure::Usage(
                "--executions: the executions are in several regions; rehearse those of one region at a time".to_owned(),
            ));
        }
        if let Some(expected) = &arguments.aws_account
            && expected != account
        {
            return Err(Failure::Usage(format!(
                "--executions: `{arn}` is in the account {account}, not in {expected}"
            )));
        }
        region = Some(*of);
    }
    let region = region.unwrap_or_default();
    let reader = reader(arguments, region).await?;
    let mut executions = Vec::new();
    for arn in &arguments.executions {
        let failed =
            |error: stepwright_integrations::ReadExecutionError| Failure::Failed(error.to_string());
        executions.push(ReadExecution {
            arn: arn.clone(),
            name: arn.rsplit(':').next().unwrap_or(arn).to_owned(),
            history: reader.history(arn).await.map_err(failed)?,
            definition: reader.definition(arn).await.map_err(failed)?,
        });
    }
    Ok(executions)
}

async fn reader(
    arguments: &HistorySourceArguments,
    region: &str,
) -> Result<ExecutionReader, Failure> {
    if let Some(endpoint) = &arguments.aws_endpoint {
        let endpoints = Endpoints::new().with(endpoint);
        let endpoints =
            endpoints.map_err(|error| Failure::Usage(format!("--aws-endpoint: {error}")))?;
        let keys = SigningKeys::of_emulators("123456789012", std::iter::empty());
        return Ok(ExecutionReader::of_endpoint(endpoints, keys, region));
    }
    let Some(account) = &arguments.aws_account else {
        return Err(Failure::Usage(
            "--executions needs --aws-account NUMBER, the account that is read, or --aws-endpoint URL".to_owned(),
        ));
    };
    let connected = aws_account::connect(region, account).await?;
    diagnostics::note(&format!(
        "executions are read from AWS, in the account {account} ({region}), as {}",
        connected.caller
    ));
    Ok(ExecutionReader::of_aws(connected.keys, region))
}
