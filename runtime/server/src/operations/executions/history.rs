//! GetExecutionHistory.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value as Json;
use stepwright_runtime::history::HistoryQuery;
use stepwright_runtime::server_support::event_json;

use super::find;
use crate::error::ApiError;
use crate::page::Page;
use crate::response::Date;
use crate::service::Service;
use crate::shape::{Arn, PageSize, PageToken, Required, shape};

shape! {
    /// The request of GetExecutionHistory.
    GetExecutionHistory {
        execution_arn: Required<Arn>,
        max_results: Option<PageSize>,
        reverse_order: bool,
        next_token: Option<PageToken>,
        include_execution_data: Option<bool>,
    }
}

/// The response of GetExecutionHistory.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GetExecutionHistoryOutput {
    events: Vec<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub(crate) async fn history(
    service: &Arc<Service>,
    input: GetExecutionHistory,
) -> Result<GetExecutionHistoryOutput, ApiError> {
    let run = find(service, &input.execution_arn).await?;
    let list = format!("GetExecutionHistory {} {}", run.id(), input.reverse_order);
    let page = Page::new(list, input.max_results, input.next_token.as_deref())?;
    let mut query = HistoryQuery::new().limit(page.limit);
    if input.reverse_order {
        query = query.reverse();
    }
    if let Some(after) = &page.after {
        query = query.after(after);
    }
    let history = run.history().await;
    let found = history
        .page(&query)
        .map_err(|_| ApiError::invalid_token())?;
    let has_data = input.include_execution_data.unwrap_or(true);
    let events = found.events.iter().map(|event| {
        let mut printed = event_json(event, has_data);
        printed["timestamp"] = Json::from(Date(event.timestamp()).seconds());
        printed
    });
    Ok(GetExecutionHistoryOutput {
        events: events.collect(),
        next_token: found.next.map(|next| page.token(&next)),
    })
}
