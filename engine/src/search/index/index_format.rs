//! The SQL schema of the file with the search index.

use crate::derived_file::DerivedFormat;

/// The tables. `masks` has the redaction of the texts; `entries` has the executions of the lists,
/// with their texts as the search compares them; `entry_texts` finds candidates by three successive
/// characters.
pub(super) static FORMAT: DerivedFormat = DerivedFormat {
    name: "index",
    suffix: "-index",
    application: 0x5374_7049,
    version: 2,
    schema: "
        CREATE TABLE masks (redaction TEXT NOT NULL);
        CREATE TABLE entries (
            key INTEGER PRIMARY KEY,
            arn TEXT NOT NULL,
            started INTEGER NOT NULL,
            stopped INTEGER,
            input TEXT NOT NULL,
            output TEXT NOT NULL,
            error TEXT NOT NULL,
            cause TEXT NOT NULL
        );
        CREATE INDEX entries_newest ON entries (started, key);
        CREATE INDEX entries_open ON entries (key) WHERE stopped IS NULL;
        CREATE VIRTUAL TABLE entry_texts USING fts5 (
            input, output, error, cause, content = 'entries', content_rowid = 'key', detail = 'none', tokenize = 'trigram case_sensitive 1'
        );
    ",
};
