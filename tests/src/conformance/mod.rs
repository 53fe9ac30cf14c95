//! Runs recordings of the real service against this project and says where they first differ.
//!
//! The rows come from files in the formats that `../shared/conformance/README.md` describes. The runner knows no exceptions and never skips; the few rows
//! that no correct implementation can reproduce stand in `tests/conformance/known.toml`, which only `cargo test` reads.

pub mod equal;
mod execution;
mod history;
mod known;
mod row;
mod test_state;
mod validation;

pub use known::Known;
pub use row::{Row, read_rows};

/// Where a row's recording and our behaviour first differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference(pub String);

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for Difference {
    fn from(text: String) -> Self {
        Self(text)
    }
}
