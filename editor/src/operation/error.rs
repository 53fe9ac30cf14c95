//! The reasons why an operation is refused.

use stepwright_asl::edit::EditError;

/// The reason why an operation is refused. The text is then unchanged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OperationError {
    /// The definition lacks what the operation names.
    #[error("there is no {what}")]
    Missing {
        /// The name of the missing thing.
        what: String,
    },
    /// The result would not be what the operation says.
    #[error("{reason}")]
    Refused {
        /// The reason.
        reason: String,
    },
    /// The text cannot be edited there.
    #[error(transparent)]
    Edit(#[from] EditError),
}

impl OperationError {
    /// There is no such thing; `what` has its article.
    pub(super) fn missing(what: impl Into<String>) -> OperationError {
        let what = what.into();
        let bare = ["a ", "an ", "the "]
            .iter()
            .find_map(|article| what.strip_prefix(article));
        OperationError::Missing {
            what: bare.unwrap_or(&what).to_owned(),
        }
    }

    pub(super) fn refused(reason: impl Into<String>) -> OperationError {
        OperationError::Refused {
            reason: reason.into(),
        }
    }
}
