//! A call of an integration.

use super::arguments::CallArguments;
use super::options::PolicyOptions;

/// A call of an integration.
#[derive(Debug)]
pub(super) struct PolicyCall<'a> {
    pub(super) state: &'a str,
    pub(super) arguments: CallArguments<'a>,
    pub(super) options: &'a PolicyOptions,
    /// Whether the call uses a role of `Credentials`.
    pub(super) abroad: bool,
    /// Whether the Task waits for the end of a job.
    pub(super) sync: bool,
    /// Whether a reader reads the listed objects.
    pub(super) flattens: bool,
    /// Whether a reader reads the objects in a manifest.
    pub(super) manifest: bool,
}

/// The names of actions as a phrase in a message.
pub(super) fn shown(actions: &[&str]) -> String {
    let names: Vec<String> = actions
        .iter()
        .take(3)
        .map(|name| format!("`{name}`"))
        .collect();
    match actions.len().saturating_sub(3) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}
