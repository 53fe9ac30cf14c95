//! The protocols of AWS APIs: how an operation and its parameters become an HTTP request, and a
//! response or an error becomes JSON.

mod api_error;
mod header_list;
mod json;
mod naming;
mod query;
mod request;
mod response;
mod rest;
mod scalar;
#[cfg(test)]
mod tests;
mod writer;
mod xml_read;
mod xml_write;

pub(crate) use self::api_error::{ApiError, api_error, is_error_document};
pub(crate) use self::naming::Naming;
pub(crate) use self::query::encoded;
pub(crate) use self::request::request;
pub(crate) use self::response::{UnreadableResponse, response};
pub(crate) use self::scalar::text as value_text;
pub(crate) use self::writer::{ApiRequest, InvalidParameter, MAX_DEPTH, unknown_field};
