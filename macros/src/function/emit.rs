//! The finished graph as the states of a [`MachineBody`], which the rules of `workflow!` check.

use super::graph::{Graph, MapItems, MapWork, Node, ObjectItems, StateName, Work};
use super::names::FinalNames;
use crate::errors::Errors;
use crate::machine::{
    Access, Amount, Application, Call, Callee, ChoiceState, Condition, Distributed, Draft, Edge,
    EdgeKind, ErrorPattern, Let, LetBinding, MachineBody, Map, MapLoop, ObjectLiteral, ObjectValue,
    State, StateExit, StateOptions, StateWork, Subject, UserExpr, Wait,
};
use proc_macro2::{Ident, Span};
use std::collections::HashMap;
use syn::{Expr, LitStr};

/// Writes the states of a function.
pub(super) struct Emitter<'e> {
    errors: &'e Errors,
    names: FinalNames,
    expressions: usize,
    /// The names of the states so far, in the whole function.
    states: HashMap<String, Span>,
}

impl<'e> Emitter<'e> {
    pub(super) fn new(errors: &'e Errors, names: FinalNames) -> Emitter<'e> {
        Emitter {
            errors,
            names,
            expressions: 0,
            states: HashMap::new(),
        }
    }

    /// The number of expressions so far.
    pub(super) fn expressions(&self) -> usize {
        self.expressions
    }

    pub(super) fn body(&mut self, mut graph: Graph) -> MachineBody {
        let first = graph.first();
        let reached = graph.reached();
        let mut order: Vec<usize> = vec![first];
        order.extend(
            (0..graph.nodes.len()).filter(|index| *index != first && reached.contains(index)),
        );
        let mut identifiers = HashMap::new();
        for index in &order {
            if let Some(node) = graph.nodes.get(*index) {
                // A Join remains only after a refused statement.
                let is_join = matches!(node.work, Work::Join);
                identifiers.insert(*index, self.state_name(&node.name, is_join));
            }
        }
        let mut nodes: Vec<Option<Node>> = std::mem::take(&mut graph.nodes)
            .into_iter()
            .map(Some)
            .collect();
        let mut states = Vec::new();
        for index in order {
            let node = nodes.get_mut(index).and_then(Option::take);
            if let (Some(node), Some((name, renamed))) = (node, identifiers.get(&index)) {
                states.push(self.state(node, name.clone(), renamed.clone(), &identifiers));
            }
        }
        MachineBody {
            raw: Vec::new(),
            states,
            span: graph.span.unwrap_or_else(Span::call_site),
            broken: false,
        }
    }

    /// The identifier of a state, and its name if that is not an identifier. Reports a name that is
    /// used twice.
    fn state_name(&mut self, name: &StateName, is_join: bool) -> (Ident, Option<LitStr>) {
        if self.states.contains_key(&name.text) && !is_join {
            let remedy = if name.is_call {
                "`.named(\"Name\")`"
            } else {
                "`#[state(Name)]`"
            };
            let text = &name.text;
            let message =
                format!("the state name `{text}` is used twice: name this state with {remedy}");
            self.errors.at(name.place, message);
        }
        self.states.insert(name.text.clone(), name.span);
        match crate::name::identifier(&name.text, name.span) {
            Some(ident) => (ident, None),
            None => {
                let count = self.states.len();
                let ident = Ident::new(&format!("State{count}"), name.span);
                (ident, Some(LitStr::new(&name.text, name.span)))
            }
        }
    }

    fn number(&mut self, mut value: Expr) -> UserExpr {
        self.names.expr(&mut value);
        let id = self.expressions;
        self.expressions += 1;
        UserExpr { id, syn: value }
    }

    /// Gives an expression its number, and its variables their names.
    fn expression(&mut self, value: &mut UserExpr) {
        self.names.expr(&mut value.syn);
        value.id = self.expressions;
        self.expressions += 1;
    }

    fn amount(&mut self, amount: &mut Amount) {
        match amount {
            Amount::Seconds(..) => {}
            Amount::Computed(value) => self.expression(value),
        }
    }

    fn binding(&self, binding: &mut LetBinding) {
        for name in binding.names.iter_mut().flatten() {
            self.names.ident(name);
        }
    }

    fn lets(&mut self, lets: &mut [Let]) {
        for Let { binding, value } in lets {
            self.binding(binding);
            self.expression(value);
        }
    }

    fn state(
        &mut self,
        node: Node,
        name: Ident,
        renamed: Option<LitStr>,
        identifiers: &HashMap<usize, (Ident, Option<LitStr>)>,
    ) -> Draft {
        self.answer_has_a_type(&node);
        let span = node.name.span;
        let mut bodies = Vec::new();
        let mut options = StateOptions::default();
        options.timeout = node.timeout;
        options.heartbeat = node.heartbeat;
        for (_, amount) in options.timeout.iter_mut().chain(&mut options.heartbeat) {
            self.amount(amount);
        }
        options.retries = node.retries;
        let (word, kind) = match node.work {
            // A Return that remains is a Succeed, and a Join is skipped.
            Work::Join | Work::Return(_) | Work::Pass => ("pass", StateWork::Pass),
            Work::Task {
                path,
                arguments,
                parentheses,
                waits,
                reader,
                end,
            } => {
                let arguments = arguments.into_iter().map(|one| self.number(one)).collect();
                let call = Call {
                    wait: waits,
                    callee: Callee::Task(Application {
                        path,
                        arguments,
                        parentheses,
                    }),
                    called: None,
                    reader,
                    end,
                };
                ("task", StateWork::Task(Some(call)))
            }
            Work::Service {
                request,
                arguments,
                waits,
            } => {
                let arguments = arguments.into_iter().map(|one| self.number(one)).collect();
                let call = Call {
                    wait: waits,
                    callee: Callee::Request { request, arguments },
                    called: None,
                    reader: None,
                    end: None,
                };
                ("task", StateWork::Task(Some(call)))
            }
            Work::Wait(mut wait) => {
                match &mut wait {
                    Wait::Seconds(_, amount) => self.amount(amount),
                    Wait::Timestamp(_, value) => self.expression(value),
                }
                ("wait", StateWork::Wait(Some(wait)))
            }
            Work::Choice(subject) => {
                let subject = subject.map(|(value, keyword)| Subject {
                    keyword,
                    braces: span,
                    value: self.number(value),
                });
                (
                    "choice",
                    StateWork::Choice(ChoiceState {
                        subject,
                        fails: None,
                    }),
                )
            }
            Work::Succeed(value) => ("succeed", StateWork::Succeed(Some(self.number(value)))),
            Work::Fail(mut fail) => {
                let raised = fail.raised.iter_mut().flat_map(|raised| &mut raised.fields);
                let raised = raised.map(|(_, value)| value);
                for value in fail.error.iter_mut().chain(&mut fail.cause).chain(raised) {
                    self.expression(value);
                }
                ("fail", StateWork::Fail(fail))
            }
            Work::Parallel(branches) => {
                bodies = branches
                    .into_iter()
                    .map(|branch| self.body(branch))
                    .collect();
                ("parallel", StateWork::Parallel)
            }
            Work::Map(map) => {
                let (map, body) = self.map(*map);
                bodies.push(body);
                ("map", StateWork::Map(Box::new(map)))
            }
        };
        let mut state = State {
            docs: node.docs,
            renamed,
            keyword: Ident::new(word, span),
            name,
            kind,
            result: None,
            lets: Vec::new(),
            options,
            way: node.ends,
            broken: false,
        };
        state.result = node.result.map(|mut binding| {
            self.binding(&mut binding);
            binding.ty = binding.ty.or(node.answer);
            binding
        });
        let mut edges = Vec::new();
        let mut others = Vec::new();
        for edge in node.edges {
            self.edge(edge, &mut state, &mut edges, &mut others, identifiers);
        }
        edges.extend(others);
        if let Some(StateExit::End(_, value)) = &mut state.way {
            value.iter_mut().for_each(|value| self.expression(value));
        }
        Draft {
            state,
            edges,
            bodies,
        }
    }

    /// The answer to a task token needs a type in the source, because the definition contains its
    /// schema.
    fn answer_has_a_type(&self, node: &Node) {
        let Work::Task {
            path,
            waits: Some(_),
            ..
        } = &node.work
        else {
            return;
        };
        let is_used = node.result.is_some() || matches!(node.ends, Some(StateExit::End(_, None)));
        let is_typed = node.answer.is_some()
            || node
                .result
                .as_ref()
                .is_some_and(|target| target.ty.is_some());
        if is_used && !is_typed {
            self.errors.on(
                path,
                "the answer to the task token needs a type: bind it with one, `let answer: Type = ..`, or match its variants",
            );
        }
    }

    fn edge(
        &mut self,
        mut edge: Edge,
        state: &mut State,
        next: &mut Vec<Edge>,
        others: &mut Vec<Edge>,
        identifiers: &HashMap<usize, (Ident, Option<LitStr>)>,
    ) {
        self.lets(&mut edge.lets);
        let target = edge.to.take().and_then(|to| identifiers.get(&to));
        if let Some((name, _)) = target {
            let span = edge.name.span();
            edge.name = name.clone();
            edge.name.set_span(span);
        }
        match &mut edge.kind {
            EdgeKind::Next => {
                state.lets = std::mem::take(&mut edge.lets);
                if target.is_some() {
                    state.way.get_or_insert(StateExit::Next);
                    next.push(edge);
                }
                return;
            }
            EdgeKind::Rule { condition, .. } => match condition {
                Condition::Expression(condition) => self.expression(condition),
                Condition::Raw(_) => {}
            },
            EdgeKind::Arm { pattern, guard } => {
                self.names.pat(pattern);
                guard.iter_mut().for_each(|guard| self.expression(guard));
            }
            EdgeKind::Catch { errors, output } => {
                for error in errors {
                    if let ErrorPattern::Fields(_, pattern) = error {
                        self.names.pat(pattern);
                    }
                }
                output.iter_mut().for_each(|name| self.names.ident(name));
            }
            EdgeKind::Otherwise(_) | EdgeKind::CatchArm { .. } | EdgeKind::Exit { .. } => {}
        }
        if target.is_some() {
            others.push(edge);
        }
    }

    fn object<const N: usize>(&mut self, fields: [(&str, Expr); N], span: Span) -> ObjectLiteral {
        let entries = fields.map(|(name, value)| {
            let value = ObjectValue::Expression(self.number(value));
            (name.to_owned(), span, value)
        });
        ObjectLiteral {
            entries: entries.into(),
        }
    }

    fn map(&mut self, work: MapWork) -> (Map, MachineBody) {
        let MapWork {
            mut item,
            items,
            concurrency,
            distributed,
            label,
            tolerated_count,
            tolerated_percentage,
            results,
            body,
        } = work;
        self.names.ident(&mut item);
        let (list, ty, reader) = match items {
            MapItems::List(list) => (Some(self.number(list)), None, None),
            MapItems::Objects(objects) => {
                let ObjectItems {
                    function,
                    ty,
                    resource,
                    settings,
                    bucket,
                    key,
                } = *objects;
                let span = function.span();
                let reader = Access {
                    keyword: Ident::new("reader", span),
                    resource: LitStr::new(resource, span),
                    settings,
                    arguments: self.object([("Bucket", bucket), key], span),
                };
                (None, Some(ty), Some(reader))
            }
        };
        let writer = results.map(|(option, bucket, prefix)| Access {
            keyword: Ident::new("writer", option.span()),
            resource: LitStr::new("arn:aws:states:::s3:putObject", option.span()),
            settings: Vec::new(),
            arguments: self.object([("Bucket", bucket), ("Prefix", prefix)], option.span()),
        });
        let run = MapLoop { item, ty, list };
        let mut number = |value: Option<(Ident, Expr)>| {
            value.map(|(keyword, value)| (keyword, self.number(value)))
        };
        let max_concurrency = number(concurrency);
        let tolerated_count = number(tolerated_count);
        let tolerated_percentage = number(tolerated_percentage);
        let map = Map {
            run: Some(run),
            max_concurrency,
            iterator: false,
            distributed: Distributed {
                children: distributed,
                label,
                tolerated_count,
                tolerated_percentage,
                reader,
                batch: None,
                writer,
            },
        };
        (map, self.body(body))
    }
}
