//! Items one at a time, from an input or from objects.
//!
//! [`Items`] is data from which items are pulled. It never waits: when it needs an object, it returns a
//! [`SourceRequest`], and continues with the response. So a Map over a million rows of a JSON Lines or CSV file holds
//! only a piece of the file and the running rows in memory.

mod compression;
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
mod open_object;
mod row;
mod rows;
mod source_request;
mod tail;
#[cfg(test)]
mod tests;
mod window;

pub(crate) use self::format::{Format, Header};
pub(crate) use self::item_reader::{BucketList, ItemReader, ObjectRef};
pub(crate) use self::items::{Items, NextItem, SourceResponse};
pub(crate) use self::json::Pointer;
pub(crate) use self::open_object::LoadError;
pub(crate) use self::source_request::SourceRequest;
