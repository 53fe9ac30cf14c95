//! Executions: start, stop, redrive, describe, list, history.

mod describe;
mod history;
mod list;
mod redrive;
mod start;
mod stop;

pub(in crate::serve) use describe::{describe, describe_machine};
pub(in crate::serve) use history::history;
pub(in crate::serve) use list::list;
pub(in crate::serve) use redrive::redrive;
pub(in crate::serve) use start::{start, start_sync};
pub(in crate::serve) use stop::stop;

use super::super::arn::{Resource, StatesArn};
use super::super::error::ApiError;
use super::super::service::Service;
use crate::engine::Run;
use crate::value::Value;

/// Returns the execution of an ARN: a Standard one, or a child of a Map Run.
///
/// # Errors
///
/// `InvalidArn`, `ExecutionDoesNotExist`.
pub(super) async fn find(service: &Service, text: &str) -> Result<Run<Value>, ApiError> {
    let arn = StatesArn::parse(text)?;
    match arn.resource {
        Resource::Execution { .. } => {}
        _ => return Err(arn.wrong_type()),
    }
    let found = service.engine.find_execution(arn.text).await?;
    found.ok_or_else(|| ApiError::no_execution(text))
}
