//! The types of the workflow.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

/// A picture that arrived.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Picture {
    pub bucket: String,
    pub key: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Thumbnail {
    pub key: String,
    pub width: u32,
}

#[derive(Debug, thiserror::Error, TaskError)]
pub enum PictureError {
    #[error("{key} is no picture")]
    NoPicture { key: String },
}
