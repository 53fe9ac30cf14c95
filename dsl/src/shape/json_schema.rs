//! JSON Schemas (draft 2020-12) of payloads, for readers outside of this crate.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// Returns a generator for the form that a type deserializes: fields with a default may be absent.
pub(crate) fn reading() -> SchemaGenerator {
    SchemaSettings::draft2020_12().for_deserialize().into()
}

/// Returns the schema of the form that a type deserializes.
pub(crate) fn of_input<T: JsonSchema>() -> Schema {
    reading().into_root_schema_for::<T>()
}

/// Returns the schema of the form that a type serializes.
pub(crate) fn of_output<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>()
}
