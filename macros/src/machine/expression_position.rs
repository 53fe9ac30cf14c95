//! Every position in a state that contains an expression, with its expected type.

use super::{
    Access, Batch, BatchInput, Call, Callee, ChoiceState, Condition, Draft, Edge, EdgeKind, Exit,
    Fail, Map, MapLoop, State, StateNode, StateOptions, StateWork, Subject, UserExpr, Wait,
};
use proc_macro2::Span;

/// A position that contains an expression, with a reference to the expression.
pub(crate) struct ExpressionPosition<E> {
    pub(crate) expression: E,
    pub(crate) expected: ExpectedType,
    /// The keyword that it belongs to.
    pub(crate) span: Span,
    /// It is part of the call, which may send a `task_token`.
    pub(crate) in_call: bool,
}

/// The expected type of a position.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExpectedType {
    /// Integer seconds, at least 1.
    Seconds,
    Timestamp,
    WholeNumber,
    Percentage,
    Text,
    /// Any JSON value.
    Json,
    Bool,
    /// The type follows from the code around it: an argument, a list, an output.
    Around,
}

impl StateNode {
    /// The expressions of the state itself, in order of evaluation: those of its options, then
    /// those of its work. Its `let`s, the value of its `end` and the guards of its arms follow
    /// later.
    pub(crate) fn places(&self) -> Vec<ExpressionPosition<&UserExpr>> {
        places(&self.state, &self.edges)
    }
}

impl Draft {
    /// As [`StateNode::places`].
    pub(crate) fn places_mut(&mut self) -> Vec<ExpressionPosition<&mut UserExpr>> {
        places_mut(&mut self.state, &mut self.edges)
    }
}

/// Defines the list of the positions, in a shared and a mutable form.
macro_rules! places {
    ($name:ident, $iter:ident, $of_map:ident, $computed:ident, $expressions:ident, $($of:tt)+) => {
        fn $name<'m>(
            state: $($of)+ State,
            edges: $($of)+ [Edge],
        ) -> Vec<ExpressionPosition<$($of)+ UserExpr>> {
            use ExpectedType::{Around, Bool, Json, Percentage, Seconds, Text, Timestamp, WholeNumber};
            let State { keyword, kind, options, .. } = state;
            let keyword = keyword.span();
            let StateOptions { timeout, heartbeat, credentials, templates, .. } = options;
            let mut places = PositionCollector(Vec::new());
            for (keyword, amount) in timeout.$iter().chain(heartbeat.$iter()) {
                places.all(amount.$computed(), Seconds, keyword.span());
            }
            for (keyword, role) in credentials.$iter() {
                places.all([role], Text, keyword.span());
            }
            for (keyword, _, template) in templates.$iter() {
                places.all(template.$expressions(), Json, keyword.span());
            }
            let before_work = places.0.len();
            match kind {
                StateWork::Task(Some(Call { callee, .. })) => {
                    match callee {
                        Callee::Task(call) | Callee::Workflow { call, .. } => {
                            places.all(call.arguments.$iter(), Around, keyword);
                        }
                        Callee::Request { arguments, .. } => {
                            places.all(arguments.$iter(), Around, keyword);
                        }
                        Callee::Service { keyword, arguments, .. } => {
                            for object in arguments.$iter() {
                                places.all(object.$expressions(), Json, keyword.span());
                            }
                        }
                    }
                    let of_call = places.0[before_work..].iter_mut();
                    of_call.for_each(|place| place.in_call = true);
                }
                StateWork::Wait(Some(Wait::Seconds(keyword, amount))) => {
                    places.all(amount.$computed(), Seconds, keyword.span());
                }
                StateWork::Wait(Some(Wait::Timestamp(keyword, value))) => {
                    places.all([value], Timestamp, keyword.span());
                }
                StateWork::Choice(ChoiceState { subject, .. }) => {
                    for Edge { kind, .. } in edges.$iter() {
                        if let EdgeKind::Rule {
                            keyword,
                            condition: Condition::Expression(condition),
                        } = kind
                        {
                            places.all([condition], Bool, keyword.span());
                        }
                    }
                    let values = subject.$iter().map(|Subject { value, .. }| value);
                    places.all(values, Around, keyword);
                }
                StateWork::Succeed(value) | StateWork::Exit(Exit { value, .. }) => {
                    places.all(value.$iter(), Around, keyword);
                }
                StateWork::Fail(Fail { error, cause, raised }) => {
                    places.all(error.$iter().chain(cause.$iter()), Text, keyword);
                    for raised in raised.$iter() {
                        let values = raised.fields.$iter().map(|(_, value)| value);
                        places.all(values, Around, keyword);
                    }
                }
                StateWork::Map(map) => {
                    let Map { run, max_concurrency, distributed: of, .. } = map.$of_map();
                    let limits = max_concurrency.$iter().chain(of.tolerated_count.$iter());
                    for (keyword, limit) in limits {
                        places.all([limit], WholeNumber, keyword.span());
                    }
                    for (keyword, number) in of.tolerated_percentage.$iter() {
                        places.all([number], Percentage, keyword.span());
                    }
                    for access in of.reader.$iter().chain(of.writer.$iter()) {
                        let Access { keyword, arguments, .. } = access;
                        places.all(arguments.$expressions(), Json, keyword.span());
                    }
                    for Batch { keyword, input, .. } in of.batch.$iter() {
                        match input {
                            Some(BatchInput::Object(object)) => {
                                places.all(object.$expressions(), Json, keyword.span());
                            }
                            Some(BatchInput::Value(value)) => {
                                places.all([value], Around, keyword.span());
                            }
                            None => {}
                        }
                    }
                    for MapLoop { list, .. } in run.$iter() {
                        places.all(list.$iter(), Around, keyword);
                    }
                }
                StateWork::Include(include) => {
                    for call in include.$iter() {
                        places.all(call.arguments.$iter(), Around, keyword);
                    }
                }
                StateWork::Task(None)
                | StateWork::Wait(None)
                | StateWork::Pass
                | StateWork::Parallel
                | StateWork::Unknown => {}
            }
            places.0
        }
    };
}

places!(places, iter, as_ref, computed, expressions, &'m);
places!(places_mut, iter_mut, as_mut, computed_mut, expressions_mut, &'m mut);

struct PositionCollector<E>(Vec<ExpressionPosition<E>>);

impl<E> PositionCollector<E> {
    fn all(
        &mut self,
        expressions: impl IntoIterator<Item = E>,
        expected: ExpectedType,
        span: Span,
    ) {
        let positions = expressions
            .into_iter()
            .map(|expression| ExpressionPosition {
                expression,
                expected,
                span,
                in_call: false,
            });
        self.0.extend(positions);
    }
}
