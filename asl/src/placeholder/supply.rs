//! The placeholders that a definition has, beside the names that a template gives values.

use crate::similar::nearest;

/// What does not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Mismatch {
    /// A placeholder that is given no value: its index.
    Missing {
        /// Among the placeholders.
        wanted: usize,
    },
    /// A name that no placeholder has, and probably means the one that is given no value.
    Misspelt {
        /// Among the names that are given.
        given: usize,
        /// Among the placeholders.
        wanted: usize,
    },
    /// A name that no placeholder has.
    Unknown {
        /// Among the names that are given.
        given: usize,
    },
}

/// Holds the names that are given against the placeholders. Each name that is wrong is told once: one that is misspelt is neither missing nor
/// unknown besides.
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
