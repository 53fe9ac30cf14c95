//! Where a store is: a file, or a schema of a PostgreSQL database.

use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde_json::{Map, Value as Json};

use crate::failure::Failure;

/// The beginnings of the addresses of databases.
const ADDRESSES: [&str; 2] = ["postgres://", "postgresql://"];

/// The value of `--store`.
#[derive(Debug, Clone)]
pub(crate) enum StorePlace {
    /// A file, or a folder of files.
    File(PathBuf),
    /// A schema of a database.
    Database(DatabasePlace),
}

/// A schema of a database.
#[derive(Debug, Clone)]
pub(crate) struct DatabasePlace {
    #[cfg_attr(
        not(feature = "postgres"),
        expect(dead_code, reason = "only a client needs it")
    )]
    address: String,
    schema: Option<String>,
}

impl FromStr for StorePlace {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let is_address = ADDRESSES.iter().any(|address| text.starts_with(address));
        Ok(if is_address {
            Self::Database(DatabasePlace {
                address: text.to_owned(),
                schema: None,
            })
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

    /// Returns the place as the arguments of a command of `store`, without a password.
    pub(crate) fn arguments(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Database(database) => {
                let address = database.address();
                let schema = database.schema.as_ref();
                let schema = schema.map_or_else(String::new, |name| format!(" --schema {name}"));
                format!("{address}{schema}")
            }
        }
    }

    /// Returns the place as the options of a command that reads a store.
    pub(crate) fn store_option(&self) -> String {
        format!("--store {}", self.arguments())
    }

    /// Returns the fields of the place in JSON.
    pub(crate) fn to_json(&self) -> Map<String, Json> {
        let fields = match self {
            Self::File(path) => vec![("file", path.display().to_string())],
            Self::Database(database) => vec![
                ("database", database.address()),
                ("schema", database.schema().to_owned()),
            ],
        };
        let fields = fields.into_iter();
        fields
            .map(|(name, value)| (name.to_owned(), Json::String(value)))
            .collect()
    }

    /// Returns the place of a second store next to this one.
    pub(crate) fn beside(&self) -> Self {
        match self {
            Self::File(path) => {
                let mut path = path.clone().into_os_string();
                path.push("-raw");
                Self::File(path.into())
            }
            Self::Database(database) => {
                let mut other = database.clone();
                other.schema = Some(format!("{}_raw", database.schema()));
                Self::Database(other)
            }
        }
    }

    /// Sets the value of `--schema`.
    ///
    /// # Errors
    ///
    /// For a schema of a file.
    pub(crate) fn in_schema(&self, schema: Option<&str>) -> Result<Self, Failure> {
        let mut place = self.clone();
        match (&mut place, schema) {
            (Self::File(_), Some(_)) => Err(Failure::Usage(
                "--schema is for a store in a database; name one with postgres://USER@HOST/DATABASE"
                    .to_owned(),
            )),
            (Self::Database(database), Some(schema)) => {
                database.schema = Some(schema.to_owned());
                Ok(place)
            }
            (_, None) => Ok(place),
        }
    }
}

impl DatabasePlace {
    /// Returns the address without its password.
    #[cfg(feature = "postgres")]
    pub(crate) fn address(&self) -> String {
        self.options()
            .map_or_else(|_| "ADDRESS".to_owned(), |options| options.address())
    }

    #[cfg(not(feature = "postgres"))]
    pub(crate) fn address(&self) -> String {
        "ADDRESS".to_owned()
    }

    /// Returns the name of the schema.
    pub(crate) fn schema(&self) -> &str {
        self.schema.as_deref().unwrap_or("stepwright")
    }

    /// Returns the place with what the environment adds.
    ///
    /// # Errors
    ///
    /// If the address cannot be read.
    #[cfg(feature = "postgres")]
    pub(crate) fn options(&self) -> Result<stepwright_postgres::PostgresOptions, Failure> {
        let options: stepwright_postgres::PostgresOptions =
            self.address
                .parse()
                .map_err(|error: stepwright_postgres::OptionsError| {
                    Failure::Usage(error.to_string())
                })?;
        let options = options.environment();
        Ok(match &self.schema {
            Some(schema) => options.schema(schema),
            None => options,
        })
    }
}

/// The failure of a command without a client of PostgreSQL.
#[cfg(not(feature = "postgres"))]
pub(crate) fn without_postgres() -> Failure {
    Failure::Usage(
        "this command was compiled without the feature `postgres`; `cargo install --locked stepwright-cli` compiles it with all features"
            .to_owned(),
    )
}

/// The path, or the address without its password.
impl fmt::Display for StorePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            #[cfg(feature = "postgres")]
            Self::Database(database) => match database.options() {
                Ok(options) => options.fmt(f),
                Err(_) => f.write_str("the database"),
            },
            #[cfg(not(feature = "postgres"))]
            Self::Database(_) => f.write_str("the database"),
        }
    }
}
