//! The role of a machine in the files that deploy it.

use std::path::Path;

use stepwright_asl::StateMachine;
use stepwright_asl::template;
use stepwright_asl::template::terraform::{TerraformRole, machine_role};
use stepwright_tools::policy::{
    RolePolicies, RolePoliciesError, TemplateRole, terraform_definition,
};

use crate::args::PolicyArguments;
use crate::definitions::definition::LoadedDefinition;
use crate::definitions::embedded::split;
use crate::definitions::input;
use crate::definitions::terraform::{is_terraform, read_module};
use crate::failure::Failure;

/// The role of a machine in the files that deploy it.
pub(super) enum DeployedRole {
    Template(Box<TemplateRole>),
    Terraform {
        role: Box<TerraformRole>,
        /// The texts of the variables that `templatefile` passes to the definition.
        arguments: Vec<(String, String)>,
    },
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
            return Ok(role.map_or(Self::None, |role| Self::Terraform {
                role: Box::new(role),
                arguments: definition.terraform.arguments.clone(),
            }));
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
            Self::Terraform { role, .. } => role.machine_name.clone(),
            Self::None => None,
        }
    }

    /// Whether the files have the machine write logs.
    pub(super) fn is_logged(&self) -> bool {
        match self {
            Self::Template(role) => role.is_logged(),
            Self::Terraform { role, .. } => role.is_logged,
            Self::None => false,
        }
    }

    /// Whether the files have the machine send traces, and the role is not made by SAM.
    pub(super) fn is_traced(&self) -> bool {
        match self {
            Self::Template(role) => role.is_traced(),
            Self::Terraform { role, .. } => role.is_traced,
            Self::None => false,
        }
    }

    /// Replaces the placeholders of a definition by what the files have for them.
    pub(super) fn definition(&self, machine: StateMachine) -> Result<StateMachine, Failure> {
        let definition = match self {
            Self::Template(role) => role.definition(&machine.to_value()),
            Self::Terraform { role, arguments } => {
                terraform_definition(role, &machine.to_value(), arguments)
            }
            Self::None => return Ok(machine),
        };
        StateMachine::from_value(&definition)
            .map_err(|diagnostics| Failure::Failed(diagnostics.to_string()))
    }

    /// The region and the account of the deployment as the role has them, or their placeholders.
    pub(super) fn location(&self) -> Option<(&str, &str)> {
        match self {
            Self::Template(_) => Some(("${AWS::Region}", "${AWS::AccountId}")),
            Self::Terraform { role, .. } => Some((&role.location.region, &role.location.account)),
            Self::None => None,
        }
    }

    /// Sets the region and the account of the arguments.
    pub(super) fn in_account(mut self, arguments: &PolicyArguments) -> Self {
        match &mut self {
            Self::Template(template) => {
                let mut role = TemplateRole::clone(template);
                if let Some(region) = &arguments.region {
                    role = role.region(region);
                }
                if let Some(account) = &arguments.account {
                    role = role.account(account);
                }
                **template = role;
            }
            Self::Terraform { role, .. } => {
                if let Some(region) = &arguments.region {
                    role.location.region.clone_from(region);
                }
                if let Some(account) = &arguments.account {
                    role.location.account.clone_from(account);
                }
            }
            Self::None => {}
        }
        self
    }

    pub(super) fn policies(&self, path: &Path) -> Result<RolePolicies, Failure> {
        match self {
            Self::Template(role) => role.policies().map_err(refused(path)),
            Self::Terraform { role, .. } => RolePolicies::of_terraform(role).map_err(refused(path)),
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
