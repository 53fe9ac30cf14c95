//! The states of one body while a function is translated.
//!
//! A node holds a [`State`] and its [`Edge`]s. Until the states of the whole function are known,
//! a state and the target of a transition are named `_`, and [`Edge::to`] is the index of a node.
//! [`linker`](self::linker) gives them their names.

mod evaluation;
mod joins;
pub(super) mod linker;
mod merge;
pub(super) mod unique_names;

use super::naming::state_name::StateName;
use crate::checked_type::DeclaredType;
use crate::machine::{
    Call, Callee, ChoiceState, Condition, Edge, EdgeKind, ErrorPattern, State, StateExit,
    StateWork, Subject, UserExpr,
};
use proc_macro2::{Ident, Span};
use std::collections::HashSet;
use syn::{Expr, Pat, Path};

/// The states of a function, of a branch or of a Map's body. The node 0 is its entry.
#[derive(Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) span: Option<Span>,
}

/// A state, or a node that exists only during the translation.
pub(super) struct Node {
    pub(super) role: Role,
    pub(super) state: State,
    pub(super) name: StateName,
    /// The type of the answer that a call waits for.
    pub(super) answer: Option<DeclaredType>,
    /// The options of the call, as in the source.
    pub(super) options_text: String,
    /// Its transitions; the `let`s of the state are those of its [`EdgeKind::Next`].
    pub(super) edges: Vec<Edge>,
    /// The branches, or the body of a Map.
    pub(super) bodies: Vec<Graph>,
}

/// What becomes of a node.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A state.
    State,
    /// It only assigns variables: its assignments become part of the transitions before it, or it
    /// becomes a Pass state.
    Join,
    /// The body ends with a value: the states before it end with that value, or it becomes a
    /// Succeed state.
    Return,
}

/// A transition without a target yet: its node, and its index there.
pub(super) type Exit = (usize, usize);

impl Graph {
    /// Adds a node, and connects the exits to it.
    pub(super) fn add(&mut self, node: Node, exits: &[Exit]) -> usize {
        let index = self.nodes.len();
        self.nodes.push(node);
        self.connect(exits, index);
        index
    }

    /// Connects the end of a loop's body to the loop's start. Messages about the loop are at this
    /// location.
    pub(super) fn repeat(&mut self, exits: &[Exit], head: usize) {
        let span = self.nodes.get(head).map(|head| head.name.span);
        for (node, edge) in exits {
            let edge = self
                .nodes
                .get_mut(*node)
                .and_then(|node| node.edges.get_mut(*edge));
            if let (Some(edge), Some(span)) = (edge, span) {
                edge.name.set_span(span);
            }
        }
        self.connect(exits, head);
    }

    pub(super) fn connect(&mut self, exits: &[Exit], to: usize) {
        for (node, edge) in exits {
            if let Some(edge) = self
                .nodes
                .get_mut(*node)
                .and_then(|node| node.edges.get_mut(*edge))
            {
                edge.to = Some(to);
            }
        }
    }

    /// Adds a transition without a target. Messages about it are at this location.
    pub(super) fn add_edge(&mut self, node: usize, kind: EdgeKind, span: Span) -> Exit {
        let Some(node_of) = self.nodes.get_mut(node) else {
            return (node, 0);
        };
        node_of.edges.push(Edge::new(kind, unnamed(span)));
        (node, node_of.edges.len() - 1)
    }

    /// Adds the rule of an `if`.
    pub(super) fn add_rule(&mut self, node: usize, condition: Expr, span: Span) -> Exit {
        let keyword = Ident::new("when", span);
        let condition = Condition::Expression(condition.into());
        self.add_edge(node, EdgeKind::Rule { keyword, condition }, span)
    }

    /// Adds the transition of an `else`.
    pub(super) fn add_otherwise(&mut self, node: usize, span: Span) -> Exit {
        self.add_edge(
            node,
            EdgeKind::Otherwise(Ident::new("otherwise", span)),
            span,
        )
    }

    /// Adds the transition of an arm.
    pub(super) fn add_arm(
        &mut self,
        node: usize,
        pattern: Pat,
        guard: Option<Expr>,
        span: Span,
    ) -> Exit {
        let guard = guard.map(UserExpr::from);
        self.add_edge(node, EdgeKind::Arm { pattern, guard }, span)
    }

    /// The node itself, or the first one after it that is no Join.
    pub(super) fn follow(&self, mut node: usize) -> usize {
        let mut seen = HashSet::new();
        while let Some(next) = self.nodes.get(node).and_then(Node::alias) {
            if !seen.insert(node) {
                break;
            }
            node = next;
        }
        node
    }

    pub(super) fn predecessors(&self, of: usize) -> Vec<Exit> {
        let mut found = Vec::new();
        for (index, node) in self.nodes.iter().enumerate() {
            for (number, edge) in node.edges.iter().enumerate() {
                if edge.to == Some(of) {
                    found.push((index, number));
                }
            }
        }
        found
    }

    /// The states that the entry reaches, and the first state.
    pub(super) fn reached(&self) -> HashSet<usize> {
        let mut reached = HashSet::new();
        let mut todo = vec![self.first()];
        while let Some(index) = todo.pop() {
            if reached.insert(index)
                && let Some(node) = self.nodes.get(index)
            {
                todo.extend(node.edges.iter().filter_map(|edge| edge.to));
            }
        }
        reached
    }

    /// Begins a Map's body with a Pass state if the first state cannot read the item from its
    /// input: it contains states, or it runs again.
    pub(super) fn begin_with_pass(&mut self) {
        let first = self.first();
        let Some(node) = self.nodes.get(first) else {
            return;
        };
        let contains = !node.bodies.is_empty();
        let runs_again = !self
            .predecessors(first)
            .iter()
            .all(|(before, _)| *before == 0);
        if first != 0 && (contains || runs_again) {
            self.nodes[0].role = Role::State;
        }
    }

    /// The state in which the body begins.
    pub(super) fn first(&self) -> usize {
        self.follow(0)
    }
}

impl Node {
    pub(super) fn new(kind: StateWork, name: StateName) -> Node {
        Node {
            role: Role::State,
            state: State::new(Ident::new(kind.word(), name.span), unnamed(name.span), kind),
            name,
            answer: None,
            options_text: String::new(),
            edges: Vec::new(),
            bodies: Vec::new(),
        }
    }

    /// A node that only assigns variables.
    pub(super) fn join(name: StateName) -> Node {
        Node {
            role: Role::Join,
            ..Node::new(StateWork::Pass, name)
        }
    }

    /// The end of a body with a value.
    pub(super) fn returning(value: Expr, name: StateName) -> Node {
        Node {
            role: Role::Return,
            ..Node::new(StateWork::Succeed(Some(value.into())), name)
        }
    }

    /// A Choice by conditions.
    pub(super) fn choice(name: StateName) -> Node {
        Node::new(StateWork::Choice(ChoiceState::default()), name)
    }

    /// A Choice by patterns of a value. `keyword` is the location of the `match`, `if` or `let`.
    pub(super) fn choice_of(value: Expr, keyword: Span, name: StateName) -> Node {
        let subject = Subject {
            keyword,
            braces: name.span,
            value: value.into(),
        };
        let choice = ChoiceState {
            subject: Some(subject),
            fails: None,
        };
        Node::new(StateWork::Choice(choice), name)
    }

    /// The body ends with the result of this state.
    pub(super) fn end(&mut self) {
        self.state.exit = Some(StateExit::end(self.name.span, None));
    }

    /// The call of a task function.
    pub(super) fn task_call(&mut self) -> Option<&mut Call> {
        match &mut self.state.kind {
            StateWork::Task(Some(call)) if matches!(call.callee, Callee::Task(_)) => Some(call),
            _ => None,
        }
    }

    /// The task function whose call waits for a task token.
    pub(super) fn waiting_task(&self) -> Option<&Path> {
        let call = self.state.call()?;
        call.wait.as_ref().and(self.state.task())
    }

    /// The node that takes the place of a Join without assignments.
    pub(super) fn alias(&self) -> Option<usize> {
        match (self.role, self.edges.first()) {
            (Role::Join, Some(edge)) => edge.to,
            _ => None,
        }
    }

    /// Whether a Retrier or a Catcher of this state takes every error.
    pub(super) fn handles_all(&self) -> bool {
        let retries = self
            .state
            .options
            .retries
            .iter()
            .flat_map(|retry| &retry.errors);
        let caught = self.edges.iter().flat_map(caught_errors);
        retries.chain(caught).any(ErrorPattern::is_all)
    }

    /// Whether a Catcher of this state takes every error.
    pub(super) fn catches_all(&self) -> bool {
        let mut caught = self.edges.iter().flat_map(caught_errors);
        caught.any(ErrorPattern::is_all)
    }
}

/// The errors of a Catcher.
fn caught_errors(edge: &Edge) -> &[ErrorPattern] {
    match &edge.kind {
        EdgeKind::Catch { errors, .. } => errors,
        _ => &[],
    }
}

/// The name of a state that has none yet.
fn unnamed(span: Span) -> Ident {
    Ident::new("_", span)
}
