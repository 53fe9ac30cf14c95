//! The description of an activity that callers of the engine receive.

use crate::clock::Timestamp;

/// An activity, as DescribeActivity describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActivityDescription {
    /// Its name.
    pub name: String,
    /// Its ARN, or the placeholder with which
    /// [`EngineBuilder::activity`](crate::EngineBuilder::activity) declared it.
    pub arn: String,
    /// When it was created. For an activity that the builder declared: when the engine was built.
    pub created: Timestamp,
}

impl ActivityDescription {
    pub(crate) fn new(arn: &str, created: Timestamp) -> Self {
        let name = arn.rsplit(':').next().unwrap_or(arn);
        Self {
            name: name.to_owned(),
            arn: arn.to_owned(),
            created,
        }
    }
}
