//! The contract of a workflow: the JSON Schemas of its input, its output and its tasks.
//!
//! A crate emits them next to the definition. Parts without a written schema are derived from the
//! definition.

use std::path::{Path, PathBuf};

use stepwright_asl::MachineType;
use stepwright_asl::json::{Document, Json, Object};
use stepwright_asl::validate::Validator;
use stepwright_explore::DerivedSchemas;

use crate::definitions::definition::LoadedDefinition;
use crate::definitions::embedded::split;
use crate::definitions::input;
use crate::failure::Failure;

/// The ending of the files that `emit` writes.
const ENDING: &str = ".schemas.json";

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

/// The schemas in a file. Each part may be absent.
#[derive(Debug, Default)]
struct WrittenSchemas {
    input: Option<Json>,
    output: Option<Json>,
    tasks: Vec<(String, Option<Json>, Option<Json>)>,
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
        if let Some(stem) = origin.strip_suffix(ENDING) {
            let written = WrittenSchemas::read(path)?;
            return Ok(written.with(stem.to_owned(), origin.clone(), None));
        }
        let definition = LoadedDefinition::read(path, &Validator::new(MachineType::Standard))?;
        definition.machine()?;
        let title = || definition.source.title();
        let name = definition.machine.clone().unwrap_or_else(title);
        let written = match companion(path, &definition) {
            Some(file) => WrittenSchemas::read(&file)?,
            None => WrittenSchemas::default(),
        };
        let derived = definition
            .document()
            .map(|one| DerivedSchemas::of(one.json()));
        Ok(written.with(name, origin, derived))
    }
}

/// The file of schemas next to a definition. A template has none, because it has several machines.
fn companion(path: &Path, definition: &LoadedDefinition) -> Option<PathBuf> {
    let is_in_template = definition.machine.is_some() && split(path).0 == definition.source.path;
    if path == Path::new("-") || is_in_template {
        return None;
    }
    let name = format!("{}{ENDING}", definition.source.stem());
    let file = definition.source.path.with_file_name(name);
    file.is_file().then_some(file)
}

impl WrittenSchemas {
    fn read(path: &Path) -> Result<WrittenSchemas, Failure> {
        let text = input::read(path)?;
        let refused = |reason: String| Failure::Usage(format!("{}: {reason}", path.display()));
        let document = Document::parse(&text).map_err(|error| refused(error.to_string()))?;
        WrittenSchemas::of(document.json()).map_err(refused)
    }

    fn of(json: &Json) -> Result<WrittenSchemas, String> {
        let members = object(json, "", "`input`, `output` and `tasks`")?;
        let mut written = WrittenSchemas {
            input: schema(members, "", "input")?,
            output: schema(members, "", "output")?,
            tasks: Vec::new(),
        };
        if let Some(tasks) = members.get("tasks") {
            for (name, task) in object(tasks, "/tasks", "a member for each task")? {
                let pointer = format!("/tasks/{}", stepwright_asl::json::escape(name));
                let task = object(task, &pointer, "`input` and `output`")?;
                let input = schema(task, &pointer, "input")?;
                let output = schema(task, &pointer, "output")?;
                written.tasks.push((name.clone(), input, output));
            }
        }
        if written.input.is_none() && written.output.is_none() && written.tasks.is_empty() {
            return Err(
                "it has no `input`, `output` or `tasks`; add the JSON Schema of one of them"
                    .to_owned(),
            );
        }
        Ok(written)
    }

    /// The contract with these schemas, and derived ones for absent parts.
    fn with(self, name: String, origin: String, derived: Option<DerivedSchemas>) -> Contract {
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
        for (name, payload, result) in self.tasks {
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
            input: self.input.unwrap_or(input),
            output: self.output.unwrap_or(output),
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

/// A schema of an object, which is an object or a boolean.
fn schema(members: &Object, pointer: &str, name: &str) -> Result<Option<Json>, String> {
    match members.get(name) {
        None => Ok(None),
        Some(schema @ (Json::Object(_) | Json::Bool(_))) => Ok(Some(schema.clone())),
        Some(other) => Err(format!(
            "`{pointer}/{name}` is {}; write a JSON Schema, which is an object or a boolean",
            other.noun()
        )),
    }
}

fn object<'j>(json: &'j Json, pointer: &str, members: &str) -> Result<&'j Object, String> {
    json.as_object().ok_or_else(|| {
        let part = match pointer {
            "" => "the file".to_owned(),
            pointer => format!("`{pointer}`"),
        };
        format!("{part} is {}; write an object with {members}", json.noun())
    })
}
