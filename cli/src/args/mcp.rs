//! What may be written after `stepwright mcp`.

use std::path::PathBuf;

use clap::Args;

pub(super) const EXAMPLES: &str = "Examples:
  stepwright mcp                                an agent starts this command and talks to it; it reads files below the current folder
  stepwright mcp --folder infra --allow-write   the tool `edit` may change files in infra
  stepwright mcp --aws-endpoint http://127.0.0.1:4566

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
    /// Let the tool `run` call the AWS services of tasks at this endpoint, such as an emulator
    #[arg(long = "aws-endpoint", value_name = "[SERVICE=]URL")]
    pub(crate) aws_endpoints: Vec<String>,
}
