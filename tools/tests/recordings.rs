//! Estimates and conversions of recorded and real-world definitions.

mod convert;
mod estimate;
#[path = "../../asl/tests/recordings/files.rs"]
pub(crate) mod files;
