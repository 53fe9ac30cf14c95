//! The function. It is a Lambda function; in tests the engine calls it.

use crate::domain::{Picture, PictureError, Thumbnail};
use stepwright::prelude::*;

/// Scales a picture to a width. A real function would read and write S3.
#[task]
pub async fn scale(picture: Picture, width: u32) -> Result<Thumbnail, PictureError> {
    match picture.key.rsplit_once('.') {
        Some((name, "jpg" | "png")) => Ok(Thumbnail {
            key: format!("{name}-{width}.png"),
            width,
        }),
        _ => Err(PictureError::NoPicture { key: picture.key }),
    }
}
