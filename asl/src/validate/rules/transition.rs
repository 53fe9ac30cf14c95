//! Transitions.

use std::collections::HashSet;

use crate::diagnostic::Severity;
use crate::edit::Edit;
use crate::fix::{Fix, Safety};
use crate::graph::{EdgeKind, State};
use crate::json::Json;
use crate::model::StateKind;
use crate::validate::definition::Definition;
use crate::validate::flow::has_state;
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, SCHEMA, TARGET, source};

use super::container::names;
use super::fields::is_substitution;
use super::proposals;

pub(super) const MISSING_TARGET: Rule = Rule {
    id: "SW020",
    name: "missing-transition-target",
    severity: Severity::Error,
    code: TARGET,
    known: Evidence::Measured,
    summary: "A transition names a state that is not in the definition.",
    doc: "`Next`, `Default`, and the `Next` of choice rules and catchers name a state of the same container. Names are case-sensitive.",
    source: source::STATES,
    check: |definition, report| targets(definition, report, false),
};

pub(super) const OUTSIDE_TARGET: Rule = Rule {
    id: "SW026",
    name: "transition-between-containers",
    severity: Severity::Error,
    code: TARGET,
    known: Evidence::Documented,
    summary: "A transition leaves or enters a branch or processor.",
    doc: "A branch or processor is left only by its end. The `Next` of the surrounding Parallel or Map names the state that follows.",
    source: source::STATES,
    check: |definition, report| targets(definition, report, true),
};

fn targets(definition: &Definition<'_>, report: &mut Report<'_>, elsewhere: bool) {
    let mut all: Option<HashSet<&str>> = None;
    let states = definition.graph.states();
    for (state, targets) in states.iter().zip(&definition.flow.targets) {
        let container = &definition.graph.containers()[state.container];
        for (edge, target) in state.edges.iter().zip(targets) {
            let may_be_there =
                is_substitution(edge.target) || definition.target_names.open[state.container];
            if target.is_some() || may_be_there || has_state(container, edge.target) {
                continue;
            }
            let all = all.get_or_insert_with(|| states.iter().map(|state| state.name).collect());
            if all.contains(edge.target) != elsewhere {
                continue;
            }
            let field = match edge.kind {
                EdgeKind::Default => "Default",
                EdgeKind::Next | EdgeKind::Choice(_) | EdgeKind::Catch(_) => "Next",
            };
            let entry = report.add(
                &edge.pointer,
                format!("Missing '{field}' target: {}", edge.target),
            );
            if elsewhere {
                entry.suggest(Some(format!(
                    "`{}` is in another container; a transition cannot leave or enter a branch or Map",
                    edge.target
                )));
            } else {
                entry
                    .meant(edge.target, names(definition, state.container))
                    .fix_meant(|meant| {
                        let fix = proposals::replace(&edge.pointer, edge.target, meant);
                        // A state that would lead to itself is hardly meant.
                        (meant != state.name).then_some(fix)
                    });
            }
        }
    }
}

/// Whether a state continues with `Next` or ends with `End`.
fn takes_next(state: &State<'_>) -> bool {
    state.kind.is_some_and(|kind| {
        !matches!(
            kind,
            StateKind::Choice | StateKind::Succeed | StateKind::Fail
        )
    })
}

fn end(state: &State<'_>) -> Option<bool> {
    state.object.get("End").and_then(Json::as_bool)
}

pub(super) const NEXT_AND_END: Rule = Rule {
    id: "SW027",
    name: "next-with-end",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A state has both `Next` and `End`.",
    doc: "`End` ends the container; `Next` names the next state.",
    source: source::STATES,
    check: next_and_end,
};

fn next_and_end(definition: &Definition<'_>, report: &mut Report<'_>) {
    for state in definition
        .graph
        .states()
        .iter()
        .filter(|state| takes_next(state))
    {
        if state.object.contains_key("Next") && end(state) == Some(true) {
            let message = "a state has either `Next` or `End`, not both";
            // A state that was once the last one often keeps its `End`, but only the author knows.
            let fix = Fix::risky("remove `End`", Edit::remove(state.pointer.key("End")));
            report
                .add(&state.pointer, message)
                .at_value(&state.pointer.key("End"))
                .fix(Some(fix));
        }
    }
}

pub(super) const NEITHER_NEXT_NOR_END: Rule = Rule {
    id: "SW028",
    name: "missing-next-or-end",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A state has neither `Next` nor `End`.",
    doc: "Every state except Choice, Succeed and Fail has either `Next` or `\"End\": true`.",
    source: source::STATES,
    check: neither_next_nor_end,
};

fn neither_next_nor_end(definition: &Definition<'_>, report: &mut Report<'_>) {
    for state in definition
        .graph
        .states()
        .iter()
        .filter(|state| takes_next(state))
    {
        let ends = match state.object.get("End") {
            Some(Json::Bool(end)) => *end,
            // A wrong type is reported elsewhere.
            Some(_) => true,
            None => false,
        };
        if !state.object.contains_key("Next") && !ends {
            let message = "a state needs `\"Next\": \"...\"` or `\"End\": true`";
            report.add(&state.pointer, message).at_key();
        }
    }
}

pub(super) const END_FALSE: Rule = Rule {
    id: "SW029",
    name: "needless-end-false",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "`\"End\": false` next to a `Next` has no effect.",
    doc: "AWS accepts it. Remove the field.",
    source: source::STATES,
    check: end_false,
};

fn end_false(definition: &Definition<'_>, report: &mut Report<'_>) {
    for state in definition
        .graph
        .states()
        .iter()
        .filter(|state| takes_next(state))
    {
        if state.object.contains_key("Next") && end(state) == Some(false) {
            let pointer = state.pointer.key("End");
            let fix = Fix::safe("remove `End`", Edit::remove(&pointer));
            report
                .add(pointer, "`\"End\": false` has no effect; remove it")
                .fix(Some(fix));
        }
    }
}

pub(super) const NEEDLESS: Rule = Rule {
    id: "SW030",
    name: "next-not-allowed",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A Choice, Succeed or Fail has `Next` or `End`.",
    doc: "A Choice continues with the `Next` of its rules or with `Default`; a Succeed or Fail ends the container.",
    source: source::STATES,
    check: needless,
};

fn needless(definition: &Definition<'_>, report: &mut Report<'_>) {
    for state in definition.graph.states() {
        let Some(kind) = state.kind.filter(|_| !takes_next(state)) else {
            continue;
        };
        for field in ["Next", "End"] {
            if state.object.contains_key(field) {
                let mend = match kind {
                    StateKind::Choice => {
                        "a Choice continues with the `Next` of its rules or with `Default`"
                    }
                    _ => "nothing follows a Succeed or Fail",
                };
                report
                    .add(
                        state.pointer.key(field),
                        format!("Field '{field}' is not supported"),
                    )
                    .at_key()
                    .suggest(Some(mend.to_owned()))
                    .fix(Some(removal(state, kind, field)));
            }
        }
    }
}

/// Removes `Next` or `End` of a state that ends the container or continues otherwise.
fn removal(state: &State<'_>, kind: StateKind, field: &'static str) -> Fix {
    let is_needless = match end(state) {
        Some(false) => field == "End",
        Some(true) => field == "End" && kind != StateKind::Choice,
        None => false,
    };
    let safety = if is_needless {
        Safety::Safe
    } else {
        Safety::Unsafe
    };
    let edit = Edit::remove(state.pointer.key(field));
    Fix::new(safety, format!("remove `{field}`"), edit)
}
