//! Reports the name of an error that the called AWS service never returns.

#[cfg(feature = "models")]
use std::collections::HashMap;

#[cfg(feature = "models")]
use crate::model::StateKind;
use crate::validate::rules::prelude::*;
#[cfg(feature = "models")]
use crate::validate::rules::proposals;

#[cfg(feature = "models")]
use super::service_errors::ServiceErrors;
#[cfg(feature = "models")]
use super::{name_pointer, names, remove_name};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW061",
    name: "unmatched-error-name",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Documented,
    summary: "`ErrorEquals` of a Task names an error of a service with which its call never fails.",
    doc: "Names are case-sensitive, and their prefix depends on the integration: `DynamoDB.` for `dynamodb:putItem`, `DynamoDb.` for `aws-sdk:dynamodb:putItem`. The name of an error of an AWS SDK integration ends in `Exception`, as in `S3.NoSuchKeyException`; errors that the API does not define have the name of the service, as in `DynamoDb.DynamoDbException`. With the feature `models`, which the `stepwright` command has, the names are looked up in AWS's API models. A function or a callback may report any name, so only names that differ slightly from those of Lambda are reported there.",
    source: source::ERRORS,
    check: unmatched,
};

/// Error names of services are unknown without the models.
#[cfg(not(feature = "models"))]
fn unmatched(_: &Definition<'_>, _: &mut Report<'_>) {}

#[cfg(feature = "models")]
fn unmatched(definition: &Definition<'_>, report: &mut Report<'_>) {
    let mut known: HashMap<&str, Option<ServiceErrors>> = HashMap::new();
    for (name, handler, index) in names(definition) {
        let Some((prefix, error)) = name.split_once('.').filter(|_| !is_substitution(name)) else {
            continue;
        };
        let resource = handler.state.and_then(|state| {
            let state = &definition.graph.states()[state];
            let is_task = state.kind == Some(StateKind::Task);
            state.object.get("Resource")?.as_str().filter(|_| is_task)
        });
        let Some(resource) = resource else { continue };
        let errors = known
            .entry(resource)
            .or_insert_with(|| ServiceErrors::of(resource));
        let Some(errors) = errors.as_ref() else {
            continue;
        };
        if !errors.never_has(prefix, error) {
            continue;
        }
        let pointer = name_pointer(handler, index);
        let entry = report.add(&pointer, format!("this call never fails with `{name}`"));
        // AWS accepts the name, so the correct one changes what the definition does.
        let replaced = |meant: &str| {
            let fix = proposals::replace(&pointer, name, meant);
            Some(fix.with_safety(Safety::Unsafe))
        };
        let entry = entry.choices(|| remove_name(definition, handler, index));
        match errors.correct(prefix, error) {
            Some(correct) => entry
                .suggest(format!("did you mean `{correct}`?"))
                .fix(replaced(correct)),
            None => entry
                .meant(name, errors.names.iter().map(String::as_str))
                .fix_meant(replaced),
        };
    }
}
