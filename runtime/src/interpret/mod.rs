//! Steps executions: plain data in, plain data out, one file per type of state.

mod arguments;
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
mod io;
mod kept;
mod map;
mod number;
mod parallel;
mod pass;
mod redrive;
mod retry;
mod step;
mod succeed;
mod task;
mod wait;

pub(crate) use self::cursor::Item;
pub(crate) use self::execution::{Execution, Outcome, Step};
pub(crate) use self::failure::Failure;
pub(crate) use self::host::{ChildStart, Host, Ring, Ticket};
pub(crate) use self::inspect::{Inspection, Stage, Start, TESTED_STATE};
pub(crate) use self::redrive::Resume;
