//! The type of the futures that the traits of object stores return.

use std::future::Future;
use std::pin::Pin;

use super::ObjectError;

/// The future of an operation of a store.
pub type ObjectFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, ObjectError>> + Send + 'a>>;
