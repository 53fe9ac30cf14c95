//! Catches that name errors of a nested workflow.
//!
//! When a child execution fails, the task of its parent fails with `States.TaskFailed`. The cause
//! is the child's DescribeExecution output as JSON: its `Error` is the error that the child failed
//! with. A Catcher matches names only and cannot read the child's error. Its `States.TaskFailed`
//! therefore goes to a Choice, which reads the cause.

use super::{CallTarget, Catch, Edge, ErrorSource, Flow, FlowStateKind, State};
use crate::expr::{Expr, ExprNode, Text};
use crate::shape::Payload;
use std::collections::HashSet;
use stepwright_asl::errors;
use stepwright_asl::model::{MachineType, QueryLanguage};

/// The prefixes of errors of the call itself: AWS could not start the child.
const OF_THE_CALL: [&str; 2] = ["StepFunctions.", "Sfn."];

impl Flow {
    /// Adds the Choice for each state that catches errors of the child that it waits for.
    pub(crate) fn with_child_errors(&mut self) {
        let mut names = HashSet::new();
        super::each_state(&self.states, &mut |state| {
            names.insert(state.name.clone());
        });
        let language = self.query_language;
        add_choices(&mut self.states, language, &mut names);
    }
}

fn add_choices(states: &mut Vec<State>, language: QueryLanguage, names: &mut HashSet<Text>) {
    let mut at = 0;
    while let Some(state) = states.get_mut(at) {
        at += 1;
        for body in state.bodies_mut() {
            add_choices(&mut body.states, language, names);
        }
        if state.query_language.unwrap_or(language) == QueryLanguage::Jsonata
            && waits_for_child(state)
        {
            let added = choice(state, names);
            let count = added.len();
            states.splice(at..at, added);
            at += count;
        }
    }
}

/// Whether it waits for a Standard execution. A failed Express execution is a result of the call,
/// not an error.
fn waits_for_child(state: &State) -> bool {
    match &state.kind {
        FlowStateKind::Task { call, .. } => match &call.sends {
            CallTarget::Workflow(child) => {
                child.awaited && child.machine_type == MachineType::Standard
            }
            _ => false,
        },
        _ => false,
    }
}

/// Whether this is the name of an error that a child can fail with and the call of a child cannot.
pub(crate) fn is_of_child(name: &str) -> bool {
    !errors::is_reserved(name) && !OF_THE_CALL.iter().any(|prefix| name.starts_with(prefix))
}

/// Rewrites the catches of a state to errors that its call can fail with. Returns the Choice over
/// the errors of the child, and the Fail state for uncaught errors.
fn choice(state: &mut State, names: &mut HashSet<Text>) -> Vec<State> {
    let is_typed = |catch: &Catch| catch.errors.iter().any(|name| is_of_child(name));
    let passed_on = passed_on(state);
    if !state.catch.iter().any(is_typed) || state.catch.iter().any(reads_states) {
        return pass_on(state, &passed_on, names);
    }
    let has_input = state.catch.iter().any(reads_input);
    let choice_name = free_name(&format!("{}Failed", state.name), names);
    let mut catches: Vec<Catch> = Vec::new();
    let mut rules: Vec<(Option<Expr>, Edge)> = Vec::new();
    let mut default = None;
    let unclear = state.catch.iter().find_map(|catch| catch.unclear.clone());
    for catch in std::mem::take(&mut state.catch) {
        let (of_child, own): (Vec<Text>, Vec<Text>) =
            (catch.errors.iter().cloned()).partition(|name| is_of_child(name));
        // Catches after a catch of all errors are unreachable.
        if !of_child.is_empty() && default.is_none() {
            if rules.is_empty() {
                catches.push(to_choice(&choice_name, has_input));
            }
            rules.push((Some(condition(&of_child)), on_edge(&catch, true, has_input)));
        }
        let takes_all = |name: &Text| **name == *errors::ALL || **name == *errors::TASK_FAILED;
        if own.iter().any(takes_all) && !rules.is_empty() && default.is_none() {
            default = Some(on_edge(&catch, false, has_input));
        }
        // The Choice handles all errors that `States.TaskFailed` matches.
        let is_taken = |name: &Text| !rules.is_empty() && **name == *errors::TASK_FAILED;
        let errors: Vec<Text> = own.into_iter().filter(|name| !is_taken(name)).collect();
        if !errors.is_empty() {
            catches.push(Catch { errors, ..catch });
        }
    }
    state.catch = catches;
    if let Some(first) = state.catch.first_mut() {
        first.unclear = unclear;
    }
    if rules.is_empty() {
        return Vec::new();
    }
    let made = |made: State| State {
        place: state.place,
        query_language: state.query_language,
        ..made
    };
    let (default, not_caught) = match default {
        Some(edge) => (edge, None),
        None => {
            let name = free_name(&format!("{}NotCaught", state.name), names);
            let fail = not_caught(name.clone(), &passed_on);
            (Edge::to(name), Some(made(fail)))
        }
    };
    let mut choice = made(State::choice(choice_name).otherwise(default));
    if let FlowStateKind::Choice { rules: own, .. } = &mut choice.kind {
        *own = rules;
    }
    std::iter::once(choice).chain(not_caught).collect()
}

/// The errors of the child that the parent passes on.
fn passed_on(state: &State) -> Vec<Text> {
    match &state.kind {
        FlowStateKind::Task { call, .. } => match &call.sends {
            CallTarget::Workflow(child) => child.passed_on.clone(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Adds a Catcher of the child's errors to a state without one, and returns the Fail state that
/// passes them on.
fn pass_on(state: &mut State, errors: &[Text], names: &mut HashSet<Text>) -> Vec<State> {
    let takes_all = |name: &Text| **name == *errors::ALL || **name == *errors::TASK_FAILED;
    let caught = state.catch.iter().flat_map(|catch| &catch.errors);
    if errors.is_empty() || caught.into_iter().any(takes_all) {
        return Vec::new();
    }
    let name = free_name(&format!("{}NotCaught", state.name), names);
    state.catch.push(to_choice(&name, false));
    let fail = not_caught(name, errors);
    vec![State {
        place: state.place,
        query_language: state.query_language,
        ..fail
    }]
}

/// The Fail state for errors that nothing catches. Those of the child that the parent passes on
/// keep their names.
fn not_caught(name: Text, passed_on: &[Text]) -> State {
    let text = |of: String| Expr::jsonata(of, String::shape);
    let (error, cause) = ("$states.input.Error", "$states.input.Cause");
    if passed_on.is_empty() {
        return State::fail(name)
            .error(text(error.to_owned()))
            .cause(text(cause.to_owned()));
    }
    let is_passed_on = condition_text(passed_on);
    let of_child = |field: &str, own: &str| {
        let condition = format!("({is_passed_on})");
        let of_child = format!("$parse($states.input.Cause).{field}");
        text([&condition, "?", &of_child, ":", own].join(" "))
    };
    State::fail(name)
        .error(of_child("Error", error))
        .cause(of_child("Cause", cause))
}

/// The catch that goes to the Choice. `has_input` also passes the state's input on.
fn to_choice(choice: &Text, has_input: bool) -> Catch {
    let catch = Catch::on(vec![errors::TASK_FAILED], Edge::to(choice.clone()));
    if !has_input {
        return catch;
    }
    let text = |of: &'static str| Expr::jsonata(of, String::shape);
    catch.output(Expr::object(vec![
        ("Error".into(), text("$states.errorOutput.Error")),
        ("Cause".into(), text("$states.errorOutput.Cause")),
        ("Input".into(), Expr::input(serde_json::Value::shape)),
    ]))
}

/// The edge of a catch, as an edge of the Choice.
fn on_edge(catch: &Catch, of_child: bool, has_input: bool) -> Edge {
    // The default output of a Catcher.
    let error = has_input.then(Expr::error_output);
    Edge {
        error: Some(ErrorSource::Handed {
            of_child,
            has_input,
        }),
        output: catch.output.clone().or(error),
        ..catch.edge.clone()
    }
}

/// Whether a user's verbatim text reads data that differs in the Choice.
pub(crate) fn reads_states(catch: &Catch) -> bool {
    reads(
        catch,
        &|node| matches!(node, ExprNode::Jsonata(text, _) if text.contains("$states")),
    )
}

fn reads_input(catch: &Catch) -> bool {
    reads(catch, &|node| matches!(node, ExprNode::Input(_)))
}

fn reads(catch: &Catch, what: &dyn Fn(&ExprNode) -> bool) -> bool {
    let mut found = false;
    let fields = catch.edge.assign.iter().chain(&catch.edge.raw);
    for value in fields.map(|(_, value)| value).chain(&catch.output) {
        value.walk(&mut |node| found |= what(node));
    }
    found
}

/// Whether the child failed with one of these errors.
///
/// `States.TaskFailed` also covers errors of the call, with causes that are not JSON. AWS truncates
/// causes at 32,768 characters: a truncated cause does not end like an object and cannot be parsed.
fn condition(names: &[Text]) -> Expr {
    Expr::jsonata(condition_text(names), bool::shape)
}

fn condition_text(names: &[Text]) -> String {
    let quoted = names
        .iter()
        .map(|name| serde_json::Value::from(&**name).to_string());
    let quoted: Vec<String> = quoted.collect();
    let test = match quoted.as_slice() {
        [only] => format!("= {only}"),
        several => format!("in [{}]", several.join(", ")),
    };
    let is_json = [
        format!("$states.input.Error = {:?}", errors::TASK_FAILED),
        "$substring($states.input.Cause, -1) = \"}\"".to_owned(),
    ];
    let is_json = is_json.join(" and ");
    let is_one = format!("$parse($states.input.Cause).Error {test}");
    [&is_json, "?", &is_one, ": false"].join(" ")
}

/// The name, or the name with the lowest number that makes it unique.
fn free_name(name: &str, names: &mut HashSet<Text>) -> Text {
    let numbered = (2..).map(|number| format!("{name}{number}"));
    let mut all = std::iter::once(name.to_owned())
        .chain(numbered)
        .map(Text::from);
    // The default is unreachable: there are more numbers than names.
    let free = all.find(|name| !names.contains(name)).unwrap_or_default();
    names.insert(free.clone());
    free
}
