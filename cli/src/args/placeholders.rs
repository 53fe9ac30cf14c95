//! The arguments of `stepwright placeholders`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

pub(crate) const EXAMPLES: &str = "Examples:
  stepwright placeholders orders.asl.json
  stepwright placeholders orders.asl.json --format sam        DefinitionSubstitutions to copy and edit
  stepwright placeholders orders.asl.json --format tfvars > orders.auto.tfvars
  stepwright placeholders template.yaml                       of each state machine of a template
  stepwright placeholders --check template.yaml               CloudFormation or SAM: every machine of it
  stepwright placeholders orders.asl.json --check template.yaml
  stepwright placeholders --check cdk.out                     the output of `cdk synth`
  stepwright placeholders --check infra                       templatefile(..) in the *.tf of a folder

--check reports names that a template does not define, misspells, or defines although no placeholder uses them: in DefinitionSubstitutions, in the
variables of Fn::Sub, and in the second argument of templatefile. Definitions are read from the files that the template names.
Exit status: 0 printed, or no problem was found; 1 a name is wrong, or the definition is invalid; 2 wrong usage, or a file that cannot be read.";

#[derive(Debug, Args)]
pub(crate) struct PlaceholdersArguments {
    /// The definition in JSON or YAML, or a template with state machines; `-` is standard input.
    /// With --check, the only definition that is checked
    #[arg(value_name = "FILE", required_unless_present = "check")]
    pub(crate) file: Option<PathBuf>,
    /// Check that a template defines the placeholders: CloudFormation, SAM, cdk.out, a *.tf, or a
    /// folder of them
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) check: Option<PathBuf>,
    /// How the placeholders are printed; with --check, `text` or `json`
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: PlaceholdersFormat,
}

/// How placeholders are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlaceholdersFormat {
    /// For people
    Text,
    /// For programs: an object that contains, for each name, the kind of value and the states that
    /// use it
    Json,
    /// The same in YAML
    Yaml,
    /// Values of Terraform's variables, to be filled in
    Tfvars,
    /// DefinitionSubstitutions of SAM and CloudFormation, to be edited
    Sam,
}
