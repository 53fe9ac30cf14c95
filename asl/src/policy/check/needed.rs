//! Permissions that a policy needs, one for each action and resource.

use super::pattern::Pattern;
use super::terraform_names::with_names;
use crate::json::Object;
use crate::policy::Statement;

/// A needed permission with its patterns.
pub(super) struct NeededPermission<'p> {
    pub(super) action: &'p str,
    pub(super) resource: &'p str,
    pub(super) action_pattern: Pattern,
    pub(super) resource_pattern: Pattern,
    pub(super) condition: Option<&'p Object>,
}

/// The permissions of a statement, one for each action and resource. A call of a function without
/// version needs no permission for its versions and aliases.
pub(super) fn needed(statement: &Statement) -> impl Iterator<Item = NeededPermission<'_>> {
    statement.actions.iter().flat_map(|action| {
        let resources = statement.resources.iter().filter(|resource| {
            let function = resource.strip_suffix(":*");
            !function.is_some_and(|function| statement.resources.iter().any(|one| one == function))
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
