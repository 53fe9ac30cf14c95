use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use smol_str::SmolStr;

/// How an object's content is compressed, which its name tells.
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

/// Expands GZIP as it arrives.
#[derive(Debug)]
pub(super) struct Gzip {
    key: SmolStr,
    decoder: MultiGzDecoder<Bounded>,
    is_empty: bool,
}

/// Content that may have so many bytes.
#[derive(Debug)]
struct Bounded {
    content: Vec<u8>,
    most: u64,
    is_full: bool,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = u64::try_from(self.content.len().saturating_add(bytes.len()));
        if length.is_ok_and(|length| length <= self.most) {
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
    /// Expands to at most `most` bytes.
    pub(super) fn new(key: SmolStr, most: u64) -> Self {
        let content = Bounded {
            content: Vec::new(),
            most,
            is_full: false,
        };
        Self {
            key,
            decoder: MultiGzDecoder::new(content),
            is_empty: true,
        }
    }

    /// Expands some more.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.is_empty &= bytes.is_empty();
        let written = self.decoder.write_all(bytes);
        written.map_err(|error| self.wrong(&error))
    }

    /// All of the content, once all was taken.
    pub(super) fn finish(mut self) -> Result<Bytes, String> {
        if self.is_empty {
            return Err(self.wrong(&io::ErrorKind::UnexpectedEof.into()));
        }
        if let Err(error) = self.decoder.try_finish() {
            return Err(self.wrong(&error));
        }
        Ok(Bytes::from(std::mem::take(
            &mut self.decoder.get_mut().content,
        )))
    }

    fn wrong(&self, error: &io::Error) -> String {
        let (key, bounded) = (&self.key, self.decoder.get_ref());
        if bounded.is_full {
            return format!("The file {key} has more than {} bytes", bounded.most);
        }
        format!("The file {key} is not valid GZIP: {error}")
    }
}
