//! The address of a task or a nested workflow.

use super::Task;
use stepwright_asl::model::MachineType;
use stepwright_asl::resource::{LAMBDA_INVOKE, START_EXECUTION, START_SYNC_EXECUTION};

/// Where a task is deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Deploy {
    /// A Lambda function through `arn:aws:states:::lambda:invoke`. This is the default of a task,
    /// which a workflow's `deploy` replaces.
    Lambda,
    /// The Lambda function with this name or ARN, verbatim, through
    /// `arn:aws:states:::lambda:invoke`.
    FunctionName(&'static str),
    /// A Lambda function whose ARN is the resource.
    LambdaArn,
    /// An activity whose ARN is the resource.
    Activity,
    /// This resource, verbatim.
    Resource(&'static str),
}

impl Deploy {
    /// Whether it is called through `arn:aws:states:::lambda:invoke`, whose result is an envelope.
    pub(crate) fn is_invoked(self) -> bool {
        matches!(self, Deploy::Lambda | Deploy::FunctionName(_))
    }
}

/// The name of a task or a nested workflow in ASL, before a template engine replaces placeholders.
///
/// The resource has no suffix `.sync`, `.sync:2` or `.waitForTaskToken`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// `Resource`: `arn:aws:states:::lambda:invoke`, `${ChargeCardArn}`.
    pub resource: String,
    /// `FunctionName` or `StateMachineArn`, if the resource has one.
    pub target: Option<String>,
    /// Whether the resource is an activity, which a placeholder does not show.
    pub is_activity: bool,
}

impl Address {
    /// Returns the address of a task in a workflow whose `deploy` is `default`.
    #[must_use]
    pub fn of<T: Task>(default: Option<Deploy>) -> Address {
        Address::of_task(T::NAME, T::DEPLOY, default)
    }

    pub(crate) fn of_task(name: &str, own: Deploy, default: Option<Deploy>) -> Address {
        let of = Address::of_machine_in_definition;
        match effective(own, default) {
            Deploy::Lambda => of(LAMBDA_INVOKE, Some(&placeholder(name))),
            Deploy::FunctionName(function) => of(LAMBDA_INVOKE, Some(function)),
            place @ (Deploy::LambdaArn | Deploy::Activity) => Address {
                is_activity: place == Deploy::Activity,
                ..of(&placeholder(name), None)
            },
            Deploy::Resource(resource) => {
                let bare = resource.strip_suffix(".waitForTaskToken");
                of(bare.unwrap_or(resource), None)
            }
        }
    }

    /// Returns the address of a task in a definition that names it: its `Resource` without the
    /// suffix of a pattern, and its `FunctionName` or `StateMachineArn`.
    #[must_use]
    pub fn in_definition<T: Task>(resource: &str, target: Option<&str>) -> Address {
        Address {
            is_activity: T::DEPLOY == Deploy::Activity,
            ..Address::of_machine_in_definition(resource, target)
        }
    }

    /// Returns the address of a state machine in a definition that names it.
    #[must_use]
    pub fn of_machine_in_definition(resource: &str, target: Option<&str>) -> Address {
        Address {
            resource: resource.to_owned(),
            target: target.map(str::to_owned),
            is_activity: false,
        }
    }

    pub(crate) fn of_machine(name: &str, machine_type: MachineType, awaited: bool) -> Address {
        let resource = match machine_type {
            MachineType::Express if awaited => START_SYNC_EXECUTION,
            _ => START_EXECUTION,
        };
        Address::of_machine_in_definition(resource, Some(&placeholder(name)))
    }
}

/// Where a task is deployed in a workflow whose `deploy` is `default`.
pub(crate) fn effective(own: Deploy, default: Option<Deploy>) -> Deploy {
    match own {
        Deploy::Lambda => default.unwrap_or(Deploy::Lambda),
        own => own,
    }
}

/// `${ChargeCardArn}`, which the template engine replaces. Placeholders contain only letters and
/// digits.
fn placeholder(name: &str) -> String {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    stepwright_asl::placeholder::text(&format!("{name}Arn"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deploy_of_a_workflow_applies_only_to_tasks_without_one() {
        let moved = Address::of_task("ChargeCard", Deploy::Lambda, Some(Deploy::Activity));
        assert_eq!(moved.resource, "${ChargeCardArn}");
        assert_eq!(moved.target, None);
        let own = Address::of_task("A", Deploy::Resource("arn:x"), Some(Deploy::Activity));
        assert_eq!(own.resource, "arn:x");
    }

    #[test]
    fn a_function_name_is_used_verbatim() {
        let address = Address::of_task("A", Deploy::FunctionName("charge:live"), None);
        assert_eq!(address.resource, "arn:aws:states:::lambda:invoke");
        assert_eq!(address.target.as_deref(), Some("charge:live"));
    }

    #[test]
    fn the_placeholder_of_a_lambda_task_has_only_letters_and_digits() {
        let address = Address::of_task("charge-card", Deploy::Lambda, None);
        assert_eq!(address.resource, "arn:aws:states:::lambda:invoke");
        assert_eq!(address.target.as_deref(), Some("${chargecardArn}"));
    }

    #[test]
    fn an_express_child_is_called_through_the_sdk() {
        let address = Address::of_machine("Fulfilment", MachineType::Express, true);
        assert_eq!(address.resource, START_SYNC_EXECUTION);
        assert_eq!(address.target.as_deref(), Some("${FulfilmentArn}"));
    }
}
