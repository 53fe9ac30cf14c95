//! The tool `run`.

use std::fs;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::commands::mcp::page::page;
use crate::commands::mcp::refusal::Refusal;
use crate::commands::mcp::tool::{AgentTool, Session};

/// Runs a definition with mocks.
pub(super) struct Run;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RunArguments {
    /// The definition, or a template with one state machine (`template.yaml#Orders` names one of
    /// several); the path begins at the working folder.
    file: String,
    /// The input of the execution.
    #[serde(default = "super::empty_input")]
    input: Value,
    /// A file with the results of the tasks, in the format of Step Functions Local's
    /// MockConfigFile.json.
    #[serde(default)]
    mocks: Option<String>,
    /// The test case of the mocks.
    #[serde(default)]
    case: Option<String>,
    /// Run as an Express workflow.
    #[serde(default)]
    express: bool,
    /// The position of the first event; `next` of the page before. Without it, no events are
    /// returned.
    #[serde(default)]
    events_from: Option<usize>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Ran {
    /// Whether the execution succeeded.
    succeeded: bool,
    /// The output, if it succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<Value>,
    /// What the command printed: the error and its cause, and notes.
    messages: String,
    /// The names of the states in the order in which they were entered, at most 500.
    states: Vec<String>,
    /// A page of the history, as GetExecutionHistory returns it.
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Vec<Value>>,
    /// The `events_from` of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<usize>,
}

impl AgentTool for Run {
    type Arguments = RunArguments;
    type Outcome = Ran;

    const NAME: &'static str = "run";
    const TITLE: &'static str = "Run a definition";
    const DESCRIPTION: &'static str = "Runs one execution in process with mocks of its tasks, on virtual time: waits, retries and timeouts take no time. Returns the output or error, the path of states and, if asked, the events.";

    async fn call(session: Session<'_>, arguments: RunArguments) -> Result<Ran, Refusal> {
        let file = match arguments.file.split_once('#') {
            Some((file, machine)) => {
                let mut file = session.folder.find(file)?.into_os_string();
                file.push(format!("#{machine}"));
                file
            }
            None => session.folder.find(&arguments.file)?.into(),
        };
        let temporary = super::temporary_folder()?;
        let history = temporary.path().join("history.json");
        let mut words = vec![
            "run".into(),
            file,
            "--input=-".into(),
            "--progress=never".into(),
        ];
        words.extend(["--history".into(), history.clone().into()]);
        if let Some(mocks) = &arguments.mocks {
            words.extend(["--mocks".into(), session.folder.find(mocks)?.into()]);
        }
        if let Some(case) = &arguments.case {
            words.push(format!("--case={case}").into());
        }
        if arguments.express {
            words.push("--type=EXPRESS".into());
        }
        words.extend(session.command.endpoint_options());
        let input = arguments.input.to_string();
        let root = session.folder.root();
        let finished = session.command.run(root, &words, &input).await?;
        // Without a history the execution did not begin.
        let Ok(text) = fs::read_to_string(&history) else {
            return Err(Refusal::new(finished.messages));
        };
        let events = events(&text)?;
        let entered = events.iter();
        let entered =
            entered.filter_map(|event| event["stateEnteredEventDetails"]["name"].as_str());
        let states = entered.take(500).map(str::to_owned).collect();
        let found = arguments.events_from.map(|offset| page(events, offset));
        let (events, next) = found.map_or((None, None), |found| (Some(found.items), found.next));
        Ok(Ran {
            succeeded: finished.status == 0,
            output: serde_json::from_str(&finished.output).ok(),
            messages: finished.messages,
            states,
            events,
            next,
        })
    }
}

fn events(history: &str) -> Result<Vec<Value>, Refusal> {
    let history: Value = serde_json::from_str(history)
        .map_err(|error| Refusal::new(format!("the history cannot be read: {error}")))?;
    let events = history["events"].as_array().cloned();
    Ok(events.unwrap_or_default())
}
