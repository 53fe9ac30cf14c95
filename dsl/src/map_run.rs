//! Inputs and results of a Distributed Map.

use crate::Payload;
use crate::shape::{Field, Fields, Form, Presence, Shape, StructShape};
use schemars::JsonSchema;
use serde::de::{Deserialize, Deserializer, IgnoredAny, Visitor};
use serde::{Deserialize as DeserializeDerive, Serialize};
use std::fmt;

/// The input of a Distributed Map's child with batches: `batch (max_items: 50);`.
///
/// `input` is the input that the `batch` passes to each child in addition to the items. Without an
/// input the type is `Batch<Item>`.
///
/// ```
/// use stepwright::Batch;
///
/// let batch: Batch<u32> = serde_json::from_str(r#"{"Items": [1, 2]}"#)?;
/// assert_eq!(batch.items, [1, 2]);
/// let batch: Batch<u32, String> = serde_json::from_str(r#"{"BatchInput": "a", "Items": [1, 2]}"#)?;
/// assert_eq!(batch.input, "a");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeserializeDerive, JsonSchema)]
pub struct Batch<Item, Input = NoInput> {
    /// The items, at least one.
    #[serde(rename = "Items")]
    pub items: Vec<Item>,
    /// The input that all batches of the Map get.
    #[serde(rename = "BatchInput")]
    pub input: Input,
}

/// The input of a [`Batch`] without one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NoInput {}

// Accepts and ignores any input: outer values that the Map's body reads are passed in a batch's
// input.
impl<'de> Deserialize<'de> for NoInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Nothing;
        impl<'de> Visitor<'de> for Nothing {
            type Value = NoInput;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the input of a batch, or none")
            }

            fn visit_none<E>(self) -> Result<NoInput, E> {
                Ok(NoInput {})
            }

            fn visit_unit<E>(self) -> Result<NoInput, E> {
                Ok(NoInput {})
            }

            fn visit_some<D: Deserializer<'de>>(self, input: D) -> Result<NoInput, D::Error> {
                IgnoredAny::deserialize(input).map(|_| NoInput {})
            }
        }
        deserializer.deserialize_option(Nothing)
    }
}

#[diagnostic::do_not_recommend]
impl Payload for NoInput {
    fn shape() -> Shape {
        Shape::object([])
    }
}

// A manual implementation, so that rustc does not suggest these types when a user's type lacks
// `Payload`.
fn structure(name: &'static str, fields: Vec<Field>) -> Shape {
    Shape::Struct(StructShape {
        name: name.into(),
        fields: Fields::Named(fields),
        tag: None,
    })
}

fn field(name: &'static str, wire: &'static str, shape: fn() -> Shape) -> Field {
    Field {
        name: name.into(),
        wire: wire.into(),
        shape: Shape::Lazy(shape),
        flatten: false,
        is_redacted: false,
        presence: Presence::Always,
    }
}

#[diagnostic::do_not_recommend]
impl<Item: Payload, Input: Payload> Payload for Batch<Item, Input> {
    fn shape() -> Shape {
        let fields = vec![
            field("items", "Items", <Vec<Item>>::shape),
            field("input", "BatchInput", Input::shape),
        ];
        structure("Batch", fields)
    }
}

#[diagnostic::do_not_recommend]
impl Payload for MapResults {
    fn shape() -> Shape {
        let fields = vec![
            field("map_run_arn", "MapRunArn", String::shape),
            field("manifest", "ResultWriterDetails", Manifest::shape),
        ];
        structure("MapResults", fields)
    }
}

#[diagnostic::do_not_recommend]
impl Payload for Manifest {
    fn shape() -> Shape {
        let fields = vec![
            field("bucket", "Bucket", String::shape),
            field("key", "Key", String::shape),
        ];
        structure("Manifest", fields)
    }
}

/// The result of a Distributed Map with a `writer`: the location of its results.
///
/// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeserializeDerive, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct MapResults {
    /// The ARN of the map's run.
    pub map_run_arn: String,
    /// The location of the manifest.
    #[serde(rename = "ResultWriterDetails")]
    pub manifest: Manifest,
}

/// The object that lists the files of a map's results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeserializeDerive, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Manifest {
    /// The bucket.
    pub bucket: String,
    /// The key of `manifest.json`.
    pub key: String,
}

/// An object of a bucket, as a Distributed Map lists it.
///
/// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeserializeDerive, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct S3Object {
    /// The hash of the content, in quotes.
    pub etag: String,
    /// The key.
    pub key: String,
    /// The time of the last change, in seconds since 1970.
    pub last_modified: u64,
    /// The size in bytes.
    pub size: u64,
    /// The storage class, such as `STANDARD`.
    pub storage_class: String,
}

#[diagnostic::do_not_recommend]
impl Payload for S3Object {
    fn shape() -> Shape {
        let fields = vec![
            field("etag", "Etag", String::shape),
            field("key", "Key", String::shape),
            field("last_modified", "LastModified", u64::shape),
            field("size", "Size", u64::shape),
            field("storage_class", "StorageClass", String::shape),
        ];
        structure("S3Object", fields)
    }
}

impl<Item: Form, Input: Form> Form for Batch<Item, Input> {
    type Owned = Batch<Item::Owned, Input::Owned>;
}

impl Form for NoInput {
    type Owned = NoInput;
}

impl Form for MapResults {
    type Owned = MapResults;
}

impl Form for Manifest {
    type Owned = Manifest;
}

impl Form for S3Object {
    type Owned = S3Object;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_agree_with_serde() {
        assert_eq!(
            Shape::disagreements::<Batch<u32, String>>(),
            Vec::<String>::new()
        );
        assert_eq!(Shape::disagreements::<MapResults>(), Vec::<String>::new());
        assert_eq!(Shape::disagreements::<S3Object>(), Vec::<String>::new());
    }

    #[test]
    fn a_batch_without_input_accepts_any_input() -> Result<(), serde_json::Error> {
        for text in [
            r#"{"Items": []}"#,
            r#"{"Items": [], "BatchInput": {"a": [1]}}"#,
        ] {
            let batch: Batch<String> = serde_json::from_str(text)?;
            assert_eq!(batch.input, NoInput {});
        }
        Ok(())
    }
}
