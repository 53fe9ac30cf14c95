//! ValidateStateMachineDefinition: the problems of a definition, as AWS's diagnostics.

use std::sync::Arc;

use serde::Serialize;
use stepwright_asl::model::MachineType;
use stepwright_asl::validate::{ServiceDiagnostic, Severity, service_diagnostics};

use crate::error::ApiError;
use crate::service::Service;
use crate::shape::{
    Definition, DiagnosticCount, DiagnosticSeverity, Required, StateMachineType, shape,
};

/// The maximum diagnostics of a response, and the default for a request without a number or with 0.
const MOST: usize = 100;
/// The name with which a definition is compiled; a definition does not contain its name.
const NAME: &str = "StateMachine";
/// AWS's codes of warnings, from its documentation. AWS has none for our other warnings.
const WARNINGS: [&str; 3] = ["NO_DOLLAR", "NO_PATH", "PASS_RESULT_IS_STATIC"];

shape! {
    /// The request of ValidateStateMachineDefinition.
    ValidateStateMachineDefinition {
        definition: Required<Definition>,
        r#type: Option<StateMachineType>,
        severity: Option<DiagnosticSeverity>,
        max_results: Option<DiagnosticCount>,
    }
}

/// The response of ValidateStateMachineDefinition.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ValidateOutput {
    result: &'static str,
    diagnostics: Vec<AwsDiagnostic>,
    truncated: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AwsDiagnostic {
    severity: &'static str,
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
}

impl AwsDiagnostic {
    /// Returns the diagnostic if AWS has one of its code.
    fn of(diagnostic: ServiceDiagnostic) -> Option<Self> {
        let is_error = diagnostic.severity == Severity::Error;
        let is_known = is_error || WARNINGS.contains(&diagnostic.code);
        (diagnostic.is_of_service && is_known).then(|| Self {
            severity: diagnostic.severity.as_str(),
            code: diagnostic.code,
            message: diagnostic.message,
            location: diagnostic.location,
        })
    }
}

pub(crate) async fn validate(
    service: &Arc<Service>,
    input: ValidateStateMachineDefinition,
) -> Result<ValidateOutput, ApiError> {
    let machine_type = match input.r#type.as_deref() {
        Some("EXPRESS") => MachineType::Express,
        _ => MachineType::Standard,
    };
    let found = service_diagnostics(&input.definition, machine_type);
    let is_truncated = found.is_truncated;
    let found = found.all.into_iter();
    let mut diagnostics: Vec<AwsDiagnostic> = found.filter_map(AwsDiagnostic::of).collect();
    let is_error = |diagnostic: &AwsDiagnostic| diagnostic.severity == Severity::Error.as_str();
    if !diagnostics.iter().any(is_error) {
        // CreateStateMachine rejects definitions that the engine cannot compile.
        let role = "";
        let compiled = service
            .engine
            .compile(NAME, &input.definition, machine_type, role);
        let refused = compiled.err();
        let problems = refused.iter().flat_map(|error| error.problems());
        diagnostics.extend(problems.map(|problem| AwsDiagnostic {
            severity: Severity::Error.as_str(),
            code: "SCHEMA_VALIDATION_FAILED",
            message: problem.clone(),
            location: None,
        }));
    }
    let is_valid = !diagnostics.iter().any(is_error);
    if input.severity.as_deref() != Some(Severity::Warning.as_str()) {
        diagnostics.retain(is_error);
    }
    let most = match input.max_results.map_or(0, |most| most.count()) {
        0 => MOST,
        most => usize::try_from(most).map_or(MOST, |most| most.min(MOST)),
    };
    let truncated = is_truncated || diagnostics.len() > most;
    diagnostics.truncate(most);
    Ok(ValidateOutput {
        result: if is_valid { "OK" } else { "FAIL" },
        diagnostics,
        truncated,
    })
}
