//! The tool `review`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::commands::mcp::refusal::Refusal;
use crate::commands::mcp::tool::{AgentTool, Session};

/// Compares two versions of definitions.
pub(super) struct Review;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReviewArguments {
    /// The old definition, template or folder; the path begins at the working folder.
    old: String,
    /// The new one.
    new: String,
    /// A folder with recorded executions, which run through the new definitions.
    #[serde(default)]
    histories: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Reviewed {
    /// What changed in each definition, with its risks, sorted by risk.
    review: Value,
    /// What the command printed besides.
    messages: String,
}

impl AgentTool for Review {
    type Arguments = ReviewArguments;
    type Outcome = Reviewed;

    const NAME: &'static str = "review";
    const TITLE: &'static str = "Review a change";
    const DESCRIPTION: &'static str = "Says what a change of definitions means: for running executions, permissions, cost and recorded executions. Use it before a change is merged.";

    async fn call(session: Session<'_>, arguments: ReviewArguments) -> Result<Reviewed, Refusal> {
        let (old, new) = (
            session.folder.find(&arguments.old)?,
            session.folder.find(&arguments.new)?,
        );
        let mut words = vec![
            "review".into(),
            old.into(),
            new.into(),
            "--format=json".into(),
        ];
        if let Some(histories) = &arguments.histories {
            words.extend(["--histories".into(), session.folder.find(histories)?.into()]);
        }
        let root = session.folder.root();
        let finished = session.command.run(root, &words, "").await?;
        Ok(Reviewed {
            review: finished.json()?,
            messages: finished.messages,
        })
    }
}
