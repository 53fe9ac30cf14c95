//! The tool `check`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::commands::mcp::call_files::CallFiles;
use crate::commands::mcp::page::page;
use crate::commands::mcp::refusal::Refusal;
use crate::commands::mcp::tool::{AgentTool, Session};

/// Validates definitions.
pub(super) struct Check;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckArguments {
    /// A definition in JSON or YAML, a template, a module of Terraform, or a folder of these; the
    /// path begins at the working folder.
    #[serde(default)]
    path: Option<String>,
    /// The definition itself, in JSON or YAML, instead of a file.
    #[serde(default)]
    text: Option<String>,
    /// Check as an Express workflow.
    #[serde(default)]
    express: bool,
    /// The position of the first diagnostic; `next` of the page before.
    #[serde(default)]
    offset: usize,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Checked {
    /// Whether all definitions could be read and none has an error.
    valid: bool,
    errors: u64,
    warnings: u64,
    /// The problems in the order of the files. Each has `file`, `severity`, `rule`, `message`,
    /// `pointer` (RFC 6901), `line`, `column`, `suggestion`, and `fix` and `choices` with their
    /// edits.
    diagnostics: Vec<Value>,
    /// The `offset` of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<usize>,
    /// What the command printed besides: the files that could not be read, and notes.
    messages: String,
}

impl AgentTool for Check {
    type Arguments = CheckArguments;
    type Outcome = Checked;

    const NAME: &'static str = "check";
    const TITLE: &'static str = "Check definitions";
    const DESCRIPTION: &'static str = "Validates state machines as AWS does, and reports each problem with its place and the edits that correct it. Use it after each edit.";

    async fn call(session: Session<'_>, arguments: CheckArguments) -> Result<Checked, Refusal> {
        let files = CallFiles::new(session)?;
        let (path, text) = (arguments.path.as_deref(), arguments.text.as_deref());
        let path = files.definition("path", path, text)?;
        let mut words = vec!["validate".into(), "--format=json".into(), path];
        if arguments.express {
            words.push("--type=EXPRESS".into());
        }
        let finished = files.run(words, "").await?;
        let report = finished.json()?;
        let checked = report["files"].as_array().map_or(&[][..], Vec::as_slice);
        let sum = |key: &str| checked.iter().filter_map(|file| file[key].as_u64()).sum();
        let (errors, warnings) = (sum("errors"), sum("warnings"));
        let diagnostics = report["diagnostics"].as_array().cloned();
        let found = page(diagnostics.unwrap_or_default(), arguments.offset);
        Ok(Checked {
            valid: finished.status == 0,
            errors,
            warnings,
            diagnostics: found.items,
            next: found.next,
            messages: finished.messages,
        })
    }
}
