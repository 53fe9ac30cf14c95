//! Reports an argument of a call whose type does not fit the API of the AWS service.

#[cfg(feature = "models")]
use crate::service_models::{ArgumentProblemKind, ArgumentType};
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
            let entry = entry.choices(|| {
                let mut fixes = Vec::new();
                if looks_computed && task.language == QueryLanguage::JsonPath {
                    let title = format!("rename `{name}` to `{name}.$`");
                    let edit = Edit::rename(&pointer, format!("{name}.$"));
                    fixes.push(Fix::choice(title, [edit]));
                }
                let value = definition.document.json().pointer(&pointer.to_string());
                let converted = value.map(|value| converted(*wanted, value));
                let converted = converted.into_iter().flatten();
                fixes.extend(converted.map(|value| field_fixes::replace(&pointer, value)));
                if problem.path.len() == 1 {
                    let title = format!("remove `{name}`");
                    fixes.push(Fix::choice(title, [Edit::remove(&pointer)]));
                }
                fixes
            });
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

/// The value in the type that a service requires.
#[cfg(feature = "models")]
fn converted(wanted: ArgumentType, value: &Json) -> Vec<Json> {
    let text = value.as_str().map(str::trim);
    match wanted {
        ArgumentType::Text if matches!(value, Json::Number(_) | Json::Bool(_)) => {
            vec![value.to_string().into()]
        }
        ArgumentType::Boolean => match text.map(str::to_ascii_lowercase).as_deref() {
            Some("yes" | "true" | "1") => vec![true.into()],
            Some("no" | "false" | "0") => vec![false.into()],
            _ => vec![true.into(), false.into()],
        },
        ArgumentType::Number => {
            let number = text.and_then(|text| text.parse::<Json>().ok());
            number
                .into_iter()
                .filter(|json| json.as_number().is_some())
                .collect()
        }
        ArgumentType::List => vec![[value.clone()].into()],
        _ => Vec::new(),
    }
}
