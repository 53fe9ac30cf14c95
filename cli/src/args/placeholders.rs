//! The arguments of `stepwright placeholders`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

pub(crate) const EXAMPLES: &str = "Examples:
  stepwright placeholders orders.asl.json
  stepwright placeholders orders.asl.json --format sam        DefinitionSubstitutions to copy and to correct
  stepwright placeholders orders.asl.json --format tfvars > orders.auto.tfvars
  stepwright placeholders template.yaml                       of each state machine of a template
  stepwright placeholders --check template.yaml               CloudFormation or SAM: every machine of it
  stepwright placeholders orders.asl.json --check template.yaml
  stepwright placeholders --check cdk.out                     what `cdk synth` wrote
  stepwright placeholders --check infra                       templatefile(..) in the *.tf of a folder

--check tells the names that a template does not give a value, gives by a misspelt name, or gives although no placeholder has them: in DefinitionSubstitutions, in the
variables of Fn::Sub, and in the second argument of templatefile. Definitions are read from where the template says they are.
Exit status: 0 printed, or all fits; 1 a name is wrong, or the definition cannot be read as one; 2 wrong usage, or a file that cannot be read.";

#[derive(Debug, Args)]
pub(crate) struct PlaceholdersArguments {
    /// The definition in JSON or YAML, or a template with state machines; `-` is standard input. With --check, the definition that alone is looked at
    #[arg(value_name = "FILE", required_unless_present = "check")]
    pub(crate) file: Option<PathBuf>,
    /// Hold a template against the placeholders: CloudFormation, SAM, cdk.out, a *.tf, or a folder of them
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
    /// For programs: an object by name, of what the value is and the states that use it
    Json,
    /// The same in YAML
    Yaml,
    /// Values of Terraform's variables, to be filled in
    Tfvars,
    /// DefinitionSubstitutions of SAM and CloudFormation, to be corrected
    Sam,
}
