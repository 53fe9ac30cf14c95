//! The shapes of requests, with the constraints of the API's model (version 2016-11-23), and AWS's
//! messages.
//!
//! A request is a structure of the macro `shape!`. It is parsed leniently, as on AWS: unknown
//! members are ignored, and [`Constraints`] reports missing ones, so that all violations are in one
//! message.

mod constraints;
mod list;
mod number;
mod required;
mod text;
mod word;

pub(super) use self::constraints::{Constraints, Shape};
pub(super) use self::list::List;
pub(super) use self::number::{
    Count, DiagnosticCount, MaxConcurrency, PageSize, Percentage, ReuseSeconds, VersionWeight,
};
pub(super) use self::required::Required;
pub(super) use self::text::{
    Arn, Cause, CharacterRestrictedName, ClientToken, Data, Definition, Description, ErrorName,
    KmsKeyId, LongArn, LongPageToken, Name, PageToken, RevisionId, TagKey, TagValue, TaskToken,
    TraceHeader,
};
pub(super) use self::word::{
    DiagnosticSeverity, EncryptionType, ExecutionStatus, IncludedData, InspectionLevel, LogLevel,
    MockValidation, RedriveFilter, StateMachineType,
};

/// Declares a structure of the API: its members, in the model's order.
macro_rules! shape {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, serde::Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        pub(crate) struct $name {
            $(pub(crate) $field: $kind,)*
        }

        impl $crate::shape::Shape for $name {
            fn check(&self, to: &mut $crate::shape::Constraints) {
                // A structure without members checks nothing.
                let _ = &to;
                $(to.member(stringify!($field), &self.$field);)*
            }

            fn show(&self) -> Option<String> {
                let members: Vec<String> = vec![$($crate::shape::shown_member(stringify!($field), &self.$field)),*];
                Some(format!("{}({})", stringify!($name), members.join(", ")))
            }
        }
    };
}

pub(crate) use shape;

/// Formats a member of a structure as AWS's framework does.
pub(crate) fn shown_member(name: &str, member: &impl Shape) -> String {
    let shown = member.show();
    let shown = shown
        .as_deref()
        .unwrap_or("*** Sensitive Data Redacted ***");
    format!("{}={shown}", constraints::camel_case(name))
}
