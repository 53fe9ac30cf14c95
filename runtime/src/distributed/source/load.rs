//! Rows of an object, made while its content arrives.

use bytes::Bytes;
use futures_util::stream::StreamExt;
use smol_str::SmolStr;

use super::compression::{Compression, Gzip};
use super::content::{Content, Version};
use super::format::Format;
use super::manifest;
use super::reader::Reader;
use crate::blocking;
use crate::objects::{ObjectBody, ObjectError};

/// How the content of an object is loaded.
#[derive(Clone, Debug)]
pub(crate) enum Load {
    Rows(Format),
    Inventory,
    Athena(Format),
}

/// The loaded content of an object.
#[derive(Debug)]
pub(crate) enum Loaded {
    Rows(Content, Version),
    /// The files that a manifest lists.
    Readers(Vec<Reader>),
}

/// Why an object could not be read.
#[derive(Debug)]
pub(crate) enum LoadError {
    Store(ObjectError),
    /// The cause of the state's failure.
    File(String),
}

/// Content up to this length is parsed where it arrives; longer content, on a thread for blocking work.
const SHORT: usize = 64 * 1024;

impl Load {
    /// Reads an object of at most `most` bytes, expands it and parses it.
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

    /// Whether rows are parsed one by one later, and nothing but a header is read now.
    fn is_lazy(&self) -> bool {
        matches!(self, Self::Rows(Format::JsonLines | Format::Csv { .. }))
    }

    pub(super) fn make(self, content: Bytes) -> Result<Loaded, String> {
        Ok(match self {
            Self::Rows(format) => {
                let version = Version::of(&content);
                Loaded::Rows(Content::of(content, &format)?, version)
            }
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
        // A short chunk may expand to a long one.
        let taken = blocking::run(move || gzip.take(&chunk).map(|()| gzip)).await;
        let taken = taken.map_err(|reason| LoadError::File(broken_off(key, &reason)))?;
        gzip = taken.map_err(LoadError::File)?;
    }
    gzip.finish().map_err(LoadError::File)
}

fn broken_off(key: &str, reason: &str) -> String {
    format!("The reading of the file {key} was broken off: {reason}")
}
