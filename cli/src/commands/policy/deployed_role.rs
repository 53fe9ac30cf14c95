//! The role of a machine in the files that deploy it.

use std::path::Path;

use stepwright_asl::StateMachine;
use stepwright_asl::policy::{RolePolicies, RolePoliciesError, TemplateRole};
use stepwright_asl::template;
use stepwright_asl::template::terraform::{TerraformRole, machine_role};

use crate::args::PolicyArguments;
use crate::definitions::definition::LoadedDefinition;
use crate::definitions::embedded::split;
use crate::definitions::input;
use crate::definitions::terraform::{is_terraform, read_module};
use crate::failure::Failure;

/// The role of a machine in the files that deploy it.
pub(super) enum DeployedRole {
    Template(Box<TemplateRole>),
    Terraform(TerraformRole),
    /// The definition is not in such a file.
    None,
}

impl DeployedRole {
    /// Reads the role of the machine in the template or the Terraform files that contain or name
    /// the definition.
    pub(super) fn read(path: &Path, definition: &LoadedDefinition) -> Result<Self, Failure> {
        let (file, _) = split(path);
        let machine = definition.machine.as_ref();
        let Some(machine) = machine.filter(|_| file != Path::new("-")) else {
            return Ok(Self::None);
        };
        if is_terraform(&file) {
            let role = machine_role(&read_module(&file)?, machine);
            return Ok(role.map_or(Self::None, Self::Terraform));
        }
        let text = input::read(&file)?;
        let template = template::read_for_evaluation(&file, &text).ok();
        let role = template.and_then(|template| TemplateRole::of(&template, machine));
        Ok(role.map_or(Self::None, |role| Self::Template(Box::new(role))))
    }

    /// The name that the file gives the machine.
    pub(super) fn given_name(&self) -> Option<String> {
        match self {
            Self::Template(role) => role.given_name(),
            Self::Terraform(role) => role.machine_name.clone(),
            Self::None => None,
        }
    }

    /// Whether the template has the machine write logs.
    pub(super) fn is_logged(&self) -> bool {
        matches!(self, Self::Template(role) if role.is_logged())
    }

    /// Whether the template has the machine send traces, and the role is not made by SAM.
    pub(super) fn is_traced(&self) -> bool {
        matches!(self, Self::Template(role) if role.is_traced())
    }

    /// Replaces the placeholders of a definition by what the template has for them.
    pub(super) fn definition(&self, machine: StateMachine) -> Result<StateMachine, Failure> {
        let Self::Template(role) = self else {
            return Ok(machine);
        };
        StateMachine::from_value(&role.definition(&machine.to_value()))
            .map_err(|diagnostics| Failure::Failed(diagnostics.to_string()))
    }

    /// Sets the region and the account of the arguments.
    pub(super) fn in_account(self, arguments: &PolicyArguments) -> Self {
        let Self::Template(mut role) = self else {
            return self;
        };
        if let Some(region) = &arguments.region {
            *role = role.region(region);
        }
        if let Some(account) = &arguments.account {
            *role = role.account(account);
        }
        Self::Template(role)
    }

    pub(super) fn policies(&self, path: &Path) -> Result<RolePolicies, Failure> {
        match self {
            Self::Template(role) => role.policies().map_err(refused(path)),
            Self::Terraform(role) => RolePolicies::of_terraform(role).map_err(refused(path)),
            Self::None => Err(Failure::Usage(format!(
                "{} is not a template, so it has no role; give the policies of the role, as in `--check role.json`",
                path.display()
            ))),
        }
    }
}

pub(super) fn refused(path: &Path) -> impl FnOnce(RolePoliciesError) -> Failure {
    move |error| Failure::Usage(format!("{}: {error}", path.display()))
}
