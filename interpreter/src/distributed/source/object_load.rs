//! Parses an object that the caller has read: its rows, or the files of a manifest.

use std::sync::Arc;

use bytes::Bytes;

use super::content::Content;
use super::content_version::ContentVersion;
use super::format::Format;
use super::item_reader::ItemReader;
use super::manifest;
use super::unread_object::{Piece, UnreadObject};
use super::window::Window;
use crate::distributed::TransferError;

/// How the content of an object is parsed.
#[derive(Clone, Debug)]
pub struct ObjectLoad(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Rows(Format),
    Inventory,
    Athena(Format),
}

/// The parsed content of an object: its rows, or the files that a manifest lists.
#[derive(Debug)]
pub struct LoadedObject(pub(super) Loaded);

#[derive(Debug)]
pub(super) enum Loaded {
    Rows(Content, ContentVersion),
    /// Readers of the files that a manifest lists.
    Readers(Vec<ItemReader>),
}

impl ObjectLoad {
    /// Parses the rows of a file.
    pub fn rows(format: Format) -> Self {
        Self(Kind::Rows(format))
    }

    /// Parses the manifest of an S3 inventory.
    pub(super) fn inventory() -> Self {
        Self(Kind::Inventory)
    }

    /// Parses an Athena manifest, which lists files of this format.
    pub(super) fn athena(format: Format) -> Self {
        Self(Kind::Athena(format))
    }

    /// Returns whether the content may come in pieces: its rows are parsed one by one later.
    pub fn takes_pieces(&self) -> bool {
        matches!(&self.0, Kind::Rows(Format::JsonLines | Format::Csv { .. }))
    }

    /// Parses the whole content.
    ///
    /// # Errors
    ///
    /// If the content is not valid.
    pub fn parse(self, content: Bytes) -> Result<LoadedObject, TransferError> {
        let loaded = match self.0 {
            Kind::Rows(format) => {
                let version = ContentVersion::of(&content);
                Loaded::Rows(Content::of(content, &format)?, version)
            }
            Kind::Inventory => Loaded::Readers(manifest::inventory(&content)?),
            Kind::Athena(format) => Loaded::Readers(manifest::athena(&content, &format)?),
        };
        Ok(LoadedObject(loaded))
    }

    /// Parses the beginning of content that [comes in pieces](Self::takes_pieces): its first piece,
    /// the unread rest, and the version of the whole.
    ///
    /// # Errors
    ///
    /// If the first piece is not valid.
    pub fn begin(
        self,
        first: Piece,
        rest: Arc<dyn UnreadObject>,
        version: ContentVersion,
    ) -> Result<LoadedObject, TransferError> {
        match self.0 {
            Kind::Rows(format) => {
                let content = Content::beginning(Window::first(first, rest), &format)?;
                Ok(LoadedObject(Loaded::Rows(content, version)))
            }
            Kind::Inventory | Kind::Athena(_) => self.parse(first.bytes),
        }
    }
}
