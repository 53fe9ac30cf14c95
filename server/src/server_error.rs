//! Why a server cannot be built or cannot serve.

use stepwright_engine::BuildError;
use stepwright_engine::store::StoreError;

use crate::accounts::AccountError;

/// A server cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// No engine was set.
    #[error("a server needs an engine; give it with `ServerBuilder::engine`")]
    NoEngine,
    /// A host of [`ServerBuilder::allow_host`](crate::ServerBuilder::allow_host) that is no host
    /// name.
    #[error(
        "`{0}` is not a host name; write the name without a scheme, a port or a path, as in `states.test`"
    )]
    InvalidHost(String),
    /// The engine's store cannot be read.
    #[error("the state machines of the store cannot be read: {0}")]
    Store(#[from] StoreError),
    /// The open executions of the store cannot be continued.
    #[error("the executions of the store cannot be continued: {0}")]
    Resume(#[from] BuildError),
    /// The server of an account cannot be created.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The listener cannot be used, or the threads of the requests have ended.
    #[error("the server cannot accept connections: {0}")]
    Listen(String),
    /// The target of a schedule has another region or account than the engine.
    #[cfg(feature = "schedules")]
    #[error(
        "schedule `{schedule}`: the target `{target}` is not in the region {region} and the account {account} of the server; start the server with the region and the account of the target, or write only the name of the state machine"
    )]
    ForeignTarget {
        /// The name of the schedule.
        schedule: String,
        /// The ARN of its target.
        target: String,
        /// The region of the engine.
        region: String,
        /// The account of the engine.
        account: String,
    },
    /// A schedule without an end, on virtual time.
    #[cfg(feature = "schedules")]
    #[error(
        "schedule `{0}` has no end, and virtual time jumps from each of its times to the next one for ever; give it an `EndDate`, or use real time"
    )]
    EndlessSchedule(String),
}
