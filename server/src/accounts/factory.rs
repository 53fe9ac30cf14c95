//! The factory that a program supplies for the servers of accounts.

use std::fmt;
use std::pin::Pin;

use serde::Deserialize;
use serde_json::Value as Json;

use super::account_error::AccountError;
use crate::server::Server;

/// Creates the servers of [`AccountServers`](crate::AccountServers).
pub trait AccountFactory: Send + Sync + 'static {
    /// Creates the server of an account. It is called on the runtime
    /// of [`AccountServers::open`](crate::AccountServers::open).
    ///
    /// # Errors
    ///
    /// An error for the client that causes the creation.
    fn create(&self, settings: AccountSettings) -> CreatedServer;

    /// Whether the state machines and executions of an account outlive its server. Then the server
    /// ends while no request uses it, and the next request creates another one.
    fn is_durable(&self) -> bool {
        false
    }

    /// Whether an account has executions that continue without a request: its server is created
    /// when the servers start. Called on a thread for blocking work.
    fn has_open_executions(&self, account: &str) -> bool {
        let _ = account;
        false
    }

    /// Called after the server of an account was removed, and the next request creates another one.
    fn remove(&self, account: &str) {
        let _ = account;
    }

    /// Sends these tasks to a test from now on, instead of those of an earlier call.
    ///
    /// # Errors
    ///
    /// An error if the URL is invalid.
    fn send_tasks(&self, account: &str, tasks: TestedTasks) -> Result<(), AccountError> {
        let _ = (account, tasks);
        Err(AccountError::new("this server sends no tasks to tests"))
    }

    /// Compares the names of the tasks of a test with the state machines that the account had.
    fn check_tasks(&self, account: &str) -> CheckedTasks {
        let _ = account;
        CheckedTasks::default()
    }
}

/// The future of [`AccountFactory::create`].
pub type CreatedServer = Pin<Box<dyn Future<Output = Result<AccountServer, AccountError>> + Send>>;

/// The settings of an account.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct AccountSettings {
    /// The account's ID.
    pub account: String,
    /// Test cases in the format of Step Functions Local, which a test has set.
    pub mocks: Option<Json>,
}

/// The tasks that a test in another process executes: the body of `/testing/tasks`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TestedTasks {
    /// The URL that executes the tasks.
    pub url: String,
    /// The names of tasks: states, functions or resources.
    pub names: Vec<String>,
    /// Names whose tokens stay open after the response.
    #[serde(default)]
    pub open: Vec<String>,
}

/// The names of [`TestedTasks`] that did not matter in a test: the body of the response of
/// `/testing/check`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckedTasks {
    /// A sentence for each name that no state machine has.
    pub unknown: Vec<String>,
    /// The names of tasks that exist and that nothing called.
    pub unused: Vec<String>,
}

/// The server of an account, with what ends when the account is reset.
pub struct AccountServer {
    pub(super) server: Server,
    pub(super) companion: Option<Box<dyn Send + Sync>>,
}

impl AccountServer {
    /// Creates an account's server.
    pub fn new(server: Server) -> Self {
        Self {
            server,
            companion: None,
        }
    }

    /// Drops a value when the account is reset or the servers end, such as a guard of a task.
    pub fn with_companion(mut self, companion: impl Send + Sync + 'static) -> Self {
        self.companion = Some(Box::new(companion));
        self
    }
}

impl fmt::Debug for AccountServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountServer")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}
