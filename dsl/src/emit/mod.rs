//! Files for whoever deploys: what SAM, CDK, CloudFormation and Terraform read, written by a build script, a program or a test.
//!
//! Of the workflow `OrderProcessing` these files are written:
//!
//! | file | what it holds |
//! |---|---|
//! | `order-processing.asl.json` | the ASL, as [`Definition::to_json_pretty`](crate::Definition::to_json_pretty) gives it |
//! | `order-processing.schemas.json` | the JSON Schemas of the workflow and of its tasks, as [`Schemas::to_json_pretty`](crate::Schemas::to_json_pretty) gives them |
//! | `order-processing.substitutions.json` | each placeholder that a template must give a value, what it stands for, and the states that use it |
//! | `order-processing.policy.json` | with the feature `policy`: the IAM policy of the state machine's role, in any region and account. `stepwright policy` has options, and tells what it cannot know |
//!
//! The same workflows always give the same bytes, and a file that is right already is not touched.
//!
//! # From a build script
//!
//! The workflows stand in a library that is a build-dependency, or in a module that `build.rs` includes by `#[path = ".."] mod ..;`:
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
//! Without [`to`](Emission::to) the files go to `OUT_DIR`, where `include_str!(concat!(env!("OUT_DIR"), "/refund.asl.json"))` finds them.
//! Cargo runs the script again when it, the workflows or the files change, and at no other time.
//!
//! # From one crate alone
//!
//! [`emit!`](crate::emit!) in `src/bin/asl.rs` or `tests/asl.rs`: the program writes, `--check` and the test compare.
//!
//! # Drift
//!
//! Files of a folder that was named by [`to`](Emission::to) are committed. In CI, where the variable `CI` is set, and in tests they are not
//! written but compared; what differs is an error that shows the lines. `STEPWRIGHT_EMIT=write` and `STEPWRIGHT_EMIT=check` say it in any
//! place. Files of workflows that are gone are left where they are.

mod collection;
mod difference;
mod emission;
mod error;
mod files;
mod mode;
mod program;
mod script;

pub use self::collection::Workflows;
pub use self::emission::{Emission, Result, Written, build_script};
pub use self::error::EmitError;
pub use self::files::stem;
#[doc(hidden)]
pub use self::program::{Here, main, test};

#[cfg(test)]
mod tests;
