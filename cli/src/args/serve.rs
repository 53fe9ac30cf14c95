//! What may be written of `stepwright serve`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

use super::options::redact::RedactArguments;
use crate::definitions::template::{NamedValue, named_value};
use crate::engine::log_arguments::LogArguments;
use crate::engine::otlp_arguments::OtlpArguments;
use crate::engine::service_arguments::{ServiceArguments, account};
use crate::engine::tasks::{LambdaEndpoint, TaskBinding, binding};
use crate::store_place::StorePlace;
use crate::terminal::progress::choice::ProgressArguments;

pub(super) const EXAMPLES: &str = "Examples:
  stepwright serve
  stepwright serve --port 4566 --region eu-central-1
  stepwright serve --store local.db                          executions continue after Ctrl-C, a crash or a loss of power
  stepwright serve --store local.db --retention 30 --max-store-size 20GB   executions are deleted 30 days after their end
  stepwright serve --store postgres://stepwright@db/orders   executions survive the loss of the machine; PGPASSWORD has the password
  stepwright serve --virtual-time                            a year of Wait takes no time
  stepwright serve --virtual-time --accounts any --port 0 --ready-file ready.json --exit-with-parent   for helpers of tests
  stepwright serve --task 'ChargeCard=./charge.py'           a command for a state, a function or a resource
  stepwright serve --task 'ChargeCard=http://127.0.0.1:9000/charge'
  stepwright serve --lambda-endpoint http://127.0.0.1:9000   functions of `cargo lambda watch`; of `sam local start-lambda` at port 3001
  stepwright serve --template template.yaml --lambda-endpoint http://127.0.0.1:3001   the state machines of a SAM template, and its functions
  stepwright serve --template cdk.out/Orders.template.json --parameter Stage=dev      those of a CDK app
  stepwright serve --mocks MockConfigFile.json               StartExecution chooses a case with #Case after the ARN
  stepwright serve --host 0.0.0.0 --auth ~/.aws/credentials  requests must be signed with a key of that file
  stepwright serve --objects buckets                         s3://orders/2026.csv is buckets/orders/2026.csv
  stepwright serve --store local.db --schedules schedules.yaml   cron(0 3 * * ? *), rate(5 minutes) and at(2027-01-31T09:00:00) start executions
  stepwright serve --aws-endpoint http://127.0.0.1:4566      AWS services of tasks and S3 of Distributed Maps are those of an emulator
  stepwright serve --template template.yaml --events         events start the state machines of the template's EventBridge rules
  stepwright serve --aws-endpoint http://127.0.0.1:4566 --status-events   the rules of its EventBridge get status changes of executions
  stepwright serve --store local.db --index --keep-logs      the console finds executions by any text, and has the logs of commands
  stepwright serve --redact card.number                      the console masks this field, in pages, filters, exports and logs of handlers
  stepwright serve --studio workflows                        a visual editor of the definitions in a folder, at the address that is printed
  stepwright serve --playground stepwright-playground-0.1.0   the playground, at http://127.0.0.1:8083/playground
  stepwright serve --console read-only                       the pages at http://127.0.0.1:8083/console cannot change anything
  stepwright serve --log info --log-format json 2> serve.log  starts, ends and suspensions of executions, as JSON
  stepwright serve --log info,stepwright_server=debug         and each request

  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1
  aws stepfunctions list-state-machines --endpoint-url http://127.0.0.1:8083

A task uses a mock first, then --task, then --lambda-endpoint. A command gets the task's input as JSON on standard input and prints its output, as with `stepwright run`; a URL
receives and returns the same in a POST request. A task with .waitForTaskToken waits until a client returns its token; activities only need their workers.

A browser shows state machines and executions at /console. With --auth, it asks for the ID and the secret of an access key.
GET /health reports whether the server works, GET /ready whether it accepts work, and GET /metrics the statistics of the engine for Prometheus (docs/reference/metrics.md).
Clients may use any credentials, unless --auth is given. Most clients call StartSyncExecution and TestState at the host `sync-127.0.0.1`, which does not exist: disable their host
prefix, as described in docs/guides/serve.md.
The log on standard error contains warnings and errors, unless --log or STEPWRIGHT_LOG sets another level. docs/reference/logs.md lists its spans and fields, and describes --otlp.
Standard output has one line when the server is ready: its endpoint, as in http://127.0.0.1:8083. docs/reference/testing-api.md describes the paths for tests.
With --template, the server reads the files once per second and updates what has changed (docs/guides/templates.md).
Exit status: 0 ended by Ctrl-C or SIGTERM; 1 it cannot listen at the address, or a template has errors; 2 wrong usage.";

#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// The port; 0 selects a free one
    #[arg(long, value_name = "PORT", default_value = "8083")]
    pub(crate) port: u16,
    /// The address to listen at. An address that other machines can reach needs --auth or --no-auth
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(crate) host: IpAddr,
    /// Also answer requests for this host name, and requests of its web pages; can be given several
    /// times
    #[arg(long = "allow-host", value_name = "NAME")]
    pub(crate) allowed_hosts: Vec<String>,
    /// A file of access keys as `aws configure` writes it; requests must be signed with one of
    /// them. By default, the keys of STEPWRIGHT_ACCESS_KEYS are used, as in 'ID:SECRET ID:SECRET'
    #[arg(long, value_name = "FILE")]
    pub(crate) auth: Option<PathBuf>,
    /// Answer all requests, signed or not
    #[arg(long, conflicts_with = "auth")]
    pub(crate) no_auth: bool,
    /// The region in ARNs
    #[arg(long, value_name = "REGION", default_value = "us-east-1")]
    pub(crate) region: String,
    /// The account in ARNs
    #[arg(long, value_name = "ACCOUNT", default_value = "123456789012", value_parser = account)]
    pub(crate) account: String,
    /// Which accounts the server has: one, or any, where each has its own state machines,
    /// executions, activities and clock. An access key ID of 12 digits selects the account
    #[arg(long, value_name = "ACCOUNTS", default_value = "one")]
    pub(crate) accounts: AccountsChoice,
    /// Write the endpoint, as JSON, to this file when the server is ready
    #[arg(long, value_name = "FILE")]
    pub(crate) ready_file: Option<PathBuf>,
    /// End the server when the program ends that started it
    #[arg(long)]
    pub(crate) exit_with_parent: bool,
    /// Waits, retries and timeouts take no time. Tests can reset the server and control its clock
    /// at the paths below /testing/
    #[arg(long)]
    pub(crate) virtual_time: bool,
    /// How many seconds tasks have to end after Ctrl-C or SIGTERM; a second signal ends the server
    /// at once
    #[arg(long, value_name = "SECONDS", default_value = "30")]
    pub(crate) grace: u64,
    /// Store state machines, executions and activities in this file, or in the PostgreSQL database
    /// at a URL; executions continue when the server starts again. With --accounts any, a folder
    /// with a store for each account
    #[arg(long, value_name = "PATH|URL", conflicts_with = "virtual_time")]
    pub(crate) store: Option<StorePlace>,
    /// The schema of the database of --store, `stepwright` by default; each server needs its own
    #[arg(long, value_name = "NAME", requires = "store")]
    pub(crate) schema: Option<String>,
    /// Wait while another server has the database of --store, and take over when it ends or dies;
    /// clients with both addresses repeat the requests that fail in between
    #[arg(long, requires = "store")]
    pub(crate) standby: bool,
    /// Delete executions this many days after their end; 90 by default with --store. Without
    /// --store, they are deleted when the next one ends
    #[arg(long, value_name = "DAYS", value_parser = days)]
    pub(crate) retention: Option<Duration>,
    /// Retain at most this many closed executions; the oldest ones are deleted first. By default
    /// 100000 without --store, and no limit with it
    #[arg(long, value_name = "COUNT")]
    pub(crate) retention_count: Option<usize>,
    /// Delete the oldest closed executions when all of them take more bytes, as in 500MB or 10GiB.
    /// By default 16MiB of memory without --store, and no limit with it
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub(crate) retention_size: Option<u64>,
    /// The maximum size of the file of --store, as in 10GB; executions wait and starts fail when it
    /// is full. By default, the disk is the limit
    #[arg(long, value_name = "SIZE", requires = "store", value_parser = bytes)]
    pub(crate) max_store_size: Option<u64>,
    /// The maximum number of open Standard executions; further starts fail with
    /// ExecutionLimitExceeded. Executions that states start can use half of it. 100000 by default
    #[arg(long, value_name = "COUNT")]
    pub(crate) max_open_executions: Option<usize>,
    /// Whether /console has pages in which a person sees and controls executions
    #[arg(long, value_name = "MODE", default_value = "on")]
    pub(crate) console: ConsoleChoice,
    /// Edit the definitions of a file or a folder in a browser, at the address that is printed.
    /// Only with an address of this machine
    #[arg(long, value_name = "DIR", conflicts_with_all = ["virtual_time", "accounts"])]
    pub(crate) studio: Vec<PathBuf>,
    /// Serve the playground at /playground: the folder of its files, from an archive of the
    /// release. In the image they are in the folder /playground
    #[arg(long, value_name = "DIR", conflicts_with = "accounts")]
    pub(crate) playground: Option<PathBuf>,
    /// Do not serve GET /metrics, which needs no signature
    #[arg(long)]
    pub(crate) no_metrics: bool,
    /// Index the text of inputs, outputs, errors and causes in a file next to --store or in its
    /// database, so that the console finds executions by text among all of them
    #[arg(long, requires = "store")]
    pub(crate) index: bool,
    /// Keep what the commands of --task write to standard error, for the view Logs of the console,
    /// in a file next to --store or in its database
    #[arg(long, requires = "store")]
    pub(crate) keep_logs: bool,
    /// Confirm once that this machine's clock is right, after a warning that it is far ahead of the
    /// store
    #[arg(long, requires = "store")]
    pub(crate) confirm_clock: bool,
    /// Create the state machines and activities of a CloudFormation, SAM or CDK template, and
    /// update them when the template or a definition file changes; can be given several times
    #[arg(long = "template", value_name = "FILE")]
    pub(crate) templates: Vec<PathBuf>,
    /// The value of a parameter of --template, or of a pseudo parameter such as AWS::StackName
    #[arg(long = "parameter", value_name = "NAME=VALUE", requires = "templates", value_parser = named_value)]
    pub(crate) parameters: Vec<NamedValue>,
    /// The value of a resource in --template: ID=VALUE for Ref, and ID.ATTRIBUTE=VALUE for
    /// Fn::GetAtt
    #[arg(long = "resource", value_name = "NAME=VALUE", requires = "templates", value_parser = named_value)]
    pub(crate) resources: Vec<NamedValue>,
    /// The value of an export of another stack, for Fn::ImportValue in --template
    #[arg(long = "import", value_name = "NAME=VALUE", requires = "templates", value_parser = named_value)]
    pub(crate) imports: Vec<NamedValue>,
    /// Test cases in the format of Step Functions Local; by default, the file that SFN_MOCK_CONFIG
    /// names
    #[arg(long, value_name = "FILE")]
    pub(crate) mocks: Option<PathBuf>,
    /// Run tasks with a command or at a URL; NAME is the name of a state (or MACHINE/STATE), the
    /// name of a function, or a resource
    #[arg(long = "task", value_name = "NAME=COMMAND|URL", value_parser = binding)]
    pub(crate) tasks: Vec<TaskBinding>,
    /// Invoke Lambda functions at this URL
    #[arg(long, value_name = "URL")]
    pub(crate) lambda_endpoint: Option<LambdaEndpoint>,
    /// The directory that Distributed Maps use instead of S3; each subdirectory is a bucket.
    /// Without it, they use S3 at its --aws-endpoint
    #[arg(long, value_name = "DIR")]
    pub(crate) objects: Option<PathBuf>,
    /// Start executions at the times of this JSON or YAML file, which has the fields of EventBridge
    /// Scheduler's CreateSchedule
    #[arg(long, value_name = "FILE", conflicts_with = "virtual_time")]
    pub(crate) schedules: Option<PathBuf>,
    /// Start executions by the rules and schedules of --template. The server answers EventBridge's
    /// PutEvents, also for tasks with events:putEvents and for status changes of executions
    #[arg(long, conflicts_with_all = ["virtual_time", "status_events"])]
    pub(crate) events: bool,
    #[command(flatten)]
    pub(crate) redact: RedactArguments,
    #[command(flatten)]
    pub(crate) services: ServiceArguments,
    /// Send an event of aws.states to this event bus of EventBridge, at its --aws-endpoint,
    /// whenever the status of a Standard execution changes
    #[arg(
        long,
        value_name = "BUS",
        num_args = 0..=1,
        default_missing_value = "default",
        value_parser = NonEmptyStringValueParser::new(),
        help_heading = "AWS services"
    )]
    pub(crate) status_events: Option<String>,
    #[command(flatten)]
    pub(crate) progress: ProgressArguments,
    #[command(flatten)]
    pub(crate) log: LogArguments,
    #[command(flatten)]
    pub(crate) otlp: OtlpArguments,
}

/// The accounts of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AccountsChoice {
    /// The account of --account
    One,
    /// Each account that a client selects
    Any,
}

/// The modes of the console.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ConsoleChoice {
    /// Pages, with forms that start, stop and answer
    On,
    /// Pages only
    ReadOnly,
    /// No pages
    Off,
}

/// Parses a number of days.
fn days(text: &str) -> Result<Duration, String> {
    let seconds = text
        .parse()
        .ok()
        .and_then(|days: u64| days.checked_mul(86_400));
    match seconds {
        Some(seconds @ 1..) => Ok(Duration::from_secs(seconds)),
        _ => Err("give a whole number of days, at least 1".to_owned()),
    }
}

/// Parses a number of bytes, with or without a unit.
fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let no_size = "give a whole number of bytes, at least 1, as in 500MB or 10GiB";
    let number: u64 = digits.parse().map_err(|_| no_size)?;
    let unit: u64 = match text[digits.len()..].trim_start() {
        "" | "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return Err("the unit is one of B, kB, MB, GB, TB, KiB, MiB, GiB, TiB".to_owned()),
    };
    match number.checked_mul(unit) {
        Some(bytes @ 1..) => Ok(bytes),
        _ => Err(no_size.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, days};

    #[test]
    fn sizes_have_decimal_and_binary_units() {
        let sizes = [
            ("1", 1),
            ("7B", 7),
            ("500MB", 500_000_000),
            ("10 GiB", 10 << 30),
            ("2kB", 2_000),
        ];
        for (text, size) in sizes {
            assert_eq!(bytes(text), Ok(size), "{text}");
        }
        for text in [
            "",
            "0",
            "-1",
            "1.5GB",
            "GB",
            "10GiBs",
            "99999999TB",
            "\u{664}MB",
        ] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn days_are_whole_and_at_least_one() {
        assert_eq!(days("2").map(|days| days.as_secs()), Ok(172_800));
        for text in ["0", "1.5", "-1", "", "999999999999999999"] {
            assert!(days(text).is_err(), "{text}");
        }
    }
}
