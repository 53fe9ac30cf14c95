//! The parts of a Distributed Map in addition to its states: items that are read from objects, and results that are written to objects.

mod counts;
mod export;
mod item;
mod layout;
mod results;
mod run;
pub(crate) mod source;
#[cfg(test)]
mod tests;
mod upload_buffer;
mod write_request;

pub use self::counts::MapRunCounts;
pub(crate) use self::counts::Tally;
pub(crate) use self::export::{Export, FileSizes};
pub(crate) use self::item::Item;
pub(crate) use self::layout::{Layout, Transformation};
pub(crate) use self::results::{ChildResult, Results, RetryCursor};
pub use self::run::MapRun;
pub use self::run::RunChanges;
pub(crate) use self::run::RunView;
pub(crate) use self::write_request::{WriteRequest, WriteResponse};
