//! Connections to a database, for code that waits.
//!
//! A separate thread reads and writes the sockets, so that a caller may wait for an answer
//! anywhere, also on a thread of an asynchronous runtime.

use std::fmt;
use std::future::{Future, poll_fn};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use stepwright_engine::store::StoreError;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{AsyncMessage, Client, Config, Error, Row};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::options::PostgresOptions;
use crate::sql_error::{is_unreplicated, store_error};

/// A database, as its address names it. Clones share the thread.
#[derive(Clone)]
pub(crate) struct Database {
    shared: Arc<Shared>,
}

/// A database that may have been dropped.
pub(crate) struct WeakDatabase {
    shared: Weak<Shared>,
}

impl WeakDatabase {
    /// The database, while something else uses it.
    pub(crate) fn get(&self) -> Option<Database> {
        let shared = self.shared.upgrade()?;
        Some(Database { shared })
    }
}

struct Shared {
    options: PostgresOptions,
    /// The address, for people.
    name: PathBuf,
    /// The schema in double quotes.
    schema: String,
    tls: MakeRustlsConnect,
    /// Only taken when it is dropped.
    runtime: Option<Runtime>,
}

/// A statement with its values. A `@` before a point in the text is the schema.
pub(crate) struct Statement<'a> {
    pub(crate) text: &'static str,
    values: Vec<(Box<dyn ToSql + Sync + Send + 'a>, Type)>,
}

impl<'a> Statement<'a> {
    pub(crate) fn new(text: &'static str) -> Self {
        Self {
            text,
            values: Vec::new(),
        }
    }

    /// Adds the next value.
    pub(crate) fn with(mut self, value: impl ToSql + Sync + Send + 'a, kind: Type) -> Self {
        self.values.push((Box::new(value), kind));
        self
    }

    pub(crate) fn values(&self) -> Vec<&(dyn ToSql + Sync)> {
        let values = self.values.iter();
        values
            .map(|(value, _)| &**value as &(dyn ToSql + Sync))
            .collect()
    }

    pub(crate) fn kinds(&self) -> impl Iterator<Item = &Type> {
        self.values.iter().map(|(_, kind)| kind)
    }

    pub(crate) fn typed_values(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        self.values()
            .into_iter()
            .zip(self.kinds().cloned())
            .collect()
    }
}

impl Database {
    pub(crate) fn new(options: PostgresOptions) -> Result<Self, StoreError> {
        let name = PathBuf::from(options.to_string());
        let failed = |doing: &str, why: String| StoreError::Io {
            path: Some(name.clone()),
            doing: doing.to_owned(),
            why,
        };
        let tls = tls(&options).map_err(|why| failed("prepare encrypted connections", why))?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("stepwright-postgres")
            .enable_all()
            .build()
            .map_err(|error| failed("start a thread", error.to_string()))?;
        Ok(Self {
            shared: Arc::new(Shared {
                schema: quoted(&options.schema),
                options,
                name,
                tls,
                runtime: Some(runtime),
            }),
        })
    }

    /// The address, for messages.
    pub(crate) fn name(&self) -> &Path {
        &self.shared.name
    }

    pub(crate) fn options(&self) -> &PostgresOptions {
        &self.shared.options
    }

    fn runtime(&self) -> &Runtime {
        let runtime = self.shared.runtime.as_ref();
        runtime.expect("it is taken only when it is dropped")
    }

    /// Runs a task until the database is dropped.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.runtime().spawn(task)
    }

    pub(crate) fn weak(&self) -> WeakDatabase {
        WeakDatabase {
            shared: Arc::downgrade(&self.shared),
        }
    }

    /// Waits for a result on this thread.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        let _timers = self.runtime().enter();
        futures_executor::block_on(work)
    }

    pub(crate) async fn connect(&self) -> Result<Client, Error> {
        self.connect_as(&self.shared.options.config).await
    }

    /// Connects with options of the server, such as `-c work_mem=1MB`, after those of the address.
    pub(crate) async fn connect_with(&self, options: &str) -> Result<Client, Error> {
        let mut config = self.shared.options.config.clone();
        let options = match config.get_options() {
            Some(others) => format!("{others} {options}"),
            None => options.to_owned(),
        };
        self.connect_as(config.options(options)).await
    }

    async fn connect_as(&self, config: &Config) -> Result<Client, Error> {
        let (client, mut connection) = config.connect(self.shared.tls.clone()).await?;
        self.spawn(async move {
            // An error is that of the statement that waits.
            while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await
            {
                // The warning arrives before the answer to COMMIT. The connection ends here, so
                // that the commit has no answer.
                if let AsyncMessage::Notice(notice) = message
                    && is_unreplicated(&notice)
                {
                    tracing::warn!("{}", notice.message());
                    break;
                }
            }
        });
        Ok(client)
    }

    /// Connects, with the error of the store.
    pub(crate) async fn client(&self) -> Result<Client, StoreError> {
        let connected = self.connect().await;
        connected.map_err(|error| self.error("connect to the database", &error))
    }

    /// The error of an operation.
    pub(crate) fn error(&self, doing: &str, error: &Error) -> StoreError {
        store_error(self.name(), doing, error)
    }

    /// The error of an operation that takes longer than the database may need.
    pub(crate) fn too_slow(&self, doing: &str, time: Duration) -> StoreError {
        StoreError::Io {
            path: Some(self.name().to_path_buf()),
            doing: doing.to_owned(),
            why: format!("the database has not answered for {} s", time.as_secs()),
        }
    }

    /// The schema in double quotes.
    pub(crate) fn schema(&self) -> &str {
        &self.shared.schema
    }

    /// The text of a statement in this schema.
    pub(crate) fn sql(&self, text: &str) -> String {
        text.replace("@.", &format!("{}.", self.shared.schema))
    }

    pub(crate) async fn query(
        &self,
        client: &Client,
        statement: Statement<'_>,
    ) -> Result<Vec<Row>, Error> {
        // Without names: a pooler may give each statement another connection.
        let text = self.sql(statement.text);
        client.query_typed(&text, &statement.typed_values()).await
    }

    pub(crate) async fn execute(
        &self,
        client: &Client,
        statement: Statement<'_>,
    ) -> Result<u64, Error> {
        let text = self.sql(statement.text);
        client.execute_typed(&text, &statement.typed_values()).await
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // It may be dropped on a thread of another runtime, which must not wait.
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Database").field(&self.shared.name).finish()
    }
}

/// A name in double quotes.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn tls(options: &PostgresOptions) -> Result<MakeRustlsConnect, String> {
    let mut roots = RootCertStore::empty();
    match &options.root_certificates {
        Some(file) => {
            let at = |error: &dyn fmt::Display| format!("`{}`: {error}", file.display());
            let certificates = CertificateDer::pem_file_iter(file).map_err(|error| at(&error))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| at(&error))?;
                roots.add(certificate).map_err(|error| at(&error))?;
            }
        }
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
