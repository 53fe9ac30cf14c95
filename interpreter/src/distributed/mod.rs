//! The parts of a Distributed Map in addition to its states: items that are read from objects, and
//! results that are written to objects.

mod counts;
mod export;
mod item;
mod layout;
mod listed_object;
mod results;
mod run;
mod source;
#[cfg(test)]
mod tests;
mod transfer_error;
mod upload;
mod upload_buffer;
mod write_request;

pub use self::counts::{MapRunCounts, Tally};
pub(crate) use self::export::{Export, FileSizes};
pub use self::item::Item;
pub(crate) use self::layout::{Layout, Transformation};
pub use self::listed_object::ListedObject;
pub use self::results::ChildResult;
pub(crate) use self::results::{Results, RetryCursor};
pub use self::run::{MapRun, RunChanges, RunView};
pub use self::source::{
    BucketList, Checksum, ContentVersion, Format, Header, ItemReader, Items, LoadedObject,
    NextItem, ObjectLoad, ObjectRef, Piece, Pointer, ReadLimits, SourceRequest, SourceResponse,
    UnreadObject,
};
pub use self::transfer_error::TransferError;
pub use self::upload::Upload;
pub use self::write_request::{ObjectFile, WriteRequest, WriteResponse};
