//! StopExecution.

use std::sync::Arc;

use serde::Serialize;

use super::find;
use crate::error::ApiError;
use crate::response::Date;
use crate::service::Service;
use crate::shape::{Arn, Cause, ErrorName, Required, shape};

shape! {
    /// The request of StopExecution.
    StopExecution {
        execution_arn: Required<Arn>,
        error: Option<ErrorName>,
        cause: Option<Cause>,
    }
}

/// The response of StopExecution.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StopExecutionOutput {
    stop_date: Date,
}

pub(crate) async fn stop(
    service: &Arc<Service>,
    input: StopExecution,
) -> Result<StopExecutionOutput, ApiError> {
    let aborted = service.engine.abort_unreadable(&input.execution_arn);
    if let Some(stopped) = aborted.await? {
        return Ok(StopExecutionOutput {
            stop_date: Date(stopped),
        });
    }
    let run = find(service, &input.execution_arn).await?;
    // A closed execution stays unchanged; the response has its end.
    let stop = run.stop(input.error.as_deref(), input.cause.as_deref());
    let report = service.committed(stop).await?;
    if report.is_over() {
        Ok(StopExecutionOutput {
            stop_date: Date(report.stopped),
        })
    } else {
        Err(ApiError::unavailable(format!(
            "the execution is not stopped: {}",
            report.cause.as_deref().unwrap_or("the engine ends")
        )))
    }
}
