//! The arguments that a Task passes to a service.

use crate::diagnostic::Severity;
use crate::validate::definition::Definition;
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, source};

pub(super) const UNKNOWN: Rule = Rule {
    id: "SW049",
    name: "unknown-argument",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A Task passes an argument that the service does not take.",
    doc: "Argument names are those of the service's API, with an upper-case first letter, even where the API itself has a lower-case one. With the feature `integrations`, which the `stepwright` command has, they are looked up in AWS's tables. Where the tables do not list all arguments of an action, only two faults are reported: a name that is similar to a required one, and a lower-case first letter. For actions of the AWS SDK, only the first letter is checked. Arguments that are computed by a single expression are not checked.",
    source: source::RESOURCES,
    check: unknown,
};

pub(super) const MISSING: Rule = Rule {
    id: "SW143",
    name: "missing-argument",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A Task does not pass an argument that the service requires.",
    doc: "The service rejects the call each time the state runs. With the feature `integrations`, which the `stepwright` command has, the arguments of optimized integrations are looked up in AWS's tables. A misspelled name is reported by SW049 only.",
    source: source::RESOURCES,
    check: missing,
};

#[cfg(feature = "integrations")]
use with_tables::{missing, unknown};

/// Arguments are unknown without the tables.
#[cfg(not(feature = "integrations"))]
fn unknown(_: &Definition<'_>, _: &mut Report<'_>) {}

#[cfg(not(feature = "integrations"))]
fn missing(_: &Definition<'_>, _: &mut Report<'_>) {}

#[cfg(feature = "integrations")]
mod with_tables {
    use super::{Definition, Report};
    use crate::edit::Edit;
    use crate::fix::Fix;
    use crate::integrations::{ArgumentFault, ArgumentFaultKind, find};
    use crate::json::{Json, Object, Pointer};
    use crate::model::QueryLanguage;
    use crate::similar::most_similar;
    use crate::validate::definition::DefinitionPart;

    pub(super) fn unknown(definition: &Definition<'_>, report: &mut Report<'_>) {
        each(definition, &mut |task, field, members, fault| {
            if fault.kind == ArgumentFaultKind::Missing {
                return;
            }
            let is_it = |key: &&String| name(task.language, key) == fault.name;
            let Some(key) = members.keys().find(is_it) else {
                return;
            };
            report
                .add(task.at(field).key(key), fault.to_string())
                .suggest(fault.mend())
                .at_key()
                .fix(rename(&task.at(field), members, key, fault));
        });
    }

    /// Corrects the name of an argument. AWS accepts the definition, so the fix changes what it does.
    fn rename(at: &Pointer<'_>, members: &Object, key: &str, fault: &ArgumentFault) -> Option<Fix> {
        let known = fault.others.iter().copied();
        let meant = most_similar(&fault.name, known.chain(fault.meant.as_deref()))?;
        let suffix = key.strip_prefix(fault.name.as_str())?;
        let new = format!("{}{suffix}", meant.name);
        if !meant.is_only
            || fault.meant.as_deref() != Some(meant.name)
            || members.contains_key(&new)
        {
            return None;
        }
        let title = format!("rename `{key}` to `{new}`");
        Some(Fix::risky(title, Edit::rename(at.key(key), new)))
    }

    pub(super) fn missing(definition: &Definition<'_>, report: &mut Report<'_>) {
        each(definition, &mut |task, field, _, fault| {
            if fault.kind == ArgumentFaultKind::Missing {
                report
                    .add(task.at(field), fault.to_string())
                    .suggest(fault.mend())
                    .at_key();
            }
        });
    }

    /// Calls a function for each fault in a Task's arguments, with the Task, the field and its members.
    fn each(
        definition: &Definition<'_>,
        see: &mut dyn FnMut(&DefinitionPart<'_>, &'static str, &Object, &ArgumentFault),
    ) {
        for task in definition.parts_of("Task") {
            let field = match task.language {
                QueryLanguage::JsonPath => "Parameters",
                QueryLanguage::Jsonata => "Arguments",
            };
            let Some(Json::Object(members)) = task.object.get(field) else {
                continue;
            };
            let Some(Ok(found)) = task.text("Resource").map(|resource| find(resource, false))
            else {
                continue;
            };
            let names = members.keys().map(|key| name(task.language, key));
            for fault in found.check_arguments(names) {
                see(task, field, members, &fault);
            }
        }
    }

    /// The name of an argument: the key, without the `.$` of a computed value in JSONPath.
    fn name(language: QueryLanguage, key: &str) -> &str {
        match language {
            QueryLanguage::JsonPath => key.strip_suffix(".$").unwrap_or(key),
            QueryLanguage::Jsonata => key,
        }
    }
}
