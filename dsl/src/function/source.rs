//! Where the items of a Map come from: a list, or objects in S3.

use super::failure::Failure;
use crate::shape::Payload;
use serde_json::Value;
use std::marker::PhantomData;

/// A list that [`map`](super::map()) takes: a `Vec`, a slice or an array, or a reference to one.
#[diagnostic::on_unimplemented(
    message = "a map cannot run over a `{Self}`",
    label = "this is a `{Self}`, not a list",
    note = "`map` takes a `Vec`, a slice or an array, or a reference to one"
)]
pub trait List {
    /// The type of the items.
    type Item: Payload;

    /// The items as JSON.
    #[doc(hidden)]
    fn items(self) -> Vec<Result<Value, serde_json::Error>>;
}

fn items<'t, T: Payload + 't>(
    list: impl IntoIterator<Item = &'t T>,
) -> Vec<Result<Value, serde_json::Error>> {
    list.into_iter().map(serde_json::to_value).collect()
}

impl<T: Payload> List for Vec<T> {
    type Item = T;

    fn items(self) -> Vec<Result<Value, serde_json::Error>> {
        items(&self)
    }
}

impl<T: Payload> List for &Vec<T> {
    type Item = T;

    fn items(self) -> Vec<Result<Value, serde_json::Error>> {
        items(self)
    }
}

impl<T: Payload> List for &[T] {
    type Item = T;

    fn items(self) -> Vec<Result<Value, serde_json::Error>> {
        items(self)
    }
}

impl<T: Payload, const N: usize> List for [T; N] {
    type Item = T;

    fn items(self) -> Vec<Result<Value, serde_json::Error>> {
        items(&self)
    }
}

impl<T: Payload, const N: usize> List for &[T; N] {
    type Item = T;

    fn items(self) -> Vec<Result<Value, serde_json::Error>> {
        items(self)
    }
}

/// The items of [`map_distributed`](super::map_distributed): a list, or what [`csv_items`],
/// [`json_items`], [`json_lines_items`] or [`object_items`] return.
#[diagnostic::on_unimplemented(
    message = "a Distributed Map cannot run over a `{Self}`",
    label = "this is a `{Self}`, not a list and not a source in S3",
    note = "`map_distributed` takes a list, or `csv_items(bucket, key)`, `json_items`, `json_lines_items` or `object_items`"
)]
pub trait Source<T: Payload> {
    /// The items, or the objects that contain them.
    #[doc(hidden)]
    fn items(self) -> SourceItems;
}

impl<L: List> Source<L::Item> for L {
    fn items(self) -> SourceItems {
        SourceItems::List(List::items(self))
    }
}

impl<T: Payload, F: ObjectFormat> Source<T> for S3Items<F> {
    fn items(self) -> SourceItems {
        SourceItems::Objects(self.request)
    }
}

/// The items of a Map in a plain run, before it begins.
#[derive(Debug)]
pub enum SourceItems {
    /// The items of a list.
    List(Vec<Result<Value, serde_json::Error>>),
    /// Objects, whose items the test has set.
    Objects(ObjectsRequest),
}

/// The objects that a Map reads.
#[derive(Debug)]
pub struct ObjectsRequest {
    bucket: String,
    key: String,
    max_items: usize,
    is_csv: bool,
}

impl ObjectsRequest {
    pub(super) fn location(&self) -> (String, String) {
        (self.bucket.clone(), self.key.clone())
    }

    /// The items as the Map gets them. `None`: the test has set none.
    pub(super) fn read(&self, items: Option<&Vec<Value>>) -> Result<Vec<Value>, Failure> {
        let Some(items) = items else {
            let cause = format!(
                "the plain run has no items of `{0}` in `{1}`: set them with `PlainRun::items({1:?}, {0:?}, ..)`",
                self.key, self.bucket
            );
            return Err(Failure::outside("States.ItemReaderFailed", cause));
        };
        let items = items.iter().take(self.max_items).cloned();
        Ok(if self.is_csv {
            items.map(csv_row).collect()
        } else {
            items.collect()
        })
    }
}

/// A row as Step Functions reads it from a CSV: all values are text.
fn csv_row(row: Value) -> Value {
    match row {
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| match value {
                Value::String(_) => (name, value),
                Value::Null => (name, Value::from("")),
                other => (name, Value::from(other.to_string())),
            });
            Value::Object(fields.collect())
        }
        other => other,
    }
}

/// The format of the objects of [`S3Items`].
pub trait ObjectFormat: crate::sealed::Sealed {
    /// All values of the items are text.
    const IS_CSV: bool;
}

macro_rules! formats {
    ($($(#[$doc:meta])* $format:ident $is_csv:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $format {}

        impl crate::sealed::Sealed for $format {}
        impl ObjectFormat for $format {
            const IS_CSV: bool = $is_csv;
        }
    )+};
}

formats! {
    /// Rows of a CSV file.
    Csv true;
    /// Elements of a JSON array.
    JsonArray false;
    /// Lines of JSON.
    JsonLines false;
    /// Descriptions of objects.
    ObjectList false;
}

/// Items in S3, which [`map_distributed`](super::map_distributed) reads.
#[derive(Debug)]
#[must_use = "`map_distributed` reads the items"]
pub struct S3Items<F> {
    request: ObjectsRequest,
    format: PhantomData<fn() -> F>,
}

impl<F: ObjectFormat> S3Items<F> {
    fn new(bucket: impl AsRef<str>, key: impl AsRef<str>) -> S3Items<F> {
        S3Items {
            request: ObjectsRequest {
                bucket: bucket.as_ref().to_owned(),
                key: key.as_ref().to_owned(),
                max_items: usize::MAX,
                is_csv: F::IS_CSV,
            },
            format: PhantomData,
        }
    }

    /// Reads at most this many items: `MaxItems`, a constant from 1 to 100,000,000.
    pub fn max_items(mut self, count: usize) -> Self {
        self.request.max_items = count;
        self
    }
}

impl S3Items<Csv> {
    /// Names the columns of a file without a header: `CSVHeaders`.
    pub fn headers<const N: usize>(self, _names: [&'static str; N]) -> Self {
        self
    }

    /// Sets the character between the columns: `CSVDelimiter`. The default is a comma.
    pub fn delimiter(self, _delimiter: CsvDelimiter) -> Self {
        self
    }
}

impl S3Items<JsonArray> {
    /// Reads an array inside of the file, by its JSON pointer: `ItemsPointer`.
    pub fn pointer(self, _pointer: &'static str) -> Self {
        self
    }
}

/// The character between the columns of a CSV file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CsvDelimiter {
    /// `,`
    Comma,
    /// `|`
    Pipe,
    /// `;`
    Semicolon,
    /// A space.
    Space,
    /// A tabulator.
    Tab,
}

/// The rows of a CSV file in S3, as items of [`map_distributed`](super::map_distributed). Its first
/// line names the columns. All values are text.
///
/// ```
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
/// use stepwright::function::*;
///
/// #[derive(Debug, Serialize, Deserialize, JsonSchema, Payload)]
/// struct Row {
///     sku: String,
///     price: String,
/// }
///
/// #[task]
/// async fn import(row: Row) -> bool {
///     row.price.parse::<f64>().is_ok()
/// }
///
/// #[workflow]
/// async fn nightly(key: String) -> Vec<bool> {
///     map_distributed(csv_items("catalogue", &key), async |row: Row| import(row).await).concurrency(100).await
/// }
///
/// assert!(Nightly::definition().to_json().contains(r#""InputType":"CSV""#));
/// let rows = [Row { sku: "a".to_owned(), price: "2.5".to_owned() }, Row { sku: "b".to_owned(), price: "-".to_owned() }];
/// let run = PlainRun::new().items("catalogue", "2026.csv", &rows);
/// assert_eq!(run.block_on(nightly("2026.csv".to_owned())).unwrap(), [true, false]);
/// ```
pub fn csv_items(bucket: impl AsRef<str>, key: impl AsRef<str>) -> S3Items<Csv> {
    S3Items::new(bucket, key)
}

/// The elements of a JSON array in a file in S3, as items of
/// [`map_distributed`](super::map_distributed).
pub fn json_items(bucket: impl AsRef<str>, key: impl AsRef<str>) -> S3Items<JsonArray> {
    S3Items::new(bucket, key)
}

/// The lines of a JSON Lines file in S3, as items of [`map_distributed`](super::map_distributed).
pub fn json_lines_items(bucket: impl AsRef<str>, key: impl AsRef<str>) -> S3Items<JsonLines> {
    S3Items::new(bucket, key)
}

/// The objects of a bucket whose keys begin with a prefix, as items of
/// [`map_distributed`](super::map_distributed). An item has the type [`S3Object`](crate::S3Object).
pub fn object_items(bucket: impl AsRef<str>, prefix: impl AsRef<str>) -> S3Items<ObjectList> {
    S3Items::new(bucket, prefix)
}

/// Proves that a source is the one of `stepwright::function`: the states contain its format.
pub fn items_of<F: ObjectFormat>(items: S3Items<F>) -> S3Items<F> {
    items
}
