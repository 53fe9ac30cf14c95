//! Where a Distributed Map reads its items and writes its results: what Amazon S3 is to the service.
//!
//! An engine gets a store with [`EngineBuilder::objects`](crate::EngineBuilder::objects). Two come with the crate:
//! [`Memory`], for tests, and [`Folder`], where a bucket is a directory. Whatever else implements [`ObjectStore`]
//! (S3 itself, say) serves as well.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use serde_json::json;
//! use stepwright_runtime::objects::Memory;
//! use stepwright_runtime::{Engine, MachineType, StartOptions};
//!
//! let definition = json!({"StartAt": "Rows", "States": {"Rows": {
//!     "Type": "Map",
//!     "ItemReader": {
//!         "Resource": "arn:aws:states:::s3:getObject",
//!         "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
//!         "Parameters": {"Bucket": "data", "Key": "people.csv"}
//!     },
//!     "ItemProcessor": {
//!         "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
//!         "StartAt": "Same", "States": {"Same": {"Type": "Pass", "End": true}}
//!     },
//!     "End": true
//! }}});
//! let store = Memory::new().with("data", "people.csv", "name,born\nAda,1815\nGrace,1906\n");
//! let engine = Engine::builder()
//!     .definition_json("people", &definition.to_string(), MachineType::Standard)
//!     .objects(store)
//!     .virtual_time()
//!     .build()?;
//! let output = engine.start_machine("people", json!({}), StartOptions::new()).await?.await?;
//! assert_eq!(output.to_text(), r#"[{"name":"Ada","born":"1815"},{"name":"Grace","born":"1906"}]"#);
//! # Ok(()) }
//! ```

mod body;
mod error;
mod folder;
mod memory;
mod object;
mod parts;

use std::future::Future;
use std::pin::Pin;

pub use self::body::ObjectBody;
pub use self::error::ObjectError;
pub use self::folder::Folder;
pub use self::memory::Memory;
pub use self::object::{Listed, Object};
pub use self::parts::{InParts, Upload};

/// What a store is at work on.
pub type ObjectFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, ObjectError>> + Send + 'a>>;

/// Objects by bucket and key.
///
/// ```
/// use stepwright_runtime::objects::{
///     Listed, Memory, ObjectBody, ObjectError, ObjectFuture, ObjectStore,
/// };
///
/// /// A store that nobody can write to.
/// struct ReadOnly(Memory);
///
/// impl ObjectStore for ReadOnly {
///     fn get<'a>(&'a self, bucket: &'a str, key: &'a str) -> ObjectFuture<'a, ObjectBody> {
///         self.0.get(bucket, key)
///     }
///     fn list<'a>(&'a self, bucket: &'a str, prefix: &'a str) -> ObjectFuture<'a, Vec<Listed>> {
///         self.0.list(bucket, prefix)
///     }
///     fn put<'a>(&'a self, _: &'a str, _: &'a str, _: Vec<u8>) -> ObjectFuture<'a, ()> {
///         Box::pin(async { Err(ObjectError::AccessDenied) })
///     }
/// }
/// ```
pub trait ObjectStore: Send + Sync {
    /// An object's content, as it is read: what is in memory as it is ([`ObjectBody::from`]), anything else as a stream
    /// ([`ObjectBody::new`]), so that a large object never is.
    ///
    /// # Errors
    ///
    /// [`ObjectError::NoSuchBucket`], [`ObjectError::NoSuchKey`], or whatever the store meets.
    fn get<'a>(&'a self, bucket: &'a str, key: &'a str) -> ObjectFuture<'a, ObjectBody>;

    /// The objects whose key begins with `prefix`, by key in ascending order of UTF-8 bytes.
    ///
    /// # Errors
    ///
    /// [`ObjectError::NoSuchBucket`], or whatever the store meets.
    fn list<'a>(&'a self, bucket: &'a str, prefix: &'a str) -> ObjectFuture<'a, Vec<Listed>>;

    /// Writes an object, in place of one that is there.
    ///
    /// # Errors
    ///
    /// [`ObjectError::NoSuchBucket`], or whatever the store meets.
    fn put<'a>(&'a self, bucket: &'a str, key: &'a str, body: Vec<u8>) -> ObjectFuture<'a, ()>;

    /// The same store, where it takes objects in parts. The results of a Map Run then leave while it is at work. Without, as by
    /// default, they stay in memory until a file of them is whole.
    fn in_parts(&self) -> Option<&dyn InParts> {
        None
    }
}
