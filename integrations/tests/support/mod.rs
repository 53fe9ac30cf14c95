//! Servers on loopback that replace AWS services.

mod event_bus_server;
mod received_request;
mod reply;
mod s3_server;
mod test_server;

pub(crate) use self::event_bus_server::{EventBusServer, Fault};
pub(crate) use self::received_request::ReceivedRequest;
pub(crate) use self::reply::Reply;
pub(crate) use self::s3_server::S3Server;
pub(crate) use self::test_server::TestServer;
