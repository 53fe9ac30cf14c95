//! ListExecutions.

use std::sync::Arc;

use serde::Serialize;
use smol_str::SmolStr;
use stepwright_asl::model::MachineType;

use super::super::map_runs;
use crate::engine::{ExecutionFilter, Listed};
use crate::execution_info::ExecutionInfo;
use crate::serve::arn::{Qualifier, StatesArn};
use crate::serve::error::ApiError;
use crate::serve::page::Page;
use crate::serve::response::Date;
use crate::serve::service::Service;
use crate::serve::shape::{
    Arn, ExecutionStatus, LongArn, LongPageToken, PageSize, RedriveFilter, shape,
};
use crate::status::Status;
use crate::value::Value;

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
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct Executions {
    executions: Vec<Item>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
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
    item_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_machine_version_arn: Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_machine_alias_arn: Option<SmolStr>,
    redrive_count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    redrive_date: Option<Date>,
}

impl Item {
    fn of(listed: Listed) -> Self {
        let Listed { summary, about } = listed;
        let origin = about.origin();
        Self {
            state_machine_arn: about.machine_id().to_owned(),
            state_machine_version_arn: origin.and_then(|origin| origin.version.clone()),
            state_machine_alias_arn: origin.and_then(|origin| origin.alias.clone()),
            redrive_count: about.redrive_count().unwrap_or_default(),
            redrive_date: about.redriven().map(Date),
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

/// What a list of executions leaves out, beside their state machine.
struct Wanted {
    status: Option<Status>,
    is_redriven: Option<bool>,
    version: Option<String>,
    alias: Option<String>,
}

impl Wanted {
    fn has(&self, about: &ExecutionInfo) -> bool {
        let origin = about.origin();
        let version = origin.and_then(|origin| origin.version.as_deref());
        let alias = origin.and_then(|origin| origin.alias.as_deref());
        let is_redriven = about.redrive_count().unwrap_or_default() > 0;
        self.is_redriven.is_none_or(|wanted| wanted == is_redriven)
            && self
                .version
                .as_deref()
                .is_none_or(|wanted| version == Some(wanted))
            && self
                .alias
                .as_deref()
                .is_none_or(|wanted| alias == Some(wanted))
    }
}

pub(in crate::serve) async fn list(
    service: &Arc<Service>,
    input: ListExecutions,
) -> Result<Executions, ApiError> {
    let machine_arn = match (&input.state_machine_arn, &input.map_run_arn) {
        (Some(machine), None) => machine,
        (None, Some(run)) => return list_children(service, &input, run),
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
    let status = input.status_filter.as_deref();
    let wanted = Wanted {
        status: status.and_then(Status::from_word),
        is_redriven: input
            .redrive_filter
            .as_deref()
            .map(|filter| filter == "REDRIVEN"),
        version: qualified(matches!(qualifier, Some(Qualifier::Version(_)))),
        alias: qualified(matches!(qualifier, Some(Qualifier::Alias(_)))),
    };
    let list = format!(
        "ListExecutions {} {status:?} {:?}",
        arn.text, wanted.is_redriven
    );
    let page = Page::new(list, input.max_results, input.next_token.as_deref())?;
    let mut executions = Vec::new();
    let mut after = page.after.clone();
    // Only a child of a Map Run waits for a redrive.
    if status.is_some() && wanted.status.is_none() {
        return Ok(Executions {
            executions,
            next_token: None,
        });
    }
    loop {
        let missing = page.limit - executions.len();
        let mut filter = ExecutionFilter::new()
            .machine(machine.name.as_str())
            .limit(missing);
        if let Some(status) = wanted.status {
            filter = filter.status(status);
        }
        if let Some(after) = &after {
            filter = filter.after(after);
        }
        let (listed, next) = service.engine.listed(&filter)?;
        let fitting = listed
            .into_iter()
            .filter(|listed| wanted.has(&listed.about));
        executions.extend(fitting.map(Item::of));
        after = next;
        if after.is_none() || executions.len() >= page.limit {
            break;
        }
    }
    Ok(Executions {
        executions,
        next_token: after.map(|after| page.token(&after)),
    })
}

/// The children of a Map Run, those that started last first.
fn list_children(
    service: &Service,
    input: &ListExecutions,
    run: &str,
) -> Result<Executions, ApiError> {
    let map_run = map_runs::find(service, run)?;
    let status = input.status_filter.as_deref();
    let is_redriven = input
        .redrive_filter
        .as_deref()
        .map(|filter| filter == "REDRIVEN");
    let list = format!("ListExecutions {run} {status:?} {is_redriven:?}");
    let page = Page::new(list, input.max_results, input.next_token.as_deref())?;
    let is_batched = map_run.items.total != map_run.executions.total;
    let mut all = service.engine.map_run_executions(&map_run.arn)?;
    all.retain(|child| status.is_none_or(|status| child.status.as_str() == status));
    // A place is the number of a child, from the first that started; pages go down.
    let end = match &page.after {
        None => all.len(),
        Some(place) => place.parse().unwrap_or_default(),
    };
    let mut executions = Vec::new();
    let mut next = None;
    for (number, summary) in all.into_iter().enumerate().take(end).rev() {
        if executions.len() == page.limit {
            next = Some(page.token(&(number + 1).to_string()));
            break;
        }
        let Some(about) = service.engine.child_about(&summary.id)? else {
            continue;
        };
        let redrives = about.redrive_count().unwrap_or_default();
        if is_redriven.is_some_and(|wanted| wanted != (redrives > 0)) {
            continue;
        }
        let batched = about.input().get("Items").and_then(Value::as_array);
        let items = batched
            .filter(|_| is_batched)
            .map_or(1, |items| items.len());
        executions.push(Item {
            map_run_arn: Some(map_run.arn.clone()),
            item_count: Some(items),
            ..Item::of(Listed { summary, about })
        });
    }
    Ok(Executions {
        executions,
        next_token: next,
    })
}
