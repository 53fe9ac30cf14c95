//! States as text of the Amazon States Language, for the clipboard.

use std::collections::HashSet;

use stepwright_asl::json::{Json, Object};
use stepwright_asl::model::QueryLanguage;
use stepwright_asl::words::quoted;
use stepwright_asl::yaml::Format;
use stepwright_editor::{Definition, Document};

use crate::edit::action_error::ActionError;
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
    /// Reads a text of another file or program, in JSON or YAML: a definition, a template with one
    /// definition, states by their names with or without braces, or one state.
    pub(crate) fn read(text: &str) -> Result<CopiedStates, ActionError> {
        // Members of an object, as copied from a file, have no braces and may end with a comma.
        let members = text.trim().trim_end_matches(',');
        let is_member = members.starts_with(['"', '\'']);
        let in_braces = is_member.then(|| format!("{{{members}}}"));
        let texts = [Some(text.to_owned()), in_braces];
        for text in texts.into_iter().flatten() {
            let name = match Format::of_text(&text) {
                Format::Json => "clipboard.asl.json5",
                Format::Yaml => "clipboard.asl.yaml",
            };
            let document = Document::open(name, &text, 0);
            if !document.faults().is_empty() {
                continue;
            }
            if let Some(found) = CopiedStates::of_json(document.file().json()) {
                return Ok(found);
            }
            if let Some(found) = CopiedStates::of_template(&text)? {
                return Ok(found);
            }
        }
        Err(ActionError::new(
            "the clipboard has no states; copy states of the picture, or the text of a definition, of a template with one state machine, or of states with their names",
        ))
    }

    fn of_json(json: &Json) -> Option<CopiedStates> {
        let object = json.as_object()?;
        let is_state = |value: &Json| {
            let kind = value.get("Type");
            kind.is_some_and(|kind| kind.as_str().is_some())
        };
        if let Some(states) = Fragment::parse(json) {
            let language = QueryLanguage::of(object).unwrap_or(QueryLanguage::JsonPath);
            return Some(CopiedStates {
                states,
                language: Some(language),
            });
        }
        if is_state(json) {
            let kind = json.get("Type")?.as_str()?;
            return Some(CopiedStates {
                states: Fragment::of(kind, json.clone()),
                language: None,
            });
        }
        let (members, language) = match object.get("States").and_then(Json::as_object) {
            Some(states) if !object.contains_key("StartAt") => (states, QueryLanguage::of(object)),
            _ => (object, None),
        };
        if members.is_empty() || !members.values().all(is_state) {
            return None;
        }
        let mut all = Object::new();
        all.insert("StartAt".to_owned(), first_of(members).into());
        all.insert("States".to_owned(), Json::Object(members.clone()));
        let states = Fragment::parse(&Json::Object(all))?;
        Some(CopiedStates { states, language })
    }

    /// The states of the only state machine of a template; `None` for another text.
    fn of_template(text: &str) -> Result<Option<CopiedStates>, ActionError> {
        let name = match Format::of_text(text) {
            Format::Json => "template.json",
            Format::Yaml => "template.yaml",
        };
        let document = Document::open(name, text, 0);
        match document.definitions() {
            [] => Ok(None),
            [only] => Ok(CopiedStates::of_json(only.json())),
            several => {
                let names = several.iter().filter_map(Definition::name);
                let names: Vec<&str> = names.collect();
                Err(ActionError::new(format!(
                    "the clipboard has {} state machines: {}; copy the definition of one of them",
                    several.len(),
                    quoted(&names)
                )))
            }
        }
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

/// The state with which states by their names begin: the first one to which none of them leads.
fn first_of(states: &Object) -> &str {
    let leads_to =
        |value: &Json, name: &str| value.get("Next").and_then(Json::as_str) == Some(name);
    let is_entered = |name: &str| states.values().any(|state| leads_to(state, name));
    let mut names = states.keys();
    let start = names.find(|name| !is_entered(name));
    start.or(states.keys().next()).map_or("", |name| name)
}
