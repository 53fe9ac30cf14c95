//! The operations that make sense at an offset.

use serde::Serialize;
use stepwright_asl::errors;
use stepwright_asl::graph::Graph;
use stepwright_asl::json;
use stepwright_asl::json::Json;
use stepwright_asl::model::{QueryLanguage, StateKind};

use super::{Operation, Wrapper};
use crate::Document;

/// An operation that an editor can offer at an offset.
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
    /// The operations on the state around an offset. Some of them may be refused.
    ///
    /// ```
    /// use stepwright_editor::Document;
    ///
    /// let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}}}"#;
    /// let document = Document::open("a.asl.json", text, 1);
    /// let offers = document.offers(text.find("\"Pass\"").unwrap());
    /// let titles: Vec<&str> = offers.iter().map(|offer| &*offer.title).collect();
    /// assert_eq!(titles, [
    ///     "Add a state after `A`",
    ///     "Duplicate `A`",
    ///     "Remove `A`",
    ///     "Wrap `A` in a Parallel",
    ///     "Wrap `A` in a Map",
    ///     "Convert `A` to JSONata",
    ///     "Convert all states to JSONata",
    ///     "Sort the states",
    /// ]);
    /// ```
    pub fn offers(&self, offset: usize) -> Vec<Offer> {
        let found = || {
            let contains = |definition: &crate::Definition| definition.contains(offset);
            let index = self.definitions().iter().position(contains)?;
            let definition = &self.definitions()[index];
            let node = definition.node_at(offset)?;
            let graph = definition.graph();
            let state = graph.state_at(&node.pointer)?;
            Some(of_state(&graph, state, index))
        };
        found().unwrap_or_default()
    }
}

fn of_state(graph: &Graph<'_>, index: usize, definition: usize) -> Vec<Offer> {
    let state = &graph.states()[index];
    let pointer = state.pointer.to_string();
    let name = state.name;
    let mut offers = Vec::new();
    let mut offer = |title: String, operation: Operation| {
        offers.push(Offer {
            title,
            definition,
            operation,
        });
    };
    let after = ["Next", "End"]
        .into_iter()
        .find(|field| match state.object.get(*field) {
            Some(Json::Bool(ends)) => *ends,
            Some(Json::String(_)) => true,
            _ => false,
        });
    if let Some(field) = after {
        offer(
            format!("Add a state after `{name}`"),
            Operation::AddState {
                transition: state.pointer.key(field).to_string(),
                name: free_name(graph, "New state"),
                state: json!({"Type": "Pass"}),
            },
        );
    }
    let has_handlers = matches!(
        state.kind,
        Some(StateKind::Task | StateKind::Parallel | StateKind::Map)
    );
    if has_handlers {
        let error = match state.kind {
            Some(StateKind::Task) => errors::TASK_FAILED,
            _ => errors::ALL,
        };
        offer(
            format!("Add a Retrier to `{name}`"),
            Operation::AddRetrier {
                state: pointer.clone(),
                errors: vec![error.to_owned()],
            },
        );
        if let Some(target) = failure_target(graph, index) {
            offer(
                format!("Add a Catcher to `{name}` that leads to `{target}`"),
                Operation::AddCatcher {
                    state: pointer.clone(),
                    errors: vec![errors::ALL.to_owned()],
                    target,
                },
            );
        }
    }
    if state.inner.is_empty() {
        offer(
            format!("Duplicate `{name}`"),
            Operation::DuplicateState {
                state: pointer.clone(),
                name: free_name(graph, name),
            },
        );
    }
    offer(
        format!("Remove `{name}`"),
        Operation::RemoveState {
            state: pointer.clone(),
            successor: None,
        },
    );
    for (wrapper, kind) in [(Wrapper::Parallel, "Parallel"), (Wrapper::Map, "Map")] {
        offer(
            format!("Wrap `{name}` in a {kind}"),
            Operation::WrapStates {
                states: vec![pointer.clone()],
                name: free_name(graph, kind),
                wrapper,
            },
        );
    }
    let may_unwrap = matches!(state.kind, Some(StateKind::Parallel | StateKind::Map));
    if may_unwrap && state.inner.len() == 1 {
        offer(
            format!("Unwrap `{name}`"),
            Operation::UnwrapState {
                state: pointer.clone(),
            },
        );
    }
    let machine = graph.containers()[0].object;
    let language = QueryLanguage::of(state.object).or(QueryLanguage::of(machine));
    if language != Some(QueryLanguage::Jsonata) {
        offer(
            format!("Convert `{name}` to JSONata"),
            Operation::ConvertState {
                state: pointer,
                accept: Vec::new(),
            },
        );
        offer(
            "Convert all states to JSONata".to_owned(),
            Operation::ConvertDefinition { accept: Vec::new() },
        );
    }
    offer(
        "Sort the states".to_owned(),
        Operation::SortStates { body: None },
    );
    offers
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

/// A name that no state has: `Charge 2` for `Charge`.
fn free_name(graph: &Graph<'_>, name: &str) -> String {
    let is_free = |name: &str| graph.states().iter().all(|state| state.name != name);
    if is_free(name) {
        return name.to_owned();
    }
    // A long name is cut, so that the number fits.
    let short: String = name
        .chars()
        .take(stepwright_asl::name::MAX_LENGTH - 8)
        .collect();
    let mut numbered = (2..).map(|number| format!("{short} {number}"));
    numbered.find(|name| is_free(name)).unwrap_or(short)
}
