//! Map Runs: describe, list, update.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value as Json;
use stepwright_engine::MapRun;
use stepwright_engine::server_support::RunChanges;

use super::executions;
use crate::arn::{Resource, StatesArn};
use crate::error::ApiError;
use crate::page::Page;
use crate::response::{Date, EmptyResponse};
use crate::service::Service;
use crate::shape::{
    Arn, Count, LongArn, MaxConcurrency, PageSize, PageToken, Percentage, Required, shape,
};

/// Returns the Map Run of an ARN.
///
/// # Errors
///
/// `InvalidArn`, `ResourceNotFound`.
pub(super) async fn find(service: &Service, text: &str) -> Result<MapRun, ApiError> {
    let arn = StatesArn::parse(text)?;
    match arn.resource {
        Resource::MapRun => {}
        _ => return Err(arn.wrong_type()),
    }
    let found = service.engine.map_run(arn.text).await?;
    found.ok_or_else(|| ApiError::no_resource(text))
}

shape! {
    /// The request of DescribeMapRun.
    DescribeMapRun {
        map_run_arn: Required<LongArn>,
    }
}

/// The response of DescribeMapRun.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DescribeMapRunOutput {
    map_run_arn: String,
    execution_arn: String,
    status: &'static str,
    start_date: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_date: Option<Date>,
    max_concurrency: u64,
    tolerated_failure_percentage: f64,
    tolerated_failure_count: u64,
    item_counts: Json,
    execution_counts: Json,
    redrive_count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    redrive_date: Option<Date>,
}

pub(crate) async fn describe(
    service: &Arc<Service>,
    input: DescribeMapRun,
) -> Result<DescribeMapRunOutput, ApiError> {
    let run = find(service, &input.map_run_arn).await?;
    Ok(DescribeMapRunOutput {
        status: run.status.as_str(),
        start_date: Date(run.started),
        stop_date: run.stopped.map(Date),
        max_concurrency: run.max_concurrency,
        tolerated_failure_percentage: run.tolerated_failure_percentage,
        tolerated_failure_count: run.tolerated_failure_count,
        item_counts: run.items.to_json(),
        execution_counts: run.executions.to_json(),
        redrive_count: run.redrive_count,
        redrive_date: run.redriven.map(Date),
        map_run_arn: run.arn,
        execution_arn: run.execution,
    })
}

shape! {
    /// The request of ListMapRuns.
    ListMapRuns {
        execution_arn: Required<Arn>,
        max_results: Option<PageSize>,
        next_token: Option<PageToken>,
    }
}

/// The response of ListMapRuns.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListMapRunsOutput {
    map_runs: Vec<MapRunListItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct MapRunListItem {
    execution_arn: String,
    map_run_arn: String,
    state_machine_arn: String,
    start_date: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_date: Option<Date>,
}

/// Returns the Map Runs of an execution, in the order of their starts.
pub(crate) async fn list(
    service: &Arc<Service>,
    input: ListMapRuns,
) -> Result<ListMapRunsOutput, ApiError> {
    let execution = executions::find(service, &input.execution_arn).await?;
    let list = format!("ListMapRuns {}", execution.id());
    let page = Page::new(list, input.max_results, input.next_token.as_deref())?;
    let runs = service.engine.map_runs(execution.id()).await?;
    let runs = runs.into_iter().enumerate();
    let (runs, next_token) = page.of(runs, |(number, _)| format!("{number:010}"));
    let machine = execution.execution().machine_id();
    let runs = runs.into_iter().map(|(_, run)| MapRunListItem {
        state_machine_arn: machine.to_owned(),
        start_date: Date(run.started),
        stop_date: run.stopped.map(Date),
        execution_arn: run.execution,
        map_run_arn: run.arn,
    });
    Ok(ListMapRunsOutput {
        map_runs: runs.collect(),
        next_token,
    })
}

shape! {
    /// The request of UpdateMapRun.
    UpdateMapRun {
        map_run_arn: Required<LongArn>,
        max_concurrency: Option<MaxConcurrency>,
        tolerated_failure_percentage: Option<Percentage>,
        tolerated_failure_count: Option<Count>,
    }
}

pub(crate) async fn update(
    service: &Arc<Service>,
    input: UpdateMapRun,
) -> Result<EmptyResponse, ApiError> {
    let run = find(service, &input.map_run_arn).await?;
    let changes = RunChanges {
        max_concurrency: input.max_concurrency.map(|number| number.count()),
        tolerated_count: input.tolerated_failure_count.map(|number| number.count()),
        tolerated_percentage: input
            .tolerated_failure_percentage
            .map(|number| number.get()),
    };
    if changes == RunChanges::default() {
        return Err(ApiError::validation_for(
            "MISSING_REQUIRED_PARAMETER",
            "Either the maxConcurrency, the toleratedFailurePercentage, or the toleratedFailureCount must be specified",
        ));
    }
    if service.engine.update_map_run(&run, changes).await {
        Ok(EmptyResponse {})
    } else {
        Err(ApiError::validation_for(
            "CANNOT_UPDATE_COMPLETED_MAP_RUN",
            format!(
                "The Map Run '{}' is not running, and only one that runs can be updated",
                run.arn
            ),
        ))
    }
}
