//! The contract of a workflow: the JSON Schemas of its input, its output and its tasks.
//!
//! A crate emits them next to the definition. Parts without a written schema are derived from the
//! definition.

use std::path::Path;

use stepwright_asl::MachineType;
use stepwright_asl::json::{Json, Object};
use stepwright_asl::validate::Validator;
use stepwright_explore::DerivedSchemas;

use crate::definitions::definition::LoadedDefinition;
use crate::definitions::written_schemas::{self, WrittenSchemas};
use crate::failure::Failure;

/// The schemas of one workflow.
#[derive(Debug)]
pub(super) struct Contract {
    pub(super) name: String,
    /// The file's name, for the comment in the generated file.
    pub(super) origin: String,
    pub(super) input: Json,
    pub(super) output: Json,
    pub(super) tasks: Vec<TaskContract>,
}

/// The schemas of one task.
#[derive(Debug)]
pub(super) struct TaskContract {
    /// The deployed name.
    pub(super) name: String,
    pub(super) payload: Json,
    pub(super) result: Json,
}

impl Contract {
    /// Reads the contract of a definition, of a state machine in a template, or of the schemas that
    /// a crate emits.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, the definition has errors, or the schemas have another form.
    pub(super) fn read(path: &Path) -> Result<Contract, Failure> {
        let origin = match path.file_name().and_then(|name| name.to_str()) {
            Some(name) if name != "-" => name.to_owned(),
            _ => "standard input".to_owned(),
        };
        if let Some(stem) = origin.strip_suffix(written_schemas::ENDING) {
            let written = WrittenSchemas::read(path)?;
            return Ok(Contract::with(
                written,
                stem.to_owned(),
                origin.clone(),
                None,
            ));
        }
        let definition = LoadedDefinition::read(path, &Validator::new(MachineType::Standard))?;
        definition.machine()?;
        let title = || definition.source.title();
        let name = definition.machine.clone().unwrap_or_else(title);
        let written = written_schemas::of_definition(path, &definition)?.unwrap_or_default();
        let derived = definition
            .document()
            .map(|one| DerivedSchemas::of(one.json()));
        Ok(Contract::with(written, name, origin, derived))
    }

    /// The contract with written schemas, and derived ones for absent parts.
    fn with(
        written: WrittenSchemas,
        name: String,
        origin: String,
        derived: Option<DerivedSchemas>,
    ) -> Contract {
        let any = || Json::Object(Object::new());
        let (input, output, derived_tasks) = match derived {
            Some(derived) => (derived.input, derived.output, derived.tasks),
            None => (any(), any(), Vec::new()),
        };
        let mut tasks: Vec<TaskContract> = Vec::new();
        for task in derived_tasks {
            tasks.push(TaskContract {
                name: task_name(&task.name).to_owned(),
                payload: task.payload,
                result: task.result,
            });
        }
        for (name, payload, result) in written.tasks {
            let mut known = tasks.iter_mut();
            match known.find(|task| is_same_task(&task.name, &name)) {
                Some(task) => {
                    task.name = name;
                    task.payload = payload.unwrap_or(std::mem::take(&mut task.payload));
                    task.result = result.unwrap_or(std::mem::take(&mut task.result));
                }
                None => tasks.push(TaskContract {
                    name,
                    payload: payload.unwrap_or_else(any),
                    result: result.unwrap_or_else(any),
                }),
            }
        }
        Contract {
            name,
            origin,
            input: written.input.unwrap_or(input),
            output: written.output.unwrap_or(output),
            tasks,
        }
    }
}

/// The name of a task in a definition, without the parts of a placeholder: `ChargeCard` for
/// `${ChargeCardFunctionArn}`.
fn task_name(in_definition: &str) -> &str {
    let placeholder = in_definition
        .strip_prefix("${")
        .and_then(|text| text.strip_suffix('}'));
    let Some(name) = placeholder else {
        return in_definition;
    };
    let endings = ["FunctionArn", "ActivityArn", "Arn"];
    let name = endings
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(name);
    if name.is_empty() { in_definition } else { name }
}

/// Whether two names of a task differ only in their punctuation, which a placeholder cannot have.
fn is_same_task(one: &str, other: &str) -> bool {
    let letters = |text: &str| -> String {
        let text = text.chars().filter(|letter| letter.is_alphanumeric());
        text.flat_map(char::to_lowercase).collect()
    };
    letters(one) == letters(other)
}
