//! The stored sizes of nodes, and the lengths of scalars.

use std::io;

use serde_json::ser::{CompactFormatter, Formatter};

use super::Value;

/// The length of the compact JSON text and the depth of one node. Both saturate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) json: u64,
    pub(crate) depth: u32,
}

impl Size {
    /// `[]` or `{}`.
    pub(crate) const EMPTY: Size = Size { json: 2, depth: 1 };

    /// Adds one more member: `label` bytes for its key and colon, `others` members before it.
    pub(crate) fn add(&mut self, label: u64, value: &Value, others: usize) {
        let comma = u64::from(others > 0);
        self.json = self
            .json
            .saturating_add(label + comma)
            .saturating_add(value.json_len());
        self.depth = self.depth.max(value.depth().saturating_add(1));
    }

    /// Updates the size after a member was replaced. `None` if it must be computed again.
    pub(crate) fn replace(self, before: Size, after: &Value) -> Option<Size> {
        let after = Size {
            json: after.json_len(),
            depth: after.depth(),
        };
        let deepest_shrank =
            after.depth < before.depth && before.depth.saturating_add(1) == self.depth;
        if self.json == u64::MAX || deepest_shrank {
            return None;
        }
        Some(Size {
            json: (self.json - before.json).saturating_add(after.json),
            depth: self.depth.max(after.depth.saturating_add(1)),
        })
    }

    /// Returns the size of any value.
    pub(crate) fn of(value: &Value) -> Size {
        Size {
            json: value.json_len(),
            depth: value.depth(),
        }
    }
}

/// Returns the length of `"key":`.
pub(crate) fn label_len(key: &str) -> u64 {
    str_len(key) + 1
}

pub(crate) fn int_len(number: i64) -> u64 {
    // Most numbers are small, and comparisons are faster than a logarithm.
    let digits = match number.unsigned_abs() {
        0..10 => 1,
        10..100 => 2,
        100..1_000 => 3,
        1_000..10_000 => 4,
        large => large.ilog10() + 1,
    };
    u64::from(digits) + u64::from(number < 0)
}

pub(crate) fn float_len(number: f64) -> u64 {
    struct Count(u64);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len() as u64;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    if !number.is_finite() {
        return 4;
    }
    let mut count = Count(0);
    match CompactFormatter.write_f64(&mut count, number) {
        Ok(()) => count.0,
        Err(_) => u64::MAX,
    }
}

/// Returns the length of the text with its quotes and escapes.
pub(crate) fn str_len(text: &str) -> u64 {
    let escapes: u64 = text
        .bytes()
        .map(|byte| u64::from(EXTRA[usize::from(byte)]))
        .sum();
    text.len() as u64 + 2 + escapes
}

/// How many bytes the escape of each byte adds.
static EXTRA: [u8; 256] = {
    let mut extra = [0; 256];
    let mut control = 0;
    while control < 0x20 {
        extra[control] = 5;
        control += 1;
    }
    let short = *b"\"\\\x08\t\n\x0c\r";
    let mut index = 0;
    while index < short.len() {
        extra[short[index] as usize] = 1;
        index += 1;
    }
    extra
};
