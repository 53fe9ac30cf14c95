//! Items one at a time, from an input or from objects.
//!
//! [`Items`] is data from which items are pulled. It never waits: when it needs an object it returns a [`Request`], and continues
//! with the response. So a Map of a million rows of a JSON Lines or CSV file holds a piece of the file and the running rows in memory,
//! but not the rows to come.

mod compression;
mod content;
mod csv;
mod format;
mod items;
mod json;
mod lines;
mod load;
mod manifest;
mod object_rows;
mod open;
mod reader;
mod request;
mod rows;
mod tail;
#[cfg(test)]
mod tests;
mod version;
mod window;

pub(crate) use self::format::{Format, Header};
pub(crate) use self::items::{Items, Pulled, Supply};
pub(crate) use self::json::Pointer;
pub(crate) use self::open::LoadError;
pub(crate) use self::reader::{List, Place, Reader};
pub(crate) use self::request::Request;
