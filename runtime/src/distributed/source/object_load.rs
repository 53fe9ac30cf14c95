//! Loads the rows of an object while its content arrives.

use bytes::Bytes;

use super::content::Content;
use super::content_version::{Checksum, ContentVersion};
use super::format::Format;
use super::item_reader::{ItemReader, ObjectRef};
use super::manifest;
use super::open_object::{LoadError, OpenObject, ReadLimits, broken_off, too_large};
use super::tail::Tail;
use super::window::Window;
use crate::blocking;
use crate::objects::ObjectStore;

/// How the content of an object is loaded.
#[derive(Clone, Debug)]
pub(crate) enum ObjectLoad {
    Rows(Format),
    Inventory,
    Athena(Format),
}

/// The loaded content of an object.
#[derive(Debug)]
pub(crate) enum LoadedObject {
    Rows(Content, ContentVersion),
    /// Readers of the files that a manifest lists.
    Readers(Vec<ItemReader>),
}

/// Content up to this length is parsed in place; longer content on a thread for blocking work.
const SHORT: usize = 64 * 1024;

/// The result of the first reading, which identifies the content.
enum FirstReading {
    /// The whole content.
    Whole(Bytes),
    /// The version of content that is too long for memory.
    Long(ContentVersion),
}

impl ObjectLoad {
    /// Reads an object, decompresses it and parses it; of a long object, only the first rows. A long object is read twice: once to check and
    /// identify its content, and once more while its rows are taken. So errors in it are found before any row is processed.
    pub(crate) async fn read(
        self,
        store: &dyn ObjectStore,
        object_ref: ObjectRef,
        bounds: ReadLimits,
    ) -> Result<LoadedObject, LoadError> {
        let key = &object_ref.key;
        let open = OpenObject::new(store, &object_ref, bounds).await?;
        let content = match (&self, open.is_compressed()) {
            (Self::Rows(format), _) if is_lazy(format) => {
                match first_reading(open, bounds).await? {
                    FirstReading::Whole(content) => content,
                    FirstReading::Long(version) => {
                        let open = OpenObject::new(store, &object_ref, bounds).await?;
                        let (piece, tail) = Tail::begin(open, version, bounds.piece).await?;
                        let window = Window::first(piece, tail);
                        let content = Content::beginning(window, format);
                        let content = content.map_err(LoadError::File)?;
                        return Ok(LoadedObject::Rows(content, version));
                    }
                }
            }
            (_, true) => {
                let endless = ReadLimits {
                    piece: usize::MAX,
                    ..bounds
                };
                match first_reading(open, endless).await? {
                    FirstReading::Whole(content) => content,
                    FirstReading::Long(_) => return Err(too_large(key, bounds.max_bytes)),
                }
            }
            (_, false) => open.read_whole(bounds.max_bytes).await?,
        };
        let is_lazy = matches!(&self, Self::Rows(format) if is_lazy(format));
        let made = if content.len() <= SHORT || is_lazy {
            self.make(content)
        } else {
            let made = blocking::run(move || self.make(content)).await;
            made.map_err(|reason| LoadError::File(broken_off(key, &reason)))?
        };
        made.map_err(LoadError::File)
    }

    pub(super) fn make(self, content: Bytes) -> Result<LoadedObject, String> {
        Ok(match self {
            Self::Rows(format) => {
                let version = ContentVersion::of(&content);
                LoadedObject::Rows(Content::of(content, &format)?, version)
            }
            Self::Inventory => LoadedObject::Readers(manifest::inventory(&content)?),
            Self::Athena(format) => LoadedObject::Readers(manifest::athena(&content, &format)?),
        })
    }
}

/// Returns whether rows are parsed one by one later, and only a header is read now.
fn is_lazy(format: &Format) -> bool {
    matches!(format, Format::JsonLines | Format::Csv { .. })
}

/// Reads a whole object. Returns its content if it is short, or if it is in memory because it arrived as one chunk.
async fn first_reading(
    mut open: OpenObject,
    bounds: ReadLimits,
) -> Result<FirstReading, LoadError> {
    let mut checksum = Checksum::default();
    let mut retained = Some(Vec::new());
    loop {
        let (bytes, is_last) = open.chunk().await?;
        checksum.add(&bytes);
        if checksum.length() > bounds.max_bytes {
            return Err(open.too_large(bounds.max_bytes));
        }
        if let Some(chunks) = retained.as_mut().filter(|_| !bytes.is_empty()) {
            chunks.push(bytes);
        }
        let is_short =
            usize::try_from(checksum.length()).is_ok_and(|length| length <= bounds.piece);
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
