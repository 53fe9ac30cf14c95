//! The jobs of `.sync` tasks: a request starts a job, polls wait for its end, and another request
//! stops it.
//!
//! One table has all jobs. The engine sends `Command::FollowJob` after the request of a `.sync`
//! task has succeeded, and again after a restart, and the source polls. A job is stopped by a
//! request that is plain data (`stop_request.rs`), so that the next process can repeat it.

mod follow;
mod kind;
mod stop_request;
mod table;

pub(super) use self::follow::{follow, stop};
pub(super) use self::stop_request::JobStopRequest;
pub(super) use self::table::job_kind;
