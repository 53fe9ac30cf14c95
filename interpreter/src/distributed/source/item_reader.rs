//! The objects from which a Distributed Map reads its items.

use smol_str::SmolStr;

use super::format::Format;
use crate::record::record;

/// An ItemReader with evaluated parameters.
#[derive(Clone, Debug)]
pub enum ItemReader {
    /// The items are in one object.
    Object {
        /// The object.
        object_ref: ObjectRef,
        /// Its format.
        format: Format,
    },
    /// The items are the entries of a bucket's list.
    List(BucketList),
    /// The items are the rows of an S3 inventory.
    Inventory {
        /// The manifest of the inventory.
        object_ref: ObjectRef,
    },
    /// The items are in the objects that an Athena manifest lists.
    Athena {
        /// The manifest.
        object_ref: ObjectRef,
        /// The format of the listed objects.
        format: Format,
    },
}

/// The bucket and key of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectRef {
    /// The bucket.
    pub bucket: SmolStr,
    /// The key.
    pub key: SmolStr,
}

impl ObjectRef {
    /// Returns `Map.Item.Source` for items of this object.
    pub(super) fn uri(&self) -> SmolStr {
        format!("s3://{}/{}", self.bucket, self.key).into()
    }
}

/// The entries of a bucket's list, or the content of the objects that it lists.
#[derive(Clone, Debug)]
pub struct BucketList {
    /// The bucket.
    pub bucket: SmolStr,
    /// The beginning of the listed keys.
    pub prefix: SmolStr,
    /// Keys that contain it after the prefix are omitted.
    pub delimiter: Option<SmolStr>,
    /// Only keys after this one are read.
    pub start_after: Option<SmolStr>,
    /// LOAD_AND_FLATTEN: the format of the objects.
    pub load: Option<Format>,
}

impl ItemReader {
    /// Returns whether it reads PARQUET files, which are not supported, so that no request is
    /// needed.
    pub(super) fn is_parquet(&self) -> bool {
        let format = match self {
            Self::Object { format, .. } | Self::Athena { format, .. } => Some(format),
            Self::List(list) => list.load.as_ref(),
            Self::Inventory { .. } => None,
        };
        matches!(format, Some(Format::Parquet))
    }
}

record!(enum ItemReader {
    0 => Object { 1 => object_ref, 2 => format },
    1 => List(list),
    2 => Inventory { 1 => object_ref },
    3 => Athena { 1 => object_ref, 2 => format },
});
record!(struct ObjectRef { 1 => bucket, 2 => key });
record!(struct BucketList { 1 => bucket, 2 => prefix, 3 => delimiter, 4 => start_after, 5 => load });
