//! The schema of a state machine's input, as `stepwright types` derives it.

use std::sync::Arc;

use rmcp::model::JsonObject;
use serde_json::{Value, json};

use super::machine::Machine;
use crate::commands::mcp::refusal::Refusal;
use crate::commands::mcp::tool::Session;

/// The member that has the input of a machine whose input is not known to be an object.
const INPUT: &str = "input";

/// The schema of an input.
pub(super) struct InputSchema {
    schema: JsonObject,
    /// The definitions that the schema refers to.
    definitions: JsonObject,
}

impl InputSchema {
    pub(super) async fn of(
        session: Session<'_>,
        machine: &Machine,
    ) -> Result<InputSchema, Refusal> {
        let (file, text) = match &machine.text {
            Some(text) => ("-", text.as_str()),
            None => (machine.place.as_str(), ""),
        };
        let words = ["types", file, "--lang=jsonschema"].map(Into::into);
        let root = session.folder.root();
        let finished = session.command.run(root, &words, text).await?;
        let mut document = finished.json()?;
        let definitions = object(document["$defs"].take()).unwrap_or_default();
        // The first type is that of the input.
        let mut schema = definitions.values().next().cloned().unwrap_or_default();
        // A name may stand for another one.
        for _ in 0..definitions.len() {
            let name = schema["$ref"]
                .as_str()
                .and_then(|it| it.strip_prefix("#/$defs/"));
            let Some(named) = name.and_then(|name| definitions.get(name)) else {
                break;
            };
            schema = named.clone();
        }
        Ok(InputSchema {
            schema: object(schema).unwrap_or_default(),
            definitions,
        })
    }

    fn is_object(&self) -> bool {
        self.schema.get("type").is_some_and(|kind| kind == "object")
    }

    /// The schema of the tool's arguments, which the protocol requires to be an object.
    pub(super) fn arguments(self) -> Arc<JsonObject> {
        let mut arguments = if self.is_object() {
            self.schema
        } else {
            let mut input = self.schema;
            let text = "The input of the execution.";
            input.entry("description").or_insert_with(|| text.into());
            let wrapped = json!({
                "type": "object", "properties": {INPUT: input}, "required": [INPUT],
            });
            object(wrapped).unwrap_or_default()
        };
        if Value::Object(arguments.clone())
            .to_string()
            .contains("\"$ref\"")
        {
            arguments.insert("$defs".to_owned(), Value::Object(self.definitions));
        }
        Arc::new(arguments)
    }

    /// The input in the arguments of a call.
    pub(super) fn input(&self, mut arguments: JsonObject) -> Result<Value, Refusal> {
        if self.is_object() {
            return Ok(Value::Object(arguments));
        }
        arguments.remove(INPUT).ok_or_else(|| {
            Refusal::new("the argument `input` is missing: the input of the execution")
        })
    }
}

/// The object of a JSON value.
fn object(value: Value) -> Option<JsonObject> {
    match value {
        Value::Object(object) => Some(object),
        _ => None,
    }
}
