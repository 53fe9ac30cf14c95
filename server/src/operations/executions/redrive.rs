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
    let (run, date) = match input.client_token.as_deref() {
        Some(token) => {
            let run = service.engine.redrive_once(run.id(), token).await?;
            // Later redrives have other tokens.
            let date = run.execution().redriven_with(token, service.now());
            (run, date)
        }
        None => (service.engine.redrive(run.id()).await?, None),
    };
    let date = date.or_else(|| run.execution().redriven());
    Ok(RedriveExecutionOutput {
        redrive_date: Date(date.unwrap_or_else(|| service.now())),
    })
}
