//! What may be written of `stepwright console`.

use clap::Args;

use super::{LogArguments, StoredRedactArguments};
use crate::store_place::StorePlace;

pub(super) const EXAMPLES: &str = "Examples:
  stepwright console --store orders.db
  stepwright console --store orders.db --port 9000 --redact card.number
  ssh -L 8084:127.0.0.1:8084 HOST stepwright console --store /var/lib/orders.db    the store of another machine

The console at http://127.0.0.1:8084/console shows state machines, executions, diagrams, timelines and events. It only reads: an engine may have the store open and
write to it, and its executions appear in the pages. What is in the memory of the engine is missing: the queues of activities, and the logs of handlers.
GET /health and GET /ready report whether the store can be read.
Exit status: 0 ended by Ctrl-C or SIGTERM; 1 it cannot listen at the port; 2 wrong usage, or a store that cannot be read.";

#[derive(Debug, Args)]
pub(crate) struct ConsoleArguments {
    /// The file of the store, or the URL of its database
    #[arg(long, value_name = "PATH|URL")]
    pub(crate) store: StorePlace,
    /// The schema of the database of --store, `stepwright` by default
    #[arg(long, value_name = "NAME", requires = "store")]
    pub(crate) schema: Option<String>,
    /// The port on this machine; 0 selects a free one
    #[arg(long, value_name = "PORT", default_value = "8084")]
    pub(crate) port: u16,
    #[command(flatten)]
    pub(crate) redact: StoredRedactArguments,
    #[command(flatten)]
    pub(crate) log: LogArguments,
}
