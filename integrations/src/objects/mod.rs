//! The objects of S3, for the Distributed Maps of an engine.

mod object_list;
mod s3_error;
mod s3_objects;

pub use self::s3_objects::S3Objects;
