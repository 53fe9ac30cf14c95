//! Object stores, from which Distributed Maps read their items, and to which they write their
//! results: a replacement of Amazon S3.
//!
//! Set the store of an engine with [`EngineBuilder::objects`](crate::EngineBuilder::objects). Two
//! come with the crate: [`Memory`], for tests, and [`Folder`], where a bucket is a directory. You
//! can implement [`ObjectStore`] for others, for S3 itself, for example.
//!
//! ```
//! # extern crate stepwright_engine as stepwright_runtime;
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
//!     .register_json("people", &definition.to_string(), MachineType::Standard)
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
mod object_future;
mod parts;
pub(crate) mod reading;
mod writing;

pub use self::body::ObjectBody;
pub use self::error::ObjectError;
pub use self::folder::Folder;
pub use self::memory::Memory;
pub use self::object::Object;
pub use self::object_future::ObjectFuture;
pub use self::parts::MultipartStore;
pub(crate) use self::writing::write;
pub use stepwright_interpreter::distributed::{ListedObject, Upload};

/// Objects by bucket and key.
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// use stepwright_runtime::objects::{
///     ListedObject, Memory, ObjectBody, ObjectError, ObjectFuture, ObjectStore,
/// };
///
/// /// A store that cannot be written to.
/// struct ReadOnly(Memory);
///
/// impl ObjectStore for ReadOnly {
///     fn get<'a>(&'a self, bucket: &'a str, key: &'a str) -> ObjectFuture<'a, ObjectBody> {
///         self.0.get(bucket, key)
///     }
///     fn list<'a>(&'a self, bucket: &'a str, prefix: &'a str) -> ObjectFuture<'a, Vec<ListedObject>> {
///         self.0.list(bucket, prefix)
///     }
///     fn put<'a>(&'a self, _: &'a str, _: &'a str, _: Vec<u8>) -> ObjectFuture<'a, ()> {
///         Box::pin(async { Err(ObjectError::AccessDenied) })
///     }
/// }
/// ```
pub trait ObjectStore: Send + Sync {
    /// Returns an object's content. Use [`ObjectBody::from`] for content in memory, and a stream
    /// ([`ObjectBody::new`]) for other content, so that a large object is never in memory as a
    /// whole.
    ///
    /// # Errors
    ///
    /// [`ObjectError::NoSuchBucket`], [`ObjectError::NoSuchKey`], or another error of the store.
    fn get<'a>(&'a self, bucket: &'a str, key: &'a str) -> ObjectFuture<'a, ObjectBody>;

    /// Returns the objects whose keys begin with `prefix`, by key in ascending order of UTF-8
    /// bytes.
    ///
    /// # Errors
    ///
    /// [`ObjectError::NoSuchBucket`], or another error of the store.
    fn list<'a>(&'a self, bucket: &'a str, prefix: &'a str) -> ObjectFuture<'a, Vec<ListedObject>>;

    /// Writes an object. Replaces an existing one.
    ///
    /// # Errors
    ///
    /// [`ObjectError::NoSuchBucket`], or another error of the store.
    fn put<'a>(&'a self, bucket: &'a str, key: &'a str, body: Vec<u8>) -> ObjectFuture<'a, ()>;

    /// Returns the store's interface for uploads in parts, if it supports them. The results of a
    /// Map Run are then uploaded during the run. Without it, as by default, they stay in memory
    /// until a whole file of them is written.
    fn multipart(&self) -> Option<&dyn MultipartStore> {
        None
    }
}
