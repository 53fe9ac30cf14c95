//! Replays recordings of the real service with this project and reports the differences.
//!
//! The formats of the files are described in the `README.md` next to the recordings. The
//! runner has no exceptions and never skips; the few rows that no correct implementation can
//! reproduce are listed in `tests/conformance/known.toml`, which only the tests in `recordings`
//! read.

mod api;
mod conversion;
pub mod equal;
mod execution;
mod history;
mod known;
mod row;
mod test_state;
mod validation;

pub use api::ReplayMode;
pub use conversion::{ConvertedReplay, ConvertedReplays};
pub use known::KnownDifferences;
pub use row::{Row, read_rows};

/// The differences between a row's recording and the actual behaviour: all of them, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differences(Vec<String>);

impl Differences {
    /// `Ok` if there are none.
    fn check(found: Vec<String>) -> Result<(), Self> {
        if found.is_empty() {
            Ok(())
        } else {
            Err(Self(found))
        }
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// One per line; all but the first are indented.
impl std::fmt::Display for Differences {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("\n    "))
    }
}

impl From<String> for Differences {
    fn from(text: String) -> Self {
        Self(vec![text])
    }
}
