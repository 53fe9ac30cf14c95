//! States as text of the Amazon States Language, for the clipboard.

use std::collections::HashSet;

use stepwright_asl::json::{Json, Object};
use stepwright_asl::model::QueryLanguage;
use stepwright_asl::yaml::Format;
use stepwright_editor::{Definition, Document};

use crate::action_error::ActionError;
use crate::palette::{Fragment, InsertionPlace};

/// Writes states of one body as a definition. A transition to the state after them becomes `End`;
/// rules and Catchers still name their targets.
pub(crate) fn copied(definition: &Definition, states: &[String]) -> Result<String, ActionError> {
    let graph = definition.graph();
    let is_inner = |pointer: &str| {
        let mut others = states.iter();
        others.any(|other| {
            pointer
                .strip_prefix(&**other)
                .is_some_and(|rest| rest.starts_with('/'))
        })
    };
    let mut chosen: Vec<usize> = Vec::new();
    for pointer in states.iter().filter(|pointer| !is_inner(pointer)) {
        let index = graph.state_at(pointer);
        let index = index.filter(|index| graph.states()[*index].pointer.to_string() == *pointer);
        chosen.push(index.ok_or_else(|| ActionError::new("a selected state has been removed"))?);
    }
    chosen.sort_unstable();
    let Some(first) = chosen.first() else {
        return Err(ActionError::new("select the states first"));
    };
    let container = graph.states()[*first].container;
    if chosen
        .iter()
        .any(|state| graph.states()[*state].container != container)
    {
        let reason = "the selected states are in several bodies; select states of one body";
        return Err(ActionError::new(reason));
    }
    let names: HashSet<&str> = chosen
        .iter()
        .map(|state| graph.states()[*state].name)
        .collect();
    let body = &graph.containers()[container];
    let is_entered = |state: &&usize| {
        let mut before = graph.predecessors(**state);
        before.any(|(from, _)| from != **state && chosen.contains(&from))
    };
    let start = body
        .start_at
        .filter(|start| names.contains(start))
        .unwrap_or_else(|| {
            let entry = chosen.iter().find(|state| !is_entered(state));
            graph.states()[*entry.unwrap_or(first)].name
        });
    let states = chosen.iter().map(|state| {
        let state = &graph.states()[*state];
        let members = state
            .object
            .iter()
            .map(|(key, value)| match value.as_str() {
                Some(next) if key == "Next" && !names.contains(next) => {
                    ("End".to_owned(), true.into())
                }
                _ => (key.clone(), value.clone()),
            });
        (state.name.to_owned(), Json::Object(members.collect()))
    });
    let mut text = Object::new();
    if let Some(language) = definition.json().get("QueryLanguage") {
        text.insert("QueryLanguage".to_owned(), language.clone());
    }
    text.insert("StartAt".to_owned(), start.into());
    text.insert("States".to_owned(), Json::Object(states.collect()));
    Ok(Json::Object(text).to_pretty())
}

/// States from the clipboard: a definition, one state, or states by their names.
pub(crate) struct CopiedStates {
    states: Fragment,
    /// The query language of states without their own; `None` if the text has no definition.
    language: Option<QueryLanguage>,
}

impl CopiedStates {
    /// Reads a text of another file or program, in JSON or YAML.
    pub(crate) fn read(text: &str) -> Result<CopiedStates, ActionError> {
        let name = match Format::of_text(text) {
            Format::Json => "clipboard.asl.json5",
            Format::Yaml => "clipboard.asl.yaml",
        };
        let document = Document::open(name, text, 0);
        let json = document.file().json();
        let is_state = |value: &Json| {
            value
                .get("Type")
                .is_some_and(|kind| kind.as_str().is_some())
        };
        let definition = Fragment::parse(json);
        let found = match (json.as_object(), definition) {
            _ if !document.faults().is_empty() => None,
            (Some(object), Some(states)) => {
                let language = QueryLanguage::of(object).unwrap_or(QueryLanguage::JsonPath);
                Some((states, Some(language)))
            }
            (Some(object), None) if is_state(json) => {
                let kind = object
                    .get("Type")
                    .and_then(Json::as_str)
                    .unwrap_or_default();
                Some((Fragment::of(kind, json.clone()), None))
            }
            (Some(object), None) if !object.is_empty() && object.values().all(is_state) => {
                let start = object.keys().next().cloned().unwrap_or_default();
                let mut all = Object::new();
                all.insert("StartAt".to_owned(), start.into());
                all.insert("States".to_owned(), json.clone());
                Fragment::parse(&Json::Object(all)).map(|states| (states, None))
            }
            _ => None,
        };
        let (states, language) = found.ok_or_else(|| {
            ActionError::new(
                "the clipboard has no states; copy states of the picture, or the text of a definition",
            )
        })?;
        Ok(CopiedStates { states, language })
    }

    /// The query language of a new definition with these states.
    pub(crate) fn language(&self) -> QueryLanguage {
        self.language.unwrap_or(QueryLanguage::Jsonata)
    }

    /// The states with names and a query language for a definition.
    pub(crate) fn fragment(self, place: &InsertionPlace<'_>) -> Result<Fragment, ActionError> {
        let states = match (self.language, place.language) {
            (Some(QueryLanguage::Jsonata), QueryLanguage::JsonPath) => {
                self.states.with_field("QueryLanguage", &"JSONata".into())
            }
            (Some(QueryLanguage::JsonPath), QueryLanguage::Jsonata) => {
                return Err(ActionError::new(
                    "the copied states use JSONPath, and this definition uses JSONata; convert them first",
                ));
            }
            _ => self.states,
        };
        Ok(states.with_free_names(place.definition))
    }
}
