//! The assignments and the ends of a body: they become part of the states before them.
//!
//! Statements without a call become Joins, and the value of a body a Return.
//! [`settle`](Graph::settle) moves the assignments of a Join to the transitions before it, and
//! makes a Pass state of a Join that no transition can take.

use super::evaluation::{
    assigned_names, changes, is_total, names_in, reads_changing_value, reads_token,
};
use super::{Exit, Graph, Node, Role};
use crate::function::naming::final_names::rename;
use crate::function::naming::names::Names;
use crate::function::naming::state_name::StateName;
use crate::machine::{
    Callee, EdgeKind, Let, LetBinding, ObjectLiteral, StateExit, StateWork, UserExpr,
};
use proc_macro2::{Ident, Span};
use std::collections::HashSet;
use syn::spanned::Spanned;
use syn::{Expr, parse_quote};

impl Graph {
    /// Makes an assignment before a state of each argument that may fail, if a Retrier or a Catcher
    /// of the state takes every error: Step Functions would treat the failure of an argument as a
    /// failure of the task.
    pub(crate) fn compute_arguments_before(&mut self, bind: &mut impl FnMut(Span) -> Ident) {
        for index in 0..self.nodes.len() {
            if !self.nodes[index].handles_all() {
                continue;
            }
            let node = &mut self.nodes[index];
            let mut lets = Vec::new();
            for argument in node.arguments() {
                if is_total(&argument.syn) || reads_token(&argument.syn) {
                    continue;
                }
                let name = bind(argument.syn.span());
                let value = std::mem::replace(&mut argument.syn, parse_quote!(#name));
                lets.push(Let {
                    binding: LetBinding::one(name),
                    value: value.into(),
                });
            }
            if lets.is_empty() {
                continue;
            }
            let name = StateName {
                text: format!("{}Arguments", node.name.text),
                is_explicit: false,
                attribute: None,
                ..node.name.clone()
            };
            let before = self.predecessors(index);
            let join = self.add(Node::join(name), &before);
            let exit = self.add_edge(join, EdgeKind::Next, self.nodes[index].name.span);
            self.nodes[join].edges[0].lets = lets;
            self.connect(&[exit], index);
        }
    }

    /// Makes each assignment part of a transition or of a Pass state. Returns the locations of
    /// loops without a state.
    pub(crate) fn settle(&mut self, names: &Names) -> Vec<Span> {
        let endless = self.loops_without_a_state();
        if !endless.is_empty() {
            return endless;
        }
        // An assignment may move through several Joins. It only moves backwards, so this ends.
        while let Some(index) = (0..self.nodes.len())
            .rev()
            .find(|index| self.nodes[*index].assigns())
        {
            self.settle_join(index);
        }
        self.skip_joins();
        for index in 0..self.nodes.len() {
            if self.nodes[index].role == Role::Return {
                self.settle_return(index);
            }
        }
        self.merge(names);
        Vec::new()
    }

    fn skip_joins(&mut self) {
        for index in 0..self.nodes.len() {
            for edge in 0..self.nodes[index].edges.len() {
                if let Some(to) = self.nodes[index].edges[edge].to {
                    // A transition back to the start of a loop is reported at the loop.
                    if to < index && self.nodes[to].alias().is_some() {
                        let head = self.nodes[to].name.span;
                        self.nodes[index].edges[edge].name.set_span(head);
                    }
                    self.nodes[index].edges[edge].to = Some(self.follow(to));
                }
            }
        }
    }

    fn loops_without_a_state(&self) -> Vec<Span> {
        let mut found = Vec::new();
        for (start, node) in self.nodes.iter().enumerate() {
            let mut at = start;
            let mut steps = 0;
            while let Some(to) = self.nodes.get(at).and_then(Node::alias) {
                steps += 1;
                at = to;
                if at == start {
                    found.push(node.name.span);
                    break;
                }
                if steps > self.nodes.len() {
                    break;
                }
            }
        }
        found.truncate(1);
        found
    }

    fn settle_join(&mut self, index: usize) {
        let Some(edge) = self.nodes[index].edges.first_mut() else {
            return;
        };
        let (lets, to) = (std::mem::take(&mut edge.lets), edge.to);
        let before = self.predecessors(index);
        // The entry of a body has no transition before it.
        let all_take = index != 0 && before.iter().all(|exit| self.takes(*exit, &lets));
        if !all_take {
            self.nodes[index].edges[0].lets = lets;
            self.nodes[index].role = Role::State;
            return;
        }
        for (node, number) in before {
            self.nodes[node].push_lets(number, &lets);
            self.nodes[node].edges[number].to = to;
        }
    }

    fn settle_return(&mut self, index: usize) {
        let StateWork::Succeed(Some(value)) = &self.nodes[index].state.kind else {
            return;
        };
        let value = value.syn.clone();
        let before = self.predecessors(index);
        let mut remains = index == 0 || before.is_empty();
        // A state has one `Next`, and may have other transitions to the same node, whose indexes
        // change.
        let ending = before.into_iter().map(|(node, number)| {
            let is_next = matches!(self.nodes[node].edges[number].kind, EdgeKind::Next);
            (node, number, is_next && self.can_end(node, &value))
        });
        for (node, number, ends) in ending.collect::<Vec<_>>() {
            if ends {
                let edge = self.nodes[node].edges.remove(number);
                self.nodes[node].state.exit =
                    Some(StateExit::end(value.span(), Some(value.clone().into())));
                // A state that ends evaluates its `let`s as locals of its `end`.
                self.nodes[node].state.lets = edge.lets;
            } else {
                remains = true;
            }
        }
        if remains {
            self.nodes[index].role = Role::State;
        }
    }

    /// Whether a transition can take assignments.
    fn takes(&self, (node, number): Exit, lets: &[Let]) -> bool {
        let node = &self.nodes[node];
        let edge = &node.edges[number];
        let is_next = matches!(edge.kind, EdgeKind::Next);
        // Step Functions would repeat or catch the failure of such an expression as a failure of
        // the state's task.
        if is_next && node.handles_all() && !lets.iter().all(|one| is_total(&one.value.syn)) {
            return false;
        }
        // Names that a pattern binds; a name that a `let` binds is renamed when it is assigned
        // again.
        let bound = edge.bound().into_iter();
        let assigned: HashSet<String> = bound.map(|(name, _)| name.to_string()).collect();
        let changing: HashSet<String> = edge
            .lets
            .iter()
            .filter(|one| changes(&one.value.syn))
            .flat_map(|one| assigned_names(&one.binding))
            .collect();
        lets.iter().all(|one| {
            let read = names_in(&one.value.syn);
            assigned_names(&one.binding).all(|name| !assigned.contains(&name))
                && read.iter().all(|name| !changing.contains(name))
        }) && !reads_changing_value(lets)
    }

    fn can_end(&self, node: usize, value: &Expr) -> bool {
        let node = &self.nodes[node];
        let ends = node.role == Role::State && node.state.kind.hands_on();
        let is_safe = !node.handles_all() || is_total(value);
        let read = names_in(value);
        let mut changing = node
            .edges
            .iter()
            .flat_map(|edge| &edge.lets)
            .filter(|one| changes(&one.value.syn));
        let reads_changing =
            changing.any(|one| assigned_names(&one.binding).any(|name| read.contains(&name)));
        ends && is_safe && !reads_changing
    }
}

impl Node {
    /// Whether it is a Join with assignments.
    fn assigns(&self) -> bool {
        let mut edges = self.edges.iter();
        self.role == Role::Join && edges.any(|edge| !edge.lets.is_empty())
    }

    /// The values that it computes before its work.
    fn arguments(&mut self) -> Vec<&mut UserExpr> {
        match &mut self.state.kind {
            StateWork::Task(Some(call)) => match &mut call.callee {
                Callee::Task(call) => call.arguments.iter_mut().collect(),
                _ => Vec::new(),
            },
            StateWork::Map(map) => {
                let list = map.run.iter_mut().flat_map(|run| &mut run.list);
                let accesses = map.distributed.reader.iter_mut();
                let accesses = accesses.chain(&mut map.distributed.writer);
                let objects = accesses.map(|access| &mut access.arguments);
                list.chain(objects.flat_map(ObjectLiteral::expressions_mut))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// Adds assignments to a transition. If a variable is assigned twice on it, the first value
    /// gets a name that is no variable, `_total`, which only the later assignments of the
    /// transition read. Several values may have that name: an assignment reads the latest one
    /// before it.
    fn push_lets(&mut self, number: usize, lets: &[Let]) {
        for one in lets {
            let mut one = copy(one);
            let variables = assigned_names(&one.binding).filter(|name| !name.starts_with('_'));
            for name in variables.collect::<Vec<_>>() {
                let Some(edge) = self.edges.get_mut(number) else {
                    return;
                };
                let before = edge
                    .lets
                    .iter()
                    .rposition(|earlier| earlier.binding.named().any(|other| *other == name));
                let of_result = matches!(edge.kind, EdgeKind::Next)
                    && self
                        .state
                        .result
                        .as_ref()
                        .is_some_and(|result| result.named().any(|other| *other == name));
                let renamed = match (before, of_result) {
                    (Some(at), _) => {
                        hide(&mut edge.lets[at].binding, &name);
                        at + 1
                    }
                    (None, true) => {
                        if let Some(result) = &mut self.state.result {
                            hide(result, &name);
                        }
                        0
                    }
                    (None, false) => continue,
                };
                for later in edge.lets.iter_mut().skip(renamed) {
                    rename(&mut later.value.syn, &name, &format!("_{name}"));
                }
                rename(&mut one.value.syn, &name, &format!("_{name}"));
            }
            if let Some(edge) = self.edges.get_mut(number) {
                edge.lets.push(one);
            }
        }
    }
}

/// Renames a variable so that it is none: `_total`.
fn hide(binding: &mut LetBinding, name: &str) {
    for one in binding.names.iter_mut().flatten() {
        if *one == name {
            *one = Ident::new(&format!("_{name}"), one.span());
        }
    }
}

/// The same assignment on another transition.
fn copy(one: &Let) -> Let {
    Let {
        binding: one.binding.clone(),
        value: one.value.syn.clone().into(),
    }
}
