//! The optimized integrations, and the other resources that AWS documents individually.

use std::sync::OnceLock;

use serde::Deserialize;

use super::permission::Permission;
use crate::resource::IntegrationPattern;

/// One JSON object per line, ordered by place and resource, written by hand.
const TABLE: &str = include_str!("optimized.jsonl");

/// An action that AWS documents individually.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct OptimizedAction {
    /// The field in which the resource is allowed.
    pub place: ResourceField,
    /// The text after `arn:aws:states:::`, such as `lambda:invoke`; `function` and `activity` for
    /// tasks with the ARN of a function or activity.
    pub resource: &'static str,
    /// The supported patterns.
    pub patterns: Vec<IntegrationPattern>,
    /// The patterns, supported or not, about which AWS's documentation is contradictory.
    #[serde(default)]
    pub unsure: Vec<IntegrationPattern>,
    /// The prefix before the dot in the names of its errors.
    #[serde(default)]
    pub error_prefix: Option<&'static str>,
    /// The required parameters.
    #[serde(default)]
    pub required: Vec<&'static str>,
    /// All parameters; empty if unknown.
    #[serde(default)]
    pub parameters: Vec<&'static str>,
    /// The parameters whose value is an object of lists. The service does not start a task if a
    /// member is not a list (recorded).
    #[serde(default)]
    pub lists_by_name: Vec<&'static str>,
    /// The permissions that the role needs.
    pub permissions: Vec<Permission>,
    /// The additional permissions for `.sync` and `.sync:2`.
    #[serde(default)]
    pub sync_permissions: Vec<Permission>,
    /// The page of the Step Functions developer guide that documents it: `connect-lambda`.
    pub source: &'static str,
    /// The year and the month in which the page was last checked: `2026-11`.
    pub read: &'static str,
}

/// The field of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[non_exhaustive]
pub enum ResourceField {
    /// `Resource` of a Task.
    Task,
    /// `Resource` of an `ItemReader`.
    ItemReader,
    /// `Resource` of a `ResultWriter`.
    ResultWriter,
}

impl OptimizedAction {
    /// The service: `lambda`.
    pub fn service(&self) -> &'static str {
        self.parts().0
    }

    /// The action: `invoke`; empty for functions and activities.
    pub fn action(&self) -> &'static str {
        self.parts().1
    }

    fn parts(&self) -> (&'static str, &'static str) {
        self.resource.split_once(':').unwrap_or((self.resource, ""))
    }
}

/// All entries, ordered by place and resource.
pub fn optimized() -> &'static [OptimizedAction] {
    static LOADED: OnceLock<Vec<OptimizedAction>> = OnceLock::new();
    LOADED.get_or_init(|| {
        // A test checks that every line can be parsed.
        TABLE
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    })
}

/// The entry with this place and name.
pub(super) fn get(place: ResourceField, resource: &str) -> Option<&'static OptimizedAction> {
    let all = optimized();
    let index = all.binary_search_by(|one| (one.place, one.resource).cmp(&(place, resource)));
    all.get(index.ok()?)
}

/// All entries of one place.
pub(super) fn at(place: ResourceField) -> impl Iterator<Item = &'static OptimizedAction> {
    optimized().iter().filter(move |one| one.place == place)
}
