//! Reports an argument of a call that the AWS service does not have, such as a misspelled one.

#[cfg(feature = "models")]
use std::collections::HashSet;

#[cfg(feature = "integrations")]
use crate::integrations::{ArgumentFault, ArgumentFaultKind};
#[cfg(feature = "models")]
use crate::service_models::ArgumentProblemKind;
#[cfg(feature = "integrations")]
use crate::similar::most_similar;
use crate::validate::rules::prelude::*;

#[cfg(feature = "integrations")]
use super::arguments::{argument_name, each_fault, refuses_unknown};
#[cfg(feature = "models")]
use super::model_arguments::{CalledService, each_problem, pointer};
#[cfg(feature = "models")]
use crate::validate::report::ReportEntry;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW049",
    name: "unknown-argument",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A Task passes an argument that the service does not take.",
    doc: "Argument names are those of the service's API, with an upper-case first letter, even where the API itself has a lower-case one. With the feature `integrations`, which the `stepwright` command has, they are looked up in AWS's tables. Where the tables do not list all arguments of an action, only two faults are reported: a name that is similar to a required one, and a lower-case first letter. For actions of the AWS SDK, only the first letter is checked. With the feature `models`, which the command has, all names are looked up in AWS's API models, also inside of arguments. SW145 reports the names that AWS refuses in a definition. Arguments that are computed by a single expression are not checked.",
    source: source::RESOURCES,
    check: unknown,
};

/// Arguments are unknown without the tables.
#[cfg(not(feature = "integrations"))]
fn unknown(_: &Definition<'_>, _: &mut Report<'_>) {}

#[cfg(feature = "integrations")]
fn unknown(definition: &Definition<'_>, report: &mut Report<'_>) {
    each_fault(definition, &mut |task, field, members, fault| {
        if fault.kind == ArgumentFaultKind::Missing || is_refused(task) {
            return;
        }
        let is_it = |key: &&String| argument_name(task.language, key) == fault.name;
        let Some(key) = members.keys().find(is_it) else {
            return;
        };
        report
            .add(task.at(field).key(key), fault.to_string())
            .suggest(fault.help())
            .at_key()
            .fix(rename(&task.at(field), members, key, fault))
            .choices(|| [removal(&task.at(field).key(key), key)]);
    });
    unknown_in_model(definition, report);
}

/// Without the models, names inside of arguments are not checked.
#[cfg(all(feature = "integrations", not(feature = "models")))]
fn unknown_in_model(_: &Definition<'_>, _: &mut Report<'_>) {}

/// Reports the names that the API model does not have, and that the tables do not report.
#[cfg(feature = "models")]
fn unknown_in_model(definition: &Definition<'_>, report: &mut Report<'_>) {
    let mut reported = HashSet::new();
    each_fault(definition, &mut |task, _, _, fault| {
        reported.insert((task.pointer.to_string(), fault.name.clone()));
    });
    each_problem(
        definition,
        &mut |task, field, called, arguments, problem| {
            let ArgumentProblemKind::Unknown(known) = &problem.kind else {
                return;
            };
            let is_reported = problem.path.len() == 1
                && reported.contains(&(task.pointer.to_string(), problem.name.clone()));
            if is_reported || is_refused(task) {
                return;
            }
            let pointer = pointer(task.at(field), arguments, &problem.path);
            add_unknown(report, called, &pointer, &problem.name, known);
        },
    );
}

/// Adds a diagnostic about a name that the API model does not have.
#[cfg(feature = "models")]
pub(super) fn add_unknown<'r>(
    report: &'r mut Report<'_>,
    called: &CalledService<'_>,
    pointer: &Pointer<'_>,
    name: &str,
    known: &[String],
) -> ReportEntry<'r> {
    // `M.$.$` is the computed value of `M.$`.
    let bare = name.trim_end_matches(".$");
    let known = known.iter().map(String::as_str);
    report
        .add(pointer, format!("`{called}` takes no argument `{name}`"))
        .at_key()
        .meant(bare, known)
        .fix_meant(|meant| {
            let new = format!("{meant}{}", name.strip_prefix(bare)?);
            let title = format!("rename `{name}` to `{new}`");
            Some(Fix::risky(title, Edit::rename(pointer, new)))
        })
        .choices(|| [removal(pointer, name)])
}

/// Whether SW145 reports the unknown arguments of a Task, which AWS refuses in a definition.
#[cfg(feature = "integrations")]
fn is_refused(task: &DefinitionPart<'_>) -> bool {
    cfg!(feature = "models") && task.text("Resource").is_some_and(refuses_unknown)
}

#[cfg(feature = "integrations")]
fn removal(pointer: &Pointer<'_>, name: &str) -> Fix {
    Fix::choice(format!("remove `{name}`"), [Edit::remove(pointer)])
}

/// Corrects the name of an argument. AWS accepts the definition, so the fix changes what it does.
#[cfg(feature = "integrations")]
fn rename(at: &Pointer<'_>, members: &Object, key: &str, fault: &ArgumentFault) -> Option<Fix> {
    let known = fault.others.iter().copied();
    let meant = most_similar(&fault.name, known.chain(fault.meant.as_deref()))?;
    let suffix = key.strip_prefix(fault.name.as_str())?;
    let new = format!("{}{suffix}", meant.name);
    if !meant.is_only || fault.meant.as_deref() != Some(meant.name) || members.contains_key(&new) {
        return None;
    }
    let title = format!("rename `{key}` to `{new}`");
    Some(Fix::risky(title, Edit::rename(at.key(key), new)))
}
