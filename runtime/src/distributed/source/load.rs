//! Rows of an object, made while its content arrives.

use bytes::Bytes;
use futures_util::stream::StreamExt;
use smol_str::SmolStr;

use super::compression::{Compression, Gzip};
use super::rows::Rows;
use super::{Format, Reader, manifest};
use crate::blocking;
use crate::objects::{ObjectBody, ObjectError};

/// What becomes of an object's content.
#[derive(Clone, Debug)]
pub(crate) enum Load {
    Rows(Format),
    Inventory,
    Athena(Format),
}

/// What became of it.
#[derive(Debug)]
pub(crate) enum Loaded {
    Rows(Rows),
    /// A manifest: what is to be read.
    Readers(Vec<Reader>),
}

/// Why an object could not be read.
#[derive(Debug)]
pub(crate) enum LoadError {
    Store(ObjectError),
    /// The cause of the state's failure.
    File(String),
}

/// Content up to this length is taken apart where it arrives; what is longer, on a thread for blocking work.
const SHORT: usize = 64 * 1024;

impl Load {
    /// Reads an object of at most `most` bytes, without its compression, and makes of it what it holds.
    pub(crate) async fn read(
        self,
        key: SmolStr,
        body: ObjectBody,
        most: u64,
    ) -> Result<Loaded, LoadError> {
        let too_large = || LoadError::File(format!("The file {key} has more than {most} bytes"));
        let content = match Compression::of(&key).map_err(LoadError::File)? {
            Compression::None => body.read(most).await.map_err(|error| match error {
                ObjectError::TooLarge(_) => too_large(),
                error => LoadError::Store(error),
            })?,
            Compression::Gzip => expand(&key, body, most).await?,
        };
        let is_short = content.len() <= SHORT || self.is_lazy();
        let made = if is_short {
            self.make(content)
        } else {
            let made = blocking::run(move || self.make(content)).await;
            made.map_err(|reason| LoadError::File(broken_off(&key, &reason)))?
        };
        made.map_err(LoadError::File)
    }

    /// Whether rows are taken off one by one later, and nothing is read now but a header.
    fn is_lazy(&self) -> bool {
        matches!(self, Self::Rows(Format::JsonLines | Format::Csv { .. }))
    }

    pub(super) fn make(self, content: Bytes) -> Result<Loaded, String> {
        Ok(match self {
            Self::Rows(format) => Loaded::Rows(Rows::of_object(content, &format)?),
            Self::Inventory => Loaded::Readers(manifest::inventory(&content)?),
            Self::Athena(format) => Loaded::Readers(manifest::athena(&content, &format)?),
        })
    }
}

/// Expands content piece by piece, so that it is never whole in both forms, and stops at the limit.
async fn expand(key: &SmolStr, mut body: ObjectBody, most: u64) -> Result<Bytes, LoadError> {
    let mut gzip = Gzip::new(key.clone(), most);
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(LoadError::Store)?;
        // Little becomes much.
        let taken = blocking::run(move || gzip.take(&chunk).map(|()| gzip)).await;
        let taken = taken.map_err(|reason| LoadError::File(broken_off(key, &reason)))?;
        gzip = taken.map_err(LoadError::File)?;
    }
    gzip.finish().map_err(LoadError::File)
}

fn broken_off(key: &str, reason: &str) -> String {
    format!("The reading of the file {key} was broken off: {reason}")
}
