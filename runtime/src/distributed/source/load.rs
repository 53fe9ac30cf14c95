//! Loads the rows of an object while its content arrives.

use bytes::Bytes;

use super::content::Content;
use super::format::Format;
use super::manifest;
use super::open::{Bounds, LoadError, Open, broken_off, too_large};
use super::reader::{Place, Reader};
use super::tail::Tail;
use super::version::{Checksum, Version};
use super::window::Window;
use crate::blocking;
use crate::objects::ObjectStore;

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
    /// Readers of the files that a manifest lists.
    Readers(Vec<Reader>),
}

/// Content up to this length is parsed in place; longer content on a thread for blocking work.
const SHORT: usize = 64 * 1024;

/// The result of the first reading, which identifies the content.
enum Known {
    /// The whole content.
    Whole(Bytes),
    /// The version of content that is too long for memory.
    Long(Version),
}

impl Load {
    /// Reads an object, decompresses it and parses it; of a long object, only the first rows. A long object is read twice: once to check and
    /// identify its content, and once more while its rows are taken. So errors in it are found before any row is processed.
    pub(crate) async fn read(
        self,
        store: &dyn ObjectStore,
        place: Place,
        bounds: Bounds,
    ) -> Result<Loaded, LoadError> {
        let key = &place.key;
        let open = Open::new(store, &place, bounds).await?;
        let content = match (&self, open.is_compressed()) {
            (Self::Rows(format), _) if is_lazy(format) => match know(open, bounds).await? {
                Known::Whole(content) => content,
                Known::Long(version) => {
                    let open = Open::new(store, &place, bounds).await?;
                    let (piece, tail) = Tail::begin(open, version, bounds.piece).await?;
                    let window = Window::first(piece, tail);
                    let content = Content::beginning(window, format);
                    let content = content.map_err(LoadError::File)?;
                    return Ok(Loaded::Rows(content, version));
                }
            },
            (_, true) => {
                let endless = Bounds {
                    piece: usize::MAX,
                    ..bounds
                };
                match know(open, endless).await? {
                    Known::Whole(content) => content,
                    Known::Long(_) => return Err(too_large(key, bounds.most)),
                }
            }
            (_, false) => open.whole(bounds.most).await?,
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

/// Whether rows are parsed one by one later, and only a header is read now.
fn is_lazy(format: &Format) -> bool {
    matches!(format, Format::JsonLines | Format::Csv { .. })
}

/// Reads a whole object. Returns its content if it is short, or came as one chunk and is in memory anyway.
async fn know(mut open: Open, bounds: Bounds) -> Result<Known, LoadError> {
    let mut checksum = Checksum::default();
    let mut kept = Some(Vec::new());
    loop {
        let (bytes, is_last) = open.chunk().await?;
        checksum.add(&bytes);
        if checksum.length() > bounds.most {
            return Err(open.too_large(bounds.most));
        }
        if let Some(chunks) = kept.as_mut().filter(|_| !bytes.is_empty()) {
            chunks.push(bytes);
        }
        let is_short =
            usize::try_from(checksum.length()).is_ok_and(|length| length <= bounds.piece);
        kept = kept.filter(|chunks| is_short || chunks.len() <= 1);
        if is_last {
            return Ok(match kept {
                Some(chunks) => Known::Whole(joined(chunks)),
                None => Known::Long(checksum.version()),
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
