//! The compiled fields that only a Distributed Map has.

use smol_str::SmolStr;
use stepwright_asl::model::MachineType;

use super::io::Numeric;
use crate::distributed::{Layout, Pointer};
use crate::query::Expr;

/// The fields that only a Distributed Map has.
#[derive(Debug)]
pub(crate) struct Distributed {
    /// The type of its child executions.
    pub(crate) execution_type: MachineType,
    /// Its name in the ARNs of its runs and children.
    pub(crate) label: SmolStr,
    pub(crate) reader: Option<ItemReaderFields>,
    pub(crate) batcher: Option<Batcher>,
    pub(crate) writer: Option<ResultWriterFields>,
}

/// ItemReader.
#[derive(Debug)]
pub(crate) struct ItemReaderFields {
    pub(crate) parameters: Expr,
    pub(crate) source: ReaderSource,
    pub(crate) max_items: Numeric,
}

/// The kind of object that the parameters select.
#[derive(Debug)]
pub(crate) enum ReaderSource {
    /// `s3:getObject`: an object with the items.
    Object(Format),
    /// `s3:getObject` of an S3 inventory's manifest.
    Inventory,
    /// `s3:getObject` of an Athena manifest, which lists objects with the items.
    Athena(Format),
    /// `s3:listObjectsV2`: the objects' metadata, or, with LOAD_AND_FLATTEN, their content.
    List(Option<Format>),
}

/// InputType, with its options.
#[derive(Debug)]
pub(crate) enum Format {
    Json {
        pointer: Option<Pointer>,
    },
    JsonLines,
    Csv {
        delimiter: u8,
        /// CSVHeaders; `None` when they are the first row.
        headers: Option<Expr>,
    },
    Parquet,
}

/// ItemBatcher.
#[derive(Debug)]
pub(crate) struct Batcher {
    pub(crate) input: Option<Expr>,
    pub(crate) max_items: Numeric,
    pub(crate) max_bytes: Numeric,
}

/// ResultWriter.
#[derive(Debug)]
pub(crate) struct ResultWriterFields {
    /// The parameters of `s3:putObject`: Bucket and Prefix. Without them, the results are in the
    /// state's output.
    pub(crate) parameters: Option<Expr>,
    pub(crate) layout: Layout,
}
