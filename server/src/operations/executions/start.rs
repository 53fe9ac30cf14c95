//! StartExecution, StartSyncExecution.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use stepwright_asl::model::MachineType;
use stepwright_asl::name::check_machine;
use stepwright_engine::Status;
use stepwright_engine::server_support::{Revision, input_text};
use stepwright_engine::value::Value;
use stepwright_engine::{ExecutionHandle, StartOptions};

use crate::arn::StatesArn;
use crate::control::Machine;
use crate::error::ApiError;
use crate::response::{DataDetails, Date};
use crate::service::{Service, input as read_input, written};
use crate::shape::{Arn, Data, IncludedData, Name, Required, TraceHeader, shape};
use crate::trace;

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
pub(crate) struct StartExecutionOutput {
    execution_arn: String,
    start_date: Date,
}

/// The parameters of a start, in both operations.
struct StartParameters {
    machine: Arc<Machine>,
    compiled: Revision,
    input: Value,
    options: StartOptions,
}

impl StartParameters {
    fn read(
        service: &Service,
        arn: &StatesArn<'_>,
        name: Option<&str>,
        input: Option<&str>,
        trace_header: Option<&str>,
    ) -> Result<Self, ApiError> {
        // A missing state machine is reported before an invalid input.
        service.machine(arn)?;
        let mut options = StartOptions::new();
        if let Some(trace) = trace::current() {
            options = options.trace_context(trace);
        }
        if let Some(name) = name {
            if check_machine(name).is_err() {
                return Err(ApiError::invalid_name(name));
            }
            options = options.name(name);
        }
        let value = read_input(input, service.engine.payload_bytes())?;
        let (machine, compiled) = service.startable(arn, trace_header, written(input, &value))?;
        Ok(Self {
            machine,
            compiled,
            input: value,
            options,
        })
    }

    /// Starts the execution, with the test case of the ARN.
    async fn start(
        self,
        service: &Service,
        arn: &StatesArn<'_>,
        name: &str,
    ) -> Result<ExecutionHandle<Value>, ApiError> {
        let mut options = self.options;
        // An empty name means no test case, as in Step Functions Local.
        if let Some(case) = arn.test_case.filter(|case| !case.is_empty()) {
            options = options.test_case(case);
        }
        let engine = &service.engine;
        let started = engine.start_revision(&self.compiled, self.input, options);
        started.await.map_err(|error| {
            let machine = &self.machine.arn;
            let execution = machine.replacen(":stateMachine:", ":execution:", 1);
            ApiError::of_start(error, arn.text, &format!("{execution}:{name}"))
        })
    }
}

pub(crate) async fn start(
    service: &Arc<Service>,
    input: StartExecution,
) -> Result<StartExecutionOutput, ApiError> {
    let arn = StatesArn::parse(&input.state_machine_arn)?;
    let parameters = StartParameters::read(
        service,
        &arn,
        input.name.as_deref(),
        input.input.as_deref(),
        input.trace_header.as_deref(),
    )?;
    let name = input.name.as_deref().unwrap_or_default();
    let run = parameters.start(service, &arn, name).await?;
    Ok(StartExecutionOutput {
        execution_arn: run.id().to_owned(),
        start_date: Date(run.execution().started()),
    })
}

/// Starts an execution with a name, for the server itself. Returns the ARN of the execution.
#[cfg(any(feature = "events", feature = "schedules"))]
pub(crate) async fn start_named(
    service: &Arc<Service>,
    machine: &str,
    name: &str,
    input: &str,
) -> Result<String, ApiError> {
    let arn = StatesArn::parse(machine)?;
    let parameters = StartParameters::read(service, &arn, Some(name), Some(input), None)?;
    let run = parameters.start(service, &arn, name).await?;
    Ok(run.id().to_owned())
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
pub(crate) struct StartSyncExecutionOutput {
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
    billing_details: BillingDetails,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct BillingDetails {
    #[serde(rename = "billedMemoryUsedInMB")]
    billed_memory_used_in_mb: u32,
    billed_duration_in_milliseconds: u64,
}

impl BillingDetails {
    /// Memory is charged in units of 64 MB, time in units of 100 ms.
    fn of(time: Duration) -> Self {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Self {
            billed_memory_used_in_mb: 64,
            billed_duration_in_milliseconds: millis.div_ceil(100).max(1) * 100,
        }
    }
}

pub(crate) async fn start_sync(
    service: &Arc<Service>,
    input: StartSyncExecution,
) -> Result<StartSyncExecutionOutput, ApiError> {
    let arn = StatesArn::parse(&input.state_machine_arn)?;
    let machine = service.machine(&arn)?;
    if machine.machine_type != MachineType::Express {
        return Err(ApiError::type_not_supported());
    }
    if arn.test_case.is_some_and(|case| !case.is_empty()) {
        // As in Step Functions Local, which supports mocks only in asynchronous executions.
        return Err(ApiError::new(
            "UnsupportedOperation",
            "StartSyncExecution takes no test case of mocks; StartExecution does",
        ));
    }
    let trace = input.trace_header.as_deref();
    let StartParameters {
        compiled,
        input: value,
        options,
        ..
    } = StartParameters::read(
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
    Ok(StartSyncExecutionOutput {
        execution_arn: about.id().to_owned(),
        state_machine_arn: about.machine_id().to_owned(),
        name: about.name().to_owned(),
        start_date: Date(about.started()),
        stop_date: Date(report.stopped),
        status: match report.status {
            // The API has no other status here.
            Status::Aborted => Status::Failed.as_str(),
            status => status.as_str(),
        },
        error: report.error.clone(),
        cause: report.cause.clone(),
        input: input_text(about),
        input_details: DataDetails::INCLUDED,
        output: report.output.as_ref().map(Value::to_text),
        output_details: DataDetails::INCLUDED,
        trace_header: trace.map(str::to_owned),
        billing_details: BillingDetails::of(report.stopped.since(about.started())),
    })
}
