//! Where recorded executions come from, for `rehearse` and `review`.

use std::path::PathBuf;

use crate::store_place::StorePlace;
use clap::Args;

/// The sources of recorded executions.
#[derive(Debug, Args)]
pub(crate) struct HistorySourceArguments {
    /// A folder with histories, or a file with one; can be given several times
    #[arg(long, value_name = "DIR")]
    pub(crate) histories: Vec<PathBuf>,
    /// A store of `stepwright run` or `serve`: its file, or the URL of its database
    #[arg(long, value_name = "PATH|URL")]
    pub(crate) store: Option<StorePlace>,
    /// The schema of the database of --store, `stepwright` by default
    #[arg(long, value_name = "NAME", requires = "store")]
    pub(crate) schema: Option<String>,
    /// Only executions of this state machine of the store
    #[arg(long, value_name = "NAME", requires = "store")]
    pub(crate) machine: Option<String>,
    /// How many executions of the store are rehearsed, newest first
    #[arg(long, value_name = "N", requires = "store", default_value_t = 10_000)]
    pub(crate) limit: usize,
    /// ARNs of executions on AWS
    #[arg(long, value_name = "ARN", num_args = 1..)]
    pub(crate) executions: Vec<String>,
    /// The account of --executions, which are read from AWS with the credentials that the AWS SDKs
    /// find. Nothing is read from another account
    #[arg(long, value_name = "NUMBER", requires = "executions")]
    pub(crate) aws_account: Option<String>,
    /// Read --executions from a server with the API of Step Functions, such as `stepwright serve`
    #[arg(
        long,
        value_name = "URL",
        requires = "executions",
        conflicts_with = "aws_account"
    )]
    pub(crate) aws_endpoint: Option<String>,
}
