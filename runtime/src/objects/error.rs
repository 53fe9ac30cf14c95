use std::fmt;

/// Why a store does not do what it is asked for. Printed, it is the message of S3.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ObjectError {
    /// There is no such bucket.
    NoSuchBucket,
    /// The bucket has no such key.
    NoSuchKey,
    /// The store does not let anybody do that.
    AccessDenied,
    /// The object has more bytes than are allowed: so many are.
    TooLarge(u64),
    /// Anything else, in the store's words.
    Other(String),
}

impl ObjectError {
    /// S3's HTTP status and error code.
    fn code(&self) -> Option<(u16, &'static str)> {
        match self {
            Self::NoSuchBucket => Some((404, "NoSuchBucket")),
            Self::NoSuchKey => Some((404, "NoSuchKey")),
            Self::AccessDenied => Some((403, "AccessDenied")),
            Self::TooLarge(_) | Self::Other(_) => None,
        }
    }

    /// The cause of a state that fails by it, as the service's S3 client prints it.
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
