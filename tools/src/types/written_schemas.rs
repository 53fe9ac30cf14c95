//! The JSON Schemas that are written next to a definition: those of its input, its output and its
//! tasks.
//!
//! A crate emits them next to the definition, and people write them for other definitions.

use stepwright_asl::json::{Document, Json, Object};

/// The ending of the files that `emit` writes.
pub const SCHEMAS_ENDING: &str = ".schemas.json";

/// The schemas in a file. Each part may be absent.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct WrittenSchemas {
    /// The schema of the input of an execution.
    pub input: Option<Json>,
    /// The schema of the output of an execution.
    pub output: Option<Json>,
    /// The name of each task, and the schemas of its payload and its result.
    pub tasks: Vec<(String, Option<Json>, Option<Json>)>,
}

impl WrittenSchemas {
    /// Reads the text of a file.
    ///
    /// # Errors
    ///
    /// A message for the user about a text that is no JSON, or has another form.
    pub fn of_text(text: &str) -> Result<WrittenSchemas, String> {
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
