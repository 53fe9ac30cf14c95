//! The tests of the command, in one program: a program for each file would link the same crates 21
//! times.

mod agents;
mod bench;
mod command;
mod common;
mod computed_values;
mod convert;
mod coverage;
#[cfg(all(unix, feature = "postgres"))]
mod database;
mod debug;
mod diff;
mod estimate;
mod explain;
mod explore;
mod fix;
mod graph;
#[cfg(target_os = "linux")]
mod hostile;
mod import;
mod import_random;
mod log;
mod lsp;
mod mcp;
mod output;
mod placeholders;
mod policy;
mod processes;
mod progress;
mod recordings;
mod redact;
mod rehearse;
mod replay;
mod report;
mod review;
mod serve;
mod settings;
#[cfg(unix)]
mod starts;
mod store;
mod studio;
mod templates;
mod terraform;
mod test_state;
mod types;
mod validate;
