//! Where a store is, and how it is reached.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// The schema of a store without a name.
const SCHEMA: &str = "stepwright";
/// How long an engine that died prevents the next one from beginning.
const LEASE: Duration = Duration::from_secs(3);
/// A database that does not accept a connection in this time is not reachable.
const CONNECT: Duration = Duration::from_secs(5);
/// A connection whose peer is silent for this time is lost.
const SILENCE: Duration = Duration::from_secs(10);

/// The address of a store: a URL or a list of `key=value`, as for `psql`.
///
/// ```
/// use stepwright_postgres::PostgresOptions;
///
/// let options: PostgresOptions = "postgres://stepwright:secret@db-1,db-2/orders".parse()?;
/// let options = options.schema("team_a");
/// // The password is never shown.
/// assert_eq!(options.to_string(), "postgres://db-1:5432,db-2:5432/orders, schema team_a");
/// # Ok::<(), stepwright_postgres::OptionsError>(())
/// ```
#[derive(Clone)]
pub struct PostgresOptions {
    pub(crate) config: Config,
    pub(crate) schema: String,
    pub(crate) root_certificates: Option<PathBuf>,
    pub(crate) lease: Duration,
}

/// The reason why an address cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the address of a database cannot be read: {0}; write `postgres://USER@HOST/DATABASE`")]
pub struct OptionsError(String);

impl PostgresOptions {
    /// Sets the schema that contains the store; `stepwright` by default. Engines that run
    /// at the same time need separate schemas.
    #[must_use]
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        self.schema = schema.into();
        self
    }

    /// Sets a file with the certificates, in PEM, of the authorities that sign the server's
    /// certificate. By default they are those that browsers trust. A certificate is always checked,
    /// unless the address says `sslmode=disable`.
    #[must_use]
    pub fn root_certificates(mut self, file: impl Into<PathBuf>) -> Self {
        self.root_certificates = Some(file.into());
        self
    }

    /// Takes what the address lacks from the environment, as `psql` does: the password from
    /// `PGPASSWORD`, the user from `PGUSER`, and the file of [`root_certificates`] from
    /// `PGSSLROOTCERT`.
    ///
    /// [`root_certificates`]: Self::root_certificates
    #[must_use]
    pub fn environment(mut self) -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        if self.config.get_password().is_none()
            && let Some(password) = variable("PGPASSWORD")
        {
            self.config.password(password);
        }
        if self.config.get_user().is_none()
            && let Some(user) = variable("PGUSER")
        {
            self.config.user(user);
        }
        if self.root_certificates.is_none() {
            self.root_certificates = variable("PGSSLROOTCERT").map(PathBuf::from);
        }
        self
    }

    /// Returns the address without its password, as an argument of a command.
    ///
    /// ```
    /// use stepwright_postgres::PostgresOptions;
    ///
    /// let options: PostgresOptions = "postgres://stepwright:secret@db/orders".parse()?;
    /// assert_eq!(options.address(), "postgres://stepwright@db:5432/orders");
    /// # Ok::<(), stepwright_postgres::OptionsError>(())
    /// ```
    pub fn address(&self) -> String {
        let user = self.config.get_user();
        let user = user.map_or_else(String::new, |user| format!("{user}@"));
        format!("postgres://{user}{}", self.target())
    }

    /// Returns the name of the schema that contains the store.
    pub fn schema_name(&self) -> &str {
        &self.schema
    }

    /// The hosts with their ports, and the database.
    fn target(&self) -> String {
        let ports = self.config.get_ports();
        let hosts = self
            .config
            .get_hosts()
            .iter()
            .enumerate()
            .map(|(at, host)| {
                let host = match host {
                    Host::Tcp(name) => name.clone(),
                    #[cfg(unix)]
                    Host::Unix(folder) => folder.display().to_string().replace('/', "%2F"),
                };
                let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
                format!("{host}:{port}")
            });
        let hosts: Vec<String> = hosts.collect();
        let database = self.config.get_dbname().or(self.config.get_user());
        format!("{}/{}", hosts.join(","), database.unwrap_or_default())
    }

    /// Sets how long an engine that died prevents the next one from beginning; 3 seconds by
    /// default. The engine renews it three times as often, and does nothing that others can see
    /// while it could not renew it.
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }
}

impl FromStr for PostgresOptions {
    type Err = OptionsError;

    fn from_str(text: &str) -> Result<Self, OptionsError> {
        let mut config: Config = text
            .parse()
            .map_err(|error: tokio_postgres::Error| OptionsError(with_causes(&error)))?;
        if config.get_hosts().is_empty() {
            return Err(OptionsError("it names no host".to_owned()));
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE);
        }
        config.keepalives_idle(SILENCE);
        config.keepalives_interval(SILENCE / 2);
        if config.get_application_name().is_none() {
            config.application_name("stepwright");
        }
        Ok(Self {
            config,
            schema: SCHEMA.to_owned(),
            root_certificates: None,
            lease: LEASE,
        })
    }
}

/// The address without its user and password, and the schema.
impl std::fmt::Display for PostgresOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "postgres://{}, schema {}", self.target(), self.schema)
    }
}

impl std::fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PostgresOptions")
            .field(&self.to_string())
            .finish()
    }
}

/// An error of the client with its causes, which its own text does not have.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
