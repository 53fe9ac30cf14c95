//! ListExecutions.

use std::sync::Arc;

use serde::Serialize;
use smol_str::SmolStr;
use stepwright_asl::model::MachineType;
use stepwright_engine::ExecutionFilter;
use stepwright_engine::Status;
use stepwright_engine::server_support::{ChildFilter, ListedExecution, OriginFilter};

use crate::arn::{Qualifier, StatesArn};
use crate::error::ApiError;
use crate::operations::map_runs;
use crate::page::Page;
use crate::response::Date;
use crate::service::Service;
use crate::shape::{Arn, ExecutionStatus, LongArn, LongPageToken, PageSize, RedriveFilter, shape};

shape! {
    /// The request of ListExecutions.
    ListExecutions {
        state_machine_arn: Option<Arn>,
        status_filter: Option<ExecutionStatus>,
        max_results: Option<PageSize>,
        next_token: Option<LongPageToken>,
        map_run_arn: Option<LongArn>,
        redrive_filter: Option<RedriveFilter>,
    }
}

/// The response of ListExecutions.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListExecutionsOutput {
    executions: Vec<ExecutionListItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ExecutionListItem {
    execution_arn: String,
    state_machine_arn: String,
    name: String,
    status: &'static str,
    start_date: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_date: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    map_run_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    item_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_machine_version_arn: Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_machine_alias_arn: Option<SmolStr>,
    redrive_count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    redrive_date: Option<Date>,
}

impl ExecutionListItem {
    fn of(listed: ListedExecution) -> Self {
        let ListedExecution {
            summary,
            machine_arn,
            version,
            alias,
            listing,
        } = listed;
        Self {
            state_machine_arn: machine_arn,
            state_machine_version_arn: version,
            state_machine_alias_arn: alias,
            redrive_count: listing.redrive_count,
            redrive_date: listing.redriven.map(Date),
            execution_arn: summary.id,
            name: summary.name,
            status: summary.status.as_str(),
            start_date: Date(summary.started),
            stop_date: summary.stopped.map(Date),
            map_run_arn: None,
            item_count: None,
        }
    }
}

/// The filters of a request.
struct ListFilters {
    status: Option<Status>,
    is_redriven: Option<bool>,
    /// Set for a status that no execution of this engine has: only a child of a Map Run can wait
    /// for a redrive.
    is_empty: bool,
}

impl ListFilters {
    fn of(input: &ListExecutions) -> Self {
        let word = input.status_filter.as_deref();
        let status = word.and_then(Status::from_word);
        let redrive = input.redrive_filter.as_deref();
        Self {
            status,
            is_redriven: redrive.map(|filter| filter == "REDRIVEN"),
            is_empty: word.is_some() && status.is_none(),
        }
    }
}

pub(crate) async fn list(
    service: &Arc<Service>,
    input: ListExecutions,
) -> Result<ListExecutionsOutput, ApiError> {
    let machine_arn = match (&input.state_machine_arn, &input.map_run_arn) {
        (Some(machine), None) => machine,
        (None, Some(run)) => return list_children(service, &input, run).await,
        _ => {
            return Err(ApiError::validation_for(
                "MISSING_REQUIRED_PARAMETER",
                "Either a state machine ARN or a map run ARN must be specified, and not both",
            ));
        }
    };
    let arn = StatesArn::parse(machine_arn)?;
    let machine = service.machine(&arn)?;
    if machine.machine_type == MachineType::Express {
        return Err(ApiError::type_not_supported());
    }
    let (_, qualifier) = arn.state_machine()?;
    let qualified = |is_it: bool| is_it.then(|| arn.text.to_owned());
    let version = qualified(matches!(qualifier, Some(Qualifier::Version(_))));
    let alias = qualified(matches!(qualifier, Some(Qualifier::Alias(_))));
    let status = input.status_filter.as_deref();
    let filters = ListFilters::of(&input);
    let list = format!(
        "ListExecutions {} {status:?} {:?}",
        arn.text, filters.is_redriven
    );
    let page = Page::new(list, input.max_results, input.next_token.as_deref())?;
    if filters.is_empty {
        return Ok(ListExecutionsOutput::default());
    }
    let origin = OriginFilter {
        version,
        alias,
        is_redriven: filters.is_redriven,
    };
    let mut filter = ExecutionFilter::new()
        .machine(machine.name.as_str())
        .limit(page.limit);
    if let Some(status) = filters.status {
        filter = filter.status(status);
    }
    if let Some(after) = &page.after {
        filter = filter.after(after);
    }
    let (listed, next) = service.engine.listed(filter, origin).await?;
    Ok(ListExecutionsOutput {
        executions: listed.into_iter().map(ExecutionListItem::of).collect(),
        next_token: next.map(|next| page.token(&next)),
    })
}

/// Lists the children of a Map Run, from the child that started last.
async fn list_children(
    service: &Service,
    input: &ListExecutions,
    run: &str,
) -> Result<ListExecutionsOutput, ApiError> {
    let map_run = map_runs::find(service, run).await?;
    let status = input.status_filter.as_deref();
    let filters = ListFilters::of(input);
    let list = format!("ListExecutions {run} {status:?} {:?}", filters.is_redriven);
    let page = Page::new(list, input.max_results, input.next_token.as_deref())?;
    if filters.is_empty {
        return Ok(ListExecutionsOutput::default());
    }
    let is_batched = map_run.items.total != map_run.executions.total;
    let filter = ChildFilter {
        status: filters.status,
        is_redriven: filters.is_redriven,
        before: (page.after.as_ref()).map(|place| place.parse().unwrap_or_default()),
        limit: page.limit,
    };
    let (children, next) = service.engine.listed_children(&map_run.arn, filter).await?;
    let items = |items: Option<u32>| items.filter(|_| is_batched).unwrap_or(1);
    let children = children.into_iter().map(|child| ExecutionListItem {
        map_run_arn: Some(map_run.arn.clone()),
        item_count: Some(items(child.listing.items)),
        ..ExecutionListItem::of(child)
    });
    Ok(ListExecutionsOutput {
        executions: children.collect(),
        next_token: next.map(|next| page.token(&next.to_string())),
    })
}
