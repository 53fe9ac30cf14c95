//! Files for deployment: input of SAM, CDK, CloudFormation and Terraform, written by a build
//! script, a program or a test.
//!
//! For the workflow `OrderProcessing` these files are written:
//!
//! | file | content |
//! |---|---|
//! | `order-processing.asl.json` | the ASL, as returned by [`Definition::to_json_pretty`](crate::Definition::to_json_pretty) |
//! | `order-processing.schemas.json` | the JSON Schemas of the workflow and its tasks, from [`Schemas::to_json_pretty`](crate::Schemas::to_json_pretty) |
//! | `order-processing.substitutions.json` | each placeholder that a template must replace, the meaning of its value, and the states that use it |
//! | `order-processing.policy.json` | with the feature `policy`: the IAM policy of the state machine's role, in any region and account. `stepwright policy` has options, and reports what it cannot know |
//! | `stepwright.sources.json` | one file for all workflows of the folder: the line of Rust that declares each state, for editors. Do not commit it |
//!
//! The same workflows always produce the same bytes. A file that is up to date is not written
//! again.
//!
//! # From a build script
//!
//! Put the workflows in a library that is a build-dependency, or in a module that `build.rs`
//! includes with `#[path = ".."] mod ..;`:
//!
//! ```no_run
//! # mod orders {
//! #     use stepwright::prelude::*;
//! #     workflow! { pub workflow OrderProcessing(id: String) -> String { succeed Done { id } } }
//! #     workflow! { pub workflow Refund(id: String) -> String { succeed Done { id } } }
//! # }
//! fn main() -> stepwright::emit::Result {
//!     stepwright::emit::build_script()
//!         .workflow::<orders::OrderProcessing>()
//!         .workflow::<orders::Refund>()
//!         .to("asl")
//!         .write()
//! }
//! ```
//!
//! Without [`to`](Emission::to) the files are written to `OUT_DIR`, where
//! `include_str!(concat!(env!("OUT_DIR"), "/refund.asl.json"))` finds them. Cargo runs the script
//! again only when the script, the workflows or the files change.
//!
//! # From a single crate
//!
//! Use [`emit!`](crate::emit!) in `src/bin/asl.rs` or `tests/asl.rs`: the program writes; `--check`
//! and the test compare.
//!
//! # Drift
//!
//! Commit the files of a folder that is set with [`to`](Emission::to). In CI, where the variable
//! `CI` is set, and in tests they are compared instead of written; a difference is an error that
//! shows the lines. `STEPWRIGHT_EMIT=write` and `STEPWRIGHT_EMIT=check` override this everywhere.
//! Files of removed workflows are not deleted.

mod collection;
mod difference;
mod emission;
mod error;
mod files;
mod mode;
mod program;
mod script;

pub use self::collection::Workflows;
pub(crate) use self::difference::Difference;
pub use self::emission::{Emission, Result, WrittenFiles, build_script};
pub use self::error::EmitError;
pub use self::files::stem;
#[doc(hidden)]
pub use self::program::{EmittingCrate, main, test};

#[cfg(test)]
mod tests;
