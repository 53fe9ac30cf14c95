//! Reports an argument of a call that AWS or the integration refuses.

#[cfg(feature = "integrations")]
use crate::integrations::{ArgumentValueFaultKind, check_argument_values};
#[cfg(feature = "integrations")]
use crate::jsonata;
#[cfg(feature = "integrations")]
use crate::resource::Resource;
use crate::validate::rules::prelude::*;
#[cfg(feature = "integrations")]
use crate::validate::rules::proposals;

#[cfg(feature = "models")]
use super::arguments::refuses_unknown;
#[cfg(feature = "models")]
use super::model_arguments::{each_problem, pointer};
#[cfg(feature = "models")]
use super::unknown_argument::add_unknown;
#[cfg(feature = "models")]
use crate::service_models::ArgumentProblemKind;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW145",
    name: "invalid-argument-value",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Measured,
    summary: "A Task passes an argument that AWS refuses in a definition, or, to an HTTP API, a Kubernetes cluster or EMR, a value that the integration does not accept.",
    doc: "AWS refuses an `ApiEndpoint` of `http:invoke` that is no URL with `https://`, a `ConnectionArn` that is no ARN of a connection, and headers such as `Authorization` of `apigateway:invoke`. It also refuses unknown arguments of SageMaker, at any depth: `The field \"key\" is not supported by Step Functions`. Unknown words such as a `Method`, unknown members, a text instead of an object, and headers that an HTTP task does not send are warnings: the state fails when it runs. Values that are computed when the state runs are not checked. It needs the feature `integrations`, which the `stepwright` command has; for SageMaker, it needs `models`, which the command has, too.",
    source: source::RESOURCES,
    check: invalid,
};

/// Arguments are unknown without the tables.
#[cfg(not(feature = "integrations"))]
fn invalid(_: &Definition<'_>, _: &mut Report<'_>) {}

/// Without the models, the arguments of SageMaker are unknown.
#[cfg(all(feature = "integrations", not(feature = "models")))]
fn refused_members(_: &Definition<'_>, _: &mut Report<'_>) {}

#[cfg(feature = "models")]
fn refused_members(definition: &Definition<'_>, report: &mut Report<'_>) {
    each_problem(
        definition,
        &mut |task, field, called, arguments, problem| {
            let ArgumentProblemKind::Unknown(known) = &problem.kind else {
                return;
            };
            if task.text("Resource").is_some_and(refuses_unknown) {
                let pointer = pointer(task.at(field), arguments, &problem.path);
                let text = ServiceText::WrongArgument(problem.to_string().into());
                let location = ServiceLocation::Ancestor(problem.path.len());
                add_unknown(report, called, &pointer, &problem.name, known)
                    .service_at(text, location);
            }
        },
    );
}

#[cfg(feature = "integrations")]
fn invalid(definition: &Definition<'_>, report: &mut Report<'_>) {
    refused_members(definition, report);
    for task in definition.parts_of("Task") {
        let field = match task.language {
            QueryLanguage::JsonPath => "Parameters",
            QueryLanguage::Jsonata => "Arguments",
        };
        let resource = task.text("Resource").map(Resource::parse);
        let integration = resource.and_then(|resource| resource.plain_integration());
        let Some((integration, Json::Object(arguments))) = integration.zip(task.get(field)) else {
            continue;
        };
        let is_computed = |key: &str, value: &Json| match task.language {
            QueryLanguage::JsonPath => key.ends_with(".$"),
            QueryLanguage::Jsonata => value
                .as_str()
                .is_some_and(|text| jsonata::strip(text).is_some()),
        };
        for fault in check_argument_values(integration, arguments, &is_computed) {
            let keys = fault.path.iter();
            let pointer = keys.fold(task.at(field), |pointer, key| pointer.key(key));
            let entry = report.add(&pointer, fault.to_string());
            let (words, is_key): (&[&str], bool) = match fault.kind {
                ArgumentValueFaultKind::NotOneOf(words) => (words, false),
                ArgumentValueFaultKind::UnknownMember(names) => (names, true),
                _ => (
                    &[],
                    matches!(fault.kind, ArgumentValueFaultKind::ForbiddenHeader { .. }),
                ),
            };
            let value = definition.document.json().pointer(&pointer.to_string());
            let written = if is_key {
                fault.name()
            } else {
                value.and_then(Json::as_str).unwrap_or_default()
            };
            let entry = if is_key { entry.at_key() } else { entry };
            let entry = entry
                .meant(written, words.iter().copied())
                .fix_meant(|meant| {
                    Some(if is_key {
                        let title = format!("rename `{written}` to `{meant}`");
                        Fix::risky(title, Edit::rename(&pointer, meant))
                    } else {
                        let fix = proposals::replace(&pointer, written, meant);
                        fix.with_safety(Safety::Unsafe)
                    })
                })
                .choices(|| {
                    if is_key {
                        let title = format!("remove `{written}`");
                        vec![Fix::choice(title, [Edit::remove(&pointer)])]
                    } else {
                        let words = words.iter();
                        words
                            .map(|word| field_fixes::replace(&pointer, *word))
                            .collect()
                    }
                });
            match fault.service_text() {
                Some(text) => {
                    let location = ServiceLocation::Ancestor(fault.path.len());
                    entry.service_at(ServiceText::WrongArgument(text.into()), location);
                }
                None => {
                    entry.warn();
                }
            }
        }
    }
}
