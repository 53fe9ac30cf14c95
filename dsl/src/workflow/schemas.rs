//! The JSON Schemas of a workflow and of its tasks.

use super::{Binder, Workflow};
use crate::shape::Payload;
use crate::shape::json_schema::{of_input, of_output, reading};
use crate::task::{Address, Handler, Task, TaskBinder};
use schemars::Schema;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::fmt;

/// The inputs and outputs of a workflow and of each of its tasks, as JSON Schemas (draft 2020-12).
///
/// The tasks have their deployed names, in alphabetical order; tasks of nested workflows are not
/// included. The same types always produce the same text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Schemas {
    /// The input of an execution.
    pub input: Schema,
    /// The output of an execution.
    pub output: Schema,
    /// Its tasks.
    pub tasks: Vec<TaskSchemas>,
}

/// The input and output of a task.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TaskSchemas {
    /// Its deployed name.
    pub name: &'static str,
    /// Its payload: `{}` without parameters, a single parameter as its JSON, several as an object
    /// with their names.
    pub input: Schema,
    /// Its result.
    pub output: Schema,
}

impl Schemas {
    pub(super) fn of<W: Workflow>() -> Schemas {
        let mut tasks = Tasks::default();
        W::bind(&mut tasks);
        Schemas::with::<W::Input, W::Output>(tasks.0)
    }

    /// Returns the schema of the JSON from which a type is deserialized: fields with a default may
    /// be absent.
    ///
    /// ```
    /// use stepwright::Schemas;
    ///
    /// assert_eq!(Schemas::input_of::<bool>().as_value()["type"], "boolean");
    /// ```
    #[must_use]
    pub fn input_of<T: Payload>() -> Schema {
        of_input::<T>()
    }

    pub(crate) fn with<In: Payload, Out: Payload>(mut tasks: Vec<TaskSchemas>) -> Schemas {
        tasks.sort_by_key(|task| task.name);
        tasks.dedup();
        Schemas {
            input: of_input::<In>(),
            output: of_output::<Out>(),
            tasks,
        }
    }

    /// Returns the schemas of a task, by its deployed name.
    #[must_use]
    pub fn task(&self, name: &str) -> Option<&TaskSchemas> {
        self.tasks.iter().find(|task| task.name == name)
    }

    /// Returns `{"input", "output", "tasks": {"ChargeCard": {"input", "output"}}}`, indented by two
    /// blanks.
    #[must_use]
    pub fn to_json_pretty(&self) -> String {
        let tasks: Map<String, Value> = self
            .tasks
            .iter()
            .map(|task| {
                let schemas = json!({ "input": task.input, "output": task.output });
                (task.name.to_owned(), schemas)
            })
            .collect();
        let all = json!({ "input": self.input, "output": self.output, "tasks": tasks });
        format!("{all:#}")
    }
}

impl TaskSchemas {
    pub(crate) fn of<T: Task>() -> TaskSchemas {
        TaskSchemas {
            name: T::NAME,
            input: of_arguments::<T>(),
            output: of_output::<T::Output>(),
        }
    }
}

/// The indented JSON.
impl fmt::Display for Schemas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_json_pretty())
    }
}

/// The schema of a task's payload.
fn of_arguments<T: Task>() -> Schema {
    let mut generator = reading();
    let parameters: Vec<Value> = T::parameter_types()
        .into_iter()
        .map(|parameter| (parameter.schema)(&mut generator).to_value())
        .collect();
    let mut whole = match parameters.as_slice() {
        [only] => only.clone(),
        several => {
            let properties: Map<String, Value> = T::PARAMETERS
                .iter()
                .zip(several)
                .map(|(name, schema)| ((*name).to_owned(), schema.clone()))
                .collect();
            json!({ "type": "object", "properties": properties, "required": T::PARAMETERS })
        }
    };
    let definitions = generator.take_definitions(true);
    if let Value::Object(object) = &mut whole {
        if !definitions.is_empty() {
            object.insert("$defs".to_owned(), Value::Object(definitions));
        }
        object.insert("$schema".to_owned(), json!(DIALECT));
    }
    Schema::try_from(whole).unwrap_or_default()
}

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Collects the schemas of the tasks.
#[derive(Default)]
struct Tasks(Vec<TaskSchemas>);

impl TaskBinder for Tasks {
    fn handler<T: Handler>(&mut self, _: Address) {
        self.0.push(TaskSchemas::of::<T>());
    }

    fn declaration<T: Task>(&mut self, _: Address) {
        self.0.push(TaskSchemas::of::<T>());
    }
}

impl Binder for Tasks {
    fn workflow<W: Workflow>(&mut self, _: Address) {}
}

#[cfg(test)]
mod tests {
    use crate::{Payload, Workflow, task, workflow};
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};

    #[derive(Debug, Serialize, Deserialize, JsonSchema, Payload)]
    #[serde(rename_all = "camelCase")]
    struct Order {
        /// Its number.
        order_id: String,
        #[serde(default)]
        note: String,
        lines: Vec<Line>,
    }

    #[derive(Debug, Serialize, Deserialize, JsonSchema, Payload)]
    struct Line {
        sku: String,
    }

    #[task]
    async fn pack(line: Line, order_id: String) -> String;

    #[task(name = "Count-Orders")]
    async fn count() -> u32;

    #[task]
    async fn check_order(order: Order) -> Order;

    workflow! {
        workflow Orders(order: Order) -> String {
            task Count { count(); next Check; }
            task Check { let checked = check_order(order); next Pack; }
            task Pack { let parcel = pack(checked.lines[0], checked.order_id); end parcel; }
        }
    }

    #[test]
    fn a_workflow_and_its_tasks_have_schemas() {
        let schemas = Orders::schemas();
        let input = schemas.input.as_value();
        assert_eq!(input["required"], json!(["orderId", "lines"]));
        assert_eq!(
            input["properties"]["orderId"]["description"],
            json!("Its number.")
        );
        assert_eq!(schemas.output.as_value()["type"], json!("string"));
        let names: Vec<_> = schemas.tasks.iter().map(|task| task.name).collect();
        assert_eq!(names, ["CheckOrder", "Count-Orders", "Pack"]);
        let pack = schemas.task("Pack").unwrap().input.as_value();
        assert_eq!(
            *pack,
            json!({
                "type": "object",
                "properties": { "line": { "$ref": "#/$defs/Line" }, "order_id": { "type": "string" } },
                "required": ["line", "order_id"],
                "$defs": {
                    "Line": { "type": "object", "properties": { "sku": { "type": "string" } }, "required": ["sku"] }
                },
                "$schema": "https://json-schema.org/draft/2020-12/schema"
            })
        );
        let count = schemas.task("Count-Orders").unwrap();
        assert_eq!(count.input.as_value()["required"], json!([]));
        // The serialized form always contains the field that may be absent when it is parsed.
        let checked = schemas.task("CheckOrder").unwrap();
        assert_eq!(
            checked.output.as_value()["required"],
            json!(["orderId", "note", "lines"])
        );
    }

    #[test]
    fn the_same_types_give_the_same_text() {
        let text = Orders::schemas().to_json_pretty();
        assert_eq!(Orders::schemas().to_string(), text);
        let read: Value = serde_json::from_str(&text).unwrap();
        assert!(read["tasks"]["Pack"]["output"].is_object());
    }
}
