//! The tool `policy`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::commands::mcp::refusal::Refusal;
use crate::commands::mcp::tool::{AgentTool, Session};

/// The permissions that a definition needs.
pub(super) struct Policy;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyArguments {
    /// The definition; the path begins at the working folder.
    file: String,
    /// The region in ARNs; any, if it is not given.
    #[serde(default)]
    region: Option<String>,
    /// The account in ARNs; any, if it is not given.
    #[serde(default)]
    account: Option<String>,
    /// A file with the policies of the role that is compared: a policy document, or what `aws iam
    /// get-role-policy` prints.
    #[serde(default)]
    role: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct NeededPolicy {
    /// The policy document of IAM; with `role`, for each permission whether it is granted, missing
    /// or undecidable.
    result: Value,
    /// Whether the role has all permissions; only with `role`.
    #[serde(skip_serializing_if = "Option::is_none")]
    granted: Option<bool>,
    /// What the definition does not show.
    messages: String,
}

impl AgentTool for Policy {
    type Arguments = PolicyArguments;
    type Outcome = NeededPolicy;

    const NAME: &'static str = "policy";
    const TITLE: &'static str = "Permissions of a definition";
    const DESCRIPTION: &'static str =
        "Returns the least IAM policy that a state machine needs, or compares it with a role.";

    async fn call(
        session: Session<'_>,
        arguments: PolicyArguments,
    ) -> Result<NeededPolicy, Refusal> {
        let file = session.folder.find(&arguments.file)?;
        let mut words = vec!["policy".into(), file.into()];
        if let Some(region) = &arguments.region {
            words.push(format!("--region={region}").into());
        }
        if let Some(account) = &arguments.account {
            words.push(format!("--account={account}").into());
        }
        if let Some(role) = &arguments.role {
            let mut option = std::ffi::OsString::from("--check=");
            option.push(session.folder.find(role)?);
            words.extend([option, "--format=json".into()]);
        }
        let root = session.folder.root();
        let finished = session.command.run(root, &words, "").await?;
        Ok(NeededPolicy {
            result: finished.json()?,
            granted: arguments.role.is_some().then_some(finished.status == 0),
            messages: finished.messages,
        })
    }
}
