//! Terraform files: their locals, and their state machines.

mod combination;
mod machines;

pub(crate) use self::machines::machines;
pub(crate) use stepwright_asl::template::terraform::{
    MOST_PARTS, Module, is_call, local, name_of, path_of,
};

use std::path::{Path, PathBuf};

use stepwright_asl::Diagnostic;
use stepwright_asl::template::terraform::TerraformFile;

use crate::definitions::{input, named_file};
use crate::failure::Failure;

/// Whether a file is a Terraform file.
pub(crate) fn is_terraform(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "tf")
}

/// Reads a file and the other files of its folder.
pub(crate) fn read_module(path: &Path) -> Result<Module, Failure> {
    module_around(parse(path)?)
}

/// Reads a file that the command line names.
fn parse(path: &Path) -> Result<TerraformFile, Failure> {
    parse_text(path, input::read(path)?)
}

/// Reads the other files of the file's folder.
fn module_around(file: TerraformFile) -> Result<Module, Failure> {
    let others = siblings(&file.path);
    let mut files = vec![file];
    for other in &others {
        files.push(parse_text(other, named_file::next_to(other, other)?)?);
    }
    Ok(Module::of(files))
}

/// The other Terraform files of a file's folder, which are of the same module.
pub(crate) fn siblings(path: &Path) -> Vec<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let here = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let entries = here.read_dir().into_iter().flatten().flatten();
    let mut others: Vec<PathBuf> = entries
        .map(|entry| folder.join(entry.file_name()))
        .collect();
    others.retain(|other| is_terraform(other) && other != path);
    others.sort();
    others
}

fn parse_text(path: &Path, text: String) -> Result<TerraformFile, Failure> {
    TerraformFile::parse(path, text)
        .map_err(|error| Failure::Failed(format!("{} cannot be read:\n{error}", path.display())))
}

/// Sets the position of the diagnostic in the text.
pub(crate) fn placed(mut diagnostic: Diagnostic, text: &str, offset: usize) -> Diagnostic {
    let before = text.get(..offset).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    diagnostic.location.line = before.matches('\n').count() + 1;
    diagnostic.location.column = line.chars().count() + 1;
    diagnostic.location.offset = offset;
    diagnostic
}
