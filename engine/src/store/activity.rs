//! The data of an activity that a store contains.

use crate::clock::Timestamp;

/// An activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredActivity {
    /// Its ARN; no other activity in the store has it.
    pub arn: String,
    /// When it was created.
    pub created: Timestamp,
}
