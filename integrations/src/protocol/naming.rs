//! Chooses the names of the members in results, which depend on the kind of integration.

use crate::models::Member;

/// How the members of a result are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// As AWS SDK integrations call them: `DbInstances`.
    Sdk,
    /// As optimized integrations call them: the API's names with a capital.
    Optimized,
}

impl Naming {
    pub(crate) fn of(self, member: &Member) -> &str {
        match self {
            Self::Sdk => &member.sdk_name,
            Self::Optimized => &member.optimized_name,
        }
    }
}
