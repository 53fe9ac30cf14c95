//! Calls operations of AWS services over HTTP.

mod attempt;
mod credentials;
mod endpoints;
mod http;
mod service_client;
mod signature;

pub(crate) use self::attempt::is_temporary;
pub use self::credentials::{CredentialsError, SigningKeys};
pub use self::endpoints::{EndpointError, Endpoints};
pub(crate) use self::http::HttpClient;
pub(crate) use self::service_client::{
    CallError, CallOutput, PrepareError, PreparedCall, ResponseTime, ServiceClient,
};
