//! What may be written on the command line.

mod bench;
mod completions;
mod console;
mod convert;
mod coverage;
mod debug;
mod diff;
mod estimate;
mod explore;
mod graph;
mod health;
mod import;
mod lsp;
mod mcp;
mod options;
mod placeholders;
mod policy;
mod rehearse;
mod replay;
mod report;
mod review;
mod rule;
mod run;
mod serve;
mod store;
mod studio;
mod test_state;
mod types;
mod validate;

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::{Parser, Subcommand, ValueEnum};
use stepwright_asl::integrations::tables_date;
use stepwright_asl::placeholder::is_name;

pub(crate) use self::bench::{BenchArguments, Measure, Switch};
pub(crate) use self::completions::CompletionsArguments;
pub(crate) use self::console::ConsoleArguments;
pub(crate) use self::convert::{ConvertArguments, ConvertFormat, TargetLanguage};
pub(crate) use self::coverage::{CoverageArguments, CoverageFormat};
pub(crate) use self::debug::DebugArguments;
pub(crate) use self::diff::{DiffArguments, DiffFormat};
pub(crate) use self::estimate::{EstimateArguments, EstimateFormat};
pub(crate) use self::explore::{ExploreArguments, ExploreFormat};
pub(crate) use self::graph::{DiagramFormat, GraphArguments};
pub(crate) use self::health::HealthArguments;
pub(crate) use self::import::ImportArguments;
pub(crate) use self::lsp::LspArguments;
pub(crate) use self::mcp::McpArguments;
pub(crate) use self::options::history_source::HistorySourceArguments;
pub(crate) use self::options::one_store::{OneStoreArguments, StoreFileArguments};
pub(crate) use self::options::redact::{RedactArguments, StoredRedactArguments};
pub(crate) use self::placeholders::{PlaceholdersArguments, PlaceholdersFormat};
pub(crate) use self::policy::{PolicyArguments, PolicyFormat};
pub(crate) use self::rehearse::{KindLimit, RehearseArguments, RehearseFormat};
pub(crate) use self::replay::ReplayArguments;
pub(crate) use self::report::ReportArguments;
pub(crate) use self::review::{ReviewArguments, ReviewFormat};
pub(crate) use self::rule::RuleArguments;
pub(crate) use self::run::RunArguments;
pub(crate) use self::serve::{AccountsChoice, ConsoleChoice, ServeArguments};
pub(crate) use self::store::store_inspection::{
    CheckArguments, CompactArguments, ExportArguments, InfoArguments, QuarantineArguments,
};
pub(crate) use self::store::{
    BackupArguments, CopyArguments, ExecutionsArguments, HistoryArguments, HistoryFormat,
    RecoverArguments, RestoreArguments, Status, StoreArguments, StoreCommand, StoreFormat,
    StoredExecutionArguments,
};
pub(crate) use self::studio::StudioArguments;
pub(crate) use self::test_state::TestStateArguments;
pub(crate) use self::types::{TypeLanguage, TypesArguments};
pub(crate) use self::validate::{OutputFormat, ValidateArguments};
pub(crate) use crate::engine::log_arguments::LogArguments;
pub(crate) use crate::engine::mock_arguments::MockArguments;
pub(crate) use crate::engine::otlp_arguments::OtlpArguments;
pub(crate) use crate::engine::service_arguments::ServiceArguments;
pub(crate) use crate::terminal::progress::choice::ProgressArguments;

/// The version of the command and the date of its tables of AWS services, which are older than what
/// AWS has added since.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{} (tables of AWS services: {})",
        env!("CARGO_PKG_VERSION"),
        tables_date()
    )
});

/// Check, run and inspect AWS Step Functions definitions.
#[derive(Debug, Parser)]
#[command(name = "stepwright", version = &**VERSION, arg_required_else_help = true, propagate_version = true, after_help = EXIT_STATUS)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to colour the output. `auto`: on a terminal, unless NO_COLOR is set.
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        value_enum,
        default_value = "auto"
    )]
    pub(crate) color: Color,
    /// Read no file outside of these folders. `stepwright mcp` sets it for its commands.
    #[arg(long, global = true, hide = true, value_name = "FOLDER")]
    pub(crate) read_below: Vec<PathBuf>,
}

/// When to colour the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always, even in a pipe
    Always,
    /// Never
    Never,
}

impl Color {
    /// Applies the choice to all later output.
    pub(crate) fn apply(self) {
        let choice = match self {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

const EXIT_STATUS: &str = "Exit status: 0 done; 1 the definition or the execution failed; 2 wrong usage, an input that is not JSON, or a file that cannot be read.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check definitions and report each problem with its position and how to fix it
    #[command(after_help = validate::EXAMPLES)]
    Validate(ValidateArguments),
    /// Convert definitions from JSONPath to JSONata
    #[command(after_help = convert::EXAMPLES)]
    Convert(ConvertArguments),
    /// Explain what a rule of the validator requires, and why
    #[command(visible_alias = "explain", after_help = rule::EXAMPLES)]
    Rule(RuleArguments),
    /// Answer an editor: diagnostics, completion, hover, rename and more, by the Language Server
    /// Protocol
    #[command(after_help = lsp::EXAMPLES)]
    Lsp(LspArguments),
    /// Offer tools to an agent, by the Model Context Protocol
    #[command(after_help = mcp::EXAMPLES)]
    Mcp(McpArguments),
    /// Edit definitions in a browser, as pictures and as text
    #[command(after_help = studio::EXAMPLES)]
    Studio(StudioArguments),
    /// Run a definition in process and print the execution's output as JSON
    #[command(after_help = run::EXAMPLES)]
    Run(RunArguments),
    /// Step through one execution of a definition in a browser
    #[command(after_help = debug::EXAMPLES)]
    Debug(DebugArguments),
    /// List the executions of a store, newest first
    #[command(after_help = store::EXECUTIONS_EXAMPLES)]
    Executions(ExecutionsArguments),
    /// Print the history of an execution in a store
    #[command(after_help = store::HISTORY_EXAMPLES)]
    History(HistoryArguments),
    /// Back up, restore or recover a store, and abort or delete its executions
    #[command(after_help = store::STORE_EXAMPLES)]
    Store(StoreArguments),
    /// Serve the Step Functions API on this machine, for the AWS CLI, SDKs and workers
    #[command(after_help = serve::EXAMPLES)]
    Serve(Box<ServeArguments>),
    /// Check that a server works, as the health check of a container does
    #[command(after_help = health::EXAMPLES)]
    Health(HealthArguments),
    /// Show a store in a browser, without forms, next to the engine that writes it
    #[command(after_help = console::EXAMPLES)]
    Console(ConsoleArguments),
    /// Benchmark the executions of a workload and print the results as JSON
    #[command(hide = true, after_help = bench::EXAMPLES)]
    Bench(BenchArguments),
    /// Test one state as AWS's TestState does and print its response as JSON
    #[command(after_help = test_state::EXAMPLES)]
    TestState(TestStateArguments),
    /// Check a definition over all its paths, and show a shortest path to each problem
    #[command(after_help = explore::EXAMPLES)]
    Explore(ExploreArguments),
    /// Replay a recorded history with a definition and report the first difference
    #[command(after_help = replay::EXAMPLES)]
    Replay(ReplayArguments),
    /// Run recorded executions through a new definition and report what differs
    #[command(after_help = rehearse::EXAMPLES)]
    Rehearse(Box<RehearseArguments>),
    /// Report what a change of definitions does, sorted by risk, for a pull request
    #[command(after_help = review::EXAMPLES)]
    Review(Box<ReviewArguments>),
    /// Merge the coverage of tests, print it, and compare it with a threshold
    #[command(after_help = coverage::EXAMPLES)]
    Coverage(CoverageArguments),
    /// Draw a definition, coloured by an execution if a history is given
    #[command(after_help = graph::EXAMPLES)]
    Graph(GraphArguments),
    /// Write an HTML page about one execution: diagram, timeline, and the data of each state
    #[command(after_help = report::EXAMPLES)]
    Report(ReportArguments),
    /// Compare two definitions and report how the changes affect running executions
    #[command(after_help = diff::EXAMPLES)]
    Diff(DiffArguments),
    /// Print the minimal IAM policy that a definition needs
    #[command(after_help = policy::EXAMPLES)]
    Policy(PolicyArguments),
    /// Estimate transitions, events, payload and price of executions: best, typical and worst case
    #[command(after_help = estimate::EXAMPLES)]
    Estimate(EstimateArguments),
    /// List the placeholders of a definition, or check that a template defines them
    #[command(after_help = placeholders::EXAMPLES)]
    Placeholders(PlaceholdersArguments),
    /// Print the types of inputs, outputs and payloads of tasks for TypeScript or Python
    #[command(after_help = types::EXAMPLES)]
    Types(TypesArguments),
    /// Write the Rust source of a workflow from a definition
    #[command(after_help = import::EXAMPLES)]
    Import(ImportArguments),
    /// Print a completion script for a shell
    #[command(after_help = completions::EXAMPLES)]
    Completions(CompletionsArguments),
}

impl Command {
    /// Whether it answers other programs until it is stopped.
    pub(crate) fn is_server(&self) -> bool {
        matches!(
            self,
            Self::Serve(_) | Self::Console(_) | Self::Studio(_) | Self::Lsp(_) | Self::Mcp(_)
        )
    }
}

/// The type of a state machine; STANDARD if the definition's source does not contain it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub(crate) enum MachineType {
    /// Exactly once, with a history
    Standard,
    /// At least once, at most five minutes
    Express,
}

impl From<MachineType> for stepwright_asl::MachineType {
    fn from(machine_type: MachineType) -> Self {
        match machine_type {
            MachineType::Standard => Self::Standard,
            MachineType::Express => Self::Express,
        }
    }
}

/// The name and the value of a placeholder.
fn substitution(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if is_name(name) => Ok((name.to_owned(), value.to_owned())),
        _ => Err(
            "expected NAME=VALUE, where `${NAME}` is in the definition: a letter, then letters, digits and `_`; for example \
             TopicArn=arn:aws:sns:us-east-1:123456789012:orders"
                .to_owned(),
        ),
    }
}

fn percent(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').trim().parse() {
        Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(percent),
        _ => Err("expected a number from 0 to 100".to_owned()),
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("expected a number of at least 1".to_owned()),
        Ok(number) => Ok(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
