//! The arguments of `stepwright policy`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::MachineType;

pub(super) const EXAMPLES: &str = "Examples:
  stepwright policy orders.asl.json --region eu-west-1 --account 123456789012
  stepwright policy orders.asl.yaml --region '${AWS::Region}' --account '${AWS::AccountId}' --logging --tracing > policy.json
  stepwright policy etl.asl.json --name Etl --redrive             a Distributed Map starts executions of its own machine
  stepwright policy job.asl.json --pass-role 'Run=arn:aws:iam::123456789012:role/jobTask' --pass-role 'Run=arn:aws:iam::123456789012:role/jobExec'
  stepwright policy orders.asl.json --region '${AWS::Region}' --account '${AWS::AccountId}' --format sam --strict
  stepwright policy template.yaml#Orders --check                  compare with the role in the template
  stepwright policy orders.asl.json --check role.json --region eu-west-1 --account 123456789012
  cargo run --bin order_processing -- --emit | stepwright policy - --name OrderProcessing

Placeholders such as ${OrdersTable} stay as they are. Warnings on standard error name what the definition does not determine: computed targets, roles to pass,
actions that IAM does not have, roles of other accounts.
--check has three answers for each permission: granted, missing, and undecidable with the value that would decide it.
Exit status: 0 printed, or nothing is missing; 1 the definition has errors, a permission is missing, or with --strict one is undecidable or may be; 2 wrong usage, or a file that cannot be read.";

#[derive(Debug, Args)]
pub(crate) struct PolicyArguments {
    /// The definition in JSON or YAML; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The partition in ARNs; that of the definition's ARNs when it is not given
    #[arg(long, value_name = "PARTITION")]
    pub(crate) partition: Option<String>,
    /// The region in ARNs; any when it is not given
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// The account in ARNs; any when it is not given
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) account: Option<String>,
    /// The name of the state machine; the file's name when it is not given
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// The type of the state machine
    #[arg(
        long = "type",
        value_name = "TYPE",
        value_enum,
        ignore_case = true,
        default_value = "STANDARD"
    )]
    pub(crate) machine_type: MachineType,
    /// The machine writes to CloudWatch Logs
    #[arg(long)]
    pub(crate) logging: bool,
    /// X-Ray traces the machine
    #[arg(long)]
    pub(crate) tracing: bool,
    /// Executions with a Distributed Map are redriven
    #[arg(long)]
    pub(crate) redrive: bool,
    /// A role that the work of a state runs under, such as the task role of an ECS task; may be
    /// given several times
    #[arg(long, value_name = "STATE=ARN", value_parser = pass_role)]
    pub(crate) pass_role: Vec<(String, String)>,
    /// Print no policy, and exit with 1, if it may lack permissions: unknown actions, roles to
    /// pass, resources that the definition does not show
    #[arg(long)]
    pub(crate) strict: bool,
    /// The form of the policy: the document of IAM (the default), or `Policies` of a state machine
    /// in a SAM template; with --check, `json` for programs
    #[arg(long, value_name = "FORM", value_enum)]
    pub(crate) format: Option<PolicyFormat>,
    /// Print no policy, but compare it with the policies of a role: those in a file (a policy
    /// document, or what `aws iam get-role-policy` and `get-account-authorization-details` print),
    /// or without a file those of the role in the template
    #[arg(long, value_name = "ROLE", num_args = 0..=1)]
    pub(crate) check: Option<Option<PathBuf>>,
}

/// The form of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PolicyFormat {
    Json,
    Sam,
}

fn pass_role(text: &str) -> Result<(String, String), String> {
    // A state's name may have an equals sign; an ARN has none before its first colon.
    let at = text.find("=arn:").or_else(|| text.find("=${"));
    let found = at.map(|at| (text[..at].to_owned(), text[at + 1..].to_owned()));
    found.filter(|(state, _)| !state.is_empty()).ok_or_else(|| {
        "give the state and the ARN of the role, as in `Run=arn:aws:iam::123456789012:role/job`"
            .to_owned()
    })
}
