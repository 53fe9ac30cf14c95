//! The parts of a state: rules and arms of choices, assignments, keys of objects, items of maps,
//! caught errors.

use super::fault;
use crate::expr::{self, Expr, ExprNode, Text};
use crate::flow::{CallTarget, Flow, FlowStateKind, State};
use crate::lower::{handed_into, unhandled};
use crate::workflow::{AtSource, WorkflowDiagnostic};

/// Runs the rules of this file.
pub(super) fn rules(flow: &Flow, state: &State, faults: &mut Vec<WorkflowDiagnostic>) {
    choices_have_rules_or_a_match(state, faults);
    arms_can_be_taken(state, faults);
    variables_are_assigned_once(state, faults);
    keys_are_given_once(state, faults);
    input_is_the_item(flow, state, faults);
    every_error_is_caught(state, faults);
}

/// A choice has either rules or a `match`.
fn choices_have_rules_or_a_match(state: &State, faults: &mut Vec<WorkflowDiagnostic>) {
    if let FlowStateKind::Choice {
        rules,
        subject: Some(_),
        ..
    } = &state.kind
        && !rules.is_empty()
    {
        let message = "this choice has both `.match_on(..)` and `.when(..)`: write the conditions as guards, `pattern if condition => &state`";
        faults.push(fault(state, message));
    }
}

/// An arm that matches everything is the last one.
fn arms_can_be_taken(state: &State, faults: &mut Vec<WorkflowDiagnostic>) {
    let FlowStateKind::Choice { arms, .. } = &state.kind else {
        return;
    };
    for arm in arms.iter().rev().skip(1) {
        let matches_all = matches!(
            arm.pattern,
            expr::Pattern::Wildcard | expr::Pattern::Bind(_)
        );
        if matches_all && arm.guard.is_none() {
            let message = "an arm of this `.match_on(..)` matches everything, so the arms after it never run: put it last";
            faults.push(fault(state, message).at(arm.edge.place.or(state.place)));
        }
    }
}

/// Each transition of a state assigns a variable at most once.
fn variables_are_assigned_once(state: &State, faults: &mut Vec<WorkflowDiagnostic>) {
    let on_edges = state.edges().into_iter().map(|edge| &edge.assign);
    for list in std::iter::once(&state.assign).chain(on_edges) {
        for (index, (name, value)) in list.iter().enumerate() {
            if list[..index].iter().any(|(earlier, _)| earlier == name) {
                let message = format!(
                    "the variable `{name}` is assigned twice on one transition, whose values are computed at the same time; remove one assignment"
                );
                faults.push(fault(state, message).at(value.place.or(state.place)));
            }
        }
    }
}

/// An object has each key once, because JSON would lose one of two values.
fn keys_are_given_once(state: &State, faults: &mut Vec<WorkflowDiagnostic>) {
    let mut check = |entries: &[(Text, Expr)]| {
        for (index, (key, value)) in entries.iter().enumerate() {
            if entries[..index].iter().any(|(earlier, _)| earlier == key) {
                let message = format!("the key `{key}` is given twice in one object; keep one");
                faults.push(fault(state, message).at(value.place.or(state.place)));
            }
        }
    };
    match &state.kind {
        FlowStateKind::Task { call, .. } => {
            if let CallTarget::Service(service) = &call.sends {
                check(service.fields.as_deref().unwrap_or_default());
            }
        }
        FlowStateKind::Map(map) => {
            if let Some(distributed) = &map.distributed {
                for access in distributed.reader.iter().chain(&distributed.writer) {
                    check(&access.arguments);
                }
            }
        }
        _ => {}
    }
    state.each_expression(&mut |expr| {
        expr.walk(&mut |node| {
            if let ExprNode::Object(entries) = node {
                check(entries);
            }
        });
    });
}

/// A body whose input is the item reads no outer values, because with such values the input of the
/// children is an object that contains the item.
fn input_is_the_item(flow: &Flow, state: &State, faults: &mut Vec<WorkflowDiagnostic>) {
    let FlowStateKind::Map(map) = &state.kind else {
        return;
    };
    if !map.body.input_is_item {
        return;
    }
    if let Some(name) = handed_into(map, flow) {
        let message = format!(
            "the body of this Distributed Map reads `{name}` from outside, which is passed to each child in addition to the \
             item, so the input of its first state is not the item: declare that state with `body.step(..)`, and read the item \
             with `body.item(..)`"
        );
        faults.push(fault(state, message));
    }
}

/// With `.exhaustive()`, every error of the tasks inside is caught.
fn every_error_is_caught(state: &State, faults: &mut Vec<WorkflowDiagnostic>) {
    let Some(place) = state.exhaustive else {
        return;
    };
    if matches!(&state.kind, FlowStateKind::Map(map) if map.distributed.is_some()) {
        return;
    }
    let help = "call `.catch(..)` with it, or remove `.exhaustive()`";
    let found = unhandled(std::slice::from_ref(state), help);
    faults.extend(found.into_iter().map(|fault| fault.at(Some(place))));
}
