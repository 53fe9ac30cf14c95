//! The mark: how far the log of a store is durable. It is in the file of the lock, next to the
//! store.

use super::log_file::{Checksum, Salts};

/// The position of the end of the log after the last acknowledged commit.
///
/// It is written after the sync of the log and before the commit is acknowledged, without a
/// separate sync. So a killed process leaves the mark of its last acknowledged commit. A loss of
/// power may leave an older one, never a newer one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LogMark {
    /// The epoch of the session.
    pub(crate) epoch: [u8; 16],
    pub(crate) salts: Salts,
    /// The number of frames.
    pub(crate) frames: u32,
    /// The checksum of the log up to the last frame.
    pub(crate) checksum: Checksum,
    /// The bytes of the store's file that were synced with a checkpoint.
    pub(crate) file_bytes: u64,
}

impl LogMark {
    pub(super) const SIZE: usize = 48;

    /// Returns the bytes, with their own checksum.
    pub(crate) fn encode(&self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..16].copy_from_slice(&self.epoch);
        bytes[16..24].copy_from_slice(&self.salts);
        bytes[24..28].copy_from_slice(&self.frames.to_be_bytes());
        bytes[28..36].copy_from_slice(&self.checksum);
        bytes[36..44].copy_from_slice(&self.file_bytes.to_be_bytes());
        let checksum = crc32fast::hash(&bytes[..44]);
        bytes[44..].copy_from_slice(&checksum.to_be_bytes());
        bytes
    }

    /// Reads a mark; `None` when its checksum is wrong.
    pub(crate) fn decode(bytes: &[u8; Self::SIZE]) -> Option<Self> {
        if bytes[44..] != crc32fast::hash(&bytes[..44]).to_be_bytes() {
            return None;
        }
        Some(Self {
            epoch: bytes[..16].try_into().ok()?,
            salts: bytes[16..24].try_into().ok()?,
            frames: u32::from_be_bytes(bytes[24..28].try_into().ok()?),
            checksum: bytes[28..36].try_into().ok()?,
            file_bytes: u64::from_be_bytes(bytes[36..44].try_into().ok()?),
        })
    }

    /// Whether a log with these salts cannot follow the log of this mark. Each restart of a log
    /// increments the first half. The mark may be older than the log by a few restarts.
    pub(super) fn excludes(&self, log: Salts) -> bool {
        const MOST_RESTARTS: u32 = 100_000;
        let count = |salts: Salts| u32::from_be_bytes([salts[0], salts[1], salts[2], salts[3]]);
        let restarts = count(log).wrapping_sub(count(self.salts));
        self.salts != log && !(1..=MOST_RESTARTS).contains(&restarts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: LogMark = LogMark {
        epoch: [7; 16],
        salts: [0, 0, 0, 5, 1, 2, 3, 4],
        frames: 70_000,
        checksum: [9; 8],
        file_bytes: 1 << 40,
    };

    #[test]
    fn a_mark_is_read_as_written_and_a_flipped_bit_is_detected() {
        let bytes = MARK.encode();
        assert_eq!(LogMark::decode(&bytes), Some(MARK));
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes;
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(LogMark::decode(&damaged), None, "bit {bit}");
        }
        assert_eq!(LogMark::decode(&[0; LogMark::SIZE]), None);
    }

    #[test]
    fn a_log_whose_counter_is_smaller_or_far_ahead_is_excluded() {
        assert!(!MARK.excludes(MARK.salts));
        assert!(MARK.excludes([9; 8]));
        assert!(!MARK.excludes([0, 0, 0, 6, 9, 9, 9, 9]));
        assert!(MARK.excludes([0, 0, 0, 4, 9, 9, 9, 9]));
        assert!(MARK.excludes([0, 0, 0, 5, 9, 9, 9, 9]));
        let wrapped = LogMark {
            salts: [0xff; 8],
            ..MARK
        };
        assert!(!wrapped.excludes([0; 8]));
    }
}
