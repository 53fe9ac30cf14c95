//! What Cargo is told.

use super::mode::{CI, VARIABLE};
use std::fs::File;
use std::path::{Path, PathBuf};

/// When the script is to run again: Cargo does it anyway when the script or what it depends on was compiled anew; and when files that are
/// committed were changed by hand.
pub(super) fn tell(committed: Option<&Vec<PathBuf>>) {
    println!("cargo::rerun-if-changed=build.rs");
    let Some(files) = committed else { return };
    println!("cargo::rerun-if-env-changed={VARIABLE}");
    println!("cargo::rerun-if-env-changed={CI}");
    for file in files {
        println!("cargo::rerun-if-changed={}", file.display());
    }
}

/// Makes a file as old as the program that writes it. Cargo runs a script again when a file is younger than the script's last run; so the
/// files that this run writes are no reason for another one.
pub(super) fn date(file: &Path) -> std::io::Result<()> {
    let program = std::fs::metadata(std::env::current_exe()?)?;
    File::options()
        .write(true)
        .open(file)?
        .set_modified(program.modified()?)
}
