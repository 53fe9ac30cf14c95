//! The tool `executions`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::commands::mcp::page::page;
use crate::commands::mcp::refusal::Refusal;
use crate::commands::mcp::tool::{AgentTool, Session};

/// Reads the executions of a store.
pub(super) struct Executions;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExecutionsArguments {
    /// The store of an engine, as `--store` of other commands; the path begins at the working
    /// folder.
    store: String,
    /// The name or ARN of an execution: returns its history instead of the list.
    #[serde(default)]
    name: Option<String>,
    /// Only executions with this status: RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED.
    #[serde(default)]
    status: Option<String>,
    /// Only executions of the state machine with this name.
    #[serde(default)]
    machine: Option<String>,
    /// The position of the first item; `next` of the page before.
    #[serde(default)]
    offset: usize,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct FoundExecutions {
    /// The executions, newest first, as ListExecutions returns them; with `name`, the events of the
    /// history.
    items: Vec<Value>,
    /// The `offset` of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<usize>,
    messages: String,
}

/// The most executions that are listed.
const LISTED: usize = 1000;

impl AgentTool for Executions {
    type Arguments = ExecutionsArguments;
    type Outcome = FoundExecutions;

    const NAME: &'static str = "executions";
    const TITLE: &'static str = "Read executions";
    const DESCRIPTION: &'static str = "Lists the newest 1,000 executions of a store, or reads the history of one. Secrets are masked.";

    async fn call(
        session: Session<'_>,
        arguments: ExecutionsArguments,
    ) -> Result<FoundExecutions, Refusal> {
        let store = session.folder.find(&arguments.store)?;
        let list = match &arguments.name {
            Some(_) => "history",
            None => "executions",
        };
        let mut words = vec![
            list.into(),
            "--store".into(),
            store.into(),
            "--format=json".into(),
        ];
        let mut option = |name: &str, value: &str| words.push(format!("--{name}={value}").into());
        if let Some(machine) = &arguments.machine {
            option("machine", machine);
        }
        match (&arguments.name, &arguments.status) {
            (Some(name), _) => option("name", name),
            (None, status) => {
                option("limit", &LISTED.to_string());
                if let Some(status) = status {
                    option("status", status);
                }
            }
        }
        let root = session.folder.root();
        let finished = session.command.run(root, &words, "").await?;
        let found = finished.json()?;
        let key = match &arguments.name {
            Some(_) => "events",
            None => "executions",
        };
        let items = found[key].as_array().cloned().unwrap_or_default();
        let found = page(items, arguments.offset);
        Ok(FoundExecutions {
            items: found.items,
            next: found.next,
            messages: finished.messages,
        })
    }
}
