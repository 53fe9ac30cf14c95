//! The arguments of `stepwright test-state`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::LogArguments;

pub(super) const EXAMPLES: &str = "Examples:
  stepwright test-state orders.asl.json --state 'Large?' --input '{\"total\": 2000}'
  stepwright test-state orders.asl.json --state Charge --input @order.json --inspection-level DEBUG \\
      --mock '{\"result\": {\"Payload\": {\"chargeId\": \"ch_1\"}, \"StatusCode\": 200}}'
  stepwright test-state orders.asl.json --state Charge --state-configuration '{\"retrierRetryCount\": 2}' \\
      --mock '{\"errorOutput\": {\"error\": \"GatewayTimeout\", \"cause\": \"no answer\"}}'
  stepwright test-state state.json --variables '{\"rate\": 0.2}' --inspection-level TRACE

Exit status: 0 the state succeeded, its error was caught, or it would be retried; 1 it failed, or the test was rejected; 2 wrong usage.";

#[derive(Debug, Args)]
pub(crate) struct TestStateArguments {
    /// A state, or a state machine with --state, in JSON or YAML; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The name of the state, at any depth of the state machine
    #[arg(long, value_name = "NAME")]
    pub(crate) state: Option<String>,
    /// The state's input: JSON, `@FILE`, or `-` for standard input
    #[arg(
        long,
        default_value = "{}",
        value_name = "JSON|@FILE|-",
        allow_hyphen_values = true
    )]
    pub(crate) input: String,
    /// The result of the task, the iterations or the branches:
    /// `{"result": .., "fieldValidationMode": "STRICT"}` or
    /// `{"errorOutput": {"error": .., "cause": ..}}`
    #[arg(long, value_name = "JSON|@FILE")]
    pub(crate) mock: Option<String>,
    /// The context object, instead of a generated one; only with --mock
    #[arg(long, value_name = "JSON|@FILE")]
    pub(crate) context: Option<String>,
    /// The workflow variables, an object by name
    #[arg(long, value_name = "JSON|@FILE")]
    pub(crate) variables: Option<String>,
    /// How many steps of the data flow the response contains
    #[arg(long, value_enum, default_value = "INFO", ignore_case = true)]
    pub(crate) inspection_level: InspectionLevel,
    /// What happened before: retrierRetryCount, mapIterationFailureCount, errorCausedByState,
    /// mapItemReaderData
    #[arg(long, value_name = "JSON|@FILE")]
    pub(crate) state_configuration: Option<String>,
    /// Show the secrets of an HTTP task; not with --mock
    #[arg(long)]
    pub(crate) reveal_secrets: bool,
    #[command(flatten)]
    pub(crate) log: LogArguments,
}

/// The level of detail of a test's response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub(crate) enum InspectionLevel {
    /// The status, the output or the error, and the next state
    Info,
    /// Also the data after each field that changes the input or the result
    Debug,
    /// Also the workflow variables
    Trace,
}

impl From<InspectionLevel> for stepwright_testing::test_state::InspectionLevel {
    fn from(level: InspectionLevel) -> Self {
        match level {
            InspectionLevel::Info => Self::Info,
            InspectionLevel::Debug => Self::Debug,
            InspectionLevel::Trace => Self::Trace,
        }
    }
}
