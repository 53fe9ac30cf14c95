//! Every position in a state that contains an expression, with its expected type.

use super::{
    Amount, BatchInput, Callee, Condition, EdgeKind, ObjectLiteral, StateNode, StateWork, UserExpr,
    Wait,
};
use proc_macro2::{Ident, Span};
use std::iter::once;

/// A position that contains an expression.
pub(crate) struct ExpressionPosition<'m> {
    pub(crate) expression: &'m UserExpr,
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
    pub(crate) fn places(&self) -> Vec<ExpressionPosition<'_>> {
        let mut places = PositionCollector(Vec::new());
        let options = &self.state.options;
        for (keyword, amount) in options.timeout.iter().chain(&options.heartbeat) {
            places.amount(keyword, amount);
        }
        if let Some((keyword, role)) = &options.credentials {
            places.add(role, ExpectedType::Text, keyword);
        }
        for (keyword, _, template) in &options.templates {
            for value in template.expressions() {
                places.add(value, ExpectedType::Json, keyword);
            }
        }
        self.kind(&mut places);
        places.0
    }

    fn kind<'m>(&'m self, places: &mut PositionCollector<'m>) {
        let keyword = &self.state.keyword;
        match &self.state.kind {
            StateWork::Task(call) => {
                let before = places.0.len();
                match call.as_ref().map(|call| &call.callee) {
                    Some(Callee::Task(call) | Callee::Workflow { call, .. }) => {
                        places.all(&call.arguments, keyword);
                    }
                    Some(Callee::Request { arguments, .. }) => places.all(arguments, keyword),
                    Some(Callee::Service {
                        keyword, arguments, ..
                    }) => places.objects(arguments, keyword),
                    None => {}
                }
                places.0[before..]
                    .iter_mut()
                    .for_each(|place| place.in_call = true);
            }
            StateWork::Wait(Some(Wait::Seconds(keyword, amount))) => places.amount(keyword, amount),
            StateWork::Wait(Some(Wait::Timestamp(keyword, value))) => {
                places.add(value, ExpectedType::Timestamp, keyword);
            }
            StateWork::Choice(choice) => {
                for edge in &self.edges {
                    if let EdgeKind::Rule {
                        keyword,
                        condition: Condition::Expression(condition),
                    } = &edge.kind
                    {
                        places.add(condition, ExpectedType::Bool, keyword);
                    }
                }
                places.all(choice.subject.iter().map(|subject| &subject.value), keyword);
            }
            StateWork::Succeed(value) => places.all(value, keyword),
            StateWork::Exit(exit) => places.all(&exit.value, keyword),
            StateWork::Fail(fail) => {
                for value in fail.error.iter().chain(&fail.cause) {
                    places.add(value, ExpectedType::Text, keyword);
                }
                let raised = fail.raised.iter().flat_map(|raised| &raised.fields);
                places.all(raised.map(|(_, value)| value), keyword);
            }
            StateWork::Map(map) => {
                let of = &map.distributed;
                for (keyword, limit) in map.max_concurrency.iter().chain(&of.tolerated_count) {
                    places.add(limit, ExpectedType::WholeNumber, keyword);
                }
                if let Some((keyword, number)) = &of.tolerated_percentage {
                    places.add(number, ExpectedType::Percentage, keyword);
                }
                for access in of.reader.iter().chain(&of.writer) {
                    places.objects(once(&access.arguments), &access.keyword);
                }
                if let Some(batch) = &of.batch {
                    match &batch.input {
                        Some(BatchInput::Object(object)) => {
                            places.objects(once(object), &batch.keyword);
                        }
                        Some(BatchInput::Value(value)) => places.all(once(value), &batch.keyword),
                        None => {}
                    }
                }
                places.all(map.run.iter().filter_map(|run| run.list.as_ref()), keyword);
            }
            StateWork::Include(include) => {
                let arguments = include.iter().flat_map(|call| &call.arguments);
                places.all(arguments, keyword);
            }
            StateWork::Pass | StateWork::Wait(None) | StateWork::Parallel | StateWork::Unknown => {}
        }
    }
}

struct PositionCollector<'m>(Vec<ExpressionPosition<'m>>);

impl<'m> PositionCollector<'m> {
    fn add(&mut self, expression: &'m UserExpr, expected: ExpectedType, keyword: &Ident) {
        self.0.push(ExpressionPosition {
            expression,
            expected,
            span: keyword.span(),
            in_call: false,
        });
    }

    fn all(&mut self, list: impl IntoIterator<Item = &'m UserExpr>, keyword: &Ident) {
        for one in list {
            self.add(one, ExpectedType::Around, keyword);
        }
    }

    fn amount(&mut self, keyword: &Ident, amount: &'m Amount) {
        if let Some(value) = amount.computed() {
            self.add(value, ExpectedType::Seconds, keyword);
        }
    }

    fn objects(&mut self, objects: impl IntoIterator<Item = &'m ObjectLiteral>, keyword: &Ident) {
        for value in objects.into_iter().flat_map(ObjectLiteral::expressions) {
            self.add(value, ExpectedType::Json, keyword);
        }
    }
}
