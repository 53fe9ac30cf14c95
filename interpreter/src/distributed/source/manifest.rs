//! Reads the names of data files from the manifests of S3 inventories and of Athena.

use std::sync::Arc;

use super::format::{Format, Header};
use super::item_reader::{ItemReader, ObjectRef};
use super::json;
use crate::value::{Str, Value};

/// Returns the data files of an S3 inventory, from its `manifest.json`, with the columns that it
/// names.
pub(super) fn inventory(body: &[u8]) -> Result<Vec<ItemReader>, String> {
    let manifest = json::document(body)
        .map_err(|error| format!("The S3 inventory manifest is not valid JSON: {error}"))?;
    let member = |key: &str| {
        let text = manifest.get(key).and_then(Value::as_str);
        text.ok_or_else(|| format!("The S3 inventory manifest has no `{key}`"))
    };
    let format = member("fileFormat")?;
    if format != "CSV" {
        return Err(format!(
            "The output format of an S3 inventory must be CSV, but was: {format}"
        ));
    }
    let header: Arc<[Str]> = member("fileSchema")?
        .split(',')
        .map(|name| Str::from(name.trim()))
        .collect();
    // `arn:aws:s3:::name`
    let destination = member("destinationBucket")?;
    let bucket = destination.rsplit(':').next().unwrap_or(destination);
    let Some(files) = manifest.get("files").and_then(Value::as_array) else {
        return Err("The S3 inventory manifest has no `files`".to_owned());
    };
    let files = files.as_slice().iter();
    files
        .map(|file| match file.get("key").and_then(Value::as_str) {
            Some(key) => Ok(ItemReader::Object {
                object_ref: ObjectRef {
                    bucket: bucket.into(),
                    key: key.into(),
                },
                format: Format::Csv {
                    delimiter: b',',
                    header: Header::Given(header.clone()),
                },
            }),
            None => Err("A file of the S3 inventory manifest has no `key`".to_owned()),
        })
        .collect()
}

/// Returns the data files of an Athena `UNLOAD` manifest: one URI per line.
pub(super) fn athena(body: &[u8], format: &Format) -> Result<Vec<ItemReader>, String> {
    let text = String::from_utf8_lossy(body);
    let lines = text.trim_start_matches('\u{feff}').lines();
    lines
        .map(|line| line.trim().trim_matches('"'))
        .filter(|line| !line.is_empty())
        .map(|line| {
            let location = line.strip_prefix("s3://").or(line.strip_prefix("S3://"));
            match location.and_then(|location| location.split_once('/')) {
                Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => {
                    Ok(ItemReader::Object {
                        object_ref: ObjectRef {
                            bucket: bucket.into(),
                            key: key.into(),
                        },
                        format: format.clone(),
                    })
                }
                _ => Err(format!("A line of the manifest is no S3 URI: {line}")),
            }
        })
        .collect()
}
