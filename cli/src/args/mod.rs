//! What may be written on the command line.

mod bench;
mod console;
mod convert;
mod debug;
mod estimate;
mod explore;
mod health;
mod history_source;
mod log;
mod lsp;
mod mcp;
mod mocks;
mod otlp;
mod placeholders;
mod policy;
mod progress;
mod redact;
mod rehearse;
mod review;
mod serve;
mod services;
mod store;
mod store_inspection;
mod studio;
mod types;

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::{Args, Parser, Subcommand, ValueEnum};
use stepwright_asl::placeholder::is_name;

pub(crate) use self::bench::{BenchArguments, Measure, Switch};
pub(crate) use self::console::ConsoleArguments;
pub(crate) use self::convert::{ConvertArguments, ConvertFormat, TargetLanguage};
pub(crate) use self::debug::DebugArguments;
pub(crate) use self::estimate::{EstimateArguments, EstimateFormat};
pub(crate) use self::explore::{ExploreArguments, ExploreFormat};
pub(crate) use self::health::HealthArguments;
pub(crate) use self::history_source::HistorySourceArguments;
pub(crate) use self::log::{LogArguments, LogFormat};
pub(crate) use self::lsp::LspArguments;
pub(crate) use self::mcp::McpArguments;
pub(crate) use self::mocks::MockArguments;
pub(crate) use self::otlp::OtlpArguments;
pub(crate) use self::placeholders::{PlaceholdersArguments, PlaceholdersFormat};
pub(crate) use self::policy::{PolicyArguments, PolicyFormat};
pub(crate) use self::progress::{ProgressArguments, ProgressChoice};
pub(crate) use self::redact::{RedactArguments, StoredRedactArguments};
pub(crate) use self::rehearse::{KindLimit, RehearseArguments, RehearseFormat};
pub(crate) use self::review::{ReviewArguments, ReviewFormat};
pub(crate) use self::serve::{AccountsChoice, ConsoleChoice, ServeArguments};
pub(crate) use self::services::ServiceArguments;
pub(crate) use self::store::{
    BackupArguments, ExecutionsArguments, HistoryArguments, HistoryFormat, RecoverArguments,
    RestoreArguments, Status, StoreArguments, StoreCommand, StoreFormat, StoredExecutionArguments,
};
pub(crate) use self::store_inspection::{
    CheckArguments, CompactArguments, ExportArguments, InfoArguments, QuarantineArguments,
};
pub(crate) use self::studio::StudioArguments;
pub(crate) use self::types::{TypeLanguage, TypesArguments};
use crate::engine::tasks::{TaskBinding, binding};
use stepwright_asl::integrations::tables_date;

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
    #[command(after_help = VALIDATE_EXAMPLES)]
    Validate(ValidateArguments),
    /// Convert definitions from JSONPath to JSONata
    #[command(after_help = convert::EXAMPLES)]
    Convert(ConvertArguments),
    /// Explain what a rule of the validator requires, and why
    #[command(visible_alias = "explain", after_help = RULE_EXAMPLES)]
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
    #[command(after_help = RUN_EXAMPLES)]
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
    #[command(after_help = TEST_STATE_EXAMPLES)]
    TestState(TestStateArguments),
    /// Check a definition over all its paths, and show a shortest path to each problem
    #[command(after_help = explore::EXAMPLES)]
    Explore(ExploreArguments),
    /// Replay a recorded history with a definition and report the first difference
    #[command(after_help = REPLAY_EXAMPLES)]
    Replay(ReplayArguments),
    /// Run recorded executions through a new definition and report what differs
    #[command(after_help = rehearse::EXAMPLES)]
    Rehearse(Box<RehearseArguments>),
    /// Report what a change of definitions does, sorted by risk, for a pull request
    #[command(after_help = review::EXAMPLES)]
    Review(Box<ReviewArguments>),
    /// Merge the coverage of tests, print it, and compare it with a threshold
    #[command(after_help = COVERAGE_EXAMPLES)]
    Coverage(CoverageArguments),
    /// Draw a definition, coloured by an execution if a history is given
    #[command(after_help = GRAPH_EXAMPLES)]
    Graph(GraphArguments),
    /// Write an HTML page about one execution: diagram, timeline, and the data of each state
    #[command(after_help = REPORT_EXAMPLES)]
    Report(ReportArguments),
    /// Compare two definitions and report how the changes affect running executions
    #[command(after_help = DIFF_EXAMPLES)]
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
    #[command(after_help = IMPORT_EXAMPLES)]
    Import(ImportArguments),
    /// Print a completion script for a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(CompletionsArguments),
}

const VALIDATE_EXAMPLES: &str = "Examples:
  stepwright validate state-machine.asl.json
  stepwright validate infra                                  every definition and template in the folder
  stepwright validate template.yaml                          the state machines of a CloudFormation or SAM template
  stepwright validate --type EXPRESS --format json infra/*.asl.json infra/*.asl.yaml
  stepwright validate --deny warnings --allow missing-timeout,SW142 infra
  stepwright validate --fix infra                            fixes what has a safe fix
  stepwright validate --diff --unsafe-fixes infra            shows all fixes and changes no file
  stepwright validate --statistics infra                     the number of diagnostics of each rule
  stepwright validate --format github .                      annotates the lines of a pull request
  stepwright validate --format sarif . > stepwright.sarif
  aws stepfunctions describe-state-machine --state-machine-arn ARN | stepwright validate -
  cargo run --bin order_processing -- --emit | stepwright validate -

In a folder, every *.asl.json and *.asl.yaml is checked, and each *.json, *.yaml, *.yml and *.template that is a definition or a template with state machines.
Hidden folders, target and node_modules are skipped. `stepwright: allow SW024, missing-timeout` in the Comment of a state, or of the machine, silences the
warnings of these rules there. `stepwright rule SW024` explains a rule.
Exit status: 0 no error; 1 an error in a definition, or with --diff a file that would change; 2 wrong usage, or a file that cannot be read.";

const RULE_EXAMPLES: &str = "Examples:
  stepwright rule SW142
  stepwright rule missing-transition-target unreachable-state
  stepwright rule                lists all rules

Exit status: 0 printed; 2 unknown rule.";

const RUN_EXAMPLES: &str = "Examples:
  stepwright run greet.asl.json --input '{\"name\": \"Ada\"}'
  stepwright run greet.asl.json --input @order.json --history history.json
  cat order.json | stepwright run greet.asl.json --input -
  stepwright run orders.asl.json --mocks MockConfigFile.json --case HappyPath
  stepwright run orders.asl.json --task 'ChargeCard=./charge.py'
  stepwright run nightly.asl.json --objects buckets        s3://orders/2026.csv is buckets/orders/2026.csv
  stepwright run nightly.asl.json --aws-endpoint http://127.0.0.1:4566   AWS services and S3 of an emulator
  stepwright run orders.asl.json --store orders.db --name o-17 --task 'ChargeCard=./charge.py'
  stepwright run orders.asl.json --log debug               each event of the history, on standard error

A command gets the task's input as JSON on standard input and prints its output as JSON: for lambda:invoke the function's payload and result, otherwise the
state's parameters and result. To make the task fail, it prints `ErrorName: cause` on standard error and exits with a status other than 0. A URL (http://127.0.0.1:9000/charge)
receives the same as the body of a POST request and responds with the output; a status other than 2xx with {\"error\": .., \"cause\": ..} makes the task fail.

With --store the execution survives the process: after Ctrl-C, a crash or a loss of power the same command resumes it, with the version of FILE that it
started with. A task whose command was running fails with Stepwright.TaskLost, which Retry and Catch may name. After the execution has ended, its result is printed again.
`stepwright executions` and `stepwright history` read the store, even while the execution runs.";

const TEST_STATE_EXAMPLES: &str = "Examples:
  stepwright test-state orders.asl.json --state 'Large?' --input '{\"total\": 2000}'
  stepwright test-state orders.asl.json --state Charge --input @order.json --inspection-level DEBUG \\
      --mock '{\"result\": {\"Payload\": {\"chargeId\": \"ch_1\"}, \"StatusCode\": 200}}'
  stepwright test-state orders.asl.json --state Charge --state-configuration '{\"retrierRetryCount\": 2}' \\
      --mock '{\"errorOutput\": {\"error\": \"GatewayTimeout\", \"cause\": \"no answer\"}}'
  stepwright test-state state.json --variables '{\"rate\": 0.2}' --inspection-level TRACE

Exit status: 0 the state succeeded, its error was caught, or it would be retried; 1 it failed, or the test was rejected; 2 wrong usage.";

const REPLAY_EXAMPLES: &str = "Examples:
  stepwright run orders.asl.json --history history.json
  stepwright replay orders.asl.json --history history.json
  aws stepfunctions get-execution-history --include-execution-data --execution-arn ARN > history.json
  aws stepfunctions list-executions --map-run-arn MAP_RUN_ARN      the items of a Distributed Map, whose histories --child takes
  stepwright replay orders.asl.json --history history.json --child item-1.json --child item-2.json --objects buckets
  stepwright replay orders.asl.json --history history.json --substitute TopicArn=arn:aws:sns:us-east-1:123456789012:orders

A placeholder of the definition without a --substitute gets the first value of its kind that the history has at its position.
Each task returns its recorded result. Values of the clock, random values and ids of the execution are not compared.
Exit status: 0 the execution is as recorded; 1 it differs; 2 wrong usage, or a history that cannot be replayed.";

const COVERAGE_EXAMPLES: &str = "Examples:
  STEPWRIGHT_COVERAGE=$PWD/target/stepwright cargo test
  stepwright coverage target/stepwright --fail-under 90
  stepwright coverage target/stepwright --definition orders.asl.json --definition refunds.asl.yaml
  stepwright coverage target/stepwright --workflow OrderProcessing --format svg > orders.svg

Each engine on virtual time in each test process records the coverage of its executions, including nested workflows and the items of Distributed Maps. Remove the folder before
the tests run again, because all files in it are merged. A definition matches a recorded one that is equal or has the same name (order-processing.asl.json and OrderProcessing).
Exit status: 0 printed; 1 less than --fail-under is covered; 2 wrong usage, or a folder without coverage.";

const REPORT_EXAMPLES: &str = "Examples:
  stepwright run orders.asl.json --history history.json
  stepwright report orders.asl.json --history history.json --output run.html
  aws stepfunctions get-execution-history --include-execution-data --execution-arn ARN > history.json
  stepwright report --store orders.db --name order-17 --output order-17.html
  stepwright report --store orders.db --name order-17 --redact password > order-17.html

The page has no scripts and loads nothing, so it can be sent by mail or stored as an artifact of a build. In tests, `expect(&report).report(PATH)` writes the same page.
Exit status: 0 written; 1 the definition has no states; 2 wrong usage, an invalid history, an unknown execution, or a file that cannot be written.";

const GRAPH_EXAMPLES: &str = "Examples:
  stepwright graph orders.asl.json                          Mermaid, which GitHub shows in READMEs
  stepwright graph orders.asl.yaml --output orders.svg      the extension selects the format: .mmd, .md, .dot, .gv, .svg, .html
  stepwright graph orders.asl.json --format dot | dot -Tpdf > orders.pdf
  stepwright run orders.asl.json --history history.json
  stepwright graph orders.asl.json --history history.json --output run.html

A definition with errors is drawn as far as possible, and the errors are printed on standard error.
Exit status: 0 drawn; 1 there is nothing to draw; 2 wrong usage, an invalid history, or an output with an unknown extension.";

const DIFF_EXAMPLES: &str = "Examples:
  stepwright diff deployed.asl.json orders.asl.json
  git show main:orders.asl.yaml | stepwright diff - orders.asl.yaml
  stepwright diff old/template.yaml#Orders template.yaml#Orders     state machines of SAM and CloudFormation templates
  stepwright diff --exit-code --format json old.asl.json new.asl.json

Formatting, the order of states and keys, and explicit default values are not compared.
Exit status: 0 compared; 1 the definitions differ in more than comments (only with --exit-code), or a text is not JSON or YAML; 2 wrong usage.";
const IMPORT_EXAMPLES: &str = "Examples:
  stepwright import state-machine.asl.json
  stepwright import orders.asl.yaml --output src/orders.rs
  stepwright import orders.asl.json --name OrderProcessing --type EXPRESS

The source compiles with stepwright, serde, serde_json and schemars, and emits the same definition. States, transitions, rules, handlers and tasks
are written in the language of `workflow!`; the remaining fields are in `raw { .. }`, for you to replace step by step. Lambda functions and activities become declarations
without a body: write one to run it in process.
Exit status: 0 written; 1 the definition has errors, or `workflow!` cannot express it; 2 wrong usage.";

const COMPLETIONS_EXAMPLES: &str = "Examples:
  stepwright completions bash > ~/.local/share/bash-completion/completions/stepwright
  stepwright completions zsh > ~/.zfunc/_stepwright
  stepwright completions fish > ~/.config/fish/completions/stepwright.fish";

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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people, with the lines of the source
    Text,
    /// For programs: one object over all files, in the shape of AWS's
    /// ValidateStateMachineDefinition response
    Json,
    /// For code scanners: SARIF 2.1.0
    Sarif,
    /// For GitHub Actions: workflow commands, which mark the lines of a pull request
    Github,
}

#[derive(Debug, Args)]
pub(crate) struct ValidateArguments {
    /// Definitions in JSON or YAML, templates, the output of describe-state-machine, or folders;
    /// `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The type of the state machine, if the file does not contain it
    #[arg(
        long = "type",
        value_enum,
        default_value = "STANDARD",
        ignore_case = true
    )]
    pub(crate) machine_type: MachineType,
    /// How diagnostics are printed
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: OutputFormat,
    /// Treat the warnings of these rules (such as SW048 or missing-timeout) as errors, or all
    /// `warnings`
    #[arg(long, value_name = "RULE,..|warnings", value_delimiter = ',')]
    pub(crate) deny: Vec<String>,
    /// Silence the warnings of these rules
    #[arg(long, value_name = "RULE,..", value_delimiter = ',')]
    pub(crate) allow: Vec<String>,
    /// The settings file, instead of the nearest `stepwright.toml` above each definition
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Ignore every `stepwright.toml`
    #[arg(long, conflicts_with = "config")]
    pub(crate) no_config: bool,
    /// Fix what has a safe fix, and write the files; of standard input, print the fixed text
    #[arg(long, group = "fixing")]
    pub(crate) fix: bool,
    /// Print the fixes as a unified diff and change no file
    #[arg(long, group = "fixing")]
    pub(crate) diff: bool,
    /// Allow each warning in the `Comment` of its state, and write the files
    #[arg(long, conflicts_with_all = ["fixing", "format", "statistics"])]
    pub(crate) add_ignore: bool,
    /// Also make fixes that may change what a valid definition does
    #[arg(long, requires = "fixing")]
    pub(crate) unsafe_fixes: bool,
    /// Print the number of diagnostics of each rule instead of the diagnostics
    #[arg(long, conflicts_with_all = ["format", "fixing"])]
    pub(crate) statistics: bool,
    /// Print only diagnostics: no files without diagnostics, and no counts
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RuleArguments {
    /// The ids or names of rules; if none is given, all rules are listed
    #[arg(value_name = "RULE")]
    pub(crate) rules: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// The definition in JSON or YAML; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The execution's input: JSON, `@FILE`, or `-` for standard input
    #[arg(
        long,
        default_value = "{}",
        value_name = "JSON|@FILE|-",
        allow_hyphen_values = true
    )]
    pub(crate) input: String,
    /// The type of the state machine
    #[arg(
        long = "type",
        value_enum,
        default_value = "STANDARD",
        ignore_case = true
    )]
    pub(crate) machine_type: MachineType,
    #[command(flatten)]
    pub(crate) mocks: MockArguments,
    /// Run a task with a command or at a URL; NAME is the name of a state, the name of a function,
    /// or a resource
    #[arg(long = "task", value_name = "NAME=COMMAND|URL", value_parser = binding)]
    pub(crate) tasks: Vec<TaskBinding>,
    /// The directory that Distributed Maps use instead of S3; each subdirectory is a bucket.
    /// Without it, they use S3 at its --aws-endpoint
    #[arg(long, value_name = "DIR")]
    pub(crate) objects: Option<PathBuf>,
    /// Run waits, retries and timeouts in real time; by default virtual time skips them
    #[arg(long)]
    pub(crate) real_time: bool,
    /// Write the history as GetExecutionHistory returns it; the histories of Distributed Map
    /// children are written next to it
    #[arg(long, value_name = "FILE")]
    pub(crate) history: Option<PathBuf>,
    /// The execution's name
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Store the execution in this file, and resume it if an earlier run did not finish it
    #[arg(long, value_name = "PATH", requires = "name")]
    pub(crate) store: Option<PathBuf>,
    /// Confirm once that this machine's clock is right, after a warning that it is far ahead of the
    /// store
    #[arg(long, requires_all = ["store", "real_time"])]
    pub(crate) confirm_clock: bool,
    #[command(flatten)]
    pub(crate) services: ServiceArguments,
    #[command(flatten)]
    pub(crate) progress: ProgressArguments,
    #[command(flatten)]
    pub(crate) redact: RedactArguments,
    #[command(flatten)]
    pub(crate) log: LogArguments,
    #[command(flatten)]
    pub(crate) otlp: OtlpArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ReplayArguments {
    /// The definition in JSON or YAML; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The history, from GetExecutionHistory or `run --history`; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) history: PathBuf,
    /// The history of a child execution of a Distributed Map, in the same form; one for each item
    /// or batch
    #[arg(long, value_name = "FILE")]
    pub(crate) child: Vec<PathBuf>,
    /// The directory that Distributed Maps read instead of S3; each subdirectory is a bucket;
    /// nothing is written to it
    #[arg(long, value_name = "DIR")]
    pub(crate) objects: Option<PathBuf>,
    /// The value of the placeholder `${NAME}` of the definition; by default, the value that the
    /// history has at its position
    #[arg(long = "substitute", value_name = "NAME=VALUE", value_parser = substitution)]
    pub(crate) substitutions: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) redact: RedactArguments,
    #[command(flatten)]
    pub(crate) log: LogArguments,
}

#[derive(Debug, Args)]
pub(crate) struct CoverageArguments {
    /// The folder that STEPWRIGHT_COVERAGE named while the tests ran
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// Count only these definitions, in JSON or YAML, even if no test ran them
    #[arg(long, value_name = "FILE")]
    pub(crate) definition: Vec<PathBuf>,
    /// Count only the workflows of this name
    #[arg(long, value_name = "NAME", conflicts_with = "definition")]
    pub(crate) workflow: Vec<String>,
    /// Exit with status 1 if the coverage is below this percentage
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(crate) fail_under: Option<f64>,
    /// The output format
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: CoverageFormat,
}

/// How coverage is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CoverageFormat {
    /// For people: the covered and the uncovered parts
    Text,
    /// For programs: one object
    Json,
    /// A diagram of one workflow, coloured by coverage
    Svg,
    /// An HTML page with that diagram
    Html,
}

#[derive(Debug, Args)]
pub(crate) struct GraphArguments {
    /// The definition in JSON or YAML; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The format of the diagram; by default that of the extension of --output, else Mermaid
    #[arg(long, value_enum)]
    pub(crate) format: Option<DiagramFormat>,
    /// Colour the states by the history of an execution, from GetExecutionHistory or
    /// `run --history`
    #[arg(long, value_name = "FILE")]
    pub(crate) history: Option<PathBuf>,
    /// The output file; by default standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) redact: RedactArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    /// The definition in JSON or YAML, for --history; `-` is standard input
    #[arg(
        value_name = "FILE",
        requires = "history",
        required_unless_present = "store"
    )]
    pub(crate) file: Option<PathBuf>,
    /// The history of the execution, from GetExecutionHistory or `run --history`
    #[arg(long, value_name = "FILE", requires = "file", conflicts_with = "store")]
    pub(crate) history: Option<PathBuf>,
    /// The store that has the execution; an engine may use it at the same time
    #[arg(long, value_name = "PATH", requires = "name")]
    pub(crate) store: Option<PathBuf>,
    /// The execution's name in the store, or its ARN
    #[arg(long, value_name = "NAME|ARN", requires = "store")]
    pub(crate) name: Option<String>,
    /// The name of its state machine, if several have an execution of that name
    #[arg(long, value_name = "NAME", requires = "store")]
    pub(crate) machine: Option<String>,
    /// The output file; by default standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) redact: StoredRedactArguments,
}

/// The format of a diagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiagramFormat {
    /// A flowchart in text, which GitHub and many editors show as a picture
    Mermaid,
    /// For Graphviz
    Dot,
    /// An SVG image
    Svg,
    /// An HTML page with a zoomable diagram and the fields of each state
    Html,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArguments {
    /// The old definition in JSON or YAML; `-` is standard input
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,
    /// The new definition in JSON or YAML; `-` is standard input
    #[arg(value_name = "NEW")]
    pub(crate) new: PathBuf,
    /// How the differences are printed
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: DiffFormat,
    /// Exit with status 1 when the definitions differ in more than comments
    #[arg(long)]
    pub(crate) exit_code: bool,
}

/// How differences are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For people
    Text,
    /// For programs: one object
    Json,
}

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

impl From<InspectionLevel> for stepwright_runtime::test_state::InspectionLevel {
    fn from(level: InspectionLevel) -> Self {
        match level {
            InspectionLevel::Info => Self::Info,
            InspectionLevel::Debug => Self::Debug,
            InspectionLevel::Trace => Self::Trace,
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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}

#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// The definition in JSON or YAML; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The workflow's name in Rust; by default derived from the file's name
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// The type of the state machine, which the definition does not contain
    #[arg(
        long = "type",
        value_name = "TYPE",
        value_enum,
        default_value = "STANDARD",
        ignore_case = true
    )]
    pub(crate) machine_type: MachineType,
    /// The output file; by default standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Overwrite an existing file
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("expected a number of at least 1".to_owned()),
        Ok(number) => Ok(number),
    }
}
