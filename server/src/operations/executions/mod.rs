//! Executions: start, stop, redrive, describe, list, history.

mod describe;
mod history;
mod list;
mod redrive;
mod start;
mod stop;

pub(crate) use describe::{describe, describe_machine};
pub(crate) use history::history;
pub(crate) use list::list;
pub(crate) use redrive::redrive;
#[cfg(any(feature = "events", feature = "schedules"))]
pub(crate) use start::start_named;
pub(crate) use start::{start, start_sync};
pub(crate) use stop::stop;

use stepwright_engine::ExecutionHandle;
use stepwright_engine::value::Value;

use crate::arn::{Resource, StatesArn};
use crate::error::ApiError;
use crate::service::Service;

/// Returns the execution of an ARN: a Standard one, or a child of a Map Run.
///
/// # Errors
///
/// `InvalidArn`, `ExecutionDoesNotExist`.
pub(super) async fn find(
    service: &Service,
    text: &str,
) -> Result<ExecutionHandle<Value>, ApiError> {
    let arn = StatesArn::parse(text)?;
    match arn.resource {
        Resource::Execution { .. } => {}
        _ => return Err(arn.wrong_type()),
    }
    let found = service.engine.execution(arn.text).await?;
    found.ok_or_else(|| ApiError::no_execution(text))
}
