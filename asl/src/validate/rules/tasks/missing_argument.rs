//! Reports a call of an AWS service without an argument that the service needs.

#[cfg(feature = "integrations")]
use crate::integrations::ArgumentFaultKind;
use crate::validate::rules::prelude::*;

#[cfg(feature = "integrations")]
use super::arguments::each_fault;

pub(in crate::validate::rules) const RULE: Rule = Rule {
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

/// Arguments are unknown without the tables.
#[cfg(not(feature = "integrations"))]
fn missing(_: &Definition<'_>, _: &mut Report<'_>) {}

#[cfg(feature = "integrations")]
fn missing(definition: &Definition<'_>, report: &mut Report<'_>) {
    each_fault(definition, &mut |task, field, _, fault| {
        if fault.kind == ArgumentFaultKind::Missing {
            report
                .add(task.at(field), fault.to_string())
                .suggest(fault.help())
                .at_key()
                .choices(|| {
                    // A template engine fills in the value, and a person sees that it is missing.
                    let value = format!("${{{}}}", fault.name);
                    let title = format!("add `\"{}\": \"{value}\"`", fault.name);
                    let pointer = field_fixes::member(task.at(field), &fault.name);
                    [Fix::choice(title, [Edit::insert(pointer, value)])]
                });
        }
    });
}
