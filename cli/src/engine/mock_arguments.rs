//! The mock file and its test case, for the commands that run one definition.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct MockArguments {
    /// Results of the tasks, in the format of Step Functions Local's MockConfigFile.json
    #[arg(long = "mocks", value_name = "MockConfigFile.json", requires = "case")]
    pub(crate) config: Option<PathBuf>,
    /// The machine in the mock file; by default the definition file's stem, else the file's only
    /// machine
    #[arg(long, value_name = "NAME", requires = "config")]
    pub(crate) machine: Option<String>,
    /// The test case in the mock file
    #[arg(long, value_name = "NAME", requires = "config")]
    pub(crate) case: Option<String>,
}
