//! The SQL schema of the file with the log lines of handlers.

use crate::derived_file::DerivedFormat;

/// The tables. The lines of an execution are adjacent.
pub(super) static FORMAT: DerivedFormat = DerivedFormat {
    name: "file of handler logs",
    suffix: "-logs",
    application: 0x5374_704c,
    version: 2,
    schema: "
        CREATE TABLE executions (
            id INTEGER PRIMARY KEY,
            arn TEXT NOT NULL UNIQUE,
            bytes INTEGER NOT NULL,
            dropped INTEGER NOT NULL
        );
        CREATE TABLE lines (
            execution INTEGER NOT NULL,
            number INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            data BLOB NOT NULL,
            PRIMARY KEY (execution, number)
        ) WITHOUT ROWID;
    ",
};
