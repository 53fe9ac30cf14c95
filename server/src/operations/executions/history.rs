//! GetExecutionHistory.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value as Json;
use stepwright_engine::history::{Event, HistoryQuery};
use stepwright_engine::server_support::event_json;
use stepwright_engine::value::Value;

use super::find;
use crate::error::ApiError;
use crate::page::Page;
use crate::response::Date;
use crate::service::Service;
use crate::shape::{Arn, PageSize, PageToken, Required, shape};

/// The bytes of a page's events. A page with fewer events than requested has a token for the
/// others.
const PAGE_BYTES: u64 = 1_048_576;
/// Events with at most this many bytes of data are printed at once.
const SMALL_BYTES: u64 = 65_536;

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
    let mut query = HistoryQuery::new().limit(page.limit).bytes(PAGE_BYTES);
    if input.reverse_order {
        query = query.reverse();
    }
    if let Some(after) = &page.after {
        query = query.after(after);
    }
    let has_data = input.include_execution_data.unwrap_or(true);
    if !has_data {
        query = query.without_data();
    }
    let history = run.history().await;
    let found = history
        .page(&query)
        .map_err(|_| ApiError::invalid_token())?;
    let events = found.events;
    let bytes: u64 = events
        .iter()
        .filter_map(Event::value)
        .map(Value::json_len)
        .sum();
    let events = if bytes <= SMALL_BYTES {
        print(&events, has_data)
    } else {
        // Printing takes long enough to delay the other requests of a thread.
        let _permit = service.large_pages.acquire().await;
        let printed = tokio::task::spawn_blocking(move || print(&events, has_data));
        printed
            .await
            .map_err(|error| ApiError::internal(error.to_string()))?
    };
    Ok(GetExecutionHistoryOutput {
        events,
        next_token: found.next.map(|next| page.token(&next)),
    })
}

fn print(events: &[Event], has_data: bool) -> Vec<Json> {
    let events = events.iter().map(|event| {
        let mut printed = event_json(event, has_data);
        printed["timestamp"] = Json::from(Date(event.timestamp()).seconds());
        printed
    });
    events.collect()
}
