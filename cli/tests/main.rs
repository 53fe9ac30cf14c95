//! The tests of the command, in one program: a program for each file would link the same crates 21 times.

mod bench;
mod command;
mod common;
mod coverage;
mod diff;
mod estimate;
mod fix;
mod graph;
mod import;
mod import_random;
mod log;
mod output;
mod placeholders;
mod policy;
mod processes;
mod progress;
mod recordings;
mod redact;
mod replay;
mod serve;
mod settings;
mod store;
mod templates;
mod terraform;
mod test_state;
mod validate;
