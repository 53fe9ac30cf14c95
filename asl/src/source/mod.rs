//! Where a definition that a program wrote is declared in the program's source.

mod source_location;
mod state_sources;

pub use self::source_location::SourceLocation;
pub use self::state_sources::StateSources;
