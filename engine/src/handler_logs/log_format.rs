//! The SQL schema of the file with the log lines of handlers.

use crate::derived_file::DerivedFormat;

/// The tables. The lines of an execution are adjacent.
pub(super) static FORMAT: DerivedFormat = DerivedFormat {
    name: "file of handler logs",
    suffix: "-logs",
    application: 0x5374_704c,
    version: 1,
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
            at INTEGER NOT NULL,
            level TEXT NOT NULL,
            state TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            target TEXT NOT NULL,
            message TEXT NOT NULL,
            fields TEXT NOT NULL,
            is_cut INTEGER NOT NULL,
            PRIMARY KEY (execution, number)
        ) WITHOUT ROWID;
    ",
};
