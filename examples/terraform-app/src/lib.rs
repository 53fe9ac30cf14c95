//! Pictures that arrive in a bucket: each gets its thumbnails, a few at a time.

mod domain;
mod tasks;
mod workflow;

pub use domain::{Picture, PictureError, Thumbnail};
pub use tasks::scale;
pub use workflow::MakeThumbnails;
