//! Compares the placeholders of a definition with the names that a template defines.

use crate::similar::nearest;

/// A mismatch between placeholders and names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Mismatch {
    /// A placeholder without a value.
    Missing {
        /// Index into the placeholders.
        wanted: usize,
    },
    /// A name without a placeholder that is similar to a placeholder without a value.
    Misspelt {
        /// Index into the given names.
        given: usize,
        /// Index into the placeholders.
        wanted: usize,
    },
    /// A name without a placeholder.
    Unknown {
        /// Index into the given names.
        given: usize,
    },
}

/// Compares the given names with the placeholders. Each wrong name is reported once: a misspelt
/// name is not reported as missing or unknown as well.
///
/// ```
/// use stepwright_asl::placeholder::{Mismatch, mismatches};
///
/// let wanted = ["ChargeCardArn", "TopicArn"];
/// assert_eq!(mismatches(&wanted, &["TopicArn", "ChargeCardArn"]), []);
/// assert_eq!(
///     mismatches(&wanted, &["ChargeCardARN", "Stage"]),
///     [
///         Mismatch::Misspelt { given: 0, wanted: 0 },
///         Mismatch::Unknown { given: 1 },
///         Mismatch::Missing { wanted: 1 },
///     ]
/// );
/// ```
pub fn mismatches(wanted: &[&str], given: &[&str]) -> Vec<Mismatch> {
    let mut missing: Vec<usize> = (0..wanted.len())
        .filter(|&index| {
            !given.contains(&wanted[index]) && !wanted[..index].contains(&wanted[index])
        })
        .collect();
    let mut found = Vec::new();
    for (index, name) in given.iter().enumerate() {
        if wanted.contains(name) {
            continue;
        }
        let meant = nearest(name, missing.iter().map(|&index| wanted[index]));
        let meant =
            meant.and_then(|meant| missing.iter().position(|&index| wanted[index] == meant));
        found.push(match meant {
            Some(at) => Mismatch::Misspelt {
                given: index,
                wanted: missing.remove(at),
            },
            None => Mismatch::Unknown { given: index },
        });
    }
    found.extend(
        missing
            .into_iter()
            .map(|wanted| Mismatch::Missing { wanted }),
    );
    found
}
