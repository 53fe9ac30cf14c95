//! What a state is made of.

use super::fault;
use crate::expr::{self, Expr, ExprNode, Text};
use crate::flow::{CallTarget, Flow, FlowStateKind, Otherwise, State};
use crate::lower::{handed_into, unhandled};
use crate::workflow::Fault;
use stepwright_asl::integrations::{IntegrationPattern, lookup};

/// Runs the rules of this file.
pub(super) fn rules(flow: &Flow, state: &State, faults: &mut Vec<Fault>) {
    choices_decide(state, faults);
    choices_decide_in_one_way(state, faults);
    arms_can_be_taken(state, faults);
    variables_are_assigned_once(state, faults);
    services_are_known(state, faults);
    keys_are_given_once(state, faults);
    items_are_found(flow, state, faults);
    every_error_is_caught(state, faults);
}

/// A choice has a rule.
fn choices_decide(state: &State, faults: &mut Vec<Fault>) {
    if let FlowStateKind::Choice {
        rules,
        subject: None,
        otherwise: Otherwise::To(_) | Otherwise::Fail,
        ..
    } = &state.kind
        && rules.is_empty()
    {
        let message = "this choice decides nothing: call `.when(condition, &state)` on it, or make it a `pass_on`";
        faults.push(fault(state, message));
    }
}

/// A choice has rules or a `match`, not both.
fn choices_decide_in_one_way(state: &State, faults: &mut Vec<Fault>) {
    if let FlowStateKind::Choice {
        rules,
        subject: Some(_),
        ..
    } = &state.kind
        && !rules.is_empty()
    {
        let message = "this choice has `.match_on(..)` and `.when(..)`: a guard, `pattern if condition => &state`, says both";
        faults.push(fault(state, message));
    }
}

/// An arm that takes everything is the last.
fn arms_can_be_taken(state: &State, faults: &mut Vec<Fault>) {
    let FlowStateKind::Choice { arms, .. } = &state.kind else {
        return;
    };
    for arm in arms.iter().rev().skip(1) {
        let takes_all = matches!(
            arm.pattern,
            expr::Pattern::Wildcard | expr::Pattern::Bind(_)
        );
        if takes_all && arm.guard.is_none() {
            let message = "an arm of this `.match_on(..)` takes everything, so the arms after it never run: put it last";
            faults.push(fault(state, message).at(arm.edge.place.or(state.place)));
        }
    }
}

/// A variable is assigned once on each way out of a state.
fn variables_are_assigned_once(state: &State, faults: &mut Vec<Fault>) {
    let on_edges = state.edges().into_iter().map(|edge| &edge.assign);
    for list in std::iter::once(&state.assign).chain(on_edges) {
        for (index, (name, value)) in list.iter().enumerate() {
            if list[..index].iter().any(|(earlier, _)| earlier == name) {
                let message = format!(
                    "the variable `{name}` is assigned twice on one way; all of a way's values are computed at once, so keep one"
                );
                faults.push(fault(state, message).at(value.place.or(state.place)));
            }
        }
    }
}

/// A service's name and its pattern are those of AWS's tables. What `raw` writes is not asked.
fn services_are_known(state: &State, faults: &mut Vec<Fault>) {
    let FlowStateKind::Task { call, .. } = &state.kind else {
        return;
    };
    let CallTarget::Service(service) = &call.sends else {
        return;
    };
    let is_raw = state.raw.iter().any(|(key, _)| key == "Resource");
    if is_raw || service.resource.contains("${") {
        return;
    }
    let suffix = IntegrationPattern::WaitForTaskToken.suffix();
    let mut resource = service.resource.to_string();
    if call.waits_for_token && !resource.ends_with(suffix) {
        resource += suffix;
    }
    if let Err(unknown) = lookup(&resource) {
        let message = format!("{unknown}; `.raw(\"Resource\", \"..\")` takes any");
        faults.push(fault(state, message));
    }
}

/// An object has a key once; of two values with one key, one would be lost.
fn keys_are_given_once(state: &State, faults: &mut Vec<Fault>) {
    let mut say = |entries: &[(Text, Expr)]| {
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
                say(service.fields.as_deref().unwrap_or_default());
            }
        }
        FlowStateKind::Map(map) => {
            if let Some(distributed) = &map.distributed {
                for access in distributed.reader.iter().chain(&distributed.writer) {
                    say(&access.arguments);
                }
            }
        }
        _ => {}
    }
    state.each_expression(&mut |expr| {
        expr.walk(&mut |node| {
            if let ExprNode::Object(entries) = node {
                say(entries);
            }
        });
    });
}

/// The children of a Distributed Map that are handed more than the item get an object, which is no item.
fn items_are_found(flow: &Flow, state: &State, faults: &mut Vec<Fault>) {
    let FlowStateKind::Map(map) = &state.kind else {
        return;
    };
    if !map.body.input_is_item {
        return;
    }
    if let Some(name) = handed_into(map, flow) {
        let message = format!(
            "the body of this Distributed Map reads `{name}` from outside, which is handed to each child beside the item, so \
             its first state is not handed the item alone: declare that state with `body.step(..)`, and read the item with \
             `body.item(..)`"
        );
        faults.push(fault(state, message));
    }
}

/// With `.exhaustive()`: nothing inside fails with an error that is not caught.
fn every_error_is_caught(state: &State, faults: &mut Vec<Fault>) {
    let Some(place) = state.exhaustive else {
        return;
    };
    if matches!(&state.kind, FlowStateKind::Map(map) if map.distributed.is_some()) {
        return;
    }
    let way_out = "call `.catch(..)` with it, or leave `.exhaustive()` out";
    let found = unhandled(std::slice::from_ref(state), way_out);
    faults.extend(found.into_iter().map(|fault| fault.at(Some(place))));
}
