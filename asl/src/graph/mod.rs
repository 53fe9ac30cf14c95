//! The states of a definition and the transitions between them.
//!
//! A graph is built from a [`StateMachine`](crate::StateMachine), or from any JSON, valid or not.
//! Malformed states, transitions and names are skipped. The graph has one container for the machine
//! itself, and one for each branch of a Parallel and each processor of a Map.
//!
//! ```
//! use stepwright_asl::StateMachine;
//! use stepwright_asl::graph::Graph;
//!
//! let machine = StateMachine::from_json(r#"{"StartAt": "A", "States": {
//!     "A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}, "C": {"Type": "Succeed"}}}"#)?;
//! let graph = Graph::of(&machine);
//! let reached: Vec<_> = graph.reachable(0).into_iter().map(|state| graph.states()[state].name).collect();
//! assert_eq!(reached, ["A", "B"]);
//! let (from, _) = graph.predecessors(1).next().expect("something leads to B");
//! assert_eq!(graph.states()[from].name, "A");
//! # Ok::<(), stepwright_asl::Diagnostics>(())
//! ```

mod definition;
mod edge;
mod json;
mod machine;
mod raises;
mod uncaught;

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use crate::json::{Json, Pointer};
use crate::model::{QueryLanguage, StateKind};
use crate::route::{self, Route};

pub use definition::Definition;
pub use edge::{Edge, EdgeKind};
#[doc(hidden)]
pub use raises::is_distributed;
pub use uncaught::{CatchingName, UncaughtError};

use definition::Body;

/// The states, transitions and containers of a definition, which is a [`Json`] or a
/// [`StateMachine`](crate::StateMachine).
#[derive(Debug, Clone)]
pub struct Graph<'j, D: Definition = Json> {
    containers: Vec<Container<'j, D>>,
    states: Vec<State<'j, D>>,
    language: QueryLanguage,
    incoming: OnceLock<Vec<Vec<Incoming>>>,
}

/// A transition into a state: the source state, and the index of the transition there.
type Incoming = (usize, usize);

/// The states of the machine, of a branch or of a Map's processor. Transitions never leave their
/// container.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Container<'j, D: Definition = Json> {
    /// Pointer to the object with `StartAt` and `States`.
    pub pointer: Pointer<'j>,
    /// That object; for a `StateMachine`, the states in it.
    pub object: &'j D::Container,
    /// The name in `StartAt`.
    pub start_at: Option<&'j str>,
    /// The state that contains the container; `None` for the machine.
    pub parent: Option<usize>,
    /// Its states, by index into [`Graph::states`].
    pub states: Vec<usize>,
    by_name: HashMap<&'j str, usize>,
    body: Option<route::Body>,
}

/// A state.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct State<'j, D: Definition = Json> {
    /// The state's name.
    pub name: &'j str,
    /// Pointer to the state.
    pub pointer: Pointer<'j>,
    /// The state itself: an object of the JSON, or the [`State`](crate::model::State) of a
    /// `StateMachine`.
    pub object: &'j D::State,
    /// The state's type; `None` if `Type` is missing or unknown.
    pub kind: Option<StateKind>,
    /// The container of the state.
    pub container: usize,
    /// The containers inside it.
    pub inner: Vec<usize>,
    /// The outgoing transitions, in document order.
    pub edges: Vec<Edge<'j>>,
    is_terminal: bool,
}

/// Pending work of the reader: a container, or the remaining states of one.
enum PendingWork<'j, D: Definition> {
    Body(Body<'j, D>, Option<usize>),
    States(usize, std::vec::IntoIter<(&'j str, &'j D::State)>),
}

impl<'j, D: Definition> Graph<'j, D> {
    /// Builds the graph of a definition: a `&Json` or a `&StateMachine`.
    pub fn of(definition: &'j D) -> Graph<'j, D> {
        let mut graph = Graph {
            containers: Vec::new(),
            states: Vec::new(),
            language: definition.language().unwrap_or(QueryLanguage::JsonPath),
            incoming: OnceLock::new(),
        };
        // Definitions may nest deeply, so this does not recurse.
        let mut open: Vec<PendingWork<'j, D>> = Vec::new();
        open.extend(
            definition
                .machine()
                .map(|body| PendingWork::Body(body, None)),
        );
        while let Some(next) = open.pop() {
            match next {
                PendingWork::Body(mut body, parent) => {
                    let states = std::mem::take(&mut body.states).into_iter();
                    open.push(PendingWork::States(graph.container(body, parent), states));
                }
                PendingWork::States(container, mut states) => {
                    let Some((name, object)) = states.next() else {
                        continue;
                    };
                    open.push(PendingWork::States(container, states));
                    let (index, bodies) = graph.state(name, object, container);
                    let bodies = bodies.into_iter().rev();
                    open.extend(bodies.map(|body| PendingWork::Body(body, Some(index))));
                }
            }
        }
        graph
    }

    /// All containers; the machine is the first.
    pub fn containers(&self) -> &[Container<'j, D>] {
        &self.containers
    }

    /// All states. States of inner containers follow the state that contains them.
    pub fn states(&self) -> &[State<'j, D>] {
        &self.states
    }

    /// The state with a name in a container.
    pub fn find(&self, container: usize, name: &str) -> Option<usize> {
        self.containers.get(container)?.by_name.get(name).copied()
    }

    /// The innermost state that a pointer refers to or into, such as the pointer of a diagnostic;
    /// `None` if the pointer is outside of all states.
    ///
    /// ```
    /// use stepwright_asl::graph::Graph;
    /// use stepwright_asl::json;
    ///
    /// let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}});
    /// let graph = Graph::of(&definition);
    /// assert_eq!(graph.state_at("/States/A/Next"), graph.find(0, "A"));
    /// assert_eq!(graph.state_at("/StartAt"), None);
    /// ```
    pub fn state_at(&self, pointer: &str) -> Option<usize> {
        let route = Route::of(pointer)?;
        let mut found = self.find(0, &route.first)?;
        for (body, name) in &route.inner {
            let mut inner = self.states[found].inner.iter();
            let container = inner.find(|inner| self.containers[**inner].body == Some(*body));
            match container.and_then(|container| self.find(*container, name)) {
                Some(state) => found = state,
                None => break,
            }
        }
        Some(found)
    }

    /// The target states of a state, with each transition. Transitions without a valid target are
    /// omitted.
    pub fn successors(&self, state: usize) -> impl Iterator<Item = (usize, &Edge<'j>)> {
        let state = self.states.get(state).into_iter();
        state.flat_map(|state| {
            let target = |edge: &Edge<'_>| self.find(state.container, edge.target);
            let edges = state.edges.iter();
            edges.filter_map(move |edge| Some((target(edge)?, edge)))
        })
    }

    /// The states with a transition to this state, with each transition, in the order of
    /// [`Graph::states`].
    pub fn predecessors(&self, state: usize) -> impl Iterator<Item = (usize, &Edge<'j>)> {
        let incoming = self.incoming.get_or_init(|| self.incoming());
        let incoming = incoming.get(state).into_iter().flatten();
        incoming.map(|(from, edge)| (*from, &self.states[*from].edges[*edge]))
    }

    /// The states of a container that are reachable from its `StartAt`, in traversal order.
    pub fn reachable(&self, container: usize) -> Vec<usize> {
        let start = self
            .containers
            .get(container)
            .and_then(|found| self.find(container, found.start_at?));
        let mut seen = HashSet::new();
        let mut reached: Vec<usize> = Vec::new();
        let mut open: Vec<usize> = start.into_iter().collect();
        while let Some(state) = open.pop() {
            if !seen.insert(state) {
                continue;
            }
            reached.push(state);
            let targets = self.states[state].edges.iter().rev();
            open.extend(targets.filter_map(|edge| self.find(container, edge.target)));
        }
        reached
    }

    fn incoming(&self) -> Vec<Vec<Incoming>> {
        let mut incoming = vec![Vec::new(); self.states.len()];
        for (from, state) in self.states.iter().enumerate() {
            for (index, edge) in state.edges.iter().enumerate() {
                if let Some(to) = self.find(state.container, edge.target) {
                    incoming[to].push((from, index));
                }
            }
        }
        incoming
    }

    fn container(&mut self, body: Body<'j, D>, parent: Option<usize>) -> usize {
        let index = self.containers.len();
        self.containers.push(Container {
            pointer: body.pointer,
            object: body.object,
            start_at: body.start_at,
            parent,
            states: Vec::new(),
            by_name: HashMap::new(),
            body: body.body,
        });
        if let Some(parent) = parent {
            self.states[parent].inner.push(index);
        }
        index
    }

    fn state(
        &mut self,
        name: &'j str,
        object: &'j D::State,
        container: usize,
    ) -> (usize, Vec<Body<'j, D>>) {
        let index = self.states.len();
        let pointer = self.containers[container].pointer.key("States").key(name);
        let read = D::state(object, &pointer);
        self.states.push(State {
            name,
            pointer,
            object,
            kind: read.kind,
            container,
            inner: Vec::new(),
            edges: read.edges,
            is_terminal: read.ends
                || matches!(read.kind, Some(StateKind::Succeed | StateKind::Fail)),
        });
        self.containers[container].states.push(index);
        self.containers[container].by_name.insert(name, index);
        (index, read.bodies)
    }
}

impl<D: Definition> State<'_, D> {
    /// Whether the execution, branch or iteration may end here: `End` is true, or the state is a
    /// Succeed or Fail.
    pub fn is_terminal(&self) -> bool {
        self.is_terminal
    }
}

#[cfg(test)]
mod tests;
