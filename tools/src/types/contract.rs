//! The contract of a workflow: the JSON Schemas of its input, its output and its tasks.

use stepwright_asl::json::{Json, Object};

use super::written_schemas::WrittenSchemas;

/// The JSON Schemas of the input, the output and the tasks of one workflow.
#[derive(Debug)]
pub struct Contract {
    pub(super) name: String,
    /// The file's name, for the comment in the generated file.
    pub(super) origin: String,
    pub(super) input: Json,
    pub(super) output: Json,
    pub(super) tasks: Vec<TaskContract>,
}

/// The JSON Schemas of one task.
#[derive(Debug)]
pub struct TaskContract {
    /// The deployed name.
    pub(super) name: String,
    pub(super) payload: Json,
    pub(super) result: Json,
}

impl TaskContract {
    /// Creates the schemas of a task by its name in a definition: `ChargeCard` and
    /// `${ChargeCardFunctionArn}` are the same task.
    pub fn new(name: &str, payload: Json, result: Json) -> TaskContract {
        TaskContract {
            name: task_name(name).to_owned(),
            payload,
            result,
        }
    }
}

impl Contract {
    /// Creates a contract in which the input and the output may be anything, and without tasks.
    /// `origin` is the name of the file, which the generated text contains.
    pub fn new(name: impl Into<String>, origin: impl Into<String>) -> Contract {
        Contract {
            name: name.into(),
            origin: origin.into(),
            input: any(),
            output: any(),
            tasks: Vec::new(),
        }
    }

    /// Replaces all schemas, for example by those that are derived from the definition.
    #[must_use]
    pub fn with_schemas(self, input: Json, output: Json, tasks: Vec<TaskContract>) -> Contract {
        Contract {
            input,
            output,
            tasks,
            ..self
        }
    }

    /// Replaces the schemas that people or a crate have written.
    #[must_use]
    pub fn with_written(mut self, written: WrittenSchemas) -> Contract {
        for (name, payload, result) in written.tasks {
            let mut known = self.tasks.iter_mut();
            match known.find(|task| is_same_task(&task.name, &name)) {
                Some(task) => {
                    task.name = name;
                    task.payload = payload.unwrap_or(std::mem::take(&mut task.payload));
                    task.result = result.unwrap_or(std::mem::take(&mut task.result));
                }
                None => self.tasks.push(TaskContract {
                    name,
                    payload: payload.unwrap_or_else(any),
                    result: result.unwrap_or_else(any),
                }),
            }
        }
        self.input = written.input.unwrap_or(self.input);
        self.output = written.output.unwrap_or(self.output);
        self
    }
}

/// A schema that accepts any value.
fn any() -> Json {
    Json::Object(Object::new())
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
