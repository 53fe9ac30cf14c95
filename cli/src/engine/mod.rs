//! What the commands give to an engine: the commands and URLs of tasks, services, objects, logs,
//! spans; and the socket and the signals of a server.

pub(crate) mod aws_account;
pub(crate) mod listener;
pub(crate) mod log;
pub(crate) mod log_arguments;
pub(crate) mod mock_arguments;
pub(crate) mod mock_case;
pub(crate) mod objects;
#[cfg(feature = "otlp")]
pub(crate) mod otlp;
#[cfg(not(feature = "otlp"))]
#[path = "without_otlp.rs"]
pub(crate) mod otlp;
pub(crate) mod otlp_arguments;
pub(crate) mod service_arguments;
pub(crate) mod service_calls;
pub(crate) mod signals;
pub(crate) mod tasks;
