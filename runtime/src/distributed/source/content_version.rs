use crate::record::record;

/// Identifies the content of an object: the length and the checksum of the decompressed content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ContentVersion {
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
#[derive(Default)]
pub(super) struct Checksum {
    length: u64,
    hasher: crc32fast::Hasher,
}

impl Checksum {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.length += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.hasher.update(bytes);
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn version(&self) -> ContentVersion {
        ContentVersion {
            length: self.length,
            checksum: self.hasher.clone().finalize(),
        }
    }
}

record!(struct ContentVersion { 1 => length, 2 => checksum });
