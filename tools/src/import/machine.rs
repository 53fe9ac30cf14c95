//! The whole source: imports, declarations, the workflow.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use stepwright_asl::duration_text::COMPACT;
use stepwright_asl::graph::Graph;
use stepwright_asl::json::{Json, Object, escape};
use stepwright_asl::model::{MachineType, QueryLanguage, StateKind};
use stepwright_asl::setters;

use super::call::ImportedCall;
use super::payload::ANY;
use super::state::{Bodies, WorkflowSettings};
use super::task::Tasks;
use super::text::{SourceLines, SourceValue, is_doc};
use super::variables::ImportedVariables;
use super::writing::MAX_SECONDS;
use crate::names::{self, UsedNames};

/// Writes the source of a workflow.
#[derive(Debug, Clone)]
#[must_use]
pub struct Importer {
    name: String,
    origin: String,
    express: bool,
}

/// The parts of a definition that `workflow!` cannot express.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`workflow!` cannot express all of this definition:\n  {}", .0.join("\n  "))]
pub struct ImportError(Vec<String>);

/// Information that is collected before the source is written.
struct ImportContext<'m> {
    graph: &'m Graph<'m>,
    machine: &'m Object,
    language: QueryLanguage,
    variables: &'m ImportedVariables,
    found: &'m WorkflowSettings,
}

impl Importer {
    /// Creates an importer. `name` is the Rust type of the workflow, and a comment of the source
    /// says that it comes from `origin`.
    pub fn new(name: impl Into<String>, origin: impl Into<String>) -> Importer {
        Importer {
            name: name.into(),
            origin: origin.into(),
            express: false,
        }
    }

    setters! { self:
        /// Sets the type of the state machine. It is Standard by default.
        machine_type(machine_type: MachineType) => {
            self.express = machine_type == MachineType::Express;
        };
    }

    /// Returns the Rust source of a valid definition.
    ///
    /// # Errors
    ///
    /// Everything that `workflow!` cannot express.
    pub fn source(&self, json: &Json) -> Result<String, ImportError> {
        self.written(json).map_err(ImportError)
    }

    fn written(&self, json: &Json) -> Result<String, Vec<String>> {
        let Json::Object(machine) = json else {
            return Err(vec!["it is not an object".to_owned()]);
        };
        let mut unsayable = Vec::new();
        giants(json, "", &mut unsayable);
        if !unsayable.is_empty() {
            return Err(unsayable);
        }
        let graph = Graph::of(json);
        let language = QueryLanguage::of(machine).unwrap_or(QueryLanguage::JsonPath);
        let variables = ImportedVariables::of(&graph, language);
        let write = |found: &WorkflowSettings| {
            let mut tasks = self.tasks(&graph, language, &variables);
            let mut lines = SourceLines::default();
            let scene = ImportContext {
                graph: &graph,
                machine,
                language,
                variables: &variables,
                found,
            };
            let found = self.workflow(&scene, &mut tasks, &mut lines);
            (tasks, lines, found)
        };
        // The source is written twice: the first pass finds the settings that the states share, the
        // second writes them at the head.
        let (.., found) = write(&WorkflowSettings::default());
        let (tasks, workflow, _) = write(&found);
        let mut lines = SourceLines::default();
        lines.line(&format!("//! Imported from {}.", self.origin));
        lines.line("");
        if tasks.have_types() {
            lines.line("use schemars::JsonSchema;");
            lines.line("use serde::{Deserialize, Serialize};");
        }
        lines.line("use serde_json::Value;");
        lines.line("use stepwright::prelude::*;");
        lines.line("");
        if !tasks.is_empty() {
            tasks.write(&mut lines);
        }
        lines.append(&workflow);
        Ok(lines.into_text())
    }

    /// The declarations of all called functions and activities.
    fn tasks(
        &self,
        graph: &Graph<'_>,
        language: QueryLanguage,
        variables: &ImportedVariables,
    ) -> Tasks {
        let mut tasks = Tasks::default();
        // A function with such a name would be hidden by the parameter or a variable.
        tasks.reserve("input");
        variables.names().for_each(|name| tasks.reserve(name));
        for taken in [
            &self.name,
            "Batch",
            "Deserialize",
            "JsonSchema",
            "MapResults",
            "Option",
            "Payload",
            "Serialize",
            "States",
            "String",
            "Value",
            "Vec",
            "Workflow",
        ] {
            tasks.reserve_type(taken);
        }
        for state in graph.states() {
            let own = QueryLanguage::of(state.object).unwrap_or(language);
            let call = ImportedCall::of(state.object, own == QueryLanguage::Jsonata);
            if let (Some(StateKind::Task), Some(call)) = (state.kind, call) {
                call.declare(&mut tasks);
            }
        }
        tasks
    }

    /// Writes the workflow. Returns the settings that its states share.
    fn workflow(
        &self,
        scene: &ImportContext<'_>,
        tasks: &mut Tasks,
        lines: &mut SourceLines,
    ) -> WorkflowSettings {
        let ImportContext {
            graph,
            machine,
            language,
            variables,
            found,
        } = *scene;
        let mut rest = machine.clone();
        rest.shift_remove("StartAt");
        rest.shift_remove("States");
        let mut languages = graph
            .states()
            .iter()
            .map(|state| QueryLanguage::of(state.object));
        let all_jsonata = languages.all(|own| own.unwrap_or(language) == QueryLanguage::Jsonata);
        lines.open("workflow! {");
        if let Some(comment) = machine.get("Comment").and_then(Json::as_str)
            && is_doc(comment)
        {
            lines.docs(comment);
            rest.shift_remove("Comment");
        }
        // The parameter's name must differ from those of the variables.
        let mut taken = UsedNames::default();
        variables.names().for_each(|name| {
            taken.unique(name.to_owned());
        });
        let input = taken.unique("input".to_owned());
        lines.open(&format!("pub workflow {}({input}: {ANY}) {{", self.name));
        let options_before = lines.count();
        if self.express {
            lines.line("express;");
        }
        if language == QueryLanguage::JsonPath {
            lines.line("query_language JSONPath;");
        }
        let lambda_retries = found.lambda_retries();
        if lambda_retries {
            lines.line("lambda_retries;");
        }
        let allowed = [
            ("unbounded_loop", has_loop(graph)),
            ("unused_variables", variables.any_unread()),
            ("retried_computation", found.retries_computations),
        ];
        let allowed = allowed.iter().filter(|(_, is)| *is).map(|(lint, _)| *lint);
        let allowed: Vec<&str> = allowed.collect();
        if !allowed.is_empty() {
            lines.line(&format!("allow {};", allowed.join(", ")));
        }
        if let Some(seconds) = machine.get("TimeoutSeconds").and_then(Json::as_i64)
            && (1..=MAX_SECONDS).contains(&seconds)
        {
            lines.line(&format!("timeout {};", COMPACT.exact(seconds)));
            rest.shift_remove("TimeoutSeconds");
        }
        let mut fields: Vec<(String, Option<Json>)> = Vec::new();
        // The macro emits the language of the machine if no state is JSONPath.
        match (all_jsonata, rest.shift_remove("QueryLanguage")) {
            (true, Some(written)) if written.as_str() == Some("JSONata") => {}
            (true, None) => fields.push(("QueryLanguage".to_owned(), None)),
            (_, written) => {
                fields.extend(written.map(|written| ("QueryLanguage".to_owned(), Some(written))))
            }
        }
        fields.extend(rest.into_iter().map(|(key, value)| (key, Some(value))));
        if !fields.is_empty() {
            lines.tree("raw ", &SourceValue::fields(&fields), "");
        }
        if options_before < lines.count() {
            lines.line("");
        }
        let names = identifiers(graph);
        let mut bodies = Bodies {
            graph,
            tasks,
            variables,
            names: &names,
            language,
            all_jsonata,
            lambda_retries,
            found: WorkflowSettings::default(),
            items: UsedNames::default(),
        };
        bodies.states(0, lines);
        let found = bodies.found;
        lines.close("}");
        lines.close("}");
        found
    }
}

/// The pointers of numbers that no Rust literal can represent.
fn giants(json: &Json, pointer: &str, found: &mut Vec<String>) {
    match json {
        Json::Number(number) if number.is_giant() => {
            found.push(format!(
                "{pointer}: {number} does not fit in any number type of Rust"
            ));
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                giants(item, &format!("{pointer}/{index}"), found);
            }
        }
        Json::Object(members) => {
            for (key, value) in members {
                giants(value, &format!("{pointer}/{}", escape(key)), found);
            }
        }
        _ => {}
    }
}

/// A Rust name for each state, unique in the whole machine.
fn identifiers<'j>(graph: &Graph<'j>) -> HashMap<&'j str, String> {
    let mut names = UsedNames::default();
    let states = graph.states().iter().map(|state| state.name);
    // Names that are already valid in Rust come first, so that they do not change.
    let (own, other): (Vec<_>, Vec<_>) =
        states.partition(|name| names::pascal(name, "State") == *name);
    let mut identifiers = HashMap::new();
    for name in own.into_iter().chain(other) {
        if let Entry::Vacant(free) = identifiers.entry(name) {
            free.insert(names.unique(names::pascal(name, "State")));
        }
    }
    identifiers
}

/// Whether a state can reach itself.
fn has_loop(graph: &Graph<'_>) -> bool {
    // Removes states without unfinished predecessors one after the other; the states of a loop are
    // never removed.
    let next = |state: usize| {
        let one = &graph.states()[state];
        one.edges
            .iter()
            .filter_map(move |edge| graph.find(one.container, edge.target))
    };
    let mut coming = vec![0_usize; graph.states().len()];
    for state in 0..coming.len() {
        next(state).for_each(|target| coming[target] += 1);
    }
    let mut ready: Vec<usize> = (0..coming.len())
        .filter(|state| coming[*state] == 0)
        .collect();
    let mut finished = 0;
    while let Some(state) = ready.pop() {
        finished += 1;
        for target in next(state) {
            coming[target] -= 1;
            if coming[target] == 0 {
                ready.push(target);
            }
        }
    }
    finished < coming.len()
}
