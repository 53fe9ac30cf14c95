//! The tool `explore`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::commands::mcp::call_files::CallFiles;
use crate::commands::mcp::page::page;
use crate::commands::mcp::refusal::Refusal;
use crate::commands::mcp::tool::{AgentTool, Session};

/// Follows all paths of a definition.
pub(super) struct Explore;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExploreArguments {
    /// The file with the definition; the path begins at the working folder.
    #[serde(default)]
    file: Option<String>,
    /// The definition itself, in JSON or YAML, instead of a file.
    #[serde(default)]
    text: Option<String>,
    /// Properties: files, or the contents of such a file, for example
    /// `{"properties": [{"name": "a refund follows", "leads_to": [..]}]}`. The page
    /// `check-every-path` has the forms.
    #[serde(default)]
    properties: Vec<Value>,
    /// The files of state machines that this one starts, by the names in their ARNs. Those of the
    /// same template, and files of these names in the same folder, are found without it.
    #[serde(default)]
    with: BTreeMap<String, String>,
    /// The most faults of one path: outcomes of calls other than success.
    #[serde(default)]
    faults: Option<u32>,
    /// The seconds after which the search stops.
    #[serde(default)]
    seconds: Option<u32>,
    /// The position of the first finding; `next` of the page before.
    #[serde(default)]
    offset: usize,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Explored {
    /// Whether no path violates a rule or property, as far as the search went.
    clean: bool,
    /// The findings, each with the steps of a shortest path that shows it.
    findings: Vec<Value>,
    /// The extent of the search: its bounds and the number of points.
    covered: Value,
    /// The `offset` of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<usize>,
}

impl AgentTool for Explore {
    type Arguments = ExploreArguments;
    type Outcome = Explored;

    const NAME: &'static str = "explore";
    const TITLE: &'static str = "Check every path";
    const DESCRIPTION: &'static str = "Follows all paths of a definition, with faults of its tasks and values at the boundaries of its conditions. Reports paths that do not end, unhandled errors, absent values and violated properties, each with a shortest path.";

    async fn call(session: Session<'_>, arguments: ExploreArguments) -> Result<Explored, Refusal> {
        let files = CallFiles::new(session)?;
        let (file, text) = (arguments.file.as_deref(), arguments.text.as_deref());
        let file = files.definition("file", file, text)?;
        let mut words = vec!["explore".into(), file, "--format=json".into()];
        for (number, properties) in (1..).zip(&arguments.properties) {
            let file = files.given(&format!("properties-{number}.json"), properties)?;
            words.extend(["--properties".into(), file.into()]);
        }
        for (name, file) in &arguments.with {
            let file = session.folder.find(file)?;
            words.push(format!("--with={name}={}", file.display()).into());
        }
        if let Some(faults) = arguments.faults {
            words.push(format!("--faults={faults}").into());
        }
        let seconds = arguments.seconds.unwrap_or(30);
        words.push(format!("--time-limit={seconds}s").into());
        let finished = files.run(words, "").await?;
        let Value::Object(mut report) = finished.json()? else {
            return Err(Refusal::new(finished.messages));
        };
        let findings = match report.remove("findings") {
            Some(Value::Array(findings)) => findings,
            _ => Vec::new(),
        };
        let found = page(findings, arguments.offset);
        Ok(Explored {
            clean: finished.status == 0,
            findings: found.items,
            covered: Value::Object(report),
            next: found.next,
        })
    }
}
