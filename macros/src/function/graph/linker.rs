//! The finished graph as a [`MachineBody`], which the rules of `workflow!` check.
//!
//! States and variables get their names only here, because a name depends on the whole function.

use super::{Graph, Node, Role};
use crate::errors::Errors;
use crate::function::naming::final_names::FinalNames;
use crate::function::naming::state_name::StateName;
use crate::machine::{
    Draft, Edge, EdgeKind, ErrorPattern, Let, LetBinding, MachineBody, State, StateExit, StateWork,
    UserExpr,
};
use proc_macro2::{Ident, Span};
use std::collections::{HashMap, HashSet};
use syn::LitStr;

/// The states of a function, and the number of their expressions.
pub(crate) fn linked(graph: Graph, names: &FinalNames, errors: &Errors) -> (MachineBody, usize) {
    let mut linker = Linker {
        errors,
        names: HashSet::new(),
    };
    let mut body = linker.body(graph);
    let mut numbering = Numbering {
        names,
        expressions: 0,
    };
    numbering.body(&mut body);
    (body, numbering.expressions)
}

/// Gives states their names, and transitions those of their targets.
struct Linker<'e> {
    errors: &'e Errors,
    /// The names of the states so far, in the whole function.
    names: HashSet<String>,
}

/// The identifier of a state, and its name if that is not an identifier.
type Identifier = (Ident, Option<LitStr>);

impl Linker<'_> {
    fn body(&mut self, mut graph: Graph) -> MachineBody {
        let first = graph.first();
        let reached = graph.reached();
        let others = (0..graph.nodes.len()).filter(|index| *index != first);
        let order = std::iter::once(first).chain(others.filter(|index| reached.contains(index)));
        let order: Vec<usize> = order.collect();
        let mut identifiers = HashMap::new();
        for index in &order {
            if let Some(node) = graph.nodes.get(*index) {
                identifiers.insert(*index, self.identifier(node));
            }
        }
        let nodes = std::mem::take(&mut graph.nodes).into_iter();
        let mut nodes: Vec<Option<Node>> = nodes.map(Some).collect();
        let mut states = Vec::new();
        for index in order {
            let node = nodes.get_mut(index).and_then(Option::take);
            if let (Some(node), Some(identifier)) = (node, identifiers.get(&index)) {
                states.push(self.draft(node, identifier, &identifiers));
            }
        }
        MachineBody {
            raw: Vec::new(),
            states,
            span: graph.span.unwrap_or_else(Span::call_site),
            broken: false,
        }
    }

    /// Reports a name that is used twice.
    fn identifier(&mut self, node: &Node) -> Identifier {
        let StateName { text, span, .. } = &node.name;
        let is_new = self.names.insert(text.clone());
        // A Join remains only after a refused statement.
        if !is_new && node.role != Role::Join {
            let remedy = if node.name.is_call {
                "`.named(\"Name\")`"
            } else {
                "`#[state(Name)]`"
            };
            let message =
                format!("the state name `{text}` is used twice: name this state with {remedy}");
            self.errors.at(node.name.place, message);
        }
        match crate::name::identifier(text, *span) {
            Some(identifier) => (identifier, None),
            None => {
                let count = self.names.len();
                let identifier = Ident::new(&format!("State{count}"), *span);
                (identifier, Some(LitStr::new(text, *span)))
            }
        }
    }

    fn draft(
        &mut self,
        node: Node,
        identifier: &Identifier,
        identifiers: &HashMap<usize, Identifier>,
    ) -> Draft {
        self.answer_has_a_type(&node);
        let mut state = node.state;
        (state.name, state.renamed) = identifier.clone();
        state.keyword = Ident::new(state.kind.word(), node.name.span);
        if let Some(result) = &mut state.result {
            result.ty = result.ty.take().or(node.answer);
        }
        let (mut edges, mut others) = (Vec::new(), Vec::new());
        for mut edge in node.edges {
            let target = edge.to.take().and_then(|to| identifiers.get(&to));
            let Some((target, _)) = target else {
                continue;
            };
            let span = edge.name.span();
            edge.name = target.clone();
            edge.name.set_span(span);
            if let EdgeKind::Next = edge.kind {
                state.lets = std::mem::take(&mut edge.lets);
                state.exit.get_or_insert(StateExit::Next);
                edges.push(edge);
            } else {
                others.push(edge);
            }
        }
        edges.extend(others);
        let bodies = node.bodies.into_iter().map(|body| self.body(body));
        Draft {
            state,
            edges,
            bodies: bodies.collect(),
        }
    }

    /// The answer to a task token needs a type in the source, because the definition contains its
    /// schema.
    fn answer_has_a_type(&self, node: &Node) {
        let Some(task) = node.waiting_task() else {
            return;
        };
        let (result, exit) = (&node.state.result, &node.state.exit);
        let is_used = result.is_some() || matches!(exit, Some(StateExit::End(_, None)));
        let ty = result.as_ref().and_then(|result| result.ty.as_ref());
        let is_typed = ty.or(node.answer.as_ref()).is_some();
        if is_used && !is_typed {
            self.errors.on(
                task,
                "the answer to the task token needs a type: bind it with one, `let answer: Type = ..`, or match its variants",
            );
        }
    }
}

/// Gives expressions their numbers, and variables their names.
struct Numbering<'n> {
    names: &'n FinalNames,
    expressions: usize,
}

impl Numbering<'_> {
    fn body(&mut self, body: &mut MachineBody) {
        for draft in &mut body.states {
            for place in draft.places_mut() {
                self.expression(place.expression);
            }
            self.state(&mut draft.state);
            draft.edges.iter_mut().for_each(|edge| self.edge(edge));
            draft.bodies.iter_mut().for_each(|body| self.body(body));
        }
    }

    fn state(&mut self, state: &mut State) {
        if let StateWork::Map(map) = &mut state.kind {
            let items = map.run.iter_mut().map(|run| &mut run.item);
            items.for_each(|item| self.names.ident(item));
        }
        if let Some(result) = &mut state.result {
            self.binding(result);
        }
        self.lets(&mut state.lets);
        if let Some(StateExit::End(_, Some(value))) = &mut state.exit {
            self.expression(value);
        }
    }

    fn edge(&mut self, edge: &mut Edge) {
        self.lets(&mut edge.lets);
        match &mut edge.kind {
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
            // The condition of a rule is one of the positions of its state.
            EdgeKind::Rule { .. } | EdgeKind::Next | EdgeKind::Otherwise(_) => {}
            EdgeKind::CatchArm { .. } | EdgeKind::Exit { .. } => {}
        }
    }

    fn lets(&mut self, lets: &mut [Let]) {
        for Let { binding, value } in lets {
            self.binding(binding);
            self.expression(value);
        }
    }

    fn binding(&self, binding: &mut LetBinding) {
        let names = binding.names.iter_mut().flatten();
        names.for_each(|name| self.names.ident(name));
    }

    fn expression(&mut self, value: &mut UserExpr) {
        self.names.expr(&mut value.syn);
        value.id = self.expressions;
        self.expressions += 1;
    }
}
