//! Permissions of a state machine's role.

use serde::Deserialize;

use crate::json::Json;

/// One statement of an IAM policy that an integration needs.
///
/// Resources are templates: `${partition}`, `${region}`, `${account}`, `${stateMachineArn}`, and
/// parameters of the task such as `${TableName}`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Permission {
    /// The IAM actions.
    pub actions: Vec<&'static str>,
    /// The resources, if the definition names them.
    pub resources: Vec<&'static str>,
    /// The resources if [`parameter`](Self::parameter) is computed or absent; if empty,
    /// [`resources`](Self::resources) applies.
    #[serde(default)]
    pub dynamic: Vec<&'static str>,
    /// The parameter of the task that names the resource.
    #[serde(default)]
    pub parameter: Option<&'static str>,
    /// The condition of the statement.
    #[serde(default)]
    pub condition: Option<Json>,
    /// When the statement is needed; `None` means always. Often the definition does not show
    /// whether it is needed.
    #[serde(default)]
    pub when: Option<&'static str>,
    /// Whether AWS's own generator adds it although it is not required.
    #[serde(default)]
    pub optional: bool,
}
