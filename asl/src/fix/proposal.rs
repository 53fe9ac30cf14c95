//! The fix of a diagnostic, as data.

use std::fmt;

use serde::Serialize;

use crate::edit::Edit;

/// A fix of a diagnostic. It serializes as an object with `title`, `safety` and `edits`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Fix {
    /// The effect, as a command: ``rename `Retyr` to `Retry` ``.
    pub title: String,
    /// Whether it needs a person's consent.
    pub safety: Safety,
    /// The edits of the definition. All pointers refer to the text before them.
    pub edits: Vec<Edit>,
}

/// Whether a fix may be made without a person's consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Safety {
    /// AWS rejects the definition without the fix, and it is the only sensible reading; or the
    /// definition means the same with it.
    Safe,
    /// The fix changes what a valid definition does, or chooses one of several readings.
    Unsafe,
}

impl fmt::Display for Safety {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Safety::Safe => "safe",
            Safety::Unsafe => "unsafe",
        })
    }
}

impl Fix {
    /// Creates a fix with one edit.
    pub fn new(safety: Safety, title: impl Into<String>, edit: Edit) -> Fix {
        Fix {
            title: title.into(),
            safety,
            edits: vec![edit],
        }
    }

    /// Sets the safety.
    #[must_use]
    pub(crate) fn with_safety(mut self, safety: Safety) -> Fix {
        self.safety = safety;
        self
    }

    /// Creates a safe fix with one edit.
    pub(crate) fn safe(title: impl Into<String>, edit: Edit) -> Fix {
        Fix::new(Safety::Safe, title, edit)
    }

    /// Creates one of several fixes, from which a person chooses.
    pub(crate) fn choice(title: impl Into<String>, edits: impl Into<Vec<Edit>>) -> Fix {
        Fix {
            title: title.into(),
            safety: Safety::Unsafe,
            edits: edits.into(),
        }
    }

    /// The approximate size in memory, in bytes.
    pub(crate) fn size(&self) -> usize {
        let edits = self
            .edits
            .iter()
            .map(|edit| size_of::<Edit>() + edit.size());
        size_of::<Fix>() + self.title.len() + edits.sum::<usize>()
    }

    /// Creates an unsafe fix with one edit.
    pub(crate) fn risky(title: impl Into<String>, edit: Edit) -> Fix {
        Fix::new(Safety::Unsafe, title, edit)
    }
}
