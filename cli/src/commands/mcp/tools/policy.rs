//! The tool `policy`.

use std::ffi::OsString;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::commands::mcp::call_files::CallFiles;
use crate::commands::mcp::refusal::Refusal;
use crate::commands::mcp::tool::{AgentTool, Session};

/// The permissions that a definition needs.
pub(super) struct Policy;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyArguments {
    /// The definition, or a template with one state machine (`template.yaml#Orders` names one of
    /// several); the path begins at the working folder.
    #[serde(default)]
    file: Option<String>,
    /// The definition itself, in JSON or YAML, instead of a file.
    #[serde(default)]
    text: Option<String>,
    /// The region in ARNs; any, if it is not given.
    #[serde(default)]
    region: Option<String>,
    /// The account in ARNs; any, if it is not given.
    #[serde(default)]
    account: Option<String>,
    /// The role that is compared: a file with its policies (a policy document, or what `aws iam
    /// get-role-policy` prints), such a document itself, or `true` for the role in the template.
    #[serde(default)]
    role: Option<Value>,
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
        let files = CallFiles::new(session)?;
        let (file, text) = (arguments.file.as_deref(), arguments.text.as_deref());
        let file = files.definition("file", file, text)?;
        let mut words = vec!["policy".into(), file];
        if let Some(region) = &arguments.region {
            words.push(format!("--region={region}").into());
        }
        if let Some(account) = &arguments.account {
            words.push(format!("--account={account}").into());
        }
        if let Some(role) = &arguments.role {
            let mut option = OsString::from("--check");
            if role != &Value::Bool(true) {
                option.push("=");
                option.push(files.given("role.json", role)?);
            }
            words.extend([option, "--format=json".into()]);
        }
        let finished = files.run(words, "").await?;
        Ok(NeededPolicy {
            result: finished.json()?,
            granted: arguments.role.is_some().then_some(finished.status == 0),
            messages: finished.messages,
        })
    }
}
