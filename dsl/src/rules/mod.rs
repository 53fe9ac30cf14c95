//! The rules that every definition keeps and that neither rustc nor AWS's own rules see to: the order of `retry` and
//! `catch`, names, numbers, assignment before use, and the lints.
//!
//! They stand on the [flow tree](crate::flow). `workflow!` keeps the same rules where it reads its source; what the typed
//! builder makes is held against these. Messages name the builder's calls.

mod assigned;
mod errors;
mod lints;
mod loops;
mod names;
mod numbers;
mod shape;

pub use self::lints::Lint;
pub(crate) use self::lints::{Level, Levels};

use crate::flow::{Flow, State, each_state};
use crate::workflow::Fault;

/// What breaks a rule, state by state.
pub(crate) fn faults(flow: &Flow) -> Vec<Fault> {
    let mut faults = Vec::new();
    names::rules(flow, &mut faults);
    each_state(&flow.states, &mut |state| {
        errors::rules(state, &mut faults);
        numbers::rules(state, &mut faults);
        shape::rules(flow, state, &mut faults);
    });
    assigned::rules(flow, &mut faults);
    faults
}

/// What the lints find.
pub(crate) fn lints(flow: &Flow) -> Vec<(Lint, Fault)> {
    lints::all(flow)
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
