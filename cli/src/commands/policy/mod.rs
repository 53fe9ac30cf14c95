//! `stepwright policy`: the IAM policy of a definition.

mod deployed_role;
mod role_check;

use stepwright_asl::StateMachine;
use stepwright_asl::json::Json;
use stepwright_asl::validate::Validator;
use stepwright_tools::policy::{Policy, PolicyOptions, Statement, WarningKind};

use self::deployed_role::DeployedRole;
use crate::args::{PolicyArguments, PolicyFormat};
use crate::definitions::definition::{LoadedDefinition, state_of};
use crate::failure::Failure;
use crate::terminal::diagnostics;
use crate::terminal::output;

/// Prints the policy, and its warnings on standard error.
pub(crate) fn policy(arguments: &PolicyArguments) -> Result<(), Failure> {
    let validator = Validator::new(arguments.machine_type.into());
    let definition = LoadedDefinition::read(&arguments.file, &validator)?;
    let machine = definition.machine()?;
    let deployed = DeployedRole::read(&arguments.file, &definition)?;
    if arguments.check.is_some() {
        return role_check::check(arguments, &definition, machine, deployed);
    }
    let given = (arguments.name.clone()).or_else(|| deployed.given_name());
    let name = given.as_deref().unwrap_or(definition.name());
    // `!Sub` reads resources and parameters, and no substitutions of the definition.
    let machine = match arguments.format {
        Some(PolicyFormat::Sam) if matches!(deployed, DeployedRole::Template(_)) => {
            deployed.definition(machine)?
        }
        _ => machine,
    };
    let options = options(arguments, name, &machine, &deployed)?;
    let policy = Policy::of(&machine, &options);
    for warning in policy.warnings() {
        diagnostics::warning(&warning.to_string());
    }
    let unsettled = policy
        .warnings()
        .iter()
        .filter(|warning| may_lack(warning.kind));
    if arguments.strict && unsettled.count() > 0 {
        return Err(Failure::Failed(
            "the policy may lack permissions, see the warnings above; without --strict it is printed nevertheless".to_owned(),
        ));
    }
    match arguments.format {
        None | Some(PolicyFormat::Json) => output::line(&policy),
        Some(PolicyFormat::Sam) => output::print(sam(policy.statements())),
    }
    let text = policy.to_json();
    if given.is_none() && text.contains(&format!("stateMachine:{name}\"")) {
        diagnostics::note(&format!(
            "the policy assumes that the state machine is named `{name}`; use --name to change it"
        ));
    }
    if (arguments.region.is_none() || arguments.account.is_none()) && text.contains(":*:") {
        diagnostics::note(
            "`*` is used where the region or the account is not given: add --region eu-west-1 --account 123456789012, or --region '${AWS::Region}' --account '${AWS::AccountId}' for a CloudFormation or SAM template",
        );
    }
    for role in policy.roles() {
        diagnostics::note(&format!(
            "the role `{}` needs this policy:\n{}",
            role.role,
            role.to_value().to_pretty()
        ));
    }
    Ok(())
}

/// Whether a policy with a warning of this kind may lack permissions.
fn may_lack(kind: WarningKind) -> bool {
    matches!(
        kind,
        WarningKind::Unknown | WarningKind::PassRole | WarningKind::NotVisible
    )
}

/// `Policies` of an `AWS::Serverless::StateMachine`. JSON strings are valid in YAML; a string with
/// a placeholder needs `Fn::Sub`.
fn sam(statements: &[Statement]) -> String {
    let text = |text: &str| {
        let sub = if text.contains("${") { "!Sub " } else { "" };
        format!("{sub}{}", Json::from(text))
    };
    let mut yaml = String::from("Policies:\n  - Version: \"2012-10-17\"\n    Statement:\n");
    for statement in statements {
        yaml += &format!("      - Effect: {}\n", statement.effect.as_str());
        for (name, list) in [
            ("Action", &statement.actions),
            ("Resource", &statement.resources),
        ] {
            yaml += &format!("        {name}:\n");
            for one in list {
                yaml += &format!("          - {}\n", text(one));
            }
        }
        let Some(condition) = &statement.condition else {
            continue;
        };
        yaml += "        Condition:\n";
        for (operator, keys) in condition {
            yaml += &format!("          {}:\n", text(operator));
            for (key, values) in keys.as_object().into_iter().flatten() {
                yaml += &format!("            {}:\n", text(key));
                let one = std::slice::from_ref(values);
                for value in values.as_array().unwrap_or(one) {
                    let value = value.as_str().map_or_else(|| value.to_string(), text);
                    yaml += &format!("              - {value}\n");
                }
            }
        }
    }
    yaml
}

fn options(
    arguments: &PolicyArguments,
    name: &str,
    machine: &StateMachine,
    deployed: &DeployedRole,
) -> Result<PolicyOptions, Failure> {
    let mut options = PolicyOptions::new(name)
        .logging(arguments.logging || deployed.is_logged())
        .tracing(arguments.tracing || deployed.is_traced())
        .redrive(arguments.redrive);
    if let Some(partition) = &arguments.partition {
        options = options.partition(partition);
    }
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
