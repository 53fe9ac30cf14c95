//! A store that an older version wrote while it was killed three times, and its log. New versions must continue its executions.
//!
//! The committed files never change, and neither do the names of the log's lines and fields, nor what the machines of that time return.
//! A new layout gets a new folder: three processes of this program (`--child FOLDER --round 1`, `2` and `3`, with `--seed 5 --open 12`) are
//! killed after half a second each, `stepwright store backup` makes one file of the store, and `gzip -9` compresses it and the log.

use std::fs::File;
use std::io;
use std::path::Path;

use flate2::read::GzDecoder;

use crate::child::{LOG, STORE};

/// The rounds that wrote the store.
pub(crate) const ROUNDS: u32 = 3;

/// The store and the log of an engine that wrote records of layout 5.
const LAYOUT_5: [(&str, &[u8]); 2] = [
    (STORE, include_bytes!("layout_5/store.db.gz")),
    (LOG, include_bytes!("layout_5/log.jsonl.gz")),
];

/// Writes the old store and its log to a folder.
pub(crate) fn write_to(folder: &Path) -> io::Result<()> {
    for (name, content) in LAYOUT_5 {
        io::copy(
            &mut GzDecoder::new(content),
            &mut File::create(folder.join(name))?,
        )?;
    }
    Ok(())
}
