//! The reasons why the objects of an ItemReader cannot be read.

use stepwright_interpreter::distributed::TransferError;

use crate::objects::ObjectError;

/// Why an object could not be read.
#[derive(Debug)]
pub(crate) enum ReadError {
    Store(ObjectError),
    /// The cause of the state's failure.
    File(String),
}

impl ReadError {
    pub(super) fn too_large(key: &str, max_bytes: u64) -> Self {
        Self::File(format!("The file {key} has more than {max_bytes} bytes"))
    }

    /// The thread that read the object panicked.
    pub(super) fn interrupted(key: &str, reason: &str) -> Self {
        Self::File(format!("Reading the file {key} was interrupted: {reason}"))
    }

    /// The object changed after its reading began.
    pub(super) fn changed(key: &str) -> Self {
        Self::File(format!(
            "The file {key} was changed while its items were being read"
        ))
    }

    /// The reading of the rest was cancelled before.
    pub(super) fn rest_is_gone() -> Self {
        Self::File("The rest of an object that was being read is gone".to_owned())
    }
}

impl From<TransferError> for ReadError {
    fn from(error: TransferError) -> Self {
        Self::File(error.cause)
    }
}
