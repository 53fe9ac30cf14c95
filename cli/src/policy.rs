//! `stepwright policy`: the IAM policy of a definition.

use stepwright_asl::StateMachine;
use stepwright_asl::policy::{Policy, PolicyOptions};
use stepwright_asl::validate::Validator;

use crate::args::PolicyArguments;
use crate::definition::{Definition, state_of};
use crate::failure::Failure;
use crate::output;
use crate::report;

/// Prints the policy, and on standard error what it does not settle.
pub(crate) fn policy(arguments: &PolicyArguments) -> Result<(), Failure> {
    let validator = Validator::new(arguments.machine_type.into());
    let definition = Definition::read(&arguments.file, &validator)?;
    let machine = definition.machine()?;
    let name = match &arguments.name {
        Some(name) => name.as_str(),
        None => definition.source.stem(),
    };
    let policy = Policy::of(&machine, &options(arguments, name, &machine)?);
    output::line(&policy);
    let text = policy.to_json();
    if arguments.name.is_none() && text.contains(&format!("stateMachine:{name}\"")) {
        report::note(&format!(
            "the state machine is taken to be called `{name}`; --name says another name"
        ));
    }
    if (arguments.region.is_none() || arguments.account.is_none()) && text.contains(":*:") {
        report::note(
            "`*` stands for the region and the account that are not given: --region eu-west-1 --account 123456789012, or --region '${AWS::Region}' --account '${AWS::AccountId}' for a CloudFormation or SAM template",
        );
    }
    for warning in policy.warnings() {
        report::warning(&warning.to_string());
    }
    for role in policy.roles() {
        report::note(&format!(
            "the role `{}` needs this policy:\n{}",
            role.role,
            role.to_value().to_pretty()
        ));
    }
    Ok(())
}

fn options(
    arguments: &PolicyArguments,
    name: &str,
    machine: &StateMachine,
) -> Result<PolicyOptions, Failure> {
    let mut options = PolicyOptions::new(name)
        .partition(&arguments.partition)
        .logging(arguments.logging)
        .tracing(arguments.tracing)
        .redrive(arguments.redrive);
    if let Some(region) = &arguments.region {
        options = options.region(region);
    }
    if let Some(account) = &arguments.account {
        options = options.account(account);
    }
    for (state, role) in &arguments.pass_role {
        let state = state_of(machine, "--pass-role", state)?;
        options = options.pass_role(state, role);
    }
    Ok(options)
}
