//! The rules of the language that rustc cannot check: names, transitions, assignment, errors,
//! numbers.
//!
//! Each rule is one function, whose doc comment states the rule. All rules run, even if earlier
//! rules report problems; a problem that follows from another one is not reported. This module
//! generates no tokens.

mod alternatives;
mod assigned;
mod calls;
mod caught;
mod choices;
mod distributed;
mod earlier_values;
mod errors_inside;
mod express;
mod fragments;
mod graph;
mod items;
mod lints;
mod names;
mod numbers;
mod reach;
mod retried;
mod retry;
mod services;
mod shaping;
mod targets;
mod terms;
mod transitions;
mod unused;
mod variables;

pub(crate) use self::distributed::field;
pub(crate) use self::errors_inside::{catches_everything, failing_tasks, raised_inside};
pub(crate) use self::fragments::needs_standard;
pub(crate) use self::numbers::rate;
pub(crate) use self::terms::{
    StandaloneExpression, literal_type, matched_variants, resolve_standalone, without_location,
    witness_name,
};
pub(crate) use self::unused::read_variables;
pub(crate) use self::variables::is_silent;

use crate::errors::Errors;
use crate::machine::Machine;

/// Checks one workflow, and stores what the rules infer in it: targets, the order of states,
/// variables, lowered expressions.
pub(crate) fn check(machine: &mut Machine, errors: &Errors) {
    names::rules(machine, errors);
    let unresolved = targets::resolve(machine, errors);
    let missing = transitions::rules(machine, errors);
    numbers::rules(machine, errors);
    shaping::rules(machine, errors);
    calls::rules(machine, errors);
    services::rules(machine, errors);
    choices::rules(machine, errors);
    retry::rules(machine, errors);
    caught::rules(machine, errors);
    alternatives::split(machine);
    express::rules(machine, errors);
    fragments::rules(machine, errors);
    distributed::rules(machine, errors);
    reach::rules(machine, &unresolved, &missing, errors);
    earlier_values::rules(machine, errors);
    variables::collect(machine, errors);
    terms::resolve(machine, errors);
    fragments::values(machine, errors);
    assigned::rules(machine, errors);
    items::rules(machine, errors);
    lints::rules(machine, errors);
}
