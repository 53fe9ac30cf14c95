//! What may be written after `stepwright lsp`.

use std::path::PathBuf;

use clap::Args;

pub(super) const EXAMPLES: &str = "Examples:
  stepwright lsp                          an editor starts this command and talks to it
  stepwright lsp --log /tmp/lsp.log       also logs each request with its time

The settings are those of the nearest `stepwright.toml` above each file, as for `validate`.
docs/guides/editor.md has the configuration of each editor.";

#[derive(Debug, Args)]
pub(crate) struct LspArguments {
    /// Append a line for each request to a file
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,
    /// Ignored: editors add this flag, and the server has no other transport
    #[arg(long, hide = true)]
    pub(crate) stdio: bool,
}
