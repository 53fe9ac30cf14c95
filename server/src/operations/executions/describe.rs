//! DescribeExecution, DescribeStateMachineForExecution.

use std::sync::Arc;

use serde::Serialize;
use smol_str::SmolStr;
use stepwright_asl::validate::variable_references;
use stepwright_engine::server_support::{Redrivability, input_text, origin};
use stepwright_engine::value::Value;

use super::find;
use crate::control::{Configuration, Encryption, INITIAL, Logging, References, labelled};
use crate::error::ApiError;
use crate::operations::state_machines::Tracing;
use crate::response::{DataDetails, Date};
use crate::service::Service;
use crate::shape::{Arn, IncludedData, Required, shape};

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
pub(crate) struct DescribeMachineForExecutionOutput {
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

pub(crate) async fn describe_machine(
    service: &Arc<Service>,
    input: DescribeStateMachineForExecution,
) -> Result<DescribeMachineForExecutionOutput, ApiError> {
    let run = find(service, &input.execution_arn).await?;
    let about = run.execution();
    // The children of a Distributed Map are executions of `<machine>/<label>`.
    let (name, label) = match about.machine_name().split_once('/') {
        Some((name, label)) => (name, Some(label)),
        None => (about.machine_name(), None),
    };
    let labelled = |definition: &str| Some(labelled(definition, label?)?.definition);
    let id = origin(about).map_or(INITIAL, |origin| origin.revision.as_str());
    let history = run.history().await;
    let definition = history
        .definition()
        .ok_or_else(|| ApiError::no_machine(about.machine_id()))?;
    // A state machine that was created again after its deletion has other revisions with the same
    // ids.
    let revision = service.control.revision(name, id);
    let revision = revision.filter(|revision| revision.compiled.text() == definition);
    let (configuration, made) = match &revision {
        Some(revision) => (&revision.configuration, revision.made),
        // The engine retains the definition as long as the execution.
        None => (
            &Configuration::of_execution(definition, about.role_arn()),
            about.started(),
        ),
    };
    let shown_id = (id != INITIAL).then(|| id.to_owned());
    let references = match &revision {
        Some(revision) => revision.references().cloned(),
        None => Some(variable_references(definition)).filter(|references| !references.is_empty()),
    };
    Ok(DescribeMachineForExecutionOutput {
        state_machine_arn: about.machine_id().to_owned(),
        name: about.machine_name().to_owned(),
        definition: labelled(&configuration.definition)
            .unwrap_or_else(|| configuration.definition.clone()),
        role_arn: about.role_arn().to_owned(),
        update_date: Date(made),
        logging_configuration: configuration.logging.clone(),
        tracing_configuration: Tracing {
            enabled: configuration.is_traced,
        },
        map_run_arn: service.engine.map_run_of(about.id()).await?,
        label: label.map(str::to_owned),
        revision_id: shown_id,
        encryption_configuration: configuration.encryption.clone(),
        variable_references: references,
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
pub(crate) struct DescribeExecutionOutput {
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

pub(crate) async fn describe(
    service: &Arc<Service>,
    input: DescribeExecution,
) -> Result<DescribeExecutionOutput, ApiError> {
    let run = find(service, &input.execution_arn).await?;
    let about = run.execution();
    let report = run.final_report();
    let origin = origin(about);
    // Nested executions have the origin of their root.
    let own = origin.filter(|_| about.root() == about.id());
    let has_data = input.included_data.as_deref() != Some("METADATA_ONLY");
    let (redrive_status, redrive_status_reason) = match service.engine.redrivability(&run).await? {
        Redrivability::Redrivable => ("REDRIVABLE", None),
        Redrivability::ByMapRun => ("REDRIVABLE_BY_MAP_RUN", None),
        Redrivability::Not(reason) => ("NOT_REDRIVABLE", Some(reason)),
    };
    let output = report.and_then(|report| report.output.as_ref());
    let output = output.filter(|_| has_data).map(Value::to_text);
    Ok(DescribeExecutionOutput {
        execution_arn: about.id().to_owned(),
        state_machine_arn: about.machine_id().to_owned(),
        name: about.name().to_owned(),
        status: run.status().as_str(),
        start_date: Date(about.started()),
        stop_date: report.map(|report| Date(report.stopped)),
        input: has_data.then(|| input_text(about)),
        input_details: has_data.then_some(DataDetails::INCLUDED),
        output_details: output.as_ref().map(|_| DataDetails::INCLUDED),
        output,
        trace_header: own.and_then(|origin| origin.trace.clone()),
        map_run_arn: service.engine.map_run_of(about.id()).await?,
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
