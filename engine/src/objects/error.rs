//! The errors of object stores, with the codes and messages of S3.

use std::fmt;

/// An error of an object store. Its message is that of S3.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ObjectError {
    /// The bucket does not exist.
    NoSuchBucket,
    /// The bucket has no such key.
    NoSuchKey,
    /// The store does not allow the operation.
    AccessDenied,
    /// The object has more bytes than this limit.
    TooLarge(u64),
    /// Any other error, with the store's message.
    Other(String),
}

impl ObjectError {
    /// Returns S3's HTTP status and error code.
    fn code(&self) -> Option<(u16, &'static str)> {
        match self {
            Self::NoSuchBucket => Some((404, "NoSuchBucket")),
            Self::NoSuchKey => Some((404, "NoSuchKey")),
            Self::AccessDenied => Some((403, "AccessDenied")),
            Self::TooLarge(_) | Self::Other(_) => None,
        }
    }

    /// Returns the cause of a state that fails with this error, as the service's S3 client formats
    /// it.
    pub(crate) fn cause(&self, request_id: &str) -> String {
        match self.code() {
            Some((status, code)) => format!(
                "{self} (Service: Amazon S3; Status Code: {status}; Error Code: {code}; Request ID: {request_id}; S3 Extended Request ID: {request_id}; Proxy: null)"
            ),
            None => self.to_string(),
        }
    }
}

impl fmt::Display for ObjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoSuchBucket => "The specified bucket does not exist",
            Self::NoSuchKey => "The specified key does not exist.",
            Self::AccessDenied => "Access Denied",
            Self::TooLarge(most) => return write!(f, "The object has more than {most} bytes"),
            Self::Other(message) => message,
        })
    }
}

impl std::error::Error for ObjectError {}
