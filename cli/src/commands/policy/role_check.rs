//! `--check`: compares the policy with a role.

use std::path::Path;

use serde_json::{Value, json};
use stepwright_asl::StateMachine;
use stepwright_asl::policy::{
    AccountDetails, Policy, RoleCheck, RolePolicies, RolePoliciesError, TemplateRole,
    TerraformPlan, Verdict,
};
use stepwright_asl::template;
use stepwright_asl::template::terraform::machine_role;
use stepwright_asl::yaml::Format;

use super::options;
use crate::args::{PolicyArguments, PolicyFormat};
use crate::definitions::definition::LoadedDefinition;
use crate::definitions::embedded::split;
use crate::definitions::input;
use crate::definitions::terraform::{is_terraform, read_module};
use crate::failure::Failure;
use crate::terminal::{diagnostics, output};

/// Compares the permissions that a definition needs with those of the role in a file, or of the
/// role in its template.
pub(super) fn check(
    arguments: &PolicyArguments,
    definition: &LoadedDefinition,
    machine: StateMachine,
    name: &str,
) -> Result<(), Failure> {
    let mut template = template_role(&arguments.file, definition)?;
    if let Some(region) = &arguments.region {
        template = template.map(|template| template.region(region));
    }
    if let Some(account) = &arguments.account {
        template = template.map(|template| template.account(account));
    }
    let terraform = terraform_role(&arguments.file, definition)?;
    let role = match (&arguments.check, &template) {
        (Some(Some(file)), _) => exported_role(file, name)?,
        (_, None) if terraform.is_some() => terraform.unwrap_or_default(),
        (_, Some(template)) => template.policies().map_err(refused(&arguments.file))?,
        _ => {
            return Err(Failure::Usage(format!(
                "{} is not a template, so it has no role; give the policies of the role, as in `--check role.json`",
                arguments.file.display()
            )));
        }
    };
    let policy = match &template {
        Some(template) => {
            let filled = template.definition(&machine.to_value());
            let machine = StateMachine::from_value(&filled)
                .map_err(|diagnostics| Failure::Failed(diagnostics.to_string()))?;
            let mut options = options(arguments, name, &machine)?;
            if arguments.region.is_none() {
                options = options.region("${AWS::Region}");
            }
            if arguments.account.is_none() {
                options = options.account("${AWS::AccountId}");
            }
            Policy::of(&machine, &options)
        }
        None => Policy::of(&machine, &options(arguments, name, &machine)?),
    };
    let check = policy.check(&role);
    match arguments.format {
        Some(PolicyFormat::Json) => output::line(document(&check)),
        _ => print(&check),
    }
    let (missing, undecidable) = (check.count("missing"), check.count("undecidable"));
    match missing > 0 || arguments.strict && undecidable > 0 {
        true => Err(Failure::Diagnostics),
        false => Ok(()),
    }
}

/// The role of the machine in the template that contains or names the definition.
fn template_role(
    path: &Path,
    definition: &LoadedDefinition,
) -> Result<Option<TemplateRole>, Failure> {
    let Some(machine) = &definition.machine else {
        return Ok(None);
    };
    let (file, _) = split(path);
    if file == Path::new("-") {
        return Ok(None);
    }
    let text = input::read(&file)?;
    let template = template::read_for_evaluation(&file, &text).ok();
    Ok(template.and_then(|template| TemplateRole::of(&template, machine)))
}

/// The role of the machine in the Terraform files that contain the definition.
fn terraform_role(
    path: &Path,
    definition: &LoadedDefinition,
) -> Result<Option<RolePolicies>, Failure> {
    let (file, _) = split(path);
    let Some(machine) = definition.machine.as_ref().filter(|_| is_terraform(&file)) else {
        return Ok(None);
    };
    let module = read_module(&file)?;
    let Some(role) = machine_role(&module, machine) else {
        return Ok(None);
    };
    let policies = RolePolicies::of_terraform(&role).map_err(refused(path))?;
    Ok(Some(policies))
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
            match machines.is_empty() {
                true => "none".to_owned(),
                false => machines.join(", "),
            }
        ))),
    }
}

fn refused(path: &Path) -> impl FnOnce(RolePoliciesError) -> Failure {
    move |error| Failure::Usage(format!("{}: {error}", path.display()))
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
