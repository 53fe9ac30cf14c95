//! Permissions that a policy needs, one for each action and resource.

use stepwright_asl::json::Object;

use super::pattern::Pattern;
use super::terraform_names::with_names;
use crate::policy::iam::{ActionResources, needs};
use crate::policy::{Statement, names};

/// A needed permission with its patterns.
pub(super) struct NeededPermission<'p> {
    pub(super) action: &'p str,
    pub(super) resource: &'p str,
    pub(super) action_pattern: Pattern,
    pub(super) resource_pattern: Pattern,
    pub(super) condition: Option<&'p Object>,
}

/// The permissions of a statement, one for each action and each resource that the action can have.
/// A call of a function without version needs no permission for its versions and aliases.
pub(super) fn needed(statement: &Statement) -> impl Iterator<Item = NeededPermission<'_>> {
    statement.actions.iter().flat_map(move |action| {
        let mut resources = statement.resources.iter();
        let is_some_possible = resources.any(|resource| is_possible(action, resource));
        let resources = statement.resources.iter().filter(move |resource| {
            let function = resource.strip_suffix(":*");
            let is_version =
                function.is_some_and(|name| statement.resources.iter().any(|one| one == name));
            !is_version && (!is_some_possible || is_possible(action, resource))
        });
        resources.map(|resource| NeededPermission {
            action,
            resource,
            action_pattern: Pattern::action(action),
            resource_pattern: Pattern::resource(&with_names(resource)),
            condition: statement.condition.as_ref(),
        })
    })
}

/// Whether a resource has one of the types that the tables have for an action. Statements of the
/// guide have all resources of several actions.
fn is_possible(action: &str, resource: &str) -> bool {
    let Some((prefix, name)) = action.split_once(':') else {
        return true;
    };
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    let name: String = first.into_iter().chain(letters).collect();
    let ActionResources::Types(types) = needs(prefix, &name).0 else {
        return true;
    };
    let parts = names::parts(resource);
    let (Some(service), Some(rest)) = (parts.get(2), parts.get(5..)) else {
        return true;
    };
    let rest = rest.join(":");
    let is_open = rest.is_empty() || rest.starts_with(['*', '$']);
    is_open
        || types.iter().any(|kind| {
            let parts = names::parts(&kind.arn);
            let template = parts.get(5..).unwrap_or_default().join(":");
            let start = template.split("${").next().unwrap_or_default();
            parts.get(2) == Some(service) && rest.starts_with(start)
        })
}
