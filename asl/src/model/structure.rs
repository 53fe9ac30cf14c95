//! How a structure is declared, read and written.

use crate::finding::{Finding, Findings, Severity};
use crate::json::{Document, Json, Object};
use crate::place::Place;

use super::schema::{Kind, Schema};

/// What was read beside the known fields, and the order in which all of it stood.
///
/// Two structures that differ only in the order of their keys are equal.
#[derive(Debug, Clone, Default)]
pub struct Other {
    unknown: Object,
    /// Every key as it was read; empty when that is the order in which the fields are written anyway.
    order: Vec<Box<str>>,
    /// The lists that were empty when they were read: they are written as `[]`, others that are empty are left out.
    empty: Vec<Box<str>>,
}

impl Other {
    /// The members that are no field of ASL, in the order in which they stood.
    pub fn unknown(&self) -> &Object {
        &self.unknown
    }

    /// Adds a member that is written after the known fields, or replaces it.
    ///
    /// A field that the structure knows is not set in this way: what the structure says of it wins.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<Json>) {
        self.unknown.insert(key.into(), value.into());
    }

    /// Takes a member out.
    pub fn remove(&mut self, key: &str) -> Option<Json> {
        self.unknown.shift_remove(key)
    }

    /// Whether the list under this key was empty when it was read.
    pub(super) fn was_empty(&self, key: &str) -> bool {
        self.empty.iter().any(|read| **read == *key)
    }

    /// The place of a key among those that were read; `None` when they stood in the order of the fields.
    pub(crate) fn place(&self, key: &str) -> Option<usize> {
        self.order.iter().position(|read| **read == *key)
    }
}

impl PartialEq for Other {
    fn eq(&self, other: &Other) -> bool {
        self.unknown == other.unknown
    }
}

/// A part of a definition that is an object with named fields.
pub(crate) trait Structure: Default + Sized + 'static {
    const SCHEMA: Schema;
    /// The value of the member `Type` for the states, which have one.
    const TYPE: Option<&'static str>;

    /// The table as a static, for tables that refer to each other.
    fn table() -> &'static Schema;

    /// Reads one member; `false` when it is none of the fields.
    fn set(&mut self, key: &str, value: &Json, at: &Place<'_>, reading: &mut Reading<'_>) -> bool;

    /// The fields that are there, in the order of their declaration.
    fn members(&self) -> Object;

    fn other(&self) -> &Other;
    fn other_mut(&mut self) -> &mut Other;

    fn read(object: &Object, at: &Place<'_>, reading: &mut Reading<'_>) -> Self {
        let mut this = Self::default();
        for (key, value) in object {
            let known = Self::TYPE.is_some() && key == "Type";
            if known {
                continue;
            }
            if value.as_array().is_some_and(<[Json]>::is_empty) {
                this.other_mut().empty.push(key.as_str().into());
            }
            if !this.set(key, value, &at.key(key), reading) {
                this.other_mut().unknown.insert(key.clone(), value.clone());
            }
        }
        for field in Self::SCHEMA.fields {
            if field.required && !object.contains_key(field.name) {
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
        let Other { unknown, order, .. } = self.other();
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

/// The value of one field.
pub(crate) trait Field: Sized {
    const KIND: Kind;

    /// Reads the value; `None`, with a finding, when it is of another type.
    fn read(json: &Json, at: &Place<'_>, reading: &mut Reading<'_>) -> Option<Self>;

    /// The value, or `None` when the field is not there.
    fn write(&self) -> Option<Json>;

    /// What stands for a list that is empty, where it must stand.
    fn blank() -> Option<Json> {
        None
    }
}

/// Fields that are found by something else than one name.
pub(crate) trait Flattened: Sized {
    fn has(key: &str) -> bool;
    fn set(&mut self, key: &str, value: &Json, at: &Place<'_>, reading: &mut Reading<'_>);
    fn members(&self, members: &mut Object);
}

/// A reading under way: the text, and what was found wrong.
pub(crate) struct Reading<'d> {
    document: &'d Document,
    findings: Vec<Finding>,
}

impl<'d> Reading<'d> {
    pub(crate) fn new(document: &'d Document) -> Reading<'d> {
        Reading {
            document,
            findings: Vec::new(),
        }
    }

    pub(crate) fn finish<T>(self, value: T) -> Result<T, Findings> {
        if self.findings.is_empty() {
            Ok(value)
        } else {
            Err(self.findings.into_iter().collect())
        }
    }

    /// A value of the wrong JSON type.
    pub(crate) fn wrong_type(&mut self, json: &Json, wanted: &str, at: &Place<'_>) {
        self.fault(
            "SW017",
            format!("expected {wanted}, found {}", json.noun()),
            at,
        );
    }

    pub(crate) fn missing(&mut self, field: &str, at: &Place<'_>) {
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

    pub(crate) fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    pub(crate) fn fault(&mut self, rule: &'static str, message: String, at: &Place<'_>) {
        let finding = Finding::new(rule, Severity::Error, message)
            .with_code(Some("SCHEMA_VALIDATION_FAILED"))
            .at(at.pointer());
        self.findings.push(finding.placed(self.document));
    }
}

/// Reads what `read` takes, or reports the type that `kind` names.
pub(super) fn take<'j, T>(
    json: &'j Json,
    kind: Kind,
    at: &Place<'_>,
    reading: &mut Reading<'_>,
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
    at: &Place<'_>,
    reading: &mut Reading<'_>,
) -> Option<S> {
    let object = take(json, Kind::Structure(S::table), at, reading, |json| {
        json.as_object()
    })?;
    Some(S::read(object, at, reading))
}

/// Reads an array of them.
pub(super) fn read_structures<S: Structure>(
    json: &Json,
    at: &Place<'_>,
    reading: &mut Reading<'_>,
) -> Option<Vec<S>> {
    let items = take(json, Kind::Structures(S::table), at, reading, |json| {
        json.as_array()
    })?;
    let read = items
        .iter()
        .enumerate()
        .filter_map(|(index, item)| read_structure(item, &at.index(index), reading));
    Some(read.collect())
}

/// Declares a structure: its fields, their names in JSON, and the query language of those that only one has.
/// A further field is one line.
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
            /// Members that are no field of ASL, and the order of the keys as they were read.
            pub other: $crate::model::Other,
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
                at: &$crate::place::Place<'_>,
                reading: &mut $crate::model::structure::Reading<'_>,
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
                // What distinguishes a choice rule stands first.
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

            fn other(&self) -> &$crate::model::Other {
                &self.other
            }

            fn other_mut(&mut self) -> &mut $crate::model::Other {
                &mut self.other
            }
        }

        impl $crate::model::structure::Field for $name {
            const KIND: $crate::model::Kind = $crate::model::Kind::Structure($name::schema);

            fn read(
                json: &$crate::json::Json,
                at: &$crate::place::Place<'_>,
                reading: &mut $crate::model::structure::Reading<'_>,
            ) -> Option<Self> {
                $crate::model::structure::read_structure(json, at, reading)
            }

            fn write(&self) -> Option<$crate::json::Json> {
                Some($crate::json::Json::Object($crate::model::structure::Structure::write(self)))
            }
        }

        impl $crate::model::structure::Field for Vec<$name> {
            const KIND: $crate::model::Kind = $crate::model::Kind::Structures($name::schema);

            fn read(
                json: &$crate::json::Json,
                at: &$crate::place::Place<'_>,
                reading: &mut $crate::model::structure::Reading<'_>,
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
