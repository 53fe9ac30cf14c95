//! The commands, each in a file or a folder with its name.

pub(crate) mod bench;
pub(crate) mod completions;
pub(crate) mod console;
pub(crate) mod convert;
pub(crate) mod coverage;
pub(crate) mod debug;
pub(crate) mod diff;
pub(crate) mod estimate;
pub(crate) mod executions;
pub(crate) mod explore;
pub(crate) mod graph;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod lsp;
pub(crate) mod mcp;
pub(crate) mod placeholders;
pub(crate) mod policy;
pub(crate) mod replay;
pub(crate) mod report;
pub(crate) mod rule;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod store;
pub(crate) mod studio;
pub(crate) mod test_state;
pub(crate) mod validate;
