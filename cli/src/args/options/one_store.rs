//! The store of a command of `store`.

use std::path::PathBuf;

use clap::Args;

use crate::failure::Failure;
use crate::store_place::StorePlace;

/// The store of a command.
#[derive(Debug, Args)]
pub(crate) struct OneStoreArguments {
    /// The file of the store, or the URL of its database
    #[arg(value_name = "FILE|URL")]
    store: StorePlace,
    /// The schema of the database, `stepwright` by default
    #[arg(long, value_name = "NAME")]
    schema: Option<String>,
}

impl OneStoreArguments {
    /// Returns the store in its schema.
    pub(crate) fn place(&self) -> Result<StorePlace, Failure> {
        self.store.in_schema(self.schema.as_deref())
    }
}

/// The store of a command that needs a file.
#[derive(Debug, Args)]
pub(crate) struct StoreFileArguments {
    /// The store
    #[arg(value_name = "FILE")]
    file: StorePlace,
    /// Only for a better error.
    #[arg(long, value_name = "NAME", hide = true)]
    schema: Option<String>,
}

impl StoreFileArguments {
    /// Returns the file. Fails for a database, with what the database has instead.
    pub(crate) fn file(&self, instead: impl Fn(&str) -> String) -> Result<PathBuf, Failure> {
        let place = self.file.in_schema(self.schema.as_deref())?;
        match &place {
            StorePlace::File(path) => Ok(path.clone()),
            StorePlace::Database(database) => Err(Failure::Usage(format!(
                "this command is for a store in a file; {}",
                instead(database.schema())
            ))),
        }
    }
}
