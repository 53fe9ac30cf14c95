//! Performs the read requests of the interpreter: reads objects, decompresses them, and identifies
//! their content.

mod gzip;
mod open_object;
mod read_error;
#[cfg(test)]
mod tests;
mod unread_rest;

use std::any::Any;

use bytes::Bytes;
use stepwright_interpreter::distributed::{
    Checksum, ContentVersion, LoadedObject, ObjectLoad, ObjectRef, ReadLimits, SourceRequest,
    SourceResponse,
};

use self::open_object::OpenObject;
pub(crate) use self::read_error::ReadError;
use self::unread_rest::UnreadRest;
use super::ObjectStore;
use crate::blocking;

/// Content up to this length is parsed in place; longer content on a thread for blocking work.
const SHORT: usize = 64 * 1024;

/// Executes a request.
pub(crate) async fn read(
    store: &dyn ObjectStore,
    request: SourceRequest,
) -> Result<SourceResponse, ReadError> {
    match request {
        SourceRequest::Get {
            object_ref,
            load,
            limits,
        } => {
            let loaded = load_object(store, &object_ref, load, limits).await?;
            Ok(SourceResponse::Object(loaded))
        }
        SourceRequest::More { rest, least } => {
            let rest: &dyn Any = &*rest;
            let Some(rest) = rest.downcast_ref::<UnreadRest>() else {
                return Err(ReadError::rest_is_gone());
            };
            rest.read(least).await.map(SourceResponse::Piece)
        }
        SourceRequest::List { bucket, prefix } => {
            let rows = store.list(&bucket, &prefix).await;
            rows.map(SourceResponse::List).map_err(ReadError::Store)
        }
    }
}

/// The result of the first reading, which identifies the content.
enum FirstReading {
    /// The whole content.
    Whole(Bytes),
    /// The version of content that is too long for memory.
    Long(ContentVersion),
}

/// Reads an object, decompresses it and parses it; of a long object, only the first rows. A long
/// object is read twice: once to check and identify its content, and once more while its rows are
/// taken. So errors in it are found before any row is processed.
async fn load_object(
    store: &dyn ObjectStore,
    object_ref: &ObjectRef,
    load: ObjectLoad,
    limits: ReadLimits,
) -> Result<LoadedObject, ReadError> {
    let key = &object_ref.key;
    let open = OpenObject::new(store, object_ref, limits).await?;
    let takes_pieces = load.takes_pieces();
    let content = if takes_pieces {
        match first_reading(open, limits).await? {
            FirstReading::Whole(content) => content,
            FirstReading::Long(version) => {
                let open = OpenObject::new(store, object_ref, limits).await?;
                let (first, rest) = UnreadRest::begin(open, version, limits.piece).await?;
                return Ok(load.begin(first, rest, version)?);
            }
        }
    } else if open.is_compressed() {
        let endless = ReadLimits {
            piece: usize::MAX,
            ..limits
        };
        match first_reading(open, endless).await? {
            FirstReading::Whole(content) => content,
            FirstReading::Long(_) => return Err(ReadError::too_large(key, limits.max_bytes)),
        }
    } else {
        open.read_whole(limits.max_bytes).await?
    };
    let parsed = if content.len() <= SHORT || takes_pieces {
        load.parse(content)
    } else {
        let parsed = blocking::run(move || load.parse(content)).await;
        parsed.map_err(|reason| ReadError::interrupted(key, &reason))?
    };
    Ok(parsed?)
}

/// Reads a whole object. Returns its content if it is short, or if it is in memory because it
/// arrived as one chunk.
async fn first_reading(
    mut open: OpenObject,
    limits: ReadLimits,
) -> Result<FirstReading, ReadError> {
    let mut checksum = Checksum::default();
    let mut retained = Some(Vec::new());
    loop {
        let (bytes, is_last) = open.chunk().await?;
        checksum.add(&bytes);
        if checksum.length() > limits.max_bytes {
            return Err(ReadError::too_large(open.key(), limits.max_bytes));
        }
        if let Some(chunks) = retained.as_mut().filter(|_| !bytes.is_empty()) {
            chunks.push(bytes);
        }
        let is_short =
            usize::try_from(checksum.length()).is_ok_and(|length| length <= limits.piece);
        retained = retained.filter(|chunks| is_short || chunks.len() <= 1);
        if is_last {
            return Ok(match retained {
                Some(chunks) => FirstReading::Whole(joined(chunks)),
                None => FirstReading::Long(checksum.version()),
            });
        }
    }
}

/// Joins the bytes of all chunks. A single chunk is not copied.
fn joined(mut chunks: Vec<Bytes>) -> Bytes {
    match chunks.len() {
        0 | 1 => chunks.pop().unwrap_or_default(),
        _ => Bytes::from(chunks.concat()),
    }
}
