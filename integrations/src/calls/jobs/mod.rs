//! The jobs of `.sync` tasks: a request starts a job, polls wait for its end, and another request stops it.

mod follow;
mod kind;
mod stop_request;
mod table;

pub(super) use self::follow::{follow, stop};
pub(super) use self::stop_request::JobStopRequest;
pub(super) use self::table::job_kind;
