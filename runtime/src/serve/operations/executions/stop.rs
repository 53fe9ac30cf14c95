//! StopExecution.

use std::sync::Arc;

use serde::Serialize;

use super::find;
use crate::serve::error::ApiError;
use crate::serve::response::Date;
use crate::serve::service::Service;
use crate::serve::shape::{Arn, Cause, ErrorName, Required, shape};

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
pub(in crate::serve) struct Stopped {
    stop_date: Date,
}

pub(in crate::serve) async fn stop(
    service: &Arc<Service>,
    input: StopExecution,
) -> Result<Stopped, ApiError> {
    let run = find(service, &input.execution_arn)?;
    // One that is over stays as it is, and answers with its end.
    let report = run
        .stop(input.error.as_deref(), input.cause.as_deref())
        .await;
    Ok(Stopped {
        stop_date: Date(report.stopped),
    })
}
