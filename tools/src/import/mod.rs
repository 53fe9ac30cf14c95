//! Converts a definition to the Rust source of a workflow.
//!
//! States, transitions, rules, handlers and tasks are written in the language of `workflow!` if it
//! can express them; all other fields go into `raw { .. }`. `writing.rs` predicts what the macro
//! will emit for the statements, and puts the difference into `raw`. So the source always emits the
//! original definition.
//!
//! ```
//! use stepwright_asl::json;
//! use stepwright_tools::import::Importer;
//!
//! let definition = json!({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}});
//! let source = Importer::new("Orders", "orders.asl.json").source(&definition)?;
//! assert!(source.contains("workflow!"));
//! # Ok::<(), stepwright_tools::import::ImportError>(())
//! ```

mod call;
mod condition;
mod handlers;
mod machine;
mod map;
mod output;
mod payload;
mod plain;
mod shape;
mod state;
mod task;
mod text;
mod values;
mod variables;
mod writing;

pub use machine::{ImportError, Importer};
