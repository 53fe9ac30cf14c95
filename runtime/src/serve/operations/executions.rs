//! Executions: start, stop, describe, list, history.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value as Json;
use smol_str::SmolStr;
use stepwright_asl::model::MachineType;
use stepwright_asl::name::check_machine;

use super::super::arn::{Qualifier, Resource, StatesArn};
use super::super::control::{Encryption, INITIAL, Logging, Machine, References, labelled};
use super::super::error::ApiError;
use super::super::page::Page;
use super::super::response::{DataDetails, Date};
use super::super::service::{Service, input as read_input, written};
use super::super::shape::{
    Arn, Cause, ClientToken, Data, ErrorName, ExecutionStatus, IncludedData, LongArn,
    LongPageToken, Name, PageSize, PageToken, RedriveFilter, Required, TraceHeader, shape,
};
use super::map_runs;
use super::state_machines::Tracing;
use crate::engine::{ExecutionFilter, Listed, Redrivability, Revision, Run, StartOptions};
use crate::execution_info::ExecutionInfo;
use crate::history::HistoryQuery;
use crate::status::Status;
use crate::value::Value;

shape! {
    /// The request of StartExecution.
    StartExecution {
        state_machine_arn: Required<Arn>,
        name: Option<Name>,
        input: Option<Data>,
        trace_header: Option<TraceHeader>,
    }
}

/// The response of StartExecution.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct Started {
    execution_arn: String,
    start_date: Date,
}

/// What is to be started, as both ways to start an execution ask for it.
struct Start {
    machine: Arc<Machine>,
    compiled: Revision,
    input: Value,
    options: StartOptions,
}

impl Start {
    fn read(
        service: &Service,
        arn: &StatesArn<'_>,
        name: Option<&str>,
        input: Option<&str>,
        trace: Option<&str>,
    ) -> Result<Self, ApiError> {
        // What does not exist is told before what is wrong with the input.
        service.machine(arn)?;
        let mut options = StartOptions::new();
        if let Some(name) = name {
            if check_machine(name).is_err() {
                return Err(ApiError::invalid_name(name));
            }
            options = options.name(name);
        }
        let value = read_input(input, service.engine.payload_bytes())?;
        let (machine, compiled) = service.startable(arn, trace, written(input, &value))?;
        Ok(Self {
            machine,
            compiled,
            input: value,
            options,
        })
    }
}

pub(in crate::serve) async fn start(
    service: &Arc<Service>,
    input: StartExecution,
) -> Result<Started, ApiError> {
    let arn = StatesArn::parse(&input.state_machine_arn)?;
    let Start {
        machine,
        compiled,
        input: value,
        mut options,
    } = Start::read(
        service,
        &arn,
        input.name.as_deref(),
        input.input.as_deref(),
        input.trace_header.as_deref(),
    )?;
    if let Some(case) = service.test_case(&machine.name, &arn)? {
        options = options.tasks(case);
    }
    let started = service.engine.start_revision(&compiled, value, options);
    let run = started.await.map_err(|error| {
        let execution = machine.arn.replacen(":stateMachine:", ":execution:", 1);
        let name = input.name.as_deref().unwrap_or_default();
        ApiError::of_start(error, arn.text, &format!("{execution}:{name}"))
    })?;
    Ok(Started {
        execution_arn: run.id().to_owned(),
        start_date: Date(run.execution().started()),
    })
}

shape! {
    /// The request of StartSyncExecution.
    StartSyncExecution {
        state_machine_arn: Required<Arn>,
        name: Option<Name>,
        input: Option<Data>,
        trace_header: Option<TraceHeader>,
        included_data: Option<IncludedData>,
    }
}

/// The response of StartSyncExecution.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct Ended {
    execution_arn: String,
    state_machine_arn: String,
    name: String,
    start_date: Date,
    stop_date: Date,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    input: String,
    input_details: DataDetails,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
    output_details: DataDetails,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_header: Option<String>,
    billing_details: Billing,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Billing {
    #[serde(rename = "billedMemoryUsedInMB")]
    billed_memory_used_in_mb: u32,
    billed_duration_in_milliseconds: u64,
}

impl Billing {
    /// Memory is charged by 64 MB, time by 100 ms.
    fn of(time: Duration) -> Self {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Self {
            billed_memory_used_in_mb: 64,
            billed_duration_in_milliseconds: millis.div_ceil(100).max(1) * 100,
        }
    }
}

pub(in crate::serve) async fn start_sync(
    service: &Arc<Service>,
    input: StartSyncExecution,
) -> Result<Ended, ApiError> {
    let arn = StatesArn::parse(&input.state_machine_arn)?;
    let machine = service.machine(&arn)?;
    if machine.machine_type != MachineType::Express {
        return Err(ApiError::type_not_supported());
    }
    if arn.test_case.is_some_and(|case| !case.is_empty()) {
        // As Step Functions Local, which knows mocks of asynchronous executions alone.
        return Err(ApiError::new(
            "UnsupportedOperation",
            "StartSyncExecution takes no test case of mocks; StartExecution does",
        ));
    }
    let trace = input.trace_header.as_deref();
    let Start {
        compiled,
        input: value,
        options,
        ..
    } = Start::read(
        service,
        &arn,
        input.name.as_deref(),
        input.input.as_deref(),
        trace,
    )?;
    let ended = service
        .engine
        .execute_revision(&compiled, value, options.synchronous());
    let report = ended
        .await
        .map_err(|error| ApiError::of_start(error, arn.text, ""))?;
    let about = report.execution();
    Ok(Ended {
        execution_arn: about.id().to_owned(),
        state_machine_arn: about.machine_id().to_owned(),
        name: about.name().to_owned(),
        start_date: Date(about.started()),
        stop_date: Date(report.stopped),
        status: match report.status {
            // The API knows no other words here.
            Status::Aborted => Status::Failed.as_str(),
            status => status.as_str(),
        },
        error: report.error.clone(),
        cause: report.cause.clone(),
        input: about.input_text(),
        input_details: DataDetails::INCLUDED,
        output: report.output.as_ref().map(Value::to_text),
        output_details: DataDetails::INCLUDED,
        trace_header: trace.map(str::to_owned),
        billing_details: Billing::of(report.stopped.since(about.started())),
    })
}

/// The execution of an ARN: a Standard one, or a child of a Map Run.
///
/// # Errors
///
/// `InvalidArn`, `ExecutionDoesNotExist`.
pub(super) fn find(service: &Service, text: &str) -> Result<Run<Value>, ApiError> {
    let arn = StatesArn::parse(text)?;
    match arn.resource {
        Resource::Execution { .. } => {}
        _ => return Err(arn.wrong_type()),
    }
    let found = service.engine.execution(arn.text)?;
    found.ok_or_else(|| ApiError::no_execution(text))
}

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
pub(in crate::serve) struct Redriven {
    redrive_date: Date,
}

pub(in crate::serve) async fn redrive(
    service: &Arc<Service>,
    input: RedriveExecution,
) -> Result<Redriven, ApiError> {
    let run = find(service, &input.execution_arn)?;
    // The same request a second time, while the redrive runs, is the same redrive.
    if let Some(date) = service.redrives.of(run.id(), input.client_token.as_deref())
        && run.ended().is_none()
    {
        return Ok(Redriven {
            redrive_date: Date(date),
        });
    }
    let run = service.engine.redrive(run.id()).await?;
    let date = run.execution().redriven().unwrap_or_else(|| service.now());
    if let Some(token) = input.client_token.as_deref() {
        service.redrives.add(run.id(), token, date);
    }
    Ok(Redriven {
        redrive_date: Date(date),
    })
}

shape! {
    /// The request of DescribeStateMachineForExecution.
    DescribeStateMachineForExecution {
        execution_arn: Required<Arn>,
        included_data: Option<IncludedData>,
    }
}

/// The response of DescribeStateMachineForExecution.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct MachineDescribed {
    state_machine_arn: String,
    name: String,
    definition: String,
    role_arn: String,
    update_date: Date,
    logging_configuration: Logging,
    tracing_configuration: Tracing,
    #[serde(skip_serializing_if = "Option::is_none")]
    map_run_arn: Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision_id: Option<String>,
    encryption_configuration: Encryption,
    #[serde(skip_serializing_if = "Option::is_none")]
    variable_references: Option<References>,
}

pub(in crate::serve) async fn describe_machine(
    service: &Arc<Service>,
    input: DescribeStateMachineForExecution,
) -> Result<MachineDescribed, ApiError> {
    let run = find(service, &input.execution_arn)?;
    let about = run.execution();
    // The children of a Distributed Map are executions of `<machine>/<label>`.
    let (name, label) = match about.machine_name().split_once('/') {
        Some((name, label)) => (name, Some(label)),
        None => (about.machine_name(), None),
    };
    let labelled = |definition: &str| Some(labelled(definition, label?)?.definition);
    let id = about.origin().map(|origin| origin.revision.as_str());
    let revision = service.control.revision(name, id.unwrap_or(INITIAL));
    let revision = revision.ok_or_else(|| ApiError::no_machine(about.machine_id()))?;
    let configuration = &revision.configuration;
    Ok(MachineDescribed {
        state_machine_arn: about.machine_id().to_owned(),
        name: about.machine_name().to_owned(),
        definition: labelled(&configuration.definition)
            .unwrap_or_else(|| configuration.definition.clone()),
        role_arn: about.role_arn().to_owned(),
        update_date: Date(revision.made),
        logging_configuration: configuration.logging.clone(),
        tracing_configuration: Tracing {
            enabled: configuration.is_traced,
        },
        map_run_arn: service.engine.map_run_of(about.id())?,
        label: label.map(str::to_owned),
        revision_id: revision.shown_id().map(str::to_owned),
        encryption_configuration: configuration.encryption.clone(),
        variable_references: revision.references().cloned(),
    })
}

shape! {
    /// The request of DescribeExecution.
    DescribeExecution {
        execution_arn: Required<Arn>,
        included_data: Option<IncludedData>,
    }
}

/// The response of DescribeExecution.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct Described {
    execution_arn: String,
    state_machine_arn: String,
    name: String,
    status: &'static str,
    start_date: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_date: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_details: Option<DataDetails>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_details: Option<DataDetails>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_header: Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    map_run_arn: Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_machine_version_arn: Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_machine_alias_arn: Option<SmolStr>,
    redrive_count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    redrive_date: Option<Date>,
    redrive_status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    redrive_status_reason: Option<String>,
}

pub(in crate::serve) async fn describe(
    service: &Arc<Service>,
    input: DescribeExecution,
) -> Result<Described, ApiError> {
    let run = find(service, &input.execution_arn)?;
    let about = run.execution();
    let report = run.ended();
    let origin = about.origin();
    // Executions below another have its origin.
    let own = origin.filter(|_| about.root() == about.id());
    let has_data = input.included_data.as_deref() != Some("METADATA_ONLY");
    let (redrive_status, redrive_status_reason) = match service.engine.redrivability(&run)? {
        Redrivability::Redrivable => ("REDRIVABLE", None),
        Redrivability::ByMapRun => ("REDRIVABLE_BY_MAP_RUN", None),
        Redrivability::Not(reason) => ("NOT_REDRIVABLE", Some(reason)),
    };
    let output = report.and_then(|report| report.output.as_ref());
    let output = output.filter(|_| has_data).map(Value::to_text);
    Ok(Described {
        execution_arn: about.id().to_owned(),
        state_machine_arn: about.machine_id().to_owned(),
        name: about.name().to_owned(),
        status: run.status().as_str(),
        start_date: Date(about.started()),
        stop_date: report.map(|report| Date(report.stopped)),
        input: has_data.then(|| about.input_text()),
        input_details: has_data.then_some(DataDetails::INCLUDED),
        output_details: output.as_ref().map(|_| DataDetails::INCLUDED),
        output,
        trace_header: own.and_then(|origin| origin.trace.clone()),
        map_run_arn: service.engine.map_run_of(about.id())?,
        error: report.and_then(|report| report.error.clone()),
        cause: report.and_then(|report| report.cause.clone()),
        state_machine_version_arn: origin.and_then(|origin| origin.version.clone()),
        state_machine_alias_arn: origin.and_then(|origin| origin.alias.clone()),
        redrive_count: about.redrive_count().unwrap_or_default(),
        redrive_date: about.redriven().map(Date),
        redrive_status,
        redrive_status_reason,
    })
}

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
pub(in crate::serve) struct Events {
    events: Vec<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub(in crate::serve) async fn history(
    service: &Arc<Service>,
    input: GetExecutionHistory,
) -> Result<Events, ApiError> {
    let run = find(service, &input.execution_arn)?;
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
        let mut printed = event.print(has_data);
        printed["timestamp"] = Json::from(Date(event.timestamp()).seconds());
        printed
    });
    Ok(Events {
        events: events.collect(),
        next_token: found.next.map(|next| page.token(&next)),
    })
}
