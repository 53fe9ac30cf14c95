//! RedriveExecution.

use std::sync::Arc;

use serde::Serialize;

use super::find;
use crate::error::ApiError;
use crate::response::Date;
use crate::service::Service;
use crate::shape::{Arn, ClientToken, Required, shape};

shape! {
    /// The request of RedriveExecution.
    RedriveExecution {
        execution_arn: Required<Arn>,
        client_token: Option<ClientToken>,
    }
}

/// The response of RedriveExecution.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RedriveExecutionOutput {
    redrive_date: Date,
}

pub(crate) async fn redrive(
    service: &Arc<Service>,
    input: RedriveExecution,
) -> Result<RedriveExecutionOutput, ApiError> {
    let run = find(service, &input.execution_arn).await?;
    // Repeating the same request while the redrive is running returns the same redrive.
    if let Some(date) = service.redrives.of(run.id(), input.client_token.as_deref())
        && run.final_report().is_none()
    {
        return Ok(RedriveExecutionOutput {
            redrive_date: Date(date),
        });
    }
    let run = service.engine.redrive(run.id()).await?;
    let date = run.execution().redriven().unwrap_or_else(|| service.now());
    if let Some(token) = input.client_token.as_deref() {
        service.redrives.add(run.id(), token, date);
    }
    Ok(RedriveExecutionOutput {
        redrive_date: Date(date),
    })
}
