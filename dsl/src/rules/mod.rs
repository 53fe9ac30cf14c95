//! The rules that every definition keeps and that neither rustc nor AWS's own rules see to: the order of `retry` and
//! `catch`, names, numbers, assignment before use, and the lints.
//!
//! They stand on the [flow tree](crate::flow). `workflow!` keeps the same rules where it reads its source; what the typed
//! builder makes is held against these. Messages name the builder's calls.

mod assigned;
mod distributed;
mod errors;
mod lints;
mod loops;
mod names;
mod numbers;
mod shape;
mod ways;

pub use self::lints::Lint;
pub(crate) use self::lints::{Level, Levels};

use crate::flow::{Flow, State, each_state};
use crate::workflow::Fault;

/// What breaks a rule, state by state. Rules about ways are asked where the ways are known: each state is defined and goes
/// somewhere.
pub(crate) fn faults(flow: &Flow, ways_are_known: bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    names::rules(flow, &mut faults);
    numbers::of_workflow(flow, &mut faults);
    each_state(&flow.states, &mut |state| {
        errors::rules(state, &mut faults);
        numbers::rules(state, &mut faults);
        shape::rules(flow, state, &mut faults);
        distributed::rules(state, &mut faults);
    });
    if ways_are_known {
        each_body(flow, &mut |states| ways::rules(states, &mut faults));
        assigned::rules(flow, &mut faults);
    }
    faults
}

/// What the lints find. That on loops is asked where the ways are known.
pub(crate) fn lints(flow: &Flow, ways_are_known: bool) -> Vec<(Lint, Fault)> {
    let mut found = lints::all(flow);
    found.retain(|(lint, _)| ways_are_known || *lint != Lint::UnboundedLoop);
    found
}

/// Calls `each` with the states of each body, the workflow's first.
fn each_body<'f>(flow: &'f Flow, each: &mut dyn FnMut(&'f [State])) {
    each(&flow.states);
    each_state(&flow.states, &mut |state| {
        state.bodies().iter().for_each(|body| each(&body.states));
    });
}

/// A fault of a state.
fn fault(state: &State, message: impl Into<String>) -> Fault {
    Fault::new(Some(&state.name), message).at(state.place)
}
