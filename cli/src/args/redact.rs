//! The fields whose values are not shown.

use clap::Args;
use stepwright_runtime::Redaction;

#[derive(Debug, Args)]
pub(crate) struct RedactArguments {
    /// Mask the values of this field in all output, at any depth: `number`, or `card.number` for the number of a card; can be given several times
    #[arg(long = "redact", value_name = "PATH", value_parser = one)]
    paths: Vec<Redaction>,
}

impl RedactArguments {
    /// Returns the masks for data of a store, of a server or of a recording: the fields, and task tokens.
    pub(crate) fn redaction(&self) -> Redaction {
        self.fields().task_tokens()
    }

    /// Returns the fields alone: the result of `run` belongs to its caller, and its tokens have ended.
    pub(crate) fn fields(&self) -> Redaction {
        let paths = self.paths.iter();
        paths.fold(Redaction::new(), |all, path| all.and(path))
    }
}

fn one(path: &str) -> Result<Redaction, String> {
    Redaction::new()
        .path(path)
        .map_err(|error| error.to_string())
}
