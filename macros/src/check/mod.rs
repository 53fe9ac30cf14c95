//! The rules of the language that rustc cannot know: names, transitions, assignment, errors, numbers.
//!
//! One function a rule, each with a sentence that says it. Every rule runs, whatever the others found, and a mistake
//! that follows from another one is not reported. No tokens are made here.

mod assigned;
mod calls;
mod choices;
mod distributed;
mod errors_inside;
mod express;
mod fragments;
mod handlers;
mod items;
mod lints;
mod machine;
mod names;
mod numbers;
mod options;
mod patterns;
mod reach;
mod retried;
mod retry;
mod services;
mod targets;
mod transitions;
mod unused;
mod values;
mod variables;

pub(crate) use self::distributed::field;
pub(crate) use self::errors_inside::{catches_everything, failing_tasks};
pub(crate) use self::fragments::needs_standard;
pub(crate) use self::machine::{Edge, EdgeKind, Machine};
pub(crate) use self::numbers::rate;
pub(crate) use self::patterns::{Shape as PatternShape, error_fields, error_path, pattern};
pub(crate) use self::retry::predefined;
pub(crate) use self::values::{
    Align, Alone, Piece, Spec, Value, Witness, alone, beside, literal_type, told, witness,
};
pub(crate) use self::variables::is_silent;

use crate::errors::Errors;
use crate::syntax::Workflow;

/// Checks one workflow, and gives what the rules learnt about it.
pub(crate) fn check<'a>(
    workflow: &'a Workflow,
    expressions: usize,
    errors: &Errors,
) -> Machine<'a> {
    let mut machine = Machine::new(workflow, expressions);
    names::rules(&machine, errors);
    let unresolved = targets::resolve(&mut machine, errors);
    let missing = transitions::rules(&machine, errors);
    options::rules(&machine, errors);
    numbers::rules(&machine, errors);
    calls::rules(&machine, errors);
    services::rules(&machine, errors);
    choices::rules(&machine, errors);
    retry::rules(&machine, errors);
    handlers::rules(&machine, errors);
    express::rules(&machine, errors);
    fragments::rules(&machine, errors);
    distributed::rules(&machine, errors);
    reach::rules(&mut machine, &unresolved, &missing, errors);
    variables::collect(&mut machine, errors);
    values::resolve(&mut machine, errors);
    fragments::values(&mut machine, errors);
    assigned::rules(&mut machine, errors);
    items::rules(&mut machine, errors);
    lints::rules(&mut machine, errors);
    machine
}
