//! A resource that is not in the tables.

use crate::resource::Resource;

/// The reason why a resource is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{resource}` names no {what} that is known{}", hint(.suggestion.as_deref()))]
#[non_exhaustive]
pub struct Unknown {
    /// What is not known.
    pub what: What,
    /// The resource.
    pub resource: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
    /// Whether AWS may know it: its name has the right form and is not nearly a name of the tables, which AWS may have added to since
    /// [their date](super::tables_date).
    pub doubt: bool,
}

/// A part of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum What {
    /// The whole: it is neither the ARN of an integration nor that of a function or an activity.
    Resource,
    /// The service.
    Service,
    /// The action of a service that is known.
    Action,
    /// The pattern of an action that is known.
    Pattern,
}

impl std::fmt::Display for What {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            What::Resource => "task",
            What::Service => "service",
            What::Action => "action",
            What::Pattern => "pattern",
        })
    }
}

impl Unknown {
    /// The part of the resource that is not known: ``the service `s3vectors` ``.
    pub(crate) fn part(&self) -> String {
        let name = Resource::parse(&self.resource)
            .integration()
            .unwrap_or_default();
        let rest = name.strip_prefix("aws-sdk:").unwrap_or(name);
        let service = rest.split(':').next().unwrap_or(rest);
        match self.what {
            What::Service => format!("the service `{service}`"),
            _ => format!("the {} `{rest}`", self.what),
        }
    }
}

fn hint(suggestion: Option<&str>) -> String {
    suggestion.map_or(String::new(), |suggestion| format!("; {suggestion}"))
}
