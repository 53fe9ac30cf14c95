//! The error for a resource that is not in the tables.

use crate::resource::Resource;

/// An unknown resource.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{resource}` names an unknown {what}{}", hint(.suggestion.as_deref()))]
#[non_exhaustive]
pub struct UnknownResource {
    /// The unknown part.
    pub what: ResourcePart,
    /// The resource.
    pub resource: String,
    /// The most similar known resource.
    pub suggestion: Option<String>,
    pub(super) meant: Option<String>,
    /// Whether AWS may know the resource: its name has the right syntax and is not similar to a
    /// known name, and AWS may have added it after [the date of the tables](super::tables_date).
    pub doubt: bool,
}

/// A part of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResourcePart {
    /// The whole: it is not the ARN of an integration, a function or an activity.
    Resource,
    /// The service.
    Service,
    /// The action of a known service.
    Action,
    /// The pattern of a known action.
    Pattern,
}

impl std::fmt::Display for ResourcePart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            ResourcePart::Resource => "task",
            ResourcePart::Service => "service",
            ResourcePart::Action => "action",
            ResourcePart::Pattern => "pattern",
        })
    }
}

impl UnknownResource {
    /// The unknown part with its name: ``the service `s3vectors` ``.
    pub(crate) fn part(&self) -> String {
        let name = Resource::parse(&self.resource)
            .integration()
            .unwrap_or_default();
        let rest = name.strip_prefix("aws-sdk:").unwrap_or(name);
        let service = rest.split(':').next().unwrap_or(rest);
        match self.what {
            ResourcePart::Service => format!("the service `{service}`"),
            _ => format!("the {} `{rest}`", self.what),
        }
    }
}

fn hint(suggestion: Option<&str>) -> String {
    suggestion.map_or(String::new(), |suggestion| format!("; {suggestion}"))
}
