//! Steps executions: plain data in, plain data out, one file per type of state.

mod arguments;
mod batch;
mod catch;
mod children;
mod choice;
mod context;
mod cursor;
mod distributed;
mod execution;
mod fail;
mod failure;
mod host;
mod inspect;
mod inspection;
mod io;
mod kept;
mod map;
mod map_run;
mod number;
mod parallel;
mod pass;
mod redrive;
mod resume;
mod retry;
mod step;
mod succeed;
mod task;
mod tolerance;
mod wait;

pub(crate) use self::cursor::Item;
pub(crate) use self::execution::{Execution, Outcome, Step};
pub(crate) use self::failure::Failure;
pub(crate) use self::host::{ChildStart, Host};
pub(crate) use self::inspection::{Inspection, Stage, Start, TESTED_STATE};
pub(crate) use self::kept::{Restored, Written};
pub(crate) use self::resume::Resume;
