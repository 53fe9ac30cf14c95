//! Results of services.

/// Defines a structure of a result: fields that are always present, and fields that may be missing.
macro_rules! answer {
    (
        $(#[$doc:meta])*
        $name:ident $(<$parameter:ident = $default:ty>)? {
            $($(#[$field_doc:meta])* $field:ident: $ty:ty = $wire:literal,)*
        } optional {
            $($(#[$optional_doc:meta])* $optional:ident: $optional_ty:ty = $optional_wire:literal,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub struct $name $(<$parameter = $default>)? {
            $(
                $(#[$field_doc])*
                #[serde(rename = $wire)]
                pub $field: $ty,
            )*
            $(
                $(#[$optional_doc])*
                #[serde(rename = $optional_wire, default, skip_serializing_if = "Option::is_none")]
                pub $optional: Option<$optional_ty>,
            )*
        }

        #[diagnostic::do_not_recommend]
        impl $(<$parameter: $crate::Payload>)? $crate::Payload for $name $(<$parameter>)? {
            fn shape() -> $crate::shape::Shape {
                use $crate::shape::Presence;
                $crate::services::answer::structure(stringify!($name), vec![
                    $((stringify!($field), $wire, <$ty as $crate::Payload>::shape, Presence::Always),)*
                    $((
                        stringify!($optional),
                        $optional_wire,
                        <Option<$optional_ty> as $crate::Payload>::shape,
                        Presence::Omitted(None),
                    ),)*
                ])
            }
        }

        #[diagnostic::do_not_recommend]
        impl $(<$parameter: $crate::Payload>)? $crate::shape::Form for $name $(<$parameter>)? {
            type Owned = Self;
        }
    };
}

use crate::shape::{Field, Fields, Presence, Shape, StructShape};

/// A field: its name in Rust, its name in JSON, its shape, and its presence.
type FieldShape = (&'static str, &'static str, fn() -> Shape, Presence);

/// The shape of a structure.
pub(super) fn structure(name: &'static str, fields: Vec<FieldShape>) -> Shape {
    let field = |(name, wire, shape, presence): FieldShape| Field {
        name: name.into(),
        wire: wire.into(),
        shape: Shape::Lazy(shape),
        flatten: false,
        is_redacted: false,
        presence,
    };
    Shape::Struct(StructShape {
        name: name.into(),
        fields: Fields::Named(fields.into_iter().map(field).collect()),
        tag: None,
    })
}
