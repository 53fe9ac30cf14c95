//! The grammar of `workflow!`, as `docs/language.md` writes it down: one file a construct.
//!
//! The parser recovers. A mistake in a statement, a state or a workflow is recorded and the rest is read on, so that
//! one compile shows all mistakes and an editor can work with half a line. It makes parts of the [`machine`](crate::machine), and
//! knows what stands where and how often: whether a state exists or a choice is complete is [`check`](crate::check)'s business.
//! It never panics.

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
pub(crate) use self::reader::Reader;
pub(crate) use self::workflow::Source;
