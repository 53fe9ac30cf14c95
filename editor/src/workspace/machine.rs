//! A state machine of a file.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use stepwright_asl::graph::Graph;
use stepwright_asl::json::{Json, escape};
use stepwright_asl::model::StateKind;

use super::machine_name::{CalledMachine, key_of};
use super::machine_site::MachineSite;
use crate::nested_call::called_arn;
use crate::value_shape::{KnownValues, ValueShape};
use crate::{Definition, Document};

/// A state machine: a definition, or a resource of a template that names a file as its definition.
#[derive(Debug, Clone)]
pub(super) struct Machine {
    /// The logical id in a template, or the name in another file; `None` for a whole file.
    pub(super) name: Option<String>,
    /// The keys of its names.
    pub(super) keys: Vec<String>,
    /// The range of its name, or of the first field of a whole file.
    pub(super) declaration: Range<usize>,
    /// The number of its states; 0 for a resource without a definition.
    pub(super) state_count: usize,
    /// The file that the resource names as its definition.
    pub(super) definition_file: Option<String>,
    /// The keys of the machines for placeholders of its definition.
    pub(super) substitutions: HashMap<String, String>,
    pub(super) calls: Vec<MachineCall>,
    /// The names in `Error` of its Fail states.
    pub(super) errors: Vec<String>,
    pub(super) output: Vec<ValueShape<'static>>,
}

/// A call of a state machine by a Task.
#[derive(Debug, Clone)]
pub(super) struct MachineCall {
    /// The name of the Task.
    pub(super) state: String,
    /// The range of the ARN, without quotes.
    pub(super) range: Range<usize>,
    pub(super) machine: CalledMachine,
}

impl Machine {
    pub(super) fn site(&self, file: &str) -> MachineSite {
        MachineSite {
            file: file.to_owned(),
            range: self.declaration.clone(),
            is_declaration: true,
        }
    }
}

/// The machines of a file.
pub(super) fn machines_of(document: &Document) -> Vec<Machine> {
    let definitions = document.definitions().iter();
    let mut machines: Vec<Machine> = definitions
        .map(|definition| of_definition(document, definition))
        .collect();
    let resources = document.file().json().get("Resources");
    let resources = resources.and_then(Json::as_object).into_iter().flatten();
    let is_machine = |resource: &Json| {
        let kind = resource.get("Type").and_then(Json::as_str);
        kind.is_some_and(|kind| kind.ends_with("::StateMachine"))
    };
    for (id, resource) in resources.filter(|(_, resource)| is_machine(resource)) {
        let Some(properties) = resource.get("Properties") else {
            continue;
        };
        let pointer = format!("/Resources/{}", escape(id));
        let declaration = document.file().key_span(&pointer);
        let declaration = declaration.map_or(0..0, |range| document.unquoted(range));
        let names = ["Name", "StateMachineName"].into_iter();
        let names = names.filter_map(|field| properties.get(field)?.as_str());
        let path = properties.get("DefinitionUri").and_then(Json::as_str);
        let keys = std::iter::once(id.as_str())
            .chain(names)
            .map(key_of)
            .collect();
        let substitutions = substitutions(properties);
        let own = machines
            .iter_mut()
            .find(|one| one.name.as_ref() == Some(id));
        match own {
            Some(own) => {
                own.keys = keys;
                own.declaration = declaration;
                own.substitutions = substitutions;
            }
            None => machines.push(Machine {
                name: Some(id.clone()),
                keys,
                declaration,
                state_count: 0,
                definition_file: path.map(|path| relative_to(document.name(), path)),
                substitutions,
                calls: Vec::new(),
                errors: Vec::new(),
                output: Vec::new(),
            }),
        }
    }
    machines
}

fn of_definition(document: &Document, definition: &Definition) -> Machine {
    let graph = definition.graph();
    let name = definition.name().map(str::to_owned);
    let file = Path::new(document.name()).file_name();
    let file = file.map(|file| file.to_string_lossy()).unwrap_or_default();
    let stem = file.split('.').next().unwrap_or_default();
    let start = definition.key_range("/StartAt");
    let start = start.or_else(|| definition.range("").map(|range| range.start..range.start));
    Machine {
        keys: vec![key_of(name.as_deref().unwrap_or(stem))],
        name,
        declaration: start.map_or(0..0, |range| document.unquoted(range)),
        state_count: graph.states().len(),
        definition_file: None,
        substitutions: HashMap::new(),
        calls: calls(document, definition, &graph),
        errors: errors(&graph),
        output: KnownValues::alone(&graph).machine_output(),
    }
}

fn calls(document: &Document, definition: &Definition, graph: &Graph<'_>) -> Vec<MachineCall> {
    let states = graph.states().iter();
    let calls = states.filter_map(|state| {
        let (field, arn) = called_arn(state.object)?;
        let pointer = format!("{}/{field}/StateMachineArn", state.pointer);
        Some(MachineCall {
            state: state.name.to_owned(),
            range: document.unquoted(definition.range(&pointer)?),
            machine: CalledMachine::of(arn)?,
        })
    });
    calls.collect()
}

fn errors(graph: &Graph<'_>) -> Vec<String> {
    let states = graph.states().iter();
    let fails = states.filter(|state| state.kind == Some(StateKind::Fail));
    let names = fails.filter_map(|state| state.object.get("Error")?.as_str());
    let literals = names.filter(|name| !name.starts_with("{%"));
    literals.map(str::to_owned).collect()
}

/// The machines that the values of `DefinitionSubstitutions` name.
fn substitutions(properties: &Json) -> HashMap<String, String> {
    let values = properties.get("DefinitionSubstitutions");
    let values = values.and_then(Json::as_object).into_iter().flatten();
    let called = values.filter_map(|(placeholder, value)| {
        let called = match value {
            Json::String(text) => CalledMachine::of(text)?,
            // The long forms of functions.
            _ => {
                let id = value.get("Ref").and_then(Json::as_str).or_else(|| {
                    let attribute = value.get("Fn::GetAtt")?;
                    attribute
                        .as_str()
                        .or_else(|| attribute.as_array()?.first()?.as_str())
                });
                CalledMachine::Placeholder(id?.to_owned())
            }
        };
        Some((placeholder.clone(), key_of(called.name())))
    });
    called.collect()
}

/// The path of a file that another file names, relative to its folder.
fn relative_to(file: &str, path: &str) -> String {
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    let mut found = PathBuf::new();
    for part in folder.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if found.file_name().is_some() => {
                found.pop();
            }
            part => found.push(part),
        }
    }
    found.to_string_lossy().into_owned()
}
