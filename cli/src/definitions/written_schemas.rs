//! The JSON Schemas in a file next to a definition: those of its input, its output and its tasks.
//!
//! A crate emits them next to the definition, and people write them for other definitions.

use std::path::{Path, PathBuf};

use stepwright_asl::json::{Document, Json, Object};

use crate::definitions::definition::LoadedDefinition;
use crate::definitions::embedded::split;
use crate::definitions::{input, named_file};
use crate::failure::Failure;
use crate::source::SourceFile;

/// The ending of the files that `emit` writes.
pub(crate) const ENDING: &str = ".schemas.json";

/// The schemas in a file. Each part may be absent.
#[derive(Debug, Default)]
pub(crate) struct WrittenSchemas {
    pub(crate) input: Option<Json>,
    pub(crate) output: Option<Json>,
    pub(crate) tasks: Vec<(String, Option<Json>, Option<Json>)>,
}

/// Reads the schemas next to a definition, which `path` names. A template has none, because it has
/// several machines.
///
/// # Errors
///
/// If the file cannot be read, or has another form.
pub(crate) fn of_definition(
    path: &Path,
    definition: &LoadedDefinition,
) -> Result<Option<WrittenSchemas>, Failure> {
    let is_in_template = definition.machine.is_some() && split(path).0 == definition.source.path;
    if path == Path::new("-") || is_in_template {
        return Ok(None);
    }
    let Some(file) = file_next_to(&definition.source) else {
        return Ok(None);
    };
    let text = named_file::next_to(&definition.source.path, &file)?;
    WrittenSchemas::parse(&file, &text).map(Some)
}

/// The file with the schemas of a definition file, if it exists.
pub(crate) fn file_next_to(definition: &SourceFile) -> Option<PathBuf> {
    let name = format!("{}{ENDING}", definition.stem());
    let file = definition.path.with_file_name(name);
    file.is_file().then_some(file)
}

impl WrittenSchemas {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or has another form.
    pub(crate) fn read(path: &Path) -> Result<WrittenSchemas, Failure> {
        WrittenSchemas::parse(path, &input::read(path)?)
    }

    fn parse(path: &Path, text: &str) -> Result<WrittenSchemas, Failure> {
        let schemas = WrittenSchemas::of_text(text);
        schemas.map_err(|reason| Failure::Usage(format!("{}: {reason}", path.display())))
    }

    /// Reads the text of a file.
    pub(crate) fn of_text(text: &str) -> Result<WrittenSchemas, String> {
        let document = Document::parse(text).map_err(|error| error.to_string())?;
        WrittenSchemas::of(document.json())
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
