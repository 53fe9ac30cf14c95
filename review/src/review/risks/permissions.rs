//! Risks of permissions: permissions that the role now needs, or no longer needs.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use stepwright_asl::StateMachine;
use stepwright_tools::policy::{Effect, Policy, PolicyOptions, Statement};

use crate::review::risk::{Risk, RiskKind, RiskLevel};

/// The permissions that only one of the definitions needs: `lambda:InvokeFunction on ARN`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PermissionChange {
    /// Needed only by the new definition.
    pub added: Vec<String>,
    /// Needed only by the old definition.
    pub removed: Vec<String>,
}

impl PermissionChange {
    /// Whether both definitions need the same permissions.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }

    fn between(name: &str, old: Option<&StateMachine>, new: Option<&StateMachine>) -> Self {
        let of = |machine: Option<&StateMachine>| match machine {
            Some(machine) => needed(&Policy::of(machine, &PolicyOptions::new(name))),
            None => Needed::new(),
        };
        let (before, after) = (of(old), of(new));
        Self {
            added: without(&after, &before),
            removed: without(&before, &after),
        }
    }
}

/// The resources of each action, with its condition and its role.
type Needed = BTreeMap<String, BTreeSet<String>>;

/// Returns the permissions of one side that the other side lacks, a text for each action.
fn without(one: &Needed, other: &Needed) -> Vec<String> {
    let none = BTreeSet::new();
    let texts = one.iter().filter_map(|(action, resources)| {
        let known = other.get(action).unwrap_or(&none);
        let resources: Vec<&str> = resources.difference(known).map(String::as_str).collect();
        (!resources.is_empty()).then(|| format!("{action} on {}", resources.join(", ")))
    });
    texts.collect()
}

/// Returns the permissions that were added and removed, and their risks.
pub(crate) fn permissions(
    name: &str,
    old: Option<&StateMachine>,
    new: Option<&StateMachine>,
) -> (PermissionChange, Vec<Risk>) {
    let change = PermissionChange::between(name, old, new);
    let mut risks = Vec::new();
    for permission in &change.added {
        let level = if permission.ends_with(" on *") {
            RiskLevel::High
        } else {
            RiskLevel::Medium
        };
        let message = format!(
            "the role needs {permission}; deploy it with the definition, and check it with `stepwright policy --check`"
        );
        risks.push(Risk::new(level, RiskKind::AddedPermission, message));
    }
    for permission in &change.removed {
        let message = format!(
            "the role no longer needs {permission}; remove it when no execution of the old definition runs or can be redriven (14 days)"
        );
        risks.push(Risk::new(
            RiskLevel::Low,
            RiskKind::RemovedPermission,
            message,
        ));
    }
    (change, risks)
}

/// Returns the resources of each action, also of the roles that `Credentials` name.
fn needed(policy: &Policy) -> Needed {
    let mut needed = Needed::new();
    let mut add = |statements: &[Statement], role: &str| {
        let allowed = statements.iter().filter(|one| one.effect == Effect::Allow);
        for statement in allowed {
            let condition = match &statement.condition {
                Some(_) => " under a condition",
                None => "",
            };
            for action in &statement.actions {
                let resources = needed
                    .entry(format!("`{action}`{condition}{role}"))
                    .or_default();
                resources.extend(statement.resources.iter().map(|resource| shown(resource)));
            }
        }
    };
    add(policy.statements(), "");
    for role in policy.roles() {
        add(&role.statements, &format!(" of the role `{}`", role.role));
    }
    needed
}

fn shown(resource: &str) -> String {
    match resource {
        "*" => "*".to_owned(),
        arn => format!("`{arn}`"),
    }
}
