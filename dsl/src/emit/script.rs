//! Instructions for Cargo.

use super::mode::{CI, VARIABLE};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Prints when Cargo must run the script again. Cargo does it anyway when the script or one of its
/// dependencies was recompiled; this adds manual changes of committed files.
pub(super) fn tell(committed: Option<&Vec<PathBuf>>) {
    println!("cargo::rerun-if-changed=build.rs");
    let Some(files) = committed else { return };
    println!("cargo::rerun-if-env-changed={VARIABLE}");
    println!("cargo::rerun-if-env-changed={CI}");
    for file in files {
        println!("cargo::rerun-if-changed={}", file.display());
    }
}

/// Sets the modification time of a file to that of the program that writes it. Cargo runs a script
/// again when a file is newer than the script's last run, so the files that this run writes must
/// not look newer.
pub(super) fn date(file: &Path) -> std::io::Result<()> {
    let program = std::fs::metadata(std::env::current_exe()?)?;
    File::options()
        .write(true)
        .open(file)?
        .set_modified(program.modified()?)
}
