#[cfg(feature = "models")]
use crate::service_models::ArgumentProblemKind;
use crate::validate::rules::prelude::*;

#[cfg(feature = "models")]
use super::model_arguments::{each_problem, pointer};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW144",
    name: "wrong-argument-type",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Measured,
    summary: "A Task passes an argument whose value has another type than the service requires.",
    doc: "The types are those of the service's API. AWS rejects a definition in which an optimized integration has a string instead of a boolean, unless it is `true` or `false`, or an object instead of a list; other wrong types are warnings, and the state fails when it runs. With the feature `models`, which the `stepwright` command has, the types are looked up in AWS's API models, also inside of arguments. Values that are computed when the state runs are not checked.",
    source: source::RESOURCES,
    check: wrong_type,
};

/// Types are unknown without the models.
#[cfg(not(feature = "models"))]
fn wrong_type(_: &Definition<'_>, _: &mut Report<'_>) {}

#[cfg(feature = "models")]
fn wrong_type(definition: &Definition<'_>, report: &mut Report<'_>) {
    each_problem(
        definition,
        &mut |task, field, called, arguments, problem| {
            let ArgumentProblemKind::WrongType {
                wanted,
                found,
                text,
            } = &problem.kind
            else {
                return;
            };
            let (name, wanted_noun) = (&problem.name, wanted.noun());
            let message = format!("`{name}` of `{called}` must be {wanted_noun}, not {found}");
            let looks_computed = text
                .as_deref()
                .is_some_and(|text| text.starts_with('$') || text.starts_with("States."));
            let mend = match task.language {
                QueryLanguage::JsonPath if looks_computed => Some(format!(
                    "write the key as `{name}.$`, so that the value is computed"
                )),
                QueryLanguage::Jsonata if looks_computed => {
                    Some("write the value as an expression, `{% ... %}`".to_owned())
                }
                _ => None,
            };
            let rejection = problem.rejection().filter(|_| !called.is_sdk);
            let pointer = pointer(task.at(field), arguments, &problem.path);
            let entry = report.add(&pointer, message).suggest(mend);
            match rejection {
                Some(text) => {
                    let location = ServiceLocation::Ancestor(problem.path.len());
                    entry.service_at(ServiceText::WrongArgument(text.into()), location);
                }
                None => {
                    entry.warn();
                }
            }
        },
    );
}
