//! The result of a state: where an expression reads it, and its shape.

use super::code::Code;
use super::env::{Dollar, Env, ResultSource};
use super::jsonata;
use super::report::Report;
use super::scope::{at, enter};
use super::syntax::{Operator, Syntax};
use crate::flow::{Body, CallTarget, FlowStateKind, State, Transition};
use crate::map_run::MapResults;
use crate::shape::{Payload, Shape};
use crate::task::effective;
use stepwright_asl::model::MachineType;

/// The output of an Express child, parsed from text; an unsuccessful child becomes an error.
fn express_output() -> Syntax {
    let result = |name: &'static str| Syntax::states(format!("result.{name}"));
    let succeeded = result("Status").binary(Operator::Eq, Syntax::text("SUCCEEDED"));
    let message = result("Error").binary(Operator::Concat, Syntax::text(": "));
    let message = message.binary(Operator::Concat, result("Cause"));
    succeeded.conditional(
        Syntax::call("parse", vec![result("Output")]),
        Syntax::call("error", vec![message]),
    )
}

impl<'a> Env<'a> {
    /// The same environment, in which the state's result can be read.
    pub(super) fn with_result(&self, state: &'a State) -> Env<'a> {
        Env {
            result: self.found(state),
            dollar: match state.kind {
                FlowStateKind::Task { .. } | FlowStateKind::Parallel(_) | FlowStateKind::Map(_) => {
                    Dollar::Result
                }
                _ => Dollar::Input,
            },
            ..self.clone()
        }
    }

    /// Where the result of a state is found, and its shape.
    fn found(&self, state: &State) -> Option<ResultSource> {
        let (text, path, shape) = match &state.kind {
            FlowStateKind::Task { call, .. } => {
                let shape = call.output.map_or(Shape::Any, Shape::Lazy);
                match &call.sends {
                    CallTarget::Task(task)
                        if effective(task.deploy, self.flow.deploy).is_invoked()
                            && !call.waits_for_token =>
                    {
                        ("result.Payload", Some("$.Payload"), shape)
                    }
                    CallTarget::Workflow(workflow) if workflow.awaited => {
                        match workflow.machine_type {
                            MachineType::Standard => ("result.Output", Some("$.Output"), shape),
                            MachineType::Express => {
                                return Some(ResultSource {
                                    code: Code::new(express_output(), shape),
                                    path: None,
                                });
                            }
                        }
                    }
                    _ => ("result", Some("$"), shape),
                }
            }
            FlowStateKind::Parallel(branches) => {
                let outputs = branches
                    .iter()
                    .enumerate()
                    .map(|(index, branch)| self.output(state, index, branch));
                ("result", Some("$"), Shape::Tuple(outputs.collect()))
            }
            FlowStateKind::Map(map)
                if map
                    .distributed
                    .as_ref()
                    .is_some_and(|one| one.writer.is_some()) =>
            {
                ("result", Some("$"), MapResults::shape())
            }
            FlowStateKind::Map(map) => {
                let output = self.output(state, 0, &map.body);
                ("result", Some("$"), Shape::Array(Box::new(output)))
            }
            _ => return None,
        };
        Some(ResultSource {
            code: Code::new(Syntax::states(text), shape),
            path,
        })
    }

    /// The shape of a branch's or body's result. Where its type is not known, it is the shape of
    /// the result of the first final state.
    fn output(&self, outer: &State, index: usize, body: &Body) -> Shape {
        if let Some(shape) = body.result {
            return Shape::Lazy(shape).resolve();
        }
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
                    let mut report = Report::new(&state.name);
                    return jsonata::lower(value, &env, &mut report).shape.resolve();
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
}
