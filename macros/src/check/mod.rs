//! The rules of the language that rustc cannot know: names, transitions, assignment, errors, numbers.
//!
//! One function a rule, each with a sentence that says it. Every rule runs, whatever the others found, and a mistake
//! that follows from another one is not reported. No tokens are made here.

mod assigned;
mod calls;
mod caught;
mod choices;
mod distributed;
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
pub(crate) use self::errors_inside::{catches_everything, failing_tasks};
pub(crate) use self::fragments::needs_standard;
pub(crate) use self::numbers::rate;
pub(crate) use self::terms::{Alone, alone, beside, literal_type, matched_variants, witness};
pub(crate) use self::unused::read_variables;
pub(crate) use self::variables::is_silent;

use crate::errors::Errors;
use crate::machine::Machine;

/// Checks one workflow, and fills in what the rules learn about it.
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
    express::rules(machine, errors);
    fragments::rules(machine, errors);
    distributed::rules(machine, errors);
    reach::rules(machine, &unresolved, &missing, errors);
    variables::collect(machine, errors);
    terms::resolve(machine, errors);
    fragments::values(machine, errors);
    assigned::rules(machine, errors);
    items::rules(machine, errors);
    lints::rules(machine, errors);
}
