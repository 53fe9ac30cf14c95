//! A call of an integration.

use stepwright_asl::words::{first_of, quoted};

use super::arguments::CallArguments;
use super::grants::Grants;
use super::options::PolicyOptions;
use super::warning::WarningKind;

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
    let names: Vec<String> = actions.iter().map(|action| format!("`{action}`")).collect();
    first_of(&names, 3)
}

/// The verb of a sentence about things.
pub(super) fn is_or_are<T>(things: &[T]) -> &'static str {
    if things.len() == 1 { "is" } else { "are" }
}

impl<'a> PolicyCall<'a> {
    /// A call with request-response.
    pub(super) fn new(
        state: &'a str,
        arguments: CallArguments<'a>,
        options: &'a PolicyOptions,
    ) -> PolicyCall<'a> {
        PolicyCall {
            state,
            arguments,
            options,
            abroad: false,
            sync: false,
            flattens: false,
            manifest: false,
        }
    }

    /// Warns about the state of the call.
    pub(super) fn warn(&self, kind: WarningKind, message: String, grants: &mut Grants) {
        grants.warn(kind, Some(self.state), message);
    }

    /// Warns that actions are allowed on more resources than the call needs.
    pub(super) fn warn_of_wider(
        &self,
        actions: &[&str],
        resources: &[String],
        why: &str,
        grants: &mut Grants,
    ) {
        let (shown, verb, resources) = (shown(actions), is_or_are(actions), quoted(resources));
        let message = format!("{shown} {verb} allowed on {resources}, because {why}");
        self.warn(WarningKind::Dynamic, message, grants);
    }
}
