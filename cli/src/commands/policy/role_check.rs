//! `--check`: compares the policy with a role.

use std::path::Path;

use serde_json::{Value, json};
use stepwright_asl::StateMachine;
use stepwright_asl::yaml::Format;
use stepwright_tools::policy::{
    AccountDetails, Policy, RoleCheck, RolePolicies, TerraformPlan, Verdict, terraform_machine_name,
};

use super::deployed_role::{DeployedRole, refused};
use super::options;
use crate::args::{PolicyArguments, PolicyFormat};
use crate::definitions::definition::LoadedDefinition;
use crate::definitions::embedded::split;
use crate::definitions::input;
use crate::failure::Failure;
use crate::terminal::{diagnostics, output};

/// Compares the permissions that a definition needs with those of the role in a file, or of the
/// role in its template.
pub(super) fn check(
    arguments: &PolicyArguments,
    definition: &LoadedDefinition,
    machine: StateMachine,
    deployed: DeployedRole,
) -> Result<(), Failure> {
    let deployed = deployed.in_account(arguments);
    let given = (arguments.name.clone()).or_else(|| match (&deployed, &arguments.check) {
        // References to the machine in its template contain this name.
        (DeployedRole::Template(template), Some(None)) => Some(template.machine_name()),
        (DeployedRole::Terraform { role, .. }, Some(None)) => Some(terraform_machine_name(role)),
        _ => deployed.given_name(),
    });
    let name = given.as_deref().unwrap_or(definition.name());
    let role = match &arguments.check {
        Some(Some(file)) => {
            let label = arguments.name.as_deref().unwrap_or(definition.name());
            exported_role(file, label)?
        }
        _ => deployed.policies(&arguments.file)?,
    };
    let machine = deployed.definition(machine)?;
    let mut options = options(arguments, name, &machine, &deployed)?;
    if let Some((region, account)) = deployed.location() {
        if arguments.region.is_none() {
            options = options.region(region);
        }
        if arguments.account.is_none() {
            options = options.account(account);
        }
    }
    let policy = Policy::of(&machine, &options);
    let check = policy.check(&role);
    match arguments.format {
        Some(PolicyFormat::Json) => output::line(document(&check)),
        _ => print(&check),
    }
    let (missing, undecidable) = (check.count("missing"), check.count("undecidable"));
    if missing > 0 || arguments.strict && undecidable > 0 {
        Err(Failure::Diagnostics)
    } else {
        Ok(())
    }
}

/// Reads the policies of a role in JSON or YAML, or of the machine in the output of
/// `terraform show -json`.
fn exported_role(path: &Path, machine: &str) -> Result<RolePolicies, Failure> {
    let (file, wanted) = split(path);
    let text = input::read(&file)?;
    let document = Format::of(&file, &text).parse(&text);
    let document =
        document.map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))?;
    if let (Some(wanted), Some(account)) = (&wanted, AccountDetails::of(document.json())) {
        return match account.role(wanted) {
            Some(role) => role.map_err(refused(&file)),
            None => Err(Failure::Usage(format!(
                "{} has no role `{wanted}`; it has {}",
                file.display(),
                account.roles().join(", ")
            ))),
        };
    }
    let Some(plan) = TerraformPlan::of(document.json()) else {
        return RolePolicies::parse(document.json()).map_err(refused(path));
    };
    let machines = plan.machines();
    let role = plan.role(machine).or_else(|| match machines.as_slice() {
        [only] => plan.role(only),
        _ => None,
    });
    match role {
        Some(role) => role.map_err(refused(path)),
        None => Err(Failure::Usage(format!(
            "{} has no state machine `{machine}`; it has {}; choose one with --name",
            path.display(),
            if machines.is_empty() {
                "none".to_owned()
            } else {
                machines.join(", ")
            }
        ))),
    }
}

/// Prints the verdicts, a line each, and the summary.
fn print(check: &RoleCheck) {
    let mut permissions: Vec<_> = check.permissions.iter().collect();
    permissions.sort_by_key(|permission| match permission.verdict {
        Verdict::Missing { .. } => 0,
        Verdict::Undecidable { .. } => 1,
        _ => 2,
    });
    for permission in permissions {
        let verdict = permission.verdict.as_str();
        match &permission.verdict {
            Verdict::Missing { reason: None } | Verdict::Granted => {
                output::line(format_args!("{verdict:<12} {permission}"));
            }
            Verdict::Missing {
                reason: Some(reason),
            }
            | Verdict::Undecidable { reason } => {
                output::line(format_args!("{verdict:<12} {permission}: {reason}"));
            }
            _ => {}
        }
    }
    for warning in &check.warnings {
        diagnostics::warning(&warning.to_string());
    }
    for unused in &check.unused {
        diagnostics::note(&format!(
            "the statement {unused} of the role allows nothing that the definition needs"
        ));
    }
    output::line(format_args!(
        "{} granted, {} missing, {} undecidable",
        check.count("granted"),
        check.count("missing"),
        check.count("undecidable")
    ));
}

/// The verdicts for programs.
fn document(check: &RoleCheck) -> Value {
    let permissions = check.permissions.iter().map(|permission| {
        let mut members = json!({
            "action": permission.action,
            "verdict": permission.verdict.as_str(),
        });
        if !permission.resource.is_empty() {
            members["resource"] = json!(permission.resource);
        }
        if !permission.states.is_empty() {
            members["states"] = json!(permission.states);
        }
        if let Verdict::Missing {
            reason: Some(reason),
        }
        | Verdict::Undecidable { reason } = &permission.verdict
        {
            members["reason"] = json!(reason);
        }
        members
    });
    let warnings: Vec<String> = check.warnings.iter().map(ToString::to_string).collect();
    json!({
        "permissions": permissions.collect::<Vec<_>>(),
        "warnings": warnings,
        "unused": check.unused,
    })
}
