//! Servers on loopback that simulate AWS, and the tasks that run with them.
//!
//! | file | content |
//! |---|---|
//! | [`runtime_api`] | the Lambda Runtime API: `invocation/next`, `response`, `error`, `init/error` |
//! | [`step_functions`] | `GetActivityTask`, `SendTaskSuccess`, `SendTaskFailure`, `SendTaskHeartbeat` of Step Functions, over an engine |
//! | [`orders`] | the tasks, errors and workflows |

pub mod orders;
pub mod runtime_api;
pub mod step_functions;
