use smol_str::SmolStr;

use super::format::Format;
use crate::record::record;

/// An ItemReader with evaluated parameters.
#[derive(Clone, Debug)]
pub(crate) enum ItemReader {
    /// The items are in one object.
    Object {
        object_ref: ObjectRef,
        format: Format,
    },
    /// The items are the entries of a bucket's list.
    List(BucketList),
    /// The items are the rows of an S3 inventory.
    Inventory { object_ref: ObjectRef },
    /// The items are in the objects that an Athena manifest lists.
    Athena {
        object_ref: ObjectRef,
        format: Format,
    },
}

/// The bucket and key of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ObjectRef {
    pub(crate) bucket: SmolStr,
    pub(crate) key: SmolStr,
}

impl ObjectRef {
    /// Returns `Map.Item.Source` for items of this object.
    pub(super) fn uri(&self) -> SmolStr {
        format!("s3://{}/{}", self.bucket, self.key).into()
    }
}

/// The entries of a bucket's list, or the content of the objects that it lists.
#[derive(Clone, Debug)]
pub(crate) struct BucketList {
    pub(crate) bucket: SmolStr,
    pub(crate) prefix: SmolStr,
    /// Keys that contain it after the prefix are omitted.
    pub(crate) delimiter: Option<SmolStr>,
    /// Only keys after this one are read.
    pub(crate) start_after: Option<SmolStr>,
    /// LOAD_AND_FLATTEN: the format of the objects.
    pub(crate) load: Option<Format>,
}

impl ItemReader {
    /// Returns whether it reads PARQUET files, which are not supported, so that no request is needed.
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
    0 => Object { object_ref, format },
    1 => List(list),
    2 => Inventory { object_ref },
    3 => Athena { object_ref, format },
});
record!(struct ObjectRef { bucket, key });
record!(struct BucketList { bucket, prefix, delimiter, start_after, load });
