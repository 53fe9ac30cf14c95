//! ETL with a Distributed Map: it splits a CSV file in S3, of any length, into batches, each of
//! which a child execution transforms and loads. A share of failed batches is tolerated; the
//! results are stored in S3, and one function writes a report of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

/// A file that arrived.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub struct Upload {
    pub bucket: String,
    pub key: String,
    /// The table that the readings go to.
    pub table: String,
}

/// A line of the file. Values of a CSV are text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Reading {
    pub sensor: String,
    pub measured_at: String,
    pub celsius: String,
}

/// The input that each batch receives in addition to its lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Target {
    pub table: String,
}

/// The outcome of one batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Loaded {
    pub rows: u32,
    pub skipped: u32,
}

/// The outcome of the import.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct ImportReport {
    pub rows: u64,
    pub skipped: u64,
}

#[derive(Debug, thiserror::Error, TaskError)]
pub enum LoadError {
    #[error("the table takes no more writes for now")]
    Throttled,
    #[error("line {line}: {reason}")]
    Malformed { line: u32, reason: String },
}

/// Transforms the lines of a batch and writes them to the table.
#[task]
pub async fn load_readings(batch: Batch<Reading, Target>) -> Result<Loaded, LoadError>;

/// Adds up the results that the manifest lists.
#[task]
pub async fn summarize(bucket: String, manifest: String) -> ImportReport;

workflow! {
    /// Imports a file of readings.
    pub workflow ReadingsImport(upload: Upload) -> ImportReport {
        timeout 6h;
        lambda_retries;

        /// Express children: a batch takes seconds, and a million lines are ten thousand of them.
        map LoadBatches {
            distributed express;
            label "LoadBatches";
            max_concurrency 200;
            tolerated_failures 2%;
            reader "arn:aws:states:::s3:getObject" (input_type: CSV, csv_header_location: FIRST_ROW) {
                Bucket: upload.bucket,
                Key: upload.key
            };
            batch (max_items: 100) Target { table: upload.table };
            writer "arn:aws:states:::s3:putObject" {
                Bucket: placeholder!("ResultsBucket"),
                Prefix: format!("imports/{}", upload.key)
            };
            let results: MapResults = for batch: Batch<Reading, Target> in reader {
                task LoadBatch {
                    let loaded = load_readings(batch);
                    retry LoadError::Throttled (interval: 1s, max_attempts: 5, backoff_rate: 2.0, jitter: full);
                    end loaded;
                }
            };
            catch States::ItemReaderFailed as error => Unreadable;
            catch States::ExceedToleratedFailureThreshold => TooManyFailed;
            next Summarize;
        }

        task Summarize {
            let report = summarize(results.manifest.bucket, results.manifest.key);
            next Announce;
        }

        /// Systems that use the import are notified through the event bus.
        task Announce {
            service "arn:aws:states:::events:putEvents" {
                Entries: [{
                    Source: "readings.import",
                    DetailType: "ReadingsImported",
                    EventBusName: placeholder!("EventBusName"),
                    Detail: { key: upload.key, rows: report.rows, skipped: report.skipped }
                }]
            };
            next Done;
        }

        succeed Done { report }
        fail Unreadable { "Unreadable", error.cause.unwrap_or("no cause was given".to_string()) }
        fail TooManyFailed { "TooManyFailed", format!("more than 2% of the batches of {} failed", upload.key) }
    }
}
