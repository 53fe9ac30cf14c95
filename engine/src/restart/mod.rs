//! Definitions whose executions begin at a state in the middle, with a chosen input and chosen
//! variables.
//!
//! [`Engine::start_from_state`](crate::Engine::start_from_state) starts such an execution with the
//! definition of an existing one.

mod error;
mod literal;

use std::collections::{BTreeMap, BTreeSet};

use stepwright_asl::json::{Json, MAX_DEPTH};
use stepwright_asl::model::{Pass, QueryLanguage, State, StateMachine, Word};
use stepwright_asl::name::{self, check_variable};
use stepwright_interpreter::Limits;
use stepwright_interpreter::value::Value;

use self::literal::{expressions, is_plain};

pub use self::error::RestartError;

/// The comment of the states that this module adds. A later restart removes states with this
/// comment.
const COMMENT: &str = "Added to start the execution at a later state";

/// How many levels of a definition contain a literal: the machine, its states, the state, its field
/// and a variable.
const LEVELS_AROUND: usize = 5;

/// Returns a definition whose executions begin at `state`, a state of the top level, with this raw
/// input and these variables.
///
/// It has one more state, named `Start at <state>`: a Pass with the input as its result, and the
/// variables in its `Assign`. If the variables are larger than one `Assign` may be, there are
/// several. The input of the execution can therefore be that of an earlier execution, which
/// `$states.context.Execution.Input` and `$$.Execution.Input` read. States that an earlier call
/// added are removed.
///
/// Nothing in the input or the variables is evaluated: no text is an expression, a path or a
/// placeholder.
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// use std::collections::BTreeMap;
///
/// use serde_json::json;
/// use stepwright_asl::StateMachine;
/// use stepwright_runtime::restart::definition_from;
///
/// let machine = StateMachine::from_json(r#"{"QueryLanguage": "JSONata", "StartAt": "Reserve", "States": {
///     "Reserve": {"Type": "Pass", "Assign": {"room": 7}, "Next": "Charge"},
///     "Charge": {"Type": "Pass", "Output": "{% $room %}", "End": true}
/// }}"#)?;
/// let variables = BTreeMap::from([("room".to_owned(), json!(8).into())]);
/// let machine = definition_from(&machine, "Charge", &json!({"price": 12}).into(), &variables)?;
/// assert_eq!(machine.start_at, "Start at Charge");
/// assert_eq!(machine.states["Start at Charge"].next(), Some("Charge"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// When the state does not exist or is inside of a Parallel or Map, a variable has an invalid name,
/// or a value has too many levels.
pub fn definition_from(
    definition: &StateMachine,
    state: &str,
    input: &Value,
    variables: &BTreeMap<String, Value>,
) -> Result<StateMachine, RestartError> {
    check_state(definition, state)?;
    let input = literal(input, || "the input".to_owned())?;
    let groups = grouped(variables)?;
    let mut machine = definition.clone();
    while let Some(next) = added_start(&machine, state) {
        let added = std::mem::replace(&mut machine.start_at, next);
        machine.states.shift_remove(&added);
    }
    let language = match &machine.query_language {
        Some(Word::Known(language)) => *language,
        _ => QueryLanguage::JsonPath,
    };
    let mut taken: BTreeSet<String> = machine
        .states()
        .map(|found| found.name.to_owned())
        .collect();
    let mut next = state.to_owned();
    let mut added = Vec::with_capacity(groups.len());
    let mut output = Some(input);
    // The last state is built first, because the others refer to the state after them.
    for assign in groups.into_iter().rev() {
        let name = unique_name(state, &taken);
        taken.insert(name.clone());
        let start = start_state(language, output.take(), assign, next);
        next = name.clone();
        added.push((name, State::from(start)));
    }
    machine.start_at = next;
    machine.states = added.into_iter().rev().chain(machine.states).collect();
    Ok(machine)
}

fn check_state(definition: &StateMachine, state: &str) -> Result<(), RestartError> {
    if definition.states.contains_key(state) {
        return Ok(());
    }
    let mut inner = definition.states().filter(|found| found.name == state);
    let parent = inner.find_map(|found| found.container.parent);
    let state = state.to_owned();
    Err(match parent {
        Some(container) => RestartError::NestedState {
            state,
            container: container.to_owned(),
        },
        None => RestartError::UnknownState(state),
    })
}

/// Returns the state after the first one, if an earlier restart added the first one.
fn added_start(machine: &StateMachine, state: &str) -> Option<String> {
    let first = machine.states.get(&machine.start_at)?.as_pass()?;
    let is_added = first.comment.as_deref() == Some(COMMENT) && machine.start_at != state;
    first.next.clone().filter(|_| is_added)
}

/// Returns a value as JSON, if a definition can contain it.
fn literal(value: &Value, name: impl Fn() -> String) -> Result<Json, RestartError> {
    let too_deep = || RestartError::TooDeep {
        value: name(),
        levels: MAX_DEPTH - LEVELS_AROUND,
    };
    if value.depth() as usize > MAX_DEPTH - LEVELS_AROUND {
        return Err(too_deep());
    }
    value.to_text().parse().map_err(|_| too_deep())
}

/// Distributes the variables over as many `Assign` fields as their sizes need; at least one.
fn grouped(variables: &BTreeMap<String, Value>) -> Result<Vec<Vec<(String, Json)>>, RestartError> {
    let most = Limits::default().variable_bytes;
    let mut groups = vec![Vec::new()];
    let mut bytes = 0_u64;
    for (name, value) in variables {
        check_variable(name).map_err(|error| RestartError::InvalidVariable {
            name: name.clone(),
            error,
        })?;
        let json = literal(value, || format!("the variable `{name}`"))?;
        bytes = bytes.saturating_add(value.json_len());
        if bytes > most {
            bytes = value.json_len();
            groups.push(Vec::new());
        }
        if let Some(group) = groups.last_mut() {
            group.push((name.clone(), json));
        }
    }
    Ok(groups)
}

/// Returns a state with a constant output and constant assignments. Without an output, it forwards
/// its input.
///
/// A JSONPath state evaluates keys that end with `.$`, and has no expression for a text that looks
/// like a placeholder. Such values need a JSONata state, which a JSONPath definition may contain.
fn start_state(
    language: QueryLanguage,
    output: Option<Json>,
    assign: Vec<(String, Json)>,
    next: String,
) -> Pass {
    let is_plain = output.iter().all(|output| is_plain(output, false))
        && assign.iter().all(|(_, value)| is_plain(value, true));
    let is_jsonata = language == QueryLanguage::Jsonata || !is_plain;
    let mut pass = Pass {
        comment: Some(COMMENT.to_owned()),
        next: Some(next),
        ..Pass::default()
    };
    let assign = assign.into_iter();
    let assign = if is_jsonata {
        pass.output = output.as_ref().map(expressions);
        let values = assign.map(|(name, value)| (name, expressions(&value)));
        values.collect()
    } else {
        pass.result = output;
        assign.collect()
    };
    pass.assign = Some(assign).filter(|assign: &indexmap::IndexMap<_, _>| !assign.is_empty());
    if is_jsonata && language != QueryLanguage::Jsonata {
        pass.query_language = Some(Word::Known(QueryLanguage::Jsonata));
    }
    pass
}

/// Returns a name that no state has, and that has an allowed length.
fn unique_name(state: &str, taken: &BTreeSet<String>) -> String {
    let numbers = (2..).map(|number: u32| format!(" {number}"));
    let suffixes = std::iter::once(String::new()).chain(numbers);
    let named = suffixes.map(|suffix| {
        let full = format!("Start at {state}");
        let length = name::MAX_LENGTH - suffix.len();
        full.chars().take(length).collect::<String>() + &suffix
    });
    let mut free = named.filter(|name| !taken.contains(name));
    // The numbers do not end.
    free.next().unwrap_or_default()
}
