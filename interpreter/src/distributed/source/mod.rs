//! Items one at a time, from an input or from objects.
//!
//! [`Items`] is data from which items are pulled. It never waits: when it needs an object, it
//! returns a [`SourceRequest`], and continues with the response. So a Map over a million rows of a
//! JSON Lines or CSV file holds only a piece of the file and the running rows in memory.

mod content;
mod content_version;
mod csv;
mod format;
mod item_reader;
mod items;
mod json;
mod lines;
mod manifest;
mod object_load;
mod object_rows;
mod row;
mod rows;
mod source_request;
mod unread_object;
mod window;

pub use self::content_version::{Checksum, ContentVersion};
pub use self::format::{Format, Header};
pub use self::item_reader::{BucketList, ItemReader, ObjectRef};
pub use self::items::{Items, NextItem, SourceResponse};
pub use self::json::Pointer;
pub use self::object_load::{LoadedObject, ObjectLoad};
pub use self::source_request::{ReadLimits, SourceRequest};
pub use self::unread_object::{Piece, UnreadObject};
