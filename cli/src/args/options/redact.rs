//! The fields whose values are not shown.

use clap::Args;
use stepwright_engine::store::StoreReader;
use stepwright_engine::{Redaction, StoredExecutions};

use crate::failure::Failure;
use crate::store_file;
use crate::store_place::StorePlace;

#[derive(Debug, Args)]
pub(crate) struct RedactArguments {
    /// Mask the values of this field in all output, at any depth: `number`, or `card.number` for
    /// the number of a card; can be given several times
    #[arg(long = "redact", value_name = "PATH", value_parser = one)]
    paths: Vec<Redaction>,
}

impl RedactArguments {
    /// Returns the masks for data of a store, of a server or of a recording: the fields, and task
    /// tokens.
    pub(crate) fn redaction(&self) -> Redaction {
        self.fields().task_tokens()
    }

    /// Returns the fields alone: the result of `run` belongs to its caller, and its tokens have
    /// ended.
    pub(crate) fn fields(&self) -> Redaction {
        let paths = self.paths.iter();
        paths.fold(Redaction::new(), |all, path| all.and(path))
    }
}

/// The masks of a command that reads a store. Fields that the store's engines mask are masked, too.
#[derive(Debug, Args)]
pub(crate) struct StoredRedactArguments {
    #[command(flatten)]
    own: RedactArguments,
    /// Show the fields that the workflows of the store mask; task tokens stay masked
    #[arg(long)]
    pub(crate) reveal_secrets: bool,
}

impl StoredRedactArguments {
    /// Opens a store for reading, even while an engine uses it.
    pub(crate) fn open(&self, place: &StorePlace) -> Result<StoredExecutions, Failure> {
        let executions = store_file::open(place)?.redact(&self.own.fields());
        Ok(if self.reveal_secrets {
            executions.reveal_secrets()
        } else {
            executions
        })
    }

    /// Returns the masks for data that does not come from a store.
    pub(crate) fn redaction(&self) -> Redaction {
        self.own.redaction()
    }

    /// Returns the masks for the data of a store.
    pub(crate) fn redaction_of_store(
        &self,
        reader: &mut dyn StoreReader,
    ) -> Result<Redaction, Failure> {
        let own = self.redaction();
        if self.reveal_secrets {
            Ok(own)
        } else {
            Ok(own.and(&reader.masked_fields().map_err(store_file::cannot)?))
        }
    }
}

fn one(path: &str) -> Result<Redaction, String> {
    Redaction::new()
        .path(path)
        .map_err(|error| error.to_string())
}
