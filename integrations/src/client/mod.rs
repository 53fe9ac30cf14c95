//! Calls operations of AWS services over HTTP.
//!
//! A call is prepared without I/O, then signed, sent and repeated.

mod attempt;
pub(super) mod call_metadata;
mod credentials;
mod endpoints;
mod host;
mod http;
mod service_client;
mod signature;

pub(crate) use self::attempt::{is_temporary, is_transient};
pub(crate) use self::credentials::EndpointKeys;
pub use self::credentials::{CredentialsError, SigningKeys};
pub use self::endpoints::{EndpointError, Endpoints};
pub use self::host::is_loopback;
pub(crate) use self::host::is_plain;
#[cfg(feature = "account")]
pub(crate) use self::http::CONNECT_TIME;
pub(crate) use self::http::{
    HttpClient, HttpFailure, HttpRequest, HttpResponse, HttpStream, RESULT_BYTES,
};
pub(crate) use self::service_client::{
    CallError, CallOutput, PrepareError, PreparedCall, ResponseTime, ServiceClient,
};
