//! What may be written after `stepwright mcp`.

use std::path::PathBuf;

use clap::Args;
use hyper::Uri;

use crate::engine::tasks::url;

pub(super) const EXAMPLES: &str = "Examples:
  stepwright mcp                                an agent starts this command and talks to it; it reads files below the current folder
  stepwright mcp --folder infra --allow-write   the tool `edit` may change files in infra
  stepwright mcp --aws-endpoint http://127.0.0.1:4566
  stepwright mcp --machines --mocks MockConfigFile.json --case HappyPath   each state machine in the folder is a tool
  stepwright mcp --machines --server http://127.0.0.1:8083                 each state machine of `stepwright serve` is a tool

Configuration of an agent: {\"mcpServers\": {\"stepwright\": {\"command\": \"stepwright\", \"args\": [\"mcp\"]}}}
The guide \"Use it with an agent\" lists the tools and resources.";

#[derive(Debug, Args)]
pub(crate) struct McpArguments {
    /// The working folder: tools read files below it only
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) folder: PathBuf,
    /// Let the tool `edit` change files
    #[arg(long)]
    pub(crate) allow_write: bool,
    /// The seconds after which a call of a tool is stopped
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) time_limit: u64,
    /// Let executions in process call the AWS services of tasks at this endpoint, such as an
    /// emulator
    #[arg(long = "aws-endpoint", value_name = "[SERVICE=]URL")]
    pub(crate) aws_endpoints: Vec<String>,
    /// Offer other tools: the state machines below the working folder, each with its input as
    /// arguments. They run in process, on virtual time
    #[arg(long)]
    pub(crate) machines: bool,
    /// Results of the tasks, in the format of Step Functions Local's MockConfigFile.json
    #[arg(
        long,
        value_name = "MockConfigFile.json",
        requires = "case",
        requires = "machines"
    )]
    pub(crate) mocks: Option<PathBuf>,
    /// The test case in the mock file. State machines without this case have no mocks
    #[arg(long, value_name = "NAME", requires = "mocks")]
    pub(crate) case: Option<String>,
    /// Offer the state machines of this server of `stepwright serve`, and start executions there
    #[arg(long, value_name = "URL", value_parser = url, requires = "machines", conflicts_with = "mocks")]
    pub(crate) server: Option<Uri>,
}
