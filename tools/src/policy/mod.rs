//! The least-privilege IAM policy of a definition: the permissions that the role of its state
//! machine needs, and no more.
//!
//! Each Task, and each reader and writer of a Distributed Map, needs the actions that its
//! integration calls, on the resources that its arguments name. A resource that is only known at
//! run time cannot be named: the policy then allows more, and a [`Warning`] names the state.
//! Requirements that no definition shows (encryption keys, roles of jobs) cause a warning, too.
//!
//! ```
//! use stepwright_asl::StateMachine;
//! use stepwright_tools::policy::{Policy, PolicyOptions};
//!
//! let machine = StateMachine::from_json(r#"{"StartAt": "Save", "States": {"Save": {
//!     "Type": "Task",
//!     "Resource": "arn:aws:states:::dynamodb:putItem",
//!     "Parameters": {"TableName": "${OrdersTable}", "Item": {"id": {"S.$": "$.id"}}},
//!     "End": true
//! }}}"#)?;
//! let options = PolicyOptions::new("Orders").region("eu-west-1").account("123456789012");
//! let policy = Policy::of(&machine, &options);
//! let statement = &policy.statements()[0];
//! assert_eq!(statement.actions, ["dynamodb:PutItem"]);
//! assert_eq!(statement.resources, ["arn:aws:dynamodb:eu-west-1:123456789012:table/${OrdersTable}"]);
//! assert!(policy.warnings().is_empty());
//! # Ok::<(), stepwright_asl::Diagnostics>(())
//! ```
//!
//! The policy does not depend on the order of the states, and adding a state never removes a
//! permission.
//!
//! Sources: the IAM pages of the [Step Functions developer
//! guide](https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html)
//! for the optimized integrations, and the [service authorization
//! reference](https://docs.aws.amazon.com/service-authorization/latest/reference/) for the SDK's;
//! the tables of [`integrations`](stepwright_asl::integrations) contain both.

mod arguments;
mod call;
mod check;
mod collect;
mod conditions;
mod dependents;
mod document;
mod grants;
mod iam;
mod machine_permissions;
mod named_resource;
mod names;
mod optimized;
mod options;
mod partition;
mod sdk;
mod sdk_resources;
mod template;
mod warning;

pub use check::{
    AccountDetails, CheckedPermission, RoleCheck, RolePolicies, RolePoliciesError, TemplateRole,
    TerraformPlan, Verdict,
};
#[cfg(feature = "terraform")]
pub use check::{terraform_definition, terraform_machine_name};
pub use document::{Effect, Policy, RolePolicy, Statement};
pub use options::PolicyOptions;
pub use warning::{Warning, WarningKind};

#[cfg(test)]
mod tests;
