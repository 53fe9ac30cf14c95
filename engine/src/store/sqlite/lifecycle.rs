//! The steps of opening and closing a store. After a crash between two steps, the store can be
//! opened.

use rusqlite::Connection;

use super::log::log_length;
use super::session::{self, Session};
use super::store_path::StorePath;
use super::{connection, schema, write};
use crate::store::StoreError;

/// Called after each step, with its name.
pub(super) type Steps<'a> = &'a mut dyn FnMut(&'static str);

/// Migrates a store and begins its session. Before this returns, the file itself has the session:
/// from then on, the file is rejected without its log. Returns `false` if another program that
/// reads the store prevented that.
///
/// After a crash between two steps, the file and its log belong together: the log has the session
/// of the file first, and then the new one. Only the last step writes to the file.
pub(super) fn begin(
    connection: &Connection,
    place: &StorePath,
    from: i64,
    steps: Steps<'_>,
) -> Result<bool, StoreError> {
    let cannot_begin = |error| place.error("begin a session", error);
    if from > 0 && Session::read(connection).map_err(cannot_begin)?.is_none() {
        return Err(place.corrupt("it has no session"));
    }
    write::transact(connection, place, || {
        session::advance_with_header(connection).map_err(cannot_begin)
    })?;
    steps("the session of the file is in the log");
    write::transact(connection, place, || {
        schema::migrate(connection, place, from)?;
        session::begin(connection, true).map_err(cannot_begin)
    })?;
    steps("the new session is in the log");
    let is_copied = log_length::copy_all(connection).map_err(cannot_begin)?;
    if !is_copied {
        tracing::warn!(
            "another program reads the store `{}`; until it ends, a copy of the file without its log is not recognized as incomplete",
            place.path.display()
        );
    }
    steps("the new session is in the file");
    Ok(is_copied)
}

/// Marks a store as closed, copies its log to the file, and empties the log, which the last
/// connection then removes.
pub(super) fn end(
    connection: &Connection,
    place: &StorePath,
    steps: Steps<'_>,
) -> Result<(), StoreError> {
    let cannot_close = |error| place.error("close the file", error);
    write::transact(connection, place, || {
        session::advance_with_header(connection)
            .and_then(|()| session::end(connection))
            .map_err(cannot_close)
    })?;
    steps("the end of the session is in the log");
    if !log_length::empty_log(connection).map_err(cannot_close)? {
        return Err(place.io(
            "copy its log to the file",
            "another program reads the store",
        ));
    }
    steps("the log is empty");
    connection::allow_log_removal(connection, true).map_err(cannot_close)
}
