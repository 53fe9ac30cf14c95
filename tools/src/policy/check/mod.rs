//! Compares the permissions that a definition needs with those that a role has.

mod account_details;
mod condition;
mod conditional;
mod managed_policy;
mod needed;
mod pattern;
mod role;
mod sam_connector;
mod sam_policy;
mod statement;
mod template_role;
mod template_text;
mod terraform_names;
mod terraform_role;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use stepwright_asl::words::quoted;

use self::condition::condition_coverage;
use self::needed::{NeededPermission, needed};
use self::pattern::{Coverage, Pattern};
use self::statement::{RoleStatement, SelectedPattern, Selection};
use super::document::{Effect, Policy};
use super::warning::{Warning, WarningKind};

pub use self::account_details::AccountDetails;
pub use self::role::{RolePolicies, RolePoliciesError};
pub use self::template_role::TemplateRole;
pub use self::terraform_role::TerraformPlan;
#[cfg(feature = "terraform")]
pub use self::terraform_role::{terraform_definition, terraform_machine_name};

/// The comparison of a [`Policy`] with the policies of a role.
///
/// ```
/// use stepwright_asl::StateMachine;
/// use stepwright_tools::policy::{Policy, PolicyOptions, RolePolicies, Verdict};
///
/// let machine = StateMachine::from_json(r#"{"StartAt": "Save", "States": {"Save": {
///     "Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "End": true,
///     "Parameters": {"TableName": "orders", "Item": {}}
/// }}}"#)?;
/// let options = PolicyOptions::new("Orders").region("eu-west-1").account("123456789012");
/// let policy = Policy::of(&machine, &options);
/// let role = RolePolicies::parse(&r#"{"Statement": [
///     {"Effect": "Allow", "Action": "dynamodb:Get*", "Resource": "*"}
/// ]}"#.parse()?)?;
/// let check = policy.check(&role);
/// assert_eq!(check.permissions[0].verdict, Verdict::Missing { reason: None });
/// assert_eq!(check.unused, ["`dynamodb:Get*`"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RoleCheck {
    /// The needed permissions, in the order of the policy.
    pub permissions: Vec<CheckedPermission>,
    /// The permissions that may be needed for reasons that the definition does not show, such as
    /// encryption keys.
    pub warnings: Vec<Warning>,
    /// The statements that allow nothing that the definition needs, in the order of the role.
    pub unused: Vec<String>,
}

/// A needed permission: an action on a resource.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CheckedPermission {
    /// The action: `dynamodb:PutItem`.
    pub action: String,
    /// The ARN, or `*` for any.
    pub resource: String,
    /// The states, if only some of them need it and their names are known.
    pub states: Vec<String>,
    /// Whether the role has it.
    pub verdict: Verdict,
}

/// Whether a role has a permission.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The role has it.
    Granted,
    /// The role lacks it.
    Missing {
        /// The reason, if a statement denies it.
        reason: Option<String>,
    },
    /// The documents do not determine it.
    Undecidable {
        /// The value that would decide it.
        reason: String,
    },
}

impl Verdict {
    /// Its name: `granted`, `missing` or `undecidable`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Verdict::Granted => "granted",
            Verdict::Missing { .. } => "missing",
            Verdict::Undecidable { .. } => "undecidable",
        }
    }
}

impl fmt::Display for CheckedPermission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.action)?;
        if self.resource.is_empty() {
            Ok(())
        } else {
            write!(f, " on `{}`", self.resource)
        }
    }
}

impl RoleCheck {
    /// Returns whether the role has all permissions for certain.
    pub fn is_granted(&self) -> bool {
        let mut permissions = self.permissions.iter();
        permissions.all(|permission| permission.verdict == Verdict::Granted)
    }

    /// Returns the number of permissions with a verdict of this name.
    pub fn count(&self, verdict: &str) -> usize {
        let permissions = self.permissions.iter();
        permissions
            .filter(|permission| permission.verdict.as_str() == verdict)
            .count()
    }
}

/// How much of a needed permission a statement matches, and the unknown value.
struct StatementCoverage {
    coverage: Coverage,
    reason: String,
}

impl Policy {
    /// Compares this policy with the policies of a role. A permission that a statement of the role
    /// covers only for some values of its unknown parts is undecidable, never a guess.
    pub fn check(&self, role: &RolePolicies) -> RoleCheck {
        let mut used = BTreeSet::new();
        let mut permissions = Vec::new();
        let mut conditional: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let statements = self.statements.iter();
        for statement in statements.filter(|statement| statement.effect == Effect::Allow) {
            for needed in needed(statement) {
                let verdict = verdict(&needed, role, &mut used);
                let reason = conditional::reason(needed.action, statement);
                if let (Some(reason), false) = (reason, verdict == Verdict::Granted) {
                    conditional.entry(reason).or_default().insert(needed.action);
                    continue;
                }
                permissions.push(CheckedPermission {
                    action: needed.action.to_owned(),
                    resource: needed.resource.to_owned(),
                    states: Vec::new(),
                    verdict,
                });
            }
        }
        for warning in &self.warnings {
            let is_unknown = match warning.kind {
                WarningKind::Unknown => true,
                WarningKind::PassRole => !allows_everything(role),
                _ => false,
            };
            if is_unknown {
                permissions.push(CheckedPermission {
                    action: warning.kind.as_str().to_owned(),
                    resource: String::new(),
                    states: warning.states.clone(),
                    verdict: Verdict::Undecidable {
                        reason: warning.message.clone(),
                    },
                });
            }
        }
        let unused = role.statements.iter().enumerate();
        let unused = unused.filter(|(index, statement)| {
            statement.effect == Effect::Allow
                && !used.contains(index)
                && !matches!(statement.resources, Selection::Managed)
        });
        let warnings = conditional.into_iter().map(|(reason, actions)| Warning {
            kind: WarningKind::NotVisible,
            states: Vec::new(),
            message: format!("the role may lack {}: {reason}", quoted(actions)),
        });
        let of_policy = self.warnings.iter();
        let of_policy = of_policy.filter(|warning| warning.kind == WarningKind::NotVisible);
        RoleCheck {
            permissions,
            warnings: warnings.chain(of_policy.cloned()).collect(),
            unused: unused
                .map(|(_, statement)| statement.name.clone())
                .collect(),
        }
    }
}

/// Whether a role may do everything.
fn allows_everything(role: &RolePolicies) -> bool {
    let everything = Pattern::resource("*");
    let is_bounded = role
        .boundary
        .as_ref()
        .is_some_and(|boundary| !allows_everything(boundary));
    !is_bounded
        && role.statements.iter().any(|statement| {
            let all = |selection: &Selection| selection.coverage(&everything) == Coverage::All;
            statement.effect == Effect::Allow
                && statement.condition.is_none()
                && all(&statement.actions)
                && all(&statement.resources)
        })
}

/// Decides a permission: the role has what both its policies and its boundary allow. Adds the
/// indices of the statements that may allow it.
fn verdict(
    needed: &NeededPermission<'_>,
    role: &RolePolicies,
    used: &mut BTreeSet<usize>,
) -> Verdict {
    let own = own_verdict(needed, role, used);
    let Some(boundary) = &role.boundary else {
        return own;
    };
    match (own, own_verdict(needed, boundary, &mut BTreeSet::new())) {
        (own @ Verdict::Missing { .. }, _) | (own, Verdict::Granted) => own,
        (_, Verdict::Missing { reason }) => {
            let reason =
                reason.unwrap_or_else(|| "the permissions boundary does not allow it".to_owned());
            Verdict::Missing {
                reason: Some(reason),
            }
        }
        (own @ Verdict::Undecidable { .. }, _) => own,
        (Verdict::Granted, Verdict::Undecidable { reason }) => Verdict::Undecidable {
            reason: format!("in the permissions boundary, {reason}"),
        },
    }
}

/// Decides a permission by the policies of a role, and adds the indices of the statements that may
/// allow it.
fn own_verdict(
    needed: &NeededPermission<'_>,
    role: &RolePolicies,
    used: &mut BTreeSet<usize>,
) -> Verdict {
    let (mut is_allowed, mut doubts) = (false, Vec::new());
    let (mut denial, mut possible_denial) = (None, None);
    for (index, statement) in role.statements.iter().enumerate() {
        let StatementCoverage { coverage, reason } = statement.coverage(needed);
        if coverage == Coverage::None {
            continue;
        }
        let name = &statement.name;
        match statement.effect {
            Effect::Allow => {
                used.insert(index);
                is_allowed |= coverage == Coverage::All;
                if coverage == Coverage::Some {
                    doubts.push(format!("the statement {name} allows it only if {reason}"));
                }
            }
            Effect::Deny if coverage == Coverage::All => {
                denial.get_or_insert_with(|| format!("the statement {name} denies it"));
            }
            // A resource that is only known at run time may be a denied one.
            Effect::Deny => {
                possible_denial
                    .get_or_insert_with(|| format!("the statement {name} denies it if {reason}"));
            }
        }
    }
    if denial.is_some() {
        return Verdict::Missing { reason: denial };
    }
    let doubt = if is_allowed {
        possible_denial.or_else(|| {
            let limit = role.limits.first()?;
            Some(format!("{limit}, whose content is not here"))
        })
    } else {
        // Nothing that denies it matters if nothing can allow it.
        match doubts
            .into_iter()
            .chain(role.unknown.iter().cloned())
            .next()
        {
            Some(reason) => Some(reason),
            None => return Verdict::Missing { reason: None },
        }
    };
    match doubt {
        Some(reason) => Verdict::Undecidable { reason },
        None => Verdict::Granted,
    }
}

impl RoleStatement {
    /// How much of a needed permission the statement matches.
    fn coverage(&self, needed: &NeededPermission<'_>) -> StatementCoverage {
        let actions = self.actions.coverage(&needed.action_pattern);
        let resources = self.resources.coverage(&needed.resource_pattern);
        let lowest = actions.min(resources);
        if lowest == Coverage::None {
            return StatementCoverage {
                coverage: lowest,
                reason: String::new(),
            };
        }
        let (condition, key) = condition_coverage(self.condition.as_ref(), needed);
        let reason = match (resources, &self.resources) {
            (Coverage::Some, Selection::Unknown) => {
                "a resource that the template computes is this one".to_owned()
            }
            (Coverage::Some, Selection::Managed) => "its current version has the action".to_owned(),
            (Coverage::Some, selection) => format!(
                "{selection} {}",
                if needed.resource_pattern.has_wildcard() {
                    format!("contains what is behind `{}`", needed.resource)
                } else {
                    format!("is `{}`", needed.resource)
                }
            ),
            _ if actions == Coverage::Some => "its computed actions contain it".to_owned(),
            _ => format!("its condition on `{}` holds", key.unwrap_or_default()),
        };
        StatementCoverage {
            coverage: lowest.min(condition),
            reason,
        }
    }
}

impl Selection {
    /// How much of a needed text the selection contains.
    fn coverage(&self, needed: &Pattern) -> Coverage {
        let most = |patterns: &[SelectedPattern]| {
            let coverages = patterns.iter().map(|one| one.pattern.coverage(needed));
            coverages.max().unwrap_or(Coverage::None)
        };
        match self {
            Selection::Listed(patterns) => most(patterns),
            Selection::Others(patterns) => match most(patterns) {
                Coverage::All => Coverage::None,
                Coverage::Some => Coverage::Some,
                Coverage::None => Coverage::All,
            },
            Selection::Unknown | Selection::Managed => Coverage::Some,
        }
    }
}

#[cfg(test)]
mod tests;
