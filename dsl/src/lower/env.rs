//! What an expression can read where it stands.

use super::jsonata::Code;
use super::jsonpath::Leaf;
use super::scope::{Scope, Scopes, at, enter};
use crate::expr::Text;
use crate::flow::{Body, Flow, Kind, Sends, State, Transition};
use crate::shape::Shape;
use crate::task::{Address, Deploy, effective};
use stepwright_asl::model::{MachineType, QueryLanguage};

/// One scope that an expression sees.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level<'a> {
    pub(super) scope: &'a Scope,
    /// The expression stands in the scope's first state, or inside it.
    pub(super) in_first: bool,
    /// The state of the scope in or inside which the expression stands.
    pub(super) state: &'a str,
}

/// What `$` means in a JSONPath field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dollar {
    /// The state's input.
    Input,
    /// What the task, branches or map gave.
    Result,
    /// The error of a catch.
    Error,
}

/// Where the result of a state is found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) code: Code,
    /// The JSONPath, where there is one.
    pub(super) path: Option<&'static str>,
}

/// The surroundings of an expression.
#[derive(Clone)]
pub(super) struct Env<'a> {
    pub(super) flow: &'a Flow,
    pub(super) scopes: &'a Scopes,
    pub(super) state: &'a State,
    /// Outermost first.
    pub(super) levels: Vec<Level<'a>>,
    pub(super) result: Option<Found>,
    pub(super) in_catch: bool,
    pub(super) dollar: Dollar,
    pub(super) locals: Vec<(Text, Code)>,
    pub(super) path_locals: Vec<(Text, Leaf)>,
}

impl<'a> Env<'a> {
    pub(super) fn new(
        flow: &'a Flow,
        scopes: &'a Scopes,
        state: &'a State,
        levels: Vec<Level<'a>>,
    ) -> Env<'a> {
        Env {
            flow,
            scopes,
            state,
            levels,
            result: None,
            in_catch: false,
            dollar: Dollar::Input,
            locals: Vec::new(),
            path_locals: Vec::new(),
        }
    }

    /// The same where the state's result can be read.
    pub(super) fn with_result(&self, state: &'a State) -> Env<'a> {
        Env {
            result: self.found(state),
            dollar: match state.kind {
                Kind::Task { .. } | Kind::Parallel(_) | Kind::Map(_) => Dollar::Result,
                _ => Dollar::Input,
            },
            ..self.clone()
        }
    }

    /// The same on a catch edge.
    pub(super) fn in_catch(&self) -> Env<'a> {
        Env {
            result: None,
            in_catch: true,
            dollar: Dollar::Error,
            ..self.clone()
        }
    }

    /// The query language of the state.
    pub(super) fn language(&self) -> QueryLanguage {
        self.state
            .query_language
            .unwrap_or(self.flow.query_language)
    }

    /// Whether the state hands out a task token.
    pub(super) fn has_token(&self) -> bool {
        matches!(&self.state.kind, Kind::Task { call, .. }
            if call.waits_for_token
                || matches!(&call.sends, Sends::Service(service) if service.resource.ends_with(".waitForTaskToken")))
    }

    /// Where the result of a state is found, and its shape.
    fn found(&self, state: &State) -> Option<Found> {
        let (text, path, shape) = match &state.kind {
            Kind::Task { call, .. } => {
                let shape = call.output.map_or(Shape::Any, Shape::Lazy);
                match &call.sends {
                    Sends::Task(task)
                        if effective(task.deploy, self.flow.deploy) == Deploy::Lambda
                            && !call.waits_for_token =>
                    {
                        ("$states.result.Payload", Some("$.Payload"), shape)
                    }
                    Sends::Workflow(workflow) if workflow.awaited => match workflow.machine_type {
                        MachineType::Standard => ("$states.result.Output", Some("$.Output"), shape),
                        MachineType::Express => {
                            return Some(Found {
                                code: Code::conditional(
                                    "$states.result.Status = 'SUCCEEDED' ? $parse($states.result.Output) : \
                                     $error($states.result.Error & ': ' & $states.result.Cause)",
                                    shape,
                                ),
                                path: None,
                            });
                        }
                    },
                    _ => ("$states.result", Some("$"), shape),
                }
            }
            Kind::Parallel(branches) => {
                let outputs = branches
                    .iter()
                    .enumerate()
                    .map(|(index, branch)| self.output(state, index, branch));
                ("$states.result", Some("$"), Shape::Tuple(outputs.collect()))
            }
            Kind::Map(map) => {
                let output = self.output(state, 0, &map.body);
                ("$states.result", Some("$"), Shape::Array(Box::new(output)))
            }
            _ => return None,
        };
        Some(Found {
            code: Code::path(text, shape),
            path,
        })
    }

    /// The shape of what a branch or body ends with: that of the first state that says it.
    fn output(&self, outer: &State, index: usize, body: &Body) -> Shape {
        let levels = enter(self.scopes, &self.levels, outer, index);
        for (place, state) in body.states.iter().enumerate() {
            let env = Env::new(
                self.flow,
                self.scopes,
                state,
                at(&levels, body.states.as_slice(), place),
            );
            let env = env.with_result(state);
            match &state.transition {
                Some(Transition::End(Some(value))) => {
                    let mut report = super::report::Report::new(&state.name);
                    return super::jsonata::lower(value, &env, &mut report)
                        .shape
                        .resolve();
                }
                Some(Transition::End(None)) => {
                    if let Some(found) = env.result {
                        return found.code.shape.resolve();
                    }
                }
                _ => {}
            }
        }
        Shape::Any
    }

    /// The address of the task that a call names.
    pub(super) fn address(&self, name: &str, deploy: Deploy) -> Address {
        Address::of_task(name, deploy, self.flow.deploy)
    }
}
