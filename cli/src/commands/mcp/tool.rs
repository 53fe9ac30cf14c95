//! A tool: its description for agents, and its call.

use std::sync::Arc;

use rmcp::handler::server::common::{schema_for_input, schema_for_output};
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::own_command::OwnCommand;
use super::refusal::Refusal;
use super::working_folder::WorkingFolder;

/// The folder and the command of a call.
#[derive(Clone, Copy)]
pub(super) struct Session<'s> {
    pub(super) folder: &'s WorkingFolder,
    pub(super) command: &'s OwnCommand,
}

/// A tool with typed arguments and a typed result.
pub(super) trait AgentTool {
    type Arguments: DeserializeOwned + JsonSchema + 'static;
    type Outcome: Serialize + JsonSchema + 'static;

    const NAME: &'static str;
    const TITLE: &'static str;
    const DESCRIPTION: &'static str;
    /// Whether it changes no file. A tool that changes files does so only with --allow-write.
    const IS_READ_ONLY: bool = true;

    fn call(
        session: Session<'_>,
        arguments: Self::Arguments,
    ) -> impl Future<Output = Result<Self::Outcome, Refusal>> + Send;
}

/// The description of a tool.
pub(super) fn description<T: AgentTool>() -> Tool {
    // All arguments are objects, which the tests check.
    let input = schema_for_input::<T::Arguments>().unwrap_or_default();
    let mut tool = Tool::new(T::NAME, T::DESCRIPTION, input).with_title(T::TITLE);
    tool.output_schema = Some(schema_for_output::<T::Outcome>());
    tool.with_annotations(
        ToolAnnotations::with_title(T::TITLE)
            .read_only(T::IS_READ_ONLY)
            .destructive(!T::IS_READ_ONLY)
            .open_world(false),
    )
}

/// Calls a tool with arguments of the protocol.
pub(super) async fn call<T: AgentTool>(
    session: Session<'_>,
    arguments: Arc<JsonObject>,
) -> Result<Value, Refusal> {
    let arguments = Value::Object(JsonObject::clone(&arguments));
    let arguments = serde_json::from_value(arguments)
        .map_err(|error| Refusal::new(format!("the arguments of `{}`: {error}", T::NAME)))?;
    outcome_value(T::call(session, arguments).await?)
}

/// The result of a call as JSON.
pub(super) fn outcome_value(outcome: impl Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(outcome)
        .map_err(|error| Refusal::new(format!("the result cannot be written as JSON: {error}")))
}
