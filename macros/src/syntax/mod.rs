//! The grammar of `workflow!`, as `docs/language.md` writes it down: one file a construct.
//!
//! The parser recovers. A mistake in a statement, a state or a workflow is recorded and the rest is read on, so that
//! one compile shows all mistakes and an editor can work with half a line. It knows the words and no rules: whether
//! a state exists or a choice is complete is [`check`](crate::check)'s business. It never panics.

#![deny(clippy::indexing_slicing)]

mod binding;
mod called;
mod catch;
mod choice;
mod comparison;
mod distributed;
mod duration;
mod fail;
mod fragment;
mod json;
mod map;
mod object;
mod option;
mod parallel;
mod pass;
mod pattern;
mod reader;
mod retry;
mod state;
mod succeed;
mod target;
mod task;
mod wait;
mod workflow;

pub(crate) use self::binding::{Binding, Let};
pub(crate) use self::catch::{Catch, CatchArm, CatchEvery};
pub(crate) use self::choice::{Arm, Choice, Condition};
pub(crate) use self::comparison::parse;
pub(crate) use self::distributed::{Access, Batch, BatchInput, DistributedOption, Tolerance};
pub(crate) use self::duration::Amount;
pub(crate) use self::fragment::{Exit, ExitArm, Include, IncludeLet};
pub(crate) use self::json::Json;
pub(crate) use self::map::{Children, For, Map};
pub(crate) use self::object::{Object, ObjectValue};
pub(crate) use self::option::{StateOption, Transition};
pub(crate) use self::pattern::ErrorPattern;
pub(crate) use self::reader::{Expression, Reader};
pub(crate) use self::retry::{Retry, Setting, SettingValue};
pub(crate) use self::state::{Body, Kind, State};
pub(crate) use self::target::Target;
pub(crate) use self::task::{Call, Callee, TaskLet};
pub(crate) use self::wait::Wait;
pub(crate) use self::workflow::{Source, Workflow, WorkflowOption};
