//! Decompresses GZIP content in pieces, up to a maximum size.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use smol_str::SmolStr;

/// The compression of an object's content, derived from its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    Gzip,
}

impl Compression {
    pub(super) fn of(key: &str) -> Result<Self, String> {
        match key.rsplit_once('.').map(|(_, extension)| extension) {
            Some("gz" | "gzip") => Ok(Self::Gzip),
            Some("zst" | "zstd") => Err(format!(
                "The file {key} is compressed with ZSTD, which this runtime does not read; use GZIP"
            )),
            _ => Ok(Self::None),
        }
    }
}

/// Decompresses GZIP incrementally.
#[derive(Debug)]
pub(super) struct Gzip {
    key: SmolStr,
    decoder: MultiGzDecoder<BoundedBuffer>,
    is_empty: bool,
}

/// Content of limited length. Contains the bytes that were not taken yet.
#[derive(Debug)]
struct BoundedBuffer {
    content: Vec<u8>,
    length: u64,
    max_bytes: u64,
    is_full: bool,
}

impl Write for BoundedBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let added = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let length = self.length.saturating_add(added);
        if length <= self.max_bytes {
            self.length = length;
            self.content.extend_from_slice(bytes);
            return Ok(bytes.len());
        }
        self.is_full = true;
        Err(io::ErrorKind::FileTooLarge.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Gzip {
    /// Creates a decompressor for at most `max_bytes` bytes of content.
    pub(super) fn new(key: SmolStr, max_bytes: u64) -> Self {
        let content = BoundedBuffer {
            content: Vec::new(),
            length: 0,
            max_bytes,
            is_full: false,
        };
        Self {
            key,
            decoder: MultiGzDecoder::new(content),
            is_empty: true,
        }
    }

    /// Decompresses further bytes.
    pub(super) fn expand(&mut self, bytes: &[u8]) -> Result<Bytes, String> {
        self.is_empty &= bytes.is_empty();
        let written = self.decoder.write_all(bytes);
        written.map_err(|error| self.wrong(&error))?;
        Ok(self.take())
    }

    /// Returns the end of the content, after all input was decompressed.
    pub(super) fn finish(mut self) -> Result<Bytes, String> {
        if self.is_empty {
            return Err(self.wrong(&io::ErrorKind::UnexpectedEof.into()));
        }
        if let Err(error) = self.decoder.try_finish() {
            return Err(self.wrong(&error));
        }
        Ok(self.take())
    }

    fn take(&mut self) -> Bytes {
        Bytes::from(std::mem::take(&mut self.decoder.get_mut().content))
    }

    fn wrong(&self, error: &io::Error) -> String {
        let (key, bounded) = (&self.key, self.decoder.get_ref());
        if bounded.is_full {
            return format!("The file {key} has more than {} bytes", bounded.max_bytes);
        }
        format!("The file {key} is not valid GZIP: {error}")
    }
}
