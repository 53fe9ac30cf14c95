//! Declaration, parsing and writing of structures.

use crate::diagnostic::{Diagnostic, Diagnostics, TextLocation};
use crate::json::{Document, Json, Object};
use crate::substitution::open_members;
use crate::value_path::ValuePath;

use super::schema::{Schema, ValueKind};

/// Members that are not fields of ASL, and the original order of all keys.
///
/// Two structures that differ only in the order of their keys are equal.
#[derive(Debug, Clone, Default)]
pub struct OtherMembers {
    unknown: Object,
    /// Every key in its original order; empty if that is the order in which fields are written
    /// anyway.
    order: Vec<Box<str>>,
    /// The lists that were empty in the parsed JSON: they are written as `[]`, while other empty
    /// lists are omitted.
    empty: Vec<Box<str>>,
}

impl OtherMembers {
    /// The members that are not fields of ASL, in their original order.
    pub fn unknown(&self) -> &Object {
        &self.unknown
    }

    /// Adds or replaces a member, which is written after the known fields.
    ///
    /// A field of the structure cannot be set in this way: the structure's own value takes
    /// precedence.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<Json>) {
        self.unknown.insert(key.into(), value.into());
    }

    /// Removes a member.
    pub fn remove(&mut self, key: &str) -> Option<Json> {
        self.unknown.shift_remove(key)
    }

    /// Whether the list under this key was empty in the parsed JSON.
    pub(super) fn was_empty(&self, key: &str) -> bool {
        self.empty.iter().any(|read| **read == *key)
    }

    /// The original position of a key; `None` if the keys were in the order of the fields.
    pub(crate) fn place(&self, key: &str) -> Option<usize> {
        self.order.iter().position(|read| **read == *key)
    }
}

impl PartialEq for OtherMembers {
    fn eq(&self, other: &OtherMembers) -> bool {
        self.unknown == other.unknown
    }
}

/// A part of a definition that is an object with named fields.
pub(crate) trait Structure: Default + Sized + 'static {
    const SCHEMA: Schema;
    /// The value of `Type`, for states.
    const TYPE: Option<&'static str>;

    /// The field table as a static, for tables that refer to each other.
    fn table() -> &'static Schema;

    /// Reads one member. Returns `false` if it is not a field.
    fn set(
        &mut self,
        key: &str,
        value: &Json,
        at: &ValuePath<'_>,
        reading: &mut ParseContext<'_>,
    ) -> bool;

    /// The present fields, in the order of their declaration.
    fn members(&self) -> Object;

    fn other(&self) -> &OtherMembers;
    fn other_mut(&mut self) -> &mut OtherMembers;

    fn read(object: &Object, at: &ValuePath<'_>, reading: &mut ParseContext<'_>) -> Self {
        let mut this = Self::default();
        for (key, value) in object {
            let known = Self::TYPE.is_some() && key == "Type";
            if known {
                continue;
            }
            if value.as_array().is_some_and(<[Json]>::is_empty) {
                this.other_mut().empty.push(key.as_str().into());
            }
            let at = at.key(key);
            let field = Self::SCHEMA.field(key);
            let is_unread = field.is_some_and(|field| reading.is_unknown(value, field.kind, &at));
            if is_unread || !this.set(key, value, &at, reading) {
                this.other_mut().unknown.insert(key.clone(), value.clone());
            }
        }
        for field in Self::SCHEMA.fields {
            if field.required && !object.contains_key(field.name) && !reading.is_open(object, at) {
                reading.missing(field.name, at);
            }
        }
        let written = this.write();
        if written.keys().ne(object.keys()) {
            this.other_mut().order = object.keys().map(|key| key.as_str().into()).collect();
        }
        this
    }

    fn write(&self) -> Object {
        let mut members = Object::new();
        if let Some(kind) = Self::TYPE {
            members.insert("Type".to_owned(), kind.into());
        }
        members.extend(self.members());
        let OtherMembers { unknown, order, .. } = self.other();
        for (key, value) in unknown {
            if !members.contains_key(key) {
                members.insert(key.clone(), value.clone());
            }
        }
        if !order.is_empty() {
            let rank: std::collections::HashMap<&str, usize> =
                order.iter().map(AsRef::as_ref).zip(0..).collect();
            members
                .sort_by_cached_key(|key, _| rank.get(key.as_str()).copied().unwrap_or(usize::MAX));
        }
        members
    }
}

/// The type of a field's value.
pub(crate) trait Field: Sized {
    const KIND: ValueKind;

    /// Reads the value. If it has the wrong type, reports a diagnostic and returns `None`.
    fn read(json: &Json, at: &ValuePath<'_>, reading: &mut ParseContext<'_>) -> Option<Self>;

    /// The value, or `None` if the field is absent.
    fn write(&self) -> Option<Json>;

    /// The value of an empty list, for required fields.
    fn blank() -> Option<Json> {
        None
    }
}

/// Fields that are identified by more than one name.
pub(crate) trait Flattened: Sized {
    fn has(key: &str) -> bool;
    fn set(&mut self, key: &str, value: &Json, at: &ValuePath<'_>, reading: &mut ParseContext<'_>);
    fn members(&self, members: &mut Object);
}

/// The state of a parse: the document, and its diagnostics so far.
pub(crate) struct ParseContext<'d> {
    document: &'d Document,
    diagnostics: Vec<Diagnostic>,
}

impl<'d> ParseContext<'d> {
    pub(crate) fn new(document: &'d Document) -> ParseContext<'d> {
        ParseContext {
            document,
            diagnostics: Vec::new(),
        }
    }

    pub(crate) fn finish<T>(self, value: T) -> Result<T, Diagnostics> {
        if self.diagnostics.is_empty() {
            Ok(value)
        } else {
            Err(self.diagnostics.into_iter().collect())
        }
    }

    /// Whether a template engine fills in the value of a field, or an item of it, and the model has
    /// no place for it. Such a value remains among the [`OtherMembers`], and the field is empty.
    fn is_unknown(&self, value: &Json, kind: ValueKind, at: &ValuePath<'_>) -> bool {
        let is_whole = |json: &Json, at: &ValuePath<'_>| {
            json.as_str().is_some() && self.document.is_unknown(&at.pointer())
        };
        match (kind, value) {
            (ValueKind::Structures(_) | ValueKind::Texts, Json::Array(items)) => {
                let mut items = items.iter().enumerate();
                items.any(|(index, item)| is_whole(item, &at.index(index)))
            }
            (
                ValueKind::Structure(_)
                | ValueKind::Structures(_)
                | ValueKind::States
                | ValueKind::Templates
                | ValueKind::Texts,
                value,
            ) => is_whole(value, at),
            _ => false,
        }
    }

    /// Whether a state has an unknown value instead of its fields, or an unknown type.
    pub(super) fn is_unknown_state(&self, state: &Json, at: &ValuePath<'_>) -> bool {
        match state.as_object() {
            None => self.document.is_unknown(&at.pointer()),
            Some(fields) if !fields.contains_key("Type") => self.is_open(fields, at),
            Some(_) => self.document.is_unknown(&at.key("Type").pointer()),
        }
    }

    /// Whether a template engine fills in members of an object.
    fn is_open(&self, object: &Object, at: &ValuePath<'_>) -> bool {
        let members = open_members(object);
        members.is_some_and(|key| self.document.is_unknown(&at.key(key).pointer()))
    }

    /// Reports a value of the wrong JSON type.
    pub(crate) fn wrong_type(&mut self, json: &Json, wanted: &str, at: &ValuePath<'_>) {
        self.fault(
            "SW017",
            format!("expected {wanted}, found {}", json.noun()),
            at,
        );
    }

    pub(crate) fn missing(&mut self, field: &str, at: &ValuePath<'_>) {
        let rule = match field {
            "States" => "SW010",
            "StartAt" => "SW011",
            "Type" => "SW015",
            "Resource" => "SW040",
            "ErrorEquals" => "SW050",
            "Next" => "SW060",
            "Choices" => "SW070",
            "Branches" => "SW100",
            _ => "SW017",
        };
        self.fault(rule, format!("These fields are required: [{field}]"), at);
    }

    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(crate) fn fault(&mut self, rule: &'static str, message: String, at: &ValuePath<'_>) {
        let location = TextLocation::of(self.document, at.pointer());
        let diagnostic = Diagnostic::error(location, message).with_code(rule);
        self.push(diagnostic.with_aws_code(Some("SCHEMA_VALIDATION_FAILED")));
    }
}

/// Converts the value with `read`, or reports the type that `kind` names.
pub(super) fn take<'j, T>(
    json: &'j Json,
    kind: ValueKind,
    at: &ValuePath<'_>,
    reading: &mut ParseContext<'_>,
    read: impl FnOnce(&'j Json) -> Option<T>,
) -> Option<T> {
    let value = read(json);
    if value.is_none() {
        reading.wrong_type(json, kind.noun(), at);
    }
    value
}

/// Reads an object with the fields of a structure.
pub(super) fn read_structure<S: Structure>(
    json: &Json,
    at: &ValuePath<'_>,
    reading: &mut ParseContext<'_>,
) -> Option<S> {
    let object = take(json, ValueKind::Structure(S::table), at, reading, |json| {
        json.as_object()
    })?;
    Some(S::read(object, at, reading))
}

/// Reads an array of such objects.
pub(super) fn read_structures<S: Structure>(
    json: &Json,
    at: &ValuePath<'_>,
    reading: &mut ParseContext<'_>,
) -> Option<Vec<S>> {
    let items = take(json, ValueKind::Structures(S::table), at, reading, |json| {
        json.as_array()
    })?;
    let read = items
        .iter()
        .enumerate()
        .filter_map(|(index, item)| read_structure(item, &at.index(index), reading));
    Some(read.collect())
}

/// Declares a structure: its fields, their JSON names, and the query language of fields that only
/// one language has. A new field needs one line.
macro_rules! structure {
    (
        $(#[$meta:meta])*
        $name:ident $(is $type:literal)? {
            $( $(#[$field_meta:meta])* $field:ident: $field_type:ty = $key:literal $($mark:ident)*, )*
            $( ..$flat:ident: $flat_type:ty as $flat_doc:literal )?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Default)]
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $field_type, )*
            $( #[doc = $flat_doc] pub $flat: $flat_type, )?
            /// Members that are not fields of ASL, and the original order of the keys.
            pub other: $crate::model::OtherMembers,
        }

        impl $name {
            /// The table of this structure's fields.
            pub fn schema() -> &'static $crate::model::Schema {
                static SCHEMA: $crate::model::Schema =
                    <$name as $crate::model::structure::Structure>::SCHEMA;
                &SCHEMA
            }
        }

        impl $crate::model::structure::Structure for $name {
            const SCHEMA: $crate::model::Schema = $crate::model::Schema {
                name: stringify!($name),
                fields: &[$(
                    $crate::model::FieldInfo {
                        name: $key,
                        kind: <$field_type as $crate::model::structure::Field>::KIND,
                        language: $crate::model::structure::structure!(@language $($mark)*),
                        required: $crate::model::structure::structure!(@required $($mark)*),
                    },
                )*],
                also: |key| {
                    let typed = <$name as $crate::model::structure::Structure>::TYPE.is_some();
                    typed && key == "Type" $(|| <$flat_type as $crate::model::structure::Flattened>::has(key))?
                },
            };
            const TYPE: Option<&'static str> = $crate::model::structure::structure!(@type $($type)?);

            fn table() -> &'static $crate::model::Schema {
                $name::schema()
            }

            fn set(
                &mut self,
                key: &str,
                value: &$crate::json::Json,
                at: &$crate::value_path::ValuePath<'_>,
                reading: &mut $crate::model::structure::ParseContext<'_>,
            ) -> bool {
                match key {
                    $( $key => {
                        if let Some(value) = $crate::model::structure::Field::read(value, at, reading) {
                            self.$field = value;
                        }
                    } )*
                    $( key if <$flat_type as $crate::model::structure::Flattened>::has(key) => {
                        $crate::model::structure::Flattened::set(&mut self.$flat, key, value, at, reading);
                    } )?
                    _ => return false,
                }
                true
            }

            fn members(&self) -> $crate::json::Object {
                let mut members = $crate::json::Object::new();
                // The distinctive fields of a choice rule come first.
                $( $crate::model::structure::Flattened::members(&self.$flat, &mut members); )?
                $(
                    let kept = $crate::model::structure::structure!(@required $($mark)*) || self.other.was_empty($key);
                    let value = $crate::model::structure::Field::write(&self.$field).or_else(|| {
                        kept.then(<$field_type as $crate::model::structure::Field>::blank).flatten()
                    });
                    if let Some(value) = value {
                        members.insert($key.to_owned(), value);
                    }
                )*
                members
            }

            fn other(&self) -> &$crate::model::OtherMembers {
                &self.other
            }

            fn other_mut(&mut self) -> &mut $crate::model::OtherMembers {
                &mut self.other
            }
        }

        impl $crate::model::structure::Field for $name {
            const KIND: $crate::model::ValueKind = $crate::model::ValueKind::Structure($name::schema);

            fn read(
                json: &$crate::json::Json,
                at: &$crate::value_path::ValuePath<'_>,
                reading: &mut $crate::model::structure::ParseContext<'_>,
            ) -> Option<Self> {
                $crate::model::structure::read_structure(json, at, reading)
            }

            fn write(&self) -> Option<$crate::json::Json> {
                Some($crate::json::Json::Object($crate::model::structure::Structure::write(self)))
            }
        }

        impl $crate::model::structure::Field for Vec<$name> {
            const KIND: $crate::model::ValueKind = $crate::model::ValueKind::Structures($name::schema);

            fn read(
                json: &$crate::json::Json,
                at: &$crate::value_path::ValuePath<'_>,
                reading: &mut $crate::model::structure::ParseContext<'_>,
            ) -> Option<Self> {
                $crate::model::structure::read_structures(json, at, reading)
            }

            fn write(&self) -> Option<$crate::json::Json> {
                let items = self.iter().map($crate::model::structure::Structure::write);
                let items: Vec<_> = items.map($crate::json::Json::Object).collect();
                (!items.is_empty()).then(|| items.into())
            }

            fn blank() -> Option<$crate::json::Json> {
                Some($crate::json::Json::Array(Vec::new()))
            }
        }
    };
    (@language) => { None };
    (@language required) => { None };
    (@language $language:ident) => { Some($crate::model::QueryLanguage::$language) };
    (@required required) => { true };
    (@required $($mark:ident)?) => { false };
    (@type) => { None };
    (@type $type:literal) => { Some($type) };
}
pub(super) use structure;
