//! The optimized integrations, and the other resources that AWS documents one by one.

use std::sync::OnceLock;

use serde::Deserialize;

use super::permission::Permission;
use crate::resource::Pattern;

/// One JSON object a line, ordered by place and resource, written by hand.
const TABLE: &str = include_str!("optimized.jsonl");

/// An action that AWS documents by itself.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Optimized {
    /// Where it may stand.
    pub place: Place,
    /// `lambda:invoke`, what follows `arn:aws:states:::`; `function` and `activity` for tasks that are named by their own ARN.
    pub resource: &'static str,
    /// The patterns that it has.
    pub patterns: Vec<Pattern>,
    /// Those of its patterns, and further ones, about which AWS's pages disagree.
    #[serde(default)]
    pub unsure: Vec<Pattern>,
    /// What stands before the dot in the names of its errors.
    #[serde(default)]
    pub error_prefix: Option<&'static str>,
    /// The parameters that it cannot do without.
    #[serde(default)]
    pub required: Vec<&'static str>,
    /// The parameters that it has; empty where they are not known.
    #[serde(default)]
    pub parameters: Vec<&'static str>,
    /// The parameters whose members are lists, each by its name. The service starts no task where one of them is none (recorded).
    #[serde(default)]
    pub lists_by_name: Vec<&'static str>,
    /// What the role must be allowed to do.
    pub permissions: Vec<Permission>,
    /// What it must be allowed to do as well for `.sync` and `.sync:2`.
    #[serde(default)]
    pub sync_permissions: Vec<Permission>,
    /// The page of the Step Functions developer guide that documents it: `connect-lambda`.
    pub source: &'static str,
    /// The year and the month in which the page was read: `2026-11`.
    pub read: &'static str,
}

/// Where a resource may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[non_exhaustive]
pub enum Place {
    /// `Resource` of a Task.
    Task,
    /// `Resource` of an `ItemReader`.
    ItemReader,
    /// `Resource` of a `ResultWriter`.
    ResultWriter,
}

impl Optimized {
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

/// All of them, ordered by place and resource.
pub fn optimized() -> &'static [Optimized] {
    static LOADED: OnceLock<Vec<Optimized>> = OnceLock::new();
    LOADED.get_or_init(|| {
        // A test holds that every line can be read.
        TABLE
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    })
}

/// The one of this name at this place.
pub(super) fn get(place: Place, resource: &str) -> Option<&'static Optimized> {
    let all = optimized();
    let index = all.binary_search_by(|one| (one.place, one.resource).cmp(&(place, resource)));
    all.get(index.ok()?)
}

/// All of one place.
pub(super) fn at(place: Place) -> impl Iterator<Item = &'static Optimized> {
    optimized().iter().filter(move |one| one.place == place)
}
