//! Calls of fragments: `bureau(order).await` in a function.
//!
//! A function calls a fragment like a task, and only the type of the callee differs: the macro
//! writes one state, which the states of the fragment replace before the flow is lowered. They have
//! its name as a prefix: `Bureau.FetchReport`.
//!
//! If the call has a Catcher or a Retrier, the states are the only branch of a Parallel state. It
//! fails with the error of the branch, whichever state of the fragment raises it.

use super::state::{Body, FlowStateKind, FragmentCall, State, Transition};
use super::variable::Variables;
use super::{Flow, Fragment, Include, arguments, each_state};
use crate::expr::{Expr, ExprNode, Piece, Text};
use crate::shape::Payload;
use std::collections::HashSet;

/// Longer names of calls are cut in the names of variables, which have at most 80 characters.
const LONGEST_PREFIX: usize = 40;

/// The methods whose value is that of their receiver.
const SAME_VALUE: [&str; 6] = ["as_ref", "as_str", "clone", "into", "to_owned", "to_vec"];

impl Flow {
    /// Replaces each call of a fragment with the states of the fragment.
    pub(crate) fn with_fragments(&mut self) {
        let mut calls = false;
        each_state(&self.states, &mut |state| calls |= calls_fragment(state));
        if !calls {
            return;
        }
        let mut names = Names::default();
        names.add(&self.states, &self.variables);
        insert_in(&mut self.states, &mut self.variables, false, &mut names);
    }
}

fn calls_fragment(state: &State) -> bool {
    matches!(state.kind, FlowStateKind::Fragment(_))
}

impl State {
    /// The call of a function's fragment.
    pub fn fragment<F: Fragment>(name: impl Into<Text>, arguments: Vec<Expr>) -> State {
        let call = FragmentCall {
            body: F::body(),
            names: F::PARAMETERS,
            parameters: F::parameters(),
            arguments,
            output: F::Output::shape,
        };
        State::new(name, FlowStateKind::Fragment(Box::new(call)))
    }
}

/// The names of states and variables in the whole flow.
#[derive(Default)]
struct Names {
    states: HashSet<Text>,
    variables: HashSet<Text>,
}

impl Names {
    fn add(&mut self, states: &[State], variables: &Variables) {
        let declared = variables.iter().map(|one| one.name.clone());
        self.variables.extend(declared);
        each_state(states, &mut |state| {
            self.states.insert(state.name.clone());
            state.each_name(&mut |name| {
                self.variables.insert(name.clone());
            });
        });
    }

    /// A free name of a state.
    fn state(&mut self, name: &str) -> Text {
        let free = first_free(name, |name| !self.states.contains(name));
        self.states.insert(free.clone());
        free
    }

    /// A prefix that no variable has yet, for the variables of a call.
    fn prefix(&self, call: &str) -> Text {
        let letters = call.chars().take(LONGEST_PREFIX);
        let letters = letters.map(|letter| {
            if letter.is_alphanumeric() {
                letter
            } else {
                '_'
            }
        });
        let mut prefix: String = letters.collect();
        if !prefix.starts_with(char::is_alphabetic) {
            prefix.insert_str(0, "Call");
        }
        first_free(&prefix, |prefix| {
            let prefix = format!("{prefix}_");
            !self.variables.iter().any(|name| name.starts_with(&prefix))
        })
    }
}

/// The name, or the name with the lowest number that is free.
fn first_free(name: &str, is_free: impl Fn(&str) -> bool) -> Text {
    let numbered = (2..).map(|number: usize| format!("{name}{number}"));
    let mut all = std::iter::once(name.to_owned()).chain(numbered);
    // The default is unreachable: there are more numbers than names.
    all.find(|name| is_free(name)).unwrap_or_default().into()
}

/// Inserts the fragments into the states of one scope, and of the scopes inside.
fn insert_in(
    states: &mut Vec<State>,
    variables: &mut Variables,
    is_body_of_map: bool,
    names: &mut Names,
) {
    let mut at = 0;
    while let Some(state) = states.get_mut(at) {
        let Some(call) = take_call(state) else {
            let is_map = matches!(state.kind, FlowStateKind::Map(_));
            for body in state.bodies_mut() {
                insert_in(&mut body.states, &mut body.variables, is_map, names);
            }
            at += 1;
            continue;
        };
        // The first state of a Map's body reads the item from its input.
        let reads_input = is_body_of_map && at == 0;
        let name = state.name.clone();
        let state = std::mem::replace(state, State::pass(""));
        let (computed, body) = inserted(state, call, reads_input, names);
        names.add(&body.states, &body.variables);
        let entry = computed.as_ref().or(body.states.first());
        let entry = entry.map_or_else(|| name.clone(), |entry| entry.name.clone());
        variables.extend(body.variables);
        let mut body = body.states;
        retarget(&mut body, &name, &entry);
        retarget(states, &name, &entry);
        // The next round continues with the inserted states, which may call fragments, too.
        states.splice(at..=at, computed.into_iter().chain(body));
    }
}

/// Takes the call of a fragment out of a state.
fn take_call(state: &mut State) -> Option<FragmentCall> {
    match std::mem::replace(&mut state.kind, FlowStateKind::Pass) {
        FlowStateKind::Fragment(call) => Some(*call),
        kind => {
            state.kind = kind;
            None
        }
    }
}

/// Changes the transitions to a state.
fn retarget(states: &mut [State], from: &Text, to: &Text) {
    for state in states {
        if let Some(Transition::Next(next)) = &mut state.transition
            && *next == *from
        {
            *next = to.clone();
        }
        for edge in state.edges_mut() {
            if edge.target == *from {
                edge.target = to.clone();
            }
        }
    }
}

/// The states of one call, their variables, and the state before them that computes arguments.
fn inserted(
    state: State,
    call: FragmentCall,
    reads_input: bool,
    names: &mut Names,
) -> (Option<State>, Body) {
    let prefix = names.prefix(&state.name);
    let mut bound = Vec::new();
    let mut variables = Vec::new();
    let contains = call.body.states.first().is_some_and(|first| {
        let runs_again = || targets(&call.body.states).any(|target| target == first.name);
        !first.bodies().is_empty() || runs_again()
    });
    let handles = !state.retry.is_empty() || !state.catch.is_empty();
    let binds_all = reads_input && (contains || handles || calls_itself(&state));
    let mut given = arguments(call.parameters.clone(), call.arguments);
    for (number, argument) in given.iter_mut().enumerate() {
        if is_stable(argument) && !binds_all {
            continue;
        }
        let parameter = call.names.get(number).copied().unwrap_or_default();
        let name = Text::from(format!("{prefix}_{parameter}"));
        let shape = call.parameters.get(number).copied();
        variables.extend(shape.map(|shape| (name.clone(), shape)));
        let value = std::mem::replace(argument, Expr::variable(name.clone()));
        bound.push((name, value));
    }
    let computed = (!bound.is_empty() || binds_all).then(|| State {
        place: state.place,
        query_language: state.query_language,
        assign: bound,
        ..State::pass(names.state(&format!("{}Arguments", state.name)))
    });
    let include = Include::new(state.name.clone(), prefix, call.body, given);
    let body = if handles {
        let branch = include.end().body();
        Body::new(vec![guarded(state, branch.result(Some(call.output)))])
    } else {
        include.continuing_as(state).body()
    };
    let computed = computed.map(|computed| match body.states.first() {
        Some(first) => computed.next(first.name.clone()),
        None => computed,
    });
    (computed, body.variables(variables))
}

/// Whether a transition of the state leads to the state itself.
fn calls_itself(state: &State) -> bool {
    state.targets().contains(&&*state.name)
}

fn targets(states: &[State]) -> impl Iterator<Item = &str> {
    states.iter().flat_map(State::targets)
}

/// The Parallel state that handles the errors of a branch.
fn guarded(state: State, branch: Body) -> State {
    let result = Expr::result().tuple_field(0);
    let of_branch = |value: Expr| value.with_result(&result);
    let assign = state.assign.into_iter();
    let transition = match state.transition {
        Some(Transition::End(None)) => Some(Transition::End(Some(result.clone()))),
        Some(Transition::End(Some(value))) => Some(Transition::End(Some(of_branch(value)))),
        transition => transition,
    };
    State {
        kind: FlowStateKind::Parallel(vec![branch]),
        assign: assign
            .map(|(name, value)| (name, of_branch(value)))
            .collect(),
        transition,
        ..state
    }
}

/// Whether an argument has one value in all states of the fragment, and no evaluation fails. Such
/// an argument is written where the fragment reads its parameter.
fn is_stable(argument: &Expr) -> bool {
    let mut is_stable = true;
    argument.walk(&mut |node| {
        is_stable &= match node {
            ExprNode::Variable(_)
            | ExprNode::Parameter
            | ExprNode::Item(_)
            | ExprNode::Local(_)
            | ExprNode::Literal(_)
            | ExprNode::Placeholder(_)
            | ExprNode::Field(..)
            | ExprNode::TupleField(..)
            | ExprNode::Record(_)
            | ExprNode::Tuple(_)
            | ExprNode::Array(_)
            | ExprNode::Object(_)
            | ExprNode::Some(_)
            | ExprNode::None
            | ExprNode::Typed(..) => true,
            ExprNode::Method(_, name, arguments) => {
                arguments.is_empty() && SAME_VALUE.contains(&&**name)
            }
            ExprNode::Format(pieces) => {
                !pieces.iter().any(|one| matches!(one, Piece::Formatted(..)))
            }
            _ => false,
        };
    });
    is_stable
}
