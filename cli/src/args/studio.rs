//! What may be written of `stepwright studio`.

use std::path::PathBuf;

use clap::Args;

use super::{LogArguments, MachineType};

pub(super) const EXAMPLES: &str = "Examples:
  stepwright studio orders.asl.json
  stepwright studio new.asl.json              a file that does not exist is created at the first save
  stepwright studio template.yaml             the state machines of a CloudFormation, SAM or CDK template
  stepwright studio workflows/ --port 9000    the definitions below a folder
  stepwright studio orders.asl.json --no-open
  ssh -L 8085:127.0.0.1:8085 HOST stepwright studio orders.asl.json --no-open    the files of another machine
  stepwright studio --stdio workflows/        for the extension of an editor, which shows the page and has the texts

The address of the page is printed on standard output, and a browser opens it if standard output is a terminal. The page draws the definition, inserts, moves and
removes states, and has forms for their fields, next to the text. Each edit changes only the bytes that it is about. `Save` writes the file in one step. Nothing
needs AWS or the network. The address contains a secret: only programs that know it can use the page. Ctrl-C ends everything.
The settings are those of the nearest `stepwright.toml` above each file, as for `validate`.
Exit status: 0 ended by Ctrl-C or SIGTERM; 1 it cannot listen at the port; 2 wrong usage, or a file that cannot be read.";

#[derive(Debug, Args)]
pub(crate) struct StudioArguments {
    /// Definitions in JSON or YAML, templates with state machines, or folders with them
    #[arg(value_name = "FILE", required_unless_present = "stdio")]
    pub(crate) files: Vec<PathBuf>,
    /// The type of state machines whose file does not contain it
    #[arg(
        long = "type",
        value_enum,
        default_value = "STANDARD",
        ignore_case = true
    )]
    pub(crate) machine_type: MachineType,
    /// The port of the page; 0 selects a free one. With the same port, an open page survives a
    /// restart, and offers edits that were not saved when the command ended
    #[arg(long, value_name = "PORT", default_value = "8085")]
    pub(crate) port: u16,
    /// Do not open a browser
    #[arg(long)]
    pub(crate) no_open: bool,
    /// Serve an extension of an editor on standard input and output: the editor has the texts and
    /// shows the page. FILE names the folders of its workspace
    #[arg(long, conflicts_with_all = ["port", "no_open"])]
    pub(crate) stdio: bool,
    #[command(flatten)]
    pub(crate) log: LogArguments,
}
