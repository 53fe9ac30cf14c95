//! Where `serve --store` keeps executions: a file, or a schema of a PostgreSQL database.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

use stepwright_engine::EngineBuilder;

use crate::failure::Failure;

/// The beginnings of the address of a database.
const ADDRESSES: [&str; 2] = ["postgres://", "postgresql://"];

/// The value of `--store`.
#[derive(Debug, Clone)]
pub(crate) enum StorePlace {
    /// A file, or a folder of files.
    File(PathBuf),
    /// The address of a database.
    Database(String),
}

impl FromStr for StorePlace {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let is_address = ADDRESSES.iter().any(|address| text.starts_with(address));
        Ok(if is_address {
            Self::Database(text.to_owned())
        } else {
            Self::File(text.into())
        })
    }
}

impl StorePlace {
    /// Returns the path of a file.
    pub(crate) fn file(&self) -> Option<&PathBuf> {
        match self {
            Self::File(path) => Some(path),
            Self::Database(_) => None,
        }
    }
}

/// Sets the store of an engine to a database.
///
/// # Errors
///
/// If the address cannot be read, or the store cannot be opened.
#[cfg(feature = "postgres")]
pub(crate) fn open_database(
    builder: EngineBuilder,
    address: &str,
    schema: Option<&str>,
) -> Result<EngineBuilder, Failure> {
    use stepwright_postgres::{PostgresOptions, PostgresStore};

    let options: PostgresOptions = address
        .parse()
        .map_err(|error| Failure::Usage(format!("--store: {error}")))?;
    let mut options = options.environment();
    if let Some(schema) = schema {
        options = options.schema(schema);
    }
    let store = PostgresStore::open_with(options).map_err(crate::store_file::cannot)?;
    Ok(builder.store(store))
}

/// Refuses the address, because this command has no client of PostgreSQL.
///
/// # Errors
///
/// Always.
#[cfg(not(feature = "postgres"))]
pub(crate) fn open_database(
    _builder: EngineBuilder,
    _address: &str,
    _schema: Option<&str>,
) -> Result<EngineBuilder, Failure> {
    Err(Failure::Usage(
        "--store: this command was compiled without the feature `postgres`; `cargo install --locked stepwright-cli` compiles it with all features".to_owned(),
    ))
}
