//! The tool `test_state`.

use std::ffi::OsString;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::commands::mcp::call_files::CallFiles;
use crate::commands::mcp::refusal::Refusal;
use crate::commands::mcp::tool::{AgentTool, Session};

/// Tests one state.
pub(super) struct TestState;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TestStateArguments {
    /// A definition, or a single state; the path begins at the working folder.
    #[serde(default)]
    file: Option<String>,
    /// The definition or the state itself, in JSON or YAML, instead of a file.
    #[serde(default)]
    text: Option<String>,
    /// The name of the state, if the file is a definition.
    #[serde(default)]
    state: Option<String>,
    /// The input of the state.
    #[serde(default = "super::empty_input")]
    input: Value,
    /// The result of the task: `{"result": ..}` or `{"errorOutput": {"error": .., "cause": ..}}`.
    #[serde(default)]
    mock: Option<Value>,
    /// The workflow variables, an object by name.
    #[serde(default)]
    variables: Option<Value>,
    /// Also return the data after each field.
    #[serde(default)]
    debug: bool,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct TestedState {
    /// The response of TestState: `status`, `output` (a text with JSON) or `error` and `cause`,
    /// `nextState`, and `inspectionData` with `debug`.
    response: Value,
    /// What the command printed besides.
    messages: String,
}

impl AgentTool for TestState {
    type Arguments = TestStateArguments;
    type Outcome = TestedState;

    const NAME: &'static str = "test_state";
    const TITLE: &'static str = "Test one state";
    const DESCRIPTION: &'static str = "Runs one state with an input and a mocked result, as AWS's TestState does. Returns its output or error and the next state.";

    async fn call(
        session: Session<'_>,
        arguments: TestStateArguments,
    ) -> Result<TestedState, Refusal> {
        let files = CallFiles::new(session)?;
        let (file, text) = (arguments.file.as_deref(), arguments.text.as_deref());
        let file = files.definition("file", file, text)?;
        let mut words = vec!["test-state".into(), file, "--input=-".into()];
        if let Some(state) = &arguments.state {
            words.push(format!("--state={state}").into());
        }
        let values = [("mock", arguments.mock), ("variables", arguments.variables)];
        for (option, value) in values {
            let Some(value) = value else { continue };
            let file = files.write(option, &value.to_string())?;
            let mut word = OsString::from(format!("--{option}=@"));
            word.push(file);
            words.push(word);
        }
        if arguments.debug {
            words.push("--inspection-level=DEBUG".into());
        }
        let input = arguments.input.to_string();
        let finished = files.run(words, &input).await?;
        Ok(TestedState {
            response: finished.json()?,
            messages: finished.messages,
        })
    }
}
