//! Runs recordings of the real service against this project and says where they differ.
//!
//! The rows come from files in the formats that `../shared/conformance/README.md` describes. The runner knows no exceptions and never skips; the few rows
//! that no correct implementation can reproduce stand in `tests/conformance/known.toml`, which only `cargo test` reads.

mod api;
pub mod equal;
mod execution;
mod history;
mod known;
mod row;
mod test_state;
mod validation;

pub use api::Way;
pub use known::Known;
pub use row::{Row, read_rows};

/// Where a row's recording and our behaviour differ: all of it, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differences(Vec<String>);

impl Differences {
    /// Nothing, or what there is.
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

/// One a line; the further ones are indented.
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
