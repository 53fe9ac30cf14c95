//! The states of a definition and the transitions between them.
//!
//! A graph is read from any JSON, however broken: what is no state, no transition or no name is left out. It has one container
//! for the machine itself, and one for each branch of a Parallel and each processor of a Map.
//!
//! ```
//! use stepwright_asl::graph::Graph;
//! use stepwright_asl::json::Json;
//!
//! let json: Json = r#"{"StartAt": "A", "States": {
//!     "A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}, "C": {"Type": "Succeed"}}}"#.parse()?;
//! let graph = Graph::of(&json);
//! let reached: Vec<_> = graph.reachable(0).into_iter().map(|state| graph.states()[state].name).collect();
//! assert_eq!(reached, ["A", "B"]);
//! # Ok::<(), stepwright_asl::SyntaxError>(())
//! ```

use std::collections::{HashMap, HashSet};

use crate::json::{Json, Object, Pointer};
use crate::model::StateKind;

/// States, transitions and containers of a definition.
#[derive(Debug, Clone, Default)]
pub struct Graph<'j> {
    containers: Vec<Container<'j>>,
    states: Vec<State<'j>>,
}

/// The states between which transitions go: those of the machine, of a branch or of a Map's processor.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Container<'j> {
    /// Pointer to the object that has `StartAt` and `States`.
    pub pointer: Pointer<'j>,
    /// That object.
    pub object: &'j Object,
    /// The name in `StartAt`.
    pub start_at: Option<&'j str>,
    /// The state that the container is a part of; `None` for the machine.
    pub parent: Option<usize>,
    /// Its states, by index into [`Graph::states`].
    pub states: Vec<usize>,
    by_name: HashMap<&'j str, usize>,
}

/// A state.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct State<'j> {
    /// Its name.
    pub name: &'j str,
    /// Pointer to it.
    pub pointer: Pointer<'j>,
    /// What it is.
    pub object: &'j Object,
    /// Its type, when `Type` names one.
    pub kind: Option<StateKind>,
    /// The container it stands in.
    pub container: usize,
    /// The containers inside it.
    pub inner: Vec<usize>,
    /// The transitions out of it, in the order of the text.
    pub edges: Vec<Edge<'j>>,
    is_terminal: bool,
}

/// A transition.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Edge<'j> {
    /// What it is taken for.
    pub kind: EdgeKind,
    /// The name of the state it goes to.
    pub target: &'j str,
    /// Pointer to that name.
    pub pointer: Pointer<'j>,
}

/// What a transition is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EdgeKind {
    /// `Next` of the state.
    Next,
    /// A rule of a Choice, by its index.
    Choice(usize),
    /// No rule of a Choice held.
    Default,
    /// A catcher, by its index.
    Catch(usize),
}

impl<'j> Graph<'j> {
    /// Reads the graph of a definition.
    pub fn of(definition: &'j Json) -> Graph<'j> {
        let mut graph = Graph::default();
        if let Some(object) = definition.as_object() {
            graph.container(object, Pointer::ROOT, None);
        }
        graph
    }

    /// All containers; the machine is the first.
    pub fn containers(&self) -> &[Container<'j>] {
        &self.containers
    }

    /// All states, those of inner containers behind the state they stand in.
    pub fn states(&self) -> &[State<'j>] {
        &self.states
    }

    /// The state of a name in a container.
    pub fn find(&self, container: usize, name: &str) -> Option<usize> {
        self.containers.get(container)?.by_name.get(name).copied()
    }

    /// The states of a container that a walk from its `StartAt` reaches, in the order of the walk.
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

    fn container(
        &mut self,
        object: &'j Object,
        pointer: Pointer<'j>,
        parent: Option<usize>,
    ) -> usize {
        let index = self.containers.len();
        self.containers.push(Container {
            pointer: pointer.clone(),
            object,
            start_at: object.get("StartAt").and_then(Json::as_str),
            parent,
            states: Vec::new(),
            by_name: HashMap::new(),
        });
        let states = object.get("States").and_then(Json::as_object);
        let pointer = pointer.key("States");
        for (name, state) in states.into_iter().flatten() {
            if let Some(object) = state.as_object() {
                self.state(name, object, pointer.key(name), index);
            }
        }
        index
    }

    fn state(&mut self, name: &'j str, object: &'j Object, pointer: Pointer<'j>, container: usize) {
        let index = self.states.len();
        // One look at each member is faster than a look for each that matters.
        let (mut kind, mut ends) = (None, false);
        let mut bodies: [Option<&'j Json>; 3] = [None; 3];
        for (key, value) in object {
            match key.as_str() {
                "Type" => kind = value.as_str().and_then(StateKind::from_word),
                "End" => ends = value.as_bool() == Some(true),
                "Branches" => bodies[0] = Some(value),
                "ItemProcessor" => bodies[1] = Some(value),
                "Iterator" => bodies[2] = Some(value),
                _ => {}
            }
        }
        self.states.push(State {
            name,
            edges: edges(object, &pointer),
            pointer: pointer.clone(),
            object,
            kind,
            container,
            inner: Vec::new(),
            is_terminal: ends || matches!(kind, Some(StateKind::Succeed | StateKind::Fail)),
        });
        self.containers[container].states.push(index);
        self.containers[container].by_name.insert(name, index);

        let mut inner = Vec::new();
        let [branches, processor, iterator] = bodies;
        let branches = branches.and_then(Json::as_array);
        for (branch, json) in branches.into_iter().flatten().enumerate() {
            if let Some(object) = json.as_object() {
                let pointer = pointer.key("Branches").index(branch);
                inner.push(self.container(object, pointer, Some(index)));
            }
        }
        for (field, body) in [("ItemProcessor", processor), ("Iterator", iterator)] {
            if let Some(object) = body.and_then(Json::as_object) {
                inner.push(self.container(object, pointer.key(field), Some(index)));
            }
        }
        self.states[index].inner = inner;
    }
}

impl State<'_> {
    /// Whether the execution, branch or iteration may end here: `End` is true, or it is a Succeed or Fail.
    pub fn is_terminal(&self) -> bool {
        self.is_terminal
    }
}

fn edges<'j>(state: &'j Object, pointer: &Pointer<'j>) -> Vec<Edge<'j>> {
    let mut edges = Vec::new();
    let mut add = |kind, target: Option<&'j Json>, pointer: Pointer<'j>| {
        if let Some(target) = target.and_then(Json::as_str) {
            edges.push(Edge {
                kind,
                target,
                pointer,
            });
        }
    };
    for (key, value) in state {
        let items = || value.as_array().into_iter().flatten().enumerate();
        match key.as_str() {
            "Next" => add(EdgeKind::Next, Some(value), pointer.key("Next")),
            "Default" => add(EdgeKind::Default, Some(value), pointer.key("Default")),
            "Choices" => items().for_each(|(rule, json)| {
                let pointer = pointer.key("Choices").index(rule).key("Next");
                add(EdgeKind::Choice(rule), json.get("Next"), pointer);
            }),
            "Catch" => items().for_each(|(catcher, json)| {
                let pointer = pointer.key("Catch").index(catcher).key("Next");
                add(EdgeKind::Catch(catcher), json.get("Next"), pointer);
            }),
            _ => {}
        }
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transitions_and_containers_are_read() {
        let json: Json = r#"{"StartAt": "P", "States": {
            "P": {"Type": "Parallel", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "F"}], "Next": "M",
                "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}]},
            "M": {"Type": "Map", "Next": "C", "Iterator": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}},
            "C": {"Type": "Choice", "Choices": [{"Next": "P"}, {"Next": "a/b"}], "Default": "F"},
            "a/b": {"Type": "Wait", "Next": 3},
            "F": {"Type": "Fail"}}}"#
            .parse()
            .expect("is JSON");
        let graph = Graph::of(&json);
        assert_eq!(graph.containers().len(), 3);
        assert_eq!(
            graph.containers()[1].pointer.to_string(),
            "/States/P/Branches/0"
        );
        assert_eq!(graph.containers()[2].parent, graph.find(0, "M"));
        let edges: Vec<_> = graph
            .states()
            .iter()
            .flat_map(|state| {
                state
                    .edges
                    .iter()
                    .map(|edge| (state.name, edge.kind, edge.target))
            })
            .collect();
        assert_eq!(
            edges,
            [
                ("P", EdgeKind::Catch(0), "F"),
                ("P", EdgeKind::Next, "M"),
                ("M", EdgeKind::Next, "C"),
                ("C", EdgeKind::Choice(0), "P"),
                ("C", EdgeKind::Choice(1), "a/b"),
                ("C", EdgeKind::Default, "F"),
            ]
        );
        let slashed = graph.find(0, "a/b").expect("is there");
        assert_eq!(graph.states()[slashed].pointer.to_string(), "/States/a~1b");
        assert!(graph.states()[graph.find(2, "I").expect("is there")].is_terminal());
    }

    #[test]
    fn a_walk_stays_in_its_container_and_ends() {
        let json: Json = r#"{"StartAt": "A", "States": {
            "A": {"Type": "Map", "Next": "B", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "Next": "C"}}}},
            "B": {"Type": "Pass", "Next": "A"}, "C": {"Type": "Succeed"}}}"#
            .parse()
            .expect("is JSON");
        let graph = Graph::of(&json);
        let names = |container| -> Vec<_> {
            let reached = graph.reachable(container).into_iter();
            reached.map(|state| graph.states()[state].name).collect()
        };
        assert_eq!(names(0), ["A", "B"]);
        assert_eq!(names(1), ["I"]);
        assert!(names(7).is_empty());
    }

    #[test]
    fn anything_is_a_graph() {
        for text in [
            "null",
            "{}",
            r#"{"States": 1}"#,
            r#"{"States": {"A": 1, "B": {"Next": {}, "Catch": 2}}}"#,
        ] {
            let json: Json = text.parse().expect("is JSON");
            let graph = Graph::of(&json);
            assert!(graph.reachable(0).is_empty(), "{text}");
        }
    }
}
