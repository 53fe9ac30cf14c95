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
    /// When the statement is needed; `None` means always.
    #[serde(default)]
    pub when: Option<PermissionCondition>,
    /// Whether AWS's own generator adds it although it is not required.
    #[serde(default)]
    pub optional: bool,
}

/// When a call needs a [`Permission`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum PermissionCondition {
    /// One of these parameters is given.
    Given(Vec<&'static str>),
    /// One of these parameters is given, or the pattern is `.sync`, with which Step Functions adds
    /// a tag to the job.
    GivenOrSync(Vec<&'static str>),
    /// A parameter has this value, or its value is computed when the execution runs.
    Value {
        /// The parameter.
        parameter: &'static str,
        /// Its value.
        value: &'static str,
    },
    /// An `ItemReader` reads the objects that it lists: its `Transformation` is `LOAD_AND_FLATTEN`.
    ReadsObjects,
    /// An `ItemReader` reads a manifest, and the files that the manifest names. The definition does
    /// not show them. The text describes the condition.
    ReadsManifest(&'static str),
    /// The definition does not show whether the condition is met. The text describes it.
    NotVisible(&'static str),
}

impl PermissionCondition {
    /// Returns the description of a condition that the definition does not show.
    pub fn description(&self) -> Option<&'static str> {
        match self {
            PermissionCondition::ReadsManifest(text) | PermissionCondition::NotVisible(text) => {
                Some(text)
            }
            _ => None,
        }
    }
}
