//! What the role of a state machine must be allowed to do.

use serde::Deserialize;

use crate::json::Json;

/// One statement of the policy that an integration needs.
///
/// Resources are templates: `${partition}`, `${region}`, `${account}`, `${stateMachineArn}`, and parameters of the task such as `${TableName}`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Permission {
    /// The IAM actions.
    pub actions: Vec<&'static str>,
    /// On which resources, when the definition says which.
    pub resources: Vec<&'static str>,
    /// On which resources when [`parameter`](Self::parameter) is computed or absent; [`resources`](Self::resources) when there is none.
    #[serde(default)]
    pub dynamic: Vec<&'static str>,
    /// The parameter of the task that names the resource.
    #[serde(default)]
    pub parameter: Option<&'static str>,
    /// The condition of the statement.
    #[serde(default)]
    pub condition: Option<Json>,
    /// When it is needed; always where there is nothing. The definition often cannot show it.
    #[serde(default)]
    pub when: Option<&'static str>,
    /// Whether AWS's own generator has it without need.
    #[serde(default)]
    pub optional: bool,
}
