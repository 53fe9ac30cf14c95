//! The operations that make sense at an offset or for a selection.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use serde::Serialize;
use stepwright_asl::errors;
use stepwright_asl::graph::Graph;
use stepwright_asl::json;
use stepwright_asl::json::Json;
use stepwright_asl::model::{QueryLanguage, StateKind};

use super::{Operation, Wrapper};
use crate::{Definition, Document};

/// An operation that an editor can offer for a range.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Offer {
    /// The effect, as a command: "Remove `Charge`".
    pub title: String,
    /// The index of the definition.
    pub definition: usize,
    /// The operation.
    pub operation: Operation,
}

impl Document {
    /// The operations on the states of one body that a range touches; for an empty range, on the
    /// state around it. Some of them may be refused.
    ///
    /// ```
    /// use stepwright_editor::Document;
    ///
    /// let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}}}"#;
    /// let document = Document::open("a.asl.json", text, 1);
    /// let cursor = text.find("\"Pass\"").unwrap();
    /// let titles = |range| -> Vec<String> {
    ///     document.offers(range).into_iter().map(|offer| offer.title).collect()
    /// };
    /// assert_eq!(titles(cursor..cursor), [
    ///     "Add a state after `A`",
    ///     "Duplicate `A`",
    ///     "Remove `A`",
    ///     "Wrap `A` in a Parallel",
    ///     "Wrap `A` in a Map",
    ///     "Extract `A` to a new state machine",
    ///     "Convert `A` to JSONata",
    ///     "Convert all states to JSONata",
    ///     "Sort the states",
    /// ]);
    /// assert_eq!(titles(cursor..text.len()), [
    ///     "Wrap 2 states in a Parallel",
    ///     "Wrap 2 states in a Map",
    ///     "Extract 2 states to a new state machine",
    ///     "Sort the states",
    /// ]);
    /// ```
    pub fn offers(&self, range: Range<usize>) -> Vec<Offer> {
        let contains = |definition: &Definition| definition.contains(range.start);
        let Some(index) = self.definitions().iter().position(contains) else {
            return Vec::new();
        };
        let definition = &self.definitions()[index];
        let graph = definition.graph();
        let states = selected(definition, &graph, &range);
        if states.is_empty() {
            return Vec::new();
        }
        let mut offers = Offers {
            graph: &graph,
            definition: index,
            offers: Vec::new(),
        };
        if let [state] = states[..] {
            offers.of_state(state);
        }
        offers.of_group(&states);
        if let [state] = states[..] {
            offers.unwrap(state);
            offers.conversions(state);
        }
        offers.add("Sort the states", Operation::SortStates { body: None });
        offers.offers
    }
}

/// The states of the innermost body with the range that the range touches. If there is none, the
/// state around the start.
fn selected(definition: &Definition, graph: &Graph<'_>, range: &Range<usize>) -> Vec<usize> {
    let touches = |state: &usize| {
        let member = definition.member(&graph.states()[*state].pointer.to_string());
        member.is_some_and(|own| own.start < range.end && range.start < own.end)
    };
    if !range.is_empty() {
        let contains = |own: Range<usize>| own.start <= range.start && range.end <= own.end;
        // Outer bodies come before inner ones. The definition itself contains all ranges.
        let mut bodies = graph.containers().iter().skip(1);
        let inner = bodies.rfind(|body| {
            let own = definition.range(&body.pointer.to_string());
            own.is_some_and(contains)
        });
        let body = inner.or(graph.containers().first());
        let states = body.into_iter().flat_map(|body| &body.states);
        let states: Vec<usize> = states.copied().filter(touches).collect();
        if !states.is_empty() {
            return states;
        }
    }
    let node = definition.node_at(range.start);
    let state = node.and_then(|node| graph.state_at(&node.pointer));
    state.into_iter().collect()
}

/// The operations on the states of a definition.
struct Offers<'o, 'd> {
    graph: &'o Graph<'d>,
    /// The index of the definition.
    definition: usize,
    offers: Vec<Offer>,
}

impl Offers<'_, '_> {
    fn add(&mut self, title: impl Into<String>, operation: Operation) {
        self.offers.push(Offer {
            title: title.into(),
            definition: self.definition,
            operation,
        });
    }

    fn of_state(&mut self, index: usize) {
        let graph = self.graph;
        let state = &graph.states()[index];
        let pointer = state.pointer.to_string();
        let name = state.name;
        let after = ["Next", "End"]
            .into_iter()
            .find(|field| match state.object.get(*field) {
                Some(Json::Bool(ends)) => *ends,
                Some(Json::String(_)) => true,
                _ => false,
            });
        if let Some(field) = after {
            self.add(
                format!("Add a state after `{name}`"),
                Operation::AddState {
                    transition: state.pointer.key(field).to_string(),
                    name: free_name(graph, "New state"),
                    state: json!({"Type": "Pass"}),
                },
            );
        }
        self.handlers(index);
        if state.inner.is_empty() {
            self.add(
                format!("Duplicate `{name}`"),
                Operation::DuplicateState {
                    state: pointer.clone(),
                    name: free_name(graph, name),
                    connects: false,
                },
            );
        }
        self.add(
            format!("Remove `{name}`"),
            Operation::RemoveState {
                state: pointer,
                successor: None,
            },
        );
    }

    /// A Retrier and a Catcher.
    fn handlers(&mut self, index: usize) {
        let state = &self.graph.states()[index];
        let error = match state.kind {
            Some(StateKind::Task) => errors::TASK_FAILED,
            Some(StateKind::Parallel | StateKind::Map) => errors::ALL,
            _ => return,
        };
        let (name, pointer) = (state.name, state.pointer.to_string());
        self.add(
            format!("Add a Retrier to `{name}`"),
            Operation::AddRetrier {
                state: pointer.clone(),
                errors: vec![error.to_owned()],
            },
        );
        if let Some(target) = failure_target(self.graph, index) {
            self.add(
                format!("Add a Catcher to `{name}` that leads to `{target}`"),
                Operation::AddCatcher {
                    state: pointer,
                    errors: vec![errors::ALL.to_owned()],
                    target,
                },
            );
        }
    }

    fn of_group(&mut self, group: &[usize]) {
        let graph = self.graph;
        let state = |index: &usize| &graph.states()[*index];
        let Some(first) = group.first().map(state) else {
            return;
        };
        let words = match group.len() {
            1 => format!("`{}`", first.name),
            count => format!("{count} states"),
        };
        let pointers = group.iter().map(|index| state(index).pointer.to_string());
        let states: Vec<String> = pointers.collect();
        for (wrapper, kind) in [(Wrapper::Parallel, "Parallel"), (Wrapper::Map, "Map")] {
            self.add(
                format!("Wrap {words} in a {kind}"),
                Operation::WrapStates {
                    states: states.clone(),
                    name: free_name(graph, kind),
                    wrapper,
                },
            );
        }
        self.add(
            format!("Extract {words} to a new state machine"),
            Operation::ExtractStates {
                states,
                name: free_name(graph, &shortened(&format!("Run {}", first.name))),
                state_machine: placeholder(first.name),
            },
        );
    }

    fn unwrap(&mut self, index: usize) {
        let state = &self.graph.states()[index];
        let may_unwrap = matches!(state.kind, Some(StateKind::Parallel | StateKind::Map));
        if may_unwrap && state.inner.len() == 1 {
            self.add(
                format!("Unwrap `{}`", state.name),
                Operation::UnwrapState {
                    state: state.pointer.to_string(),
                },
            );
        }
    }

    fn conversions(&mut self, index: usize) {
        let state = &self.graph.states()[index];
        let machine = self.graph.containers()[0].object;
        let language = QueryLanguage::of(state.object).or(QueryLanguage::of(machine));
        if language == Some(QueryLanguage::Jsonata) {
            return;
        }
        self.add(
            format!("Convert `{}` to JSONata", state.name),
            Operation::ConvertState {
                state: state.pointer.to_string(),
                accept: Vec::new(),
            },
        );
        self.add(
            "Convert all states to JSONata",
            Operation::ConvertDefinition { accept: Vec::new() },
        );
    }
}

/// The state to which an error should lead: a Fail state of the body, otherwise the last state that
/// ends.
fn failure_target(graph: &Graph<'_>, index: usize) -> Option<String> {
    let own = graph.states()[index].container;
    let states = || {
        let body = graph.containers()[own].states.iter();
        body.filter(move |state| **state != index)
            .map(|state| &graph.states()[*state])
    };
    let fail = states().find(|state| state.kind == Some(StateKind::Fail));
    let target = fail.or_else(|| states().filter(|state| state.is_terminal()).last());
    target.map(|state| state.name.to_owned())
}

impl Definition {
    /// Returns a name that no state has: the name itself, or `Charge 2` for `Charge`.
    ///
    /// ```
    /// use stepwright_editor::Document;
    ///
    /// let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
    /// let document = Document::open("a.asl.json", text, 1);
    /// let definition = &document.definitions()[0];
    /// assert_eq!(definition.free_state_name("A"), "A 2");
    /// assert_eq!(definition.free_state_name("B"), "B");
    /// ```
    pub fn free_state_name(&self, name: &str) -> String {
        free_name(&self.graph(), name)
    }

    /// The names for several new states: those that no state has, and numbered ones instead of the
    /// others. All are different.
    ///
    /// ```
    /// use stepwright_editor::Document;
    ///
    /// let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
    /// let document = Document::open("a.asl.json", text, 1);
    /// let names = document.definitions()[0].free_state_names(&["A", "A 2", "B"]);
    /// assert_eq!((&*names["A"], &*names["A 2"], &*names["B"]), ("A 3", "A 2", "B"));
    /// ```
    pub fn free_state_names<'n>(&self, names: &[&'n str]) -> HashMap<&'n str, String> {
        let graph = self.graph();
        let states = graph.states().iter();
        let mut taken: HashSet<String> = states.map(|state| state.name.to_owned()).collect();
        let (free, others): (Vec<&str>, Vec<&str>) =
            names.iter().partition(|name| !taken.contains(**name));
        taken.extend(free.iter().map(|name| (*name).to_owned()));
        let mut new: HashMap<&str, String> = HashMap::new();
        new.extend(free.into_iter().map(|name| (name, name.to_owned())));
        for name in others {
            let free = numbered(name, |name| !taken.contains(name));
            taken.insert(free.clone());
            new.insert(name, free);
        }
        new
    }
}

/// A name that no state has: `Charge 2` for `Charge`.
fn free_name(graph: &Graph<'_>, name: &str) -> String {
    let is_free = |name: &str| graph.states().iter().all(|state| state.name != name);
    if is_free(name) {
        return name.to_owned();
    }
    numbered(name, is_free)
}

/// The name with the first number that makes it free.
fn numbered(name: &str, is_free: impl Fn(&str) -> bool) -> String {
    let short = shortened(name);
    let mut numbered = (2..).map(|number| format!("{short} {number}"));
    numbered.find(|name| is_free(name)).unwrap_or(short)
}

/// The start of a long name, after which a number fits.
fn shortened(name: &str) -> String {
    let most = stepwright_asl::name::MAX_LENGTH - 8;
    name.chars().take(most).collect()
}

/// Returns the placeholder for the ARN of a state machine that starts with a state.
///
/// ```
/// let placeholder = stepwright_editor::state_machine_placeholder("charge card");
/// assert_eq!(placeholder, "${ChargeCardStateMachineArn}");
/// ```
pub fn state_machine_placeholder(state: &str) -> String {
    placeholder(state)
}

/// The placeholder for the ARN of a state machine that starts with a state: for `charge card`,
/// `${ChargeCardStateMachineArn}`.
fn placeholder(state: &str) -> String {
    let words = state.split(|c: char| !c.is_ascii_alphanumeric());
    let capitalized = words.flat_map(|word| {
        let mut chars = word.chars();
        let first = chars.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(chars)
    });
    format!("${{{}StateMachineArn}}", capitalized.collect::<String>())
}
