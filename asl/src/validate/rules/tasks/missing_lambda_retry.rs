//! Reports a call of a Lambda function without the retries that AWS recommends.

use crate::errors;
use crate::limits::LAMBDA_ERRORS;
use crate::resource::Resource;
use crate::validate::rules::prelude::*;
use crate::words::quoted;

use super::tasks;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW142",
    name: "missing-lambda-retry",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A Task invokes a Lambda function and does not retry transient errors of the Lambda service.",
    doc: "AWS recommends a retrier for `Lambda.ServiceException`, `Lambda.AWSLambdaException`, `Lambda.SdkClientException`, `Lambda.ClientExecutionTimeoutException` and `Lambda.TooManyRequestsException`, for instance `{\"ErrorEquals\": [...], \"IntervalSeconds\": 1, \"MaxAttempts\": 3, \"BackoffRate\": 2, \"JitterStrategy\": \"FULL\"}`. This rule checks the first three; `States.TaskFailed` and `States.ALL` match them too.",
    source: source::BEST_PRACTICES,
    check: lambda_retry,
};

/// Transient errors.
const TRANSIENT: &[&str] = &[
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
];

fn lambda_retry(definition: &Definition<'_>, report: &mut Report<'_>) {
    for task in tasks(definition) {
        let resource = task.text("Resource").map(Resource::parse);
        if !resource.is_some_and(|resource| resource.is_lambda_invoke()) {
            continue;
        }
        let retriers = task.items("Retry").unwrap_or_default().iter();
        let names: Vec<&str> = retriers
            .filter(|retrier| retrier.get("MaxAttempts").and_then(Json::as_f64) != Some(0.0))
            .filter_map(|retrier| retrier.get("ErrorEquals")?.as_array())
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        let is_missing = |error: &&&str| !errors::matches(&names, error);
        let missing = quoted(TRANSIENT.iter().filter(is_missing));
        if !missing.is_empty() {
            let field = if task.has("Retry") {
                "Retry"
            } else {
                "Resource"
            };
            let message = format!("transient errors of Lambda are not retried: {missing}");
            let suggestion = "add a retrier for them, with a few attempts".to_owned();
            let entry = report.add(task.at(field), message).suggest(suggestion);
            entry.choices(|| retried(task));
        }
    }
}

/// Adds the retrier that AWS recommends, before the others. `None` if `Retry` is no array.
fn retried(task: &DefinitionPart<'_>) -> Option<Fix> {
    let errors: Vec<&str> = LAMBDA_ERRORS.to_vec();
    let retrier = json!({
        "ErrorEquals": errors,
        "IntervalSeconds": 1,
        "MaxAttempts": 3,
        "BackoffRate": 2,
        "JitterStrategy": "FULL",
    });
    let edit = match task.items("Retry") {
        Some([]) => Edit::replace(task.at("Retry"), [retrier]),
        Some(_) => Edit::insert(task.at("Retry").index(0), retrier),
        None if task.has("Retry") => return None,
        None => field_fixes::add_edit(task, "Retry", [retrier]),
    };
    Some(Fix::choice(
        "retry the transient errors three times",
        [edit],
    ))
}
