//! The result of a task, and its failure as a record.

pub use stepwright_asl::errors::TaskFailure;

use crate::record::record;
use crate::value::Value;

/// The result of a task.
pub type TaskResult = Result<Value, TaskFailure>;

record!(struct TaskFailure { 1 => error, 2 => cause });
