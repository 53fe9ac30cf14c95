//! Length and checksum of a content, to detect that an object was replaced.

use crate::record::record;

/// Identifies the content of an object: the length and the checksum of the decompressed content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentVersion {
    length: u64,
    checksum: u32,
}

impl ContentVersion {
    pub(super) fn of(body: &[u8]) -> Self {
        let mut checksum = Checksum::default();
        checksum.add(body);
        checksum.version()
    }
}

/// Computes the [`ContentVersion`] of content that comes in pieces.
#[derive(Debug, Default)]
pub struct Checksum {
    length: u64,
    hasher: crc32fast::Hasher,
}

impl Checksum {
    /// Adds the next bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        self.length += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.hasher.update(bytes);
    }

    /// Returns the number of bytes so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Returns the version of the bytes so far.
    pub fn version(&self) -> ContentVersion {
        ContentVersion {
            length: self.length,
            checksum: self.hasher.clone().finalize(),
        }
    }
}

record!(struct ContentVersion { 1 => length, 2 => checksum });
