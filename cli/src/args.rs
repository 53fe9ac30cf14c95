//! What may be written on the command line.

mod bench;
mod estimate;
mod placeholders;
mod policy;
mod redact;
mod serve;
mod store;

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::{Args, Parser, Subcommand, ValueEnum};
use stepwright_asl::placeholder::is_name;

pub(crate) use self::bench::{BenchArguments, Measure, Switch};
pub(crate) use self::estimate::{EstimateArguments, EstimateFormat};
pub(crate) use self::placeholders::{PlaceholdersArguments, PlaceholdersFormat};
pub(crate) use self::policy::{PolicyArguments, PolicyFormat};
pub(crate) use self::redact::RedactArguments;
pub(crate) use self::serve::ServeArguments;
pub(crate) use self::store::{
    BackupArguments, ExecutionsArguments, HistoryArguments, RecoverArguments, RestoreArguments,
    StoreArguments, StoreCommand, StoreFormat, StoredExecutionArguments,
};
use crate::tasks::{Binding, binding};
use stepwright_asl::integrations::tables_date;

/// The version of the command and the date of its tables of AWS services, which are older than what AWS has added since.
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
    /// When what is printed has colours. `auto`: on a terminal, unless NO_COLOR is set.
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        value_enum,
        default_value = "auto"
    )]
    pub(crate) color: Color,
}

/// When what is printed has colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always, in a pipe too
    Always,
    /// Never
    Never,
}

impl Color {
    /// Makes it so for all that is printed from now on.
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
    /// Check definitions: every finding, with its place and how to mend it
    #[command(after_help = VALIDATE_EXAMPLES)]
    Validate(ValidateArguments),
    /// Say what a rule of the validator requires, and why
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArguments),
    /// Run a definition in process and print the execution's output as JSON
    #[command(after_help = RUN_EXAMPLES)]
    Run(RunArguments),
    /// List the executions of a store, newest first
    #[command(after_help = store::EXECUTIONS_EXAMPLES)]
    Executions(ExecutionsArguments),
    /// Print what an execution of a store did, event by event
    #[command(after_help = store::HISTORY_EXAMPLES)]
    History(HistoryArguments),
    /// Back up, restore or recover the file of a store
    #[command(after_help = store::STORE_EXAMPLES)]
    Store(StoreArguments),
    /// Serve the Step Functions API on this machine, for AWS's command line, SDKs and workers
    #[command(after_help = serve::EXAMPLES)]
    Serve(Box<ServeArguments>),
    /// Measure what executions of a workload cost, and print that as JSON
    #[command(hide = true, after_help = bench::EXAMPLES)]
    Bench(BenchArguments),
    /// Test one state as AWS's TestState does and print its response as JSON
    #[command(after_help = TEST_STATE_EXAMPLES)]
    TestState(TestStateArguments),
    /// Run a definition as a history recorded it and tell the first difference
    #[command(after_help = REPLAY_EXAMPLES)]
    Replay(ReplayArguments),
    /// Merge what tests went through, print it, and hold it against a threshold
    #[command(after_help = COVERAGE_EXAMPLES)]
    Coverage(CoverageArguments),
    /// Draw a definition, and what an execution made of it
    #[command(after_help = GRAPH_EXAMPLES)]
    Graph(GraphArguments),
    /// Tell what changed between two definitions, and what that does to executions that run
    #[command(after_help = DIFF_EXAMPLES)]
    Diff(DiffArguments),
    /// Print the IAM policy that a definition needs, and no more
    #[command(after_help = policy::EXAMPLES)]
    Policy(PolicyArguments),
    /// Estimate what executions cost: transitions, events, payload and price, at best, typically and at worst
    #[command(after_help = estimate::EXAMPLES)]
    Estimate(EstimateArguments),
    /// List what a template must give values, and hold a template against it
    #[command(after_help = placeholders::EXAMPLES)]
    Placeholders(PlaceholdersArguments),
    /// Write the Rust source of a workflow from a definition
    #[command(after_help = IMPORT_EXAMPLES)]
    Import(ImportArguments),
    /// Print a script that completes this command's words in a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(CompletionsArguments),
}

const VALIDATE_EXAMPLES: &str = "Examples:
  stepwright validate state-machine.asl.json
  stepwright validate infra                                  every definition and template in the folder
  stepwright validate template.yaml                          the state machines of a CloudFormation or SAM template
  stepwright validate --type EXPRESS --format json infra/*.asl.json infra/*.asl.yaml
  stepwright validate --deny warnings --allow SW048,SW142 infra
  stepwright validate --format github .                      marks the lines of a pull request
  stepwright validate --format sarif . > stepwright.sarif
  aws stepfunctions describe-state-machine --state-machine-arn ARN | stepwright validate -
  cargo run --bin order_processing -- --emit | stepwright validate -

Of a folder every *.asl.json and *.asl.yaml is checked, and each *.json, *.yaml, *.yml and *.template that is a definition or a template with state machines.
Folders that are hidden, target and node_modules are passed over. `stepwright: allow SW024, SW048` in the Comment of a state, or of the machine, silences the
warnings of these rules there. `stepwright explain SW024` says what a rule is about.
Exit status: 0 no error; 1 an error in a definition; 2 wrong usage, or a file that cannot be read.";

const EXPLAIN_EXAMPLES: &str = "Examples:
  stepwright explain SW142
  stepwright explain sw020 sw021
  stepwright explain             every rule in a line

Exit status: 0 printed; 2 there is no such rule.";

const RUN_EXAMPLES: &str = "Examples:
  stepwright run greet.asl.json --input '{\"name\": \"Ada\"}'
  stepwright run greet.asl.json --input @order.json --history history.json
  cat order.json | stepwright run greet.asl.json --input -
  stepwright run orders.asl.json --mocks MockConfigFile.json --case HappyPath
  stepwright run orders.asl.json --task 'ChargeCard=./charge.py'
  stepwright run nightly.asl.json --objects buckets        s3://orders/2026.csv is buckets/orders/2026.csv
  stepwright run orders.asl.json --store orders.db --name o-17 --task 'ChargeCard=./charge.py'

A command gets the task's input as JSON on standard input and prints its output as JSON: for lambda:invoke the function's payload and result, otherwise the
state's parameters and result. To make the task fail, it prints `ErrorName: cause` on standard error and exits with another status than 0. A URL (http://127.0.0.1:9000/charge)
gets the same as the body of a POST and answers with the output; another status than 2xx with {\"error\": .., \"cause\": ..} makes the task fail.

With --store the execution outlives the process: after Ctrl-C, a crash or a loss of power the same command goes on with it where it was, with the version of FILE that it
started with. A command that ran then is lost: its task fails with Stepwright.TaskLost, which Retry and Catch may name. When the execution is over, its result is printed again.
`stepwright executions` and `stepwright history` look into the store, also meanwhile.";

const TEST_STATE_EXAMPLES: &str = "Examples:
  stepwright test-state orders.asl.json --state 'Large?' --input '{\"total\": 2000}'
  stepwright test-state orders.asl.json --state Charge --input @order.json --inspection-level DEBUG \\
      --mock '{\"result\": {\"Payload\": {\"chargeId\": \"ch_1\"}, \"StatusCode\": 200}}'
  stepwright test-state orders.asl.json --state Charge --state-configuration '{\"retrierRetryCount\": 2}' \\
      --mock '{\"errorOutput\": {\"error\": \"GatewayTimeout\", \"cause\": \"no answer\"}}'
  stepwright test-state state.json --variables '{\"rate\": 0.2}' --inspection-level TRACE

Exit status: 0 the state succeeded, its error was caught, or it would be tried again; 1 it failed, or the test was refused; 2 wrong usage.";

const REPLAY_EXAMPLES: &str = "Examples:
  stepwright run orders.asl.json --history history.json
  stepwright replay orders.asl.json --history history.json
  aws stepfunctions get-execution-history --include-execution-data --execution-arn ARN > history.json
  aws stepfunctions list-executions --map-run-arn MAP_RUN_ARN      the items of a Distributed Map, whose histories --child takes
  stepwright replay orders.asl.json --history history.json --child item-1.json --child item-2.json --objects buckets
  stepwright replay orders.asl.json --history history.json --substitute TopicArn=arn:aws:sns:us-east-1:123456789012:orders

A placeholder of the definition that --substitute does not give a value takes the first value of its kind that the history has in its position.
Every task answers what it answered then. Values that come from the clock, from chance or from the execution's ids are not compared.
Exit status: 0 the definition does what was recorded; 1 it does something else; 2 wrong usage, or a history that cannot be replayed.";

const COVERAGE_EXAMPLES: &str = "Examples:
  STEPWRIGHT_COVERAGE=$PWD/target/stepwright cargo test
  stepwright coverage target/stepwright --fail-under 90
  stepwright coverage target/stepwright --definition orders.asl.json --definition refunds.asl.yaml
  stepwright coverage target/stepwright --workflow OrderProcessing --format svg > orders.svg

Every engine of every test process writes what its executions go through: nested workflows and the items of Distributed Maps count. Remove the folder before
the tests run again, for what is in it is added up. A definition belongs to what was measured when it is the same, or has the same name (order-processing.asl.json and OrderProcessing).
Exit status: 0 printed; 1 less than --fail-under is covered; 2 wrong usage, or a folder without coverage.";

const GRAPH_EXAMPLES: &str = "Examples:
  stepwright graph orders.asl.json                          Mermaid, as READMEs on GitHub show it
  stepwright graph orders.asl.yaml --output orders.svg      the ending says the format: .mmd, .md, .dot, .gv, .svg, .html
  stepwright graph orders.asl.json --format dot | dot -Tpdf > orders.pdf
  stepwright run orders.asl.json --history history.json
  stepwright graph orders.asl.json --history history.json --output run.html

A definition with errors is drawn as far as it goes, and the errors are told on standard error.
Exit status: 0 drawn; 1 there is nothing to draw; 2 wrong usage, a history that is none, or an output whose ending is no format's.";

const DIFF_EXAMPLES: &str = "Examples:
  stepwright diff deployed.asl.json orders.asl.json
  git show main:orders.asl.yaml | stepwright diff - orders.asl.yaml
  stepwright diff old/template.yaml#Orders template.yaml#Orders     state machines of SAM and CloudFormation templates
  stepwright diff --exit-code --format json old.asl.json new.asl.json

The order of states and keys, formatting, and defaults that are written out are no changes.
Exit status: 0 compared; 1 with --exit-code, they differ in what is executed; 1 a text that is not JSON or YAML; 2 wrong usage.";
const IMPORT_EXAMPLES: &str = "Examples:
  stepwright import state-machine.asl.json
  stepwright import orders.asl.yaml --output src/orders.rs
  stepwright import orders.asl.json --name OrderProcessing --type EXPRESS

The source compiles with stepwright, serde, serde_json and schemars, and emits the definition that it was made from. States, transitions, rules, handlers and tasks
are said in the language of `workflow!`; what is left stands in `raw { .. }`, to be taken out of it bit by bit. Lambda functions and activities become declarations
without a body: write one, and it runs in process.
Exit status: 0 written; 1 the definition has errors, or `workflow!` cannot say it; 2 wrong usage.";

const COMPLETIONS_EXAMPLES: &str = "Examples:
  stepwright completions bash > ~/.local/share/bash-completion/completions/stepwright
  stepwright completions zsh > ~/.zfunc/_stepwright
  stepwright completions fish > ~/.config/fish/completions/stepwright.fish";

/// Where a definition's machine type is not said, it is STANDARD.
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
pub(crate) enum Format {
    /// For people, with the lines of the source
    Text,
    /// For programs: one object over all files, in the shape of AWS's ValidateStateMachineDefinition response
    Json,
    /// For code scanners: SARIF 2.1.0
    Sarif,
    /// For GitHub Actions: workflow commands, which mark the lines of a pull request
    Github,
}

#[derive(Debug, Args)]
pub(crate) struct ValidateArguments {
    /// Definitions in JSON or YAML, templates with them, what describe-state-machine printed, or folders; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// What the machine will be created as, where the file does not say it
    #[arg(
        long = "type",
        value_enum,
        default_value = "STANDARD",
        ignore_case = true
    )]
    pub(crate) machine_type: MachineType,
    /// How findings are printed
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
    /// Count the findings of these rules as errors (SW022, say), or all `warnings`
    #[arg(long, value_name = "ID,..|warnings", value_delimiter = ',')]
    pub(crate) deny: Vec<String>,
    /// Silence the warnings of these rules
    #[arg(long, value_name = "ID,..", value_delimiter = ',')]
    pub(crate) allow: Vec<String>,
    /// Print findings alone: nothing of files without any, and no counts
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The ids of rules; without any, all rules are listed
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,
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
    /// What the machine is
    #[arg(
        long = "type",
        value_enum,
        default_value = "STANDARD",
        ignore_case = true
    )]
    pub(crate) machine_type: MachineType,
    /// Answers for the tasks, in the format of Step Functions Local's MockConfigFile.json
    #[arg(long, value_name = "MockConfigFile.json", requires = "case")]
    pub(crate) mocks: Option<PathBuf>,
    /// The machine in the mock file; by default the definition file's stem, else the file's only machine
    #[arg(long, value_name = "NAME", requires = "mocks")]
    pub(crate) machine: Option<String>,
    /// The test case in the mock file
    #[arg(long, value_name = "NAME", requires = "mocks")]
    pub(crate) case: Option<String>,
    /// Answer a task with a command or at a URL: a state's name, a function's name or a resource, and what answers
    #[arg(long = "task", value_name = "NAME=COMMAND|URL", value_parser = binding)]
    pub(crate) tasks: Vec<Binding>,
    /// The objects that Distributed Maps read and write: a folder with a folder for each bucket
    #[arg(long, value_name = "DIR")]
    pub(crate) objects: Option<PathBuf>,
    /// Let waits, retries and timeouts take their time; by default virtual time jumps over them
    #[arg(long)]
    pub(crate) real_time: bool,
    /// Write the history as GetExecutionHistory returns it, with those of the children of Distributed Maps beside it
    #[arg(long, value_name = "FILE")]
    pub(crate) history: Option<PathBuf>,
    /// The execution's name
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Keep the execution in this file, and go on with it where an earlier run left it
    #[arg(long, value_name = "PATH", requires = "name")]
    pub(crate) store: Option<PathBuf>,
    /// Confirm once that this machine's clock is right, after a warning that it is far ahead of the store
    #[arg(long, requires_all = ["store", "real_time"])]
    pub(crate) confirm_clock: bool,
    #[command(flatten)]
    pub(crate) redact: RedactArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ReplayArguments {
    /// The definition in JSON or YAML; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// What GetExecutionHistory returned, or `run --history` wrote; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) history: PathBuf,
    /// The history of a child execution of a Distributed Map, in the same form; one for each item or batch
    #[arg(long, value_name = "FILE")]
    pub(crate) child: Vec<PathBuf>,
    /// The objects that Distributed Maps read: a folder with a folder for each bucket; nothing is written to it
    #[arg(long, value_name = "DIR")]
    pub(crate) objects: Option<PathBuf>,
    /// The value of a placeholder, `${NAME}` in the definition; one without a value takes the one that the history has in its position
    #[arg(long = "substitute", value_name = "NAME=VALUE", value_parser = substitution)]
    pub(crate) substitutions: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) redact: RedactArguments,
}

#[derive(Debug, Args)]
pub(crate) struct CoverageArguments {
    /// The folder that STEPWRIGHT_COVERAGE named while the tests ran
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// Count these definitions alone, in JSON or YAML, also where no test ran them
    #[arg(long, value_name = "FILE")]
    pub(crate) definition: Vec<PathBuf>,
    /// Count the workflows of this name alone
    #[arg(long, value_name = "NAME", conflicts_with = "definition")]
    pub(crate) workflow: Vec<String>,
    /// Exit with status 1 when less than this is covered, in percent
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(crate) fail_under: Option<f64>,
    /// How it is printed
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: CoverageFormat,
}

/// How coverage is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CoverageFormat {
    /// For people: what is covered, and what is missing
    Text,
    /// For programs: one object
    Json,
    /// A picture of one workflow, coloured by what was covered
    Svg,
    /// A page with that picture
    Html,
}

#[derive(Debug, Args)]
pub(crate) struct GraphArguments {
    /// The definition in JSON or YAML; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// What is drawn; by default what the ending of --output says, else Mermaid
    #[arg(long, value_enum)]
    pub(crate) format: Option<DiagramFormat>,
    /// Colour the states by what happened in an execution: what GetExecutionHistory returned, or `run --history` wrote
    #[arg(long, value_name = "FILE")]
    pub(crate) history: Option<PathBuf>,
    /// Where the diagram is written; by default to standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) redact: RedactArguments,
}

/// What a diagram is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiagramFormat {
    /// A flowchart in text, which GitHub and many editors show as a picture
    Mermaid,
    /// For Graphviz
    Dot,
    /// A picture that needs no tool
    Svg,
    /// A page on which the picture can be zoomed and each state says all it does
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
    /// The state of the machine, wherever in its branches and iterations it stands
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
    /// What the task, the iterations or the branches come to: `{"result": .., "fieldValidationMode": "STRICT"}` or
    /// `{"errorOutput": {"error": .., "cause": ..}}`
    #[arg(long, value_name = "JSON|@FILE")]
    pub(crate) mock: Option<String>,
    /// The context object, in place of one that is made up; only with --mock
    #[arg(long, value_name = "JSON|@FILE")]
    pub(crate) context: Option<String>,
    /// The workflow variables, an object by name
    #[arg(long, value_name = "JSON|@FILE")]
    pub(crate) variables: Option<String>,
    /// How much the response tells of the way from input to output
    #[arg(long, value_enum, default_value = "INFO", ignore_case = true)]
    pub(crate) inspection_level: InspectionLevel,
    /// What happened before: retrierRetryCount, mapIterationFailureCount, errorCausedByState, mapItemReaderData
    #[arg(long, value_name = "JSON|@FILE")]
    pub(crate) state_configuration: Option<String>,
    /// Show the secrets of an HTTP task; not with --mock
    #[arg(long)]
    pub(crate) reveal_secrets: bool,
}

/// How much the response of a test tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub(crate) enum InspectionLevel {
    /// How the state ended
    Info,
    /// What its fields made of input and result, too
    Debug,
    /// The workflow variables too
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
    /// The workflow's name in Rust; from the file's name where it is not said
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Standard or Express, which the definition does not say
    #[arg(
        long = "type",
        value_name = "TYPE",
        value_enum,
        default_value = "STANDARD",
        ignore_case = true
    )]
    pub(crate) machine_type: MachineType,
    /// Where to write; standard output where it is not said
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Write over a file that is there already
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
        Ok(0) | Err(_) => Err("expected a number from 1 on".to_owned()),
        Ok(number) => Ok(number),
    }
}
