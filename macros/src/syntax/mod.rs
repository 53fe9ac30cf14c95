//! The grammar of `workflow!`, as described in `docs/reference/language.md`: one file for each
//! construct.
//!
//! The parser recovers from errors. An error in a statement, a state or a workflow is recorded and
//! parsing continues, so that one compile shows all errors and an editor can work with an
//! incomplete line. It creates parts of the [`machine`](crate::machine), and checks the position
//! and number of statements; [`check`](crate::check) checks whether a state exists or a choice is
//! complete. It never panics.

#![deny(clippy::indexing_slicing)]

mod binding;
mod called;
mod catch;
mod choice;
mod comparison;
mod distributed;
mod duration;
mod fragment;
mod json;
mod map;
mod object;
mod option;
mod parallel;
mod pattern;
mod reader;
mod retry;
mod state;
mod statement;
mod target;
mod task;
mod wait;
mod workflow;

pub(crate) use self::comparison::parse;
pub(crate) use self::reader::SyntaxReader;
pub(crate) use self::state::docs;
pub(crate) use self::workflow::WorkflowSource;
