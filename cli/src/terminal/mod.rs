//! What the command prints: results, tables, diagnostics, and the progress of long work.

pub(crate) mod count;
pub(crate) mod diagnostics;
pub(crate) mod heading;
pub(crate) mod output;
pub(crate) mod progress;
pub(crate) mod standard_error;
pub(crate) mod table;
pub(crate) mod visible;
