//! Names of files that are moved aside.

use std::path::{Path, PathBuf};

use crate::clock;
use crate::store::sqlite::log::log_file;

/// Returns a free name for a file that is moved aside: `orders.db.aside-20260314T150926Z` for
/// `orders.db`.
pub(super) fn free_name(path: &Path) -> PathBuf {
    let now = clock::system_time().to_string();
    let seconds = now.split('.').next().unwrap_or(&now);
    let date: String = seconds
        .chars()
        .filter(|char| char.is_ascii_digit() || *char == 'T')
        .collect();
    let names = (1_u32..).map(|number| match number {
        1 => log_file::with_suffix(path, &format!(".aside-{date}Z")),
        _ => log_file::with_suffix(path, &format!(".aside-{date}Z-{number}")),
    });
    let mut free = names.skip_while(|name| name.symlink_metadata().is_ok());
    free.next().unwrap_or_else(|| path.to_owned())
}
