//! try, catch, finally: a Parallel of one branch is the `try` around several states, its catch
//! stores the error, and the `finally` runs on both paths. Then the workflow ends with the outcome
//! of the work.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub struct Migration {
    pub database: String,
    pub version: u32,
}

/// The outcome of the work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub enum Outcome {
    Migrated { tables: u32 },
    Failed { error: String, cause: String },
}

#[derive(Debug, thiserror::Error, TaskError)]
pub enum DatabaseError {
    #[error("another migration is at work")]
    Locked,
    #[error("statement {statement}: {reason}")]
    Statement { statement: u32, reason: String },
}

/// Removes the write permission of the writers.
#[task]
pub async fn enter_maintenance(database: String) -> Result<(), DatabaseError>;
/// Creates a snapshot and returns its id.
#[task]
pub async fn make_snapshot(database: String) -> Result<String, DatabaseError>;
/// Runs the statements and returns the number of changed tables.
#[task]
pub async fn apply(migration: Migration, snapshot: String) -> Result<u32, DatabaseError>;
/// Restores the write permission. It is idempotent.
#[task]
pub async fn leave_maintenance(database: String) -> Result<(), DatabaseError>;

workflow! {
    /// Migrates a database, and reopens it in any case.
    pub workflow SchemaMigration(migration: Migration) -> u32 {
        timeout 3h;
        lambda_retries;

        parallel Try {
            let (tables,) =
                branch {
                    task EnterMaintenance {
                        enter_maintenance(migration.database);
                        retry DatabaseError::Locked (interval: 1m, max_attempts: 10);
                        next MakeSnapshot;
                    }
                    task MakeSnapshot { let snapshot = make_snapshot(migration.database); timeout 1h; next Apply; }
                    task Apply { let tables = apply(migration, snapshot); timeout 1h; end tables; }
                };
            catch States::ALL as failure => {
                let outcome = Outcome::Failed {
                    error: failure.error.unwrap_or_default(),
                    cause: failure.cause.unwrap_or_default()
                };
                next Finally;
            }
            let outcome = Outcome::Migrated { tables };
            next Finally;
        }

        /// Retries for long: a database that stays closed is worse than a failed migration.
        task Finally {
            leave_maintenance(migration.database);
            retry States::ALL (interval: 10s, max_attempts: 10, backoff_rate: 2.0, max_delay: 5m);
            catch States::ALL as left => StillClosed;
            next HowDidItGo;
        }

        choice HowDidItGo {
            match outcome {
                Outcome::Migrated { tables } => Done,
                Outcome::Failed { error, cause } => Failed,
            }
        }

        succeed Done { tables }
        fail Failed { error, cause }
        fail StillClosed { "StillClosed", format!("{} takes no writes: {}", migration.database, left.error.unwrap_or_default()) }
    }
}
