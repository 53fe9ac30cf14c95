//! Tasks that call HTTP APIs: `http:invoke` and `apigateway:invoke`.

mod api_gateway;
mod body;
mod connections;
mod http_invoke;
mod http_task;
mod response;

pub(crate) use self::api_gateway::api_gateway;
pub use self::connections::{Connections, ConnectionsError};
pub(crate) use self::http_invoke::http_invoke;
pub(crate) use self::http_task::HttpTask;
