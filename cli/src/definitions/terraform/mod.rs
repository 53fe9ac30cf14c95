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

/// Reads the other files of the file's folder, and the modules of the project that it calls.
fn module_around(file: TerraformFile) -> Result<Module, Failure> {
    let others = siblings(&file.path);
    let mut files = vec![file];
    for other in &others {
        files.push(parse_text(other, named_file::next_to(other, other)?)?);
    }
    let mut module = Module::of(files);
    let sources = module.called_modules().map(|(_, source)| source);
    let folders = sources.filter(|source| source.starts_with('.'));
    let folders: Vec<String> = folders.map(str::to_owned).collect();
    for source in folders {
        let called = called_module(&module.folder, &source);
        let variables = called.map(|called| called.variables_with_definitions());
        let variables = variables.unwrap_or_default();
        module.definition_variables.insert(source, variables);
    }
    Ok(module)
}

/// Lists the modules that Terraform files call, of which no argument is a definition: ``it calls
/// the module `flow` (../modules/flow), of which no argument is a definition``. `None` for files
/// that call none.
pub(crate) fn calls_without_definition(paths: &[PathBuf]) -> Option<String> {
    let files = paths.iter().filter(|path| is_terraform(path));
    let modules = files.filter_map(|path| {
        let text = named_file::next_to(path, path).ok()?;
        Some(Module::of(vec![TerraformFile::parse(path, text).ok()?]))
    });
    let modules: Vec<Module> = modules.collect();
    let calls = modules.iter().flat_map(Module::called_modules);
    let calls: Vec<String> = calls
        .map(|(name, source)| format!("`{name}` ({source})"))
        .collect();
    let (first, more) = calls.split_first()?;
    Some(match more {
        [] => format!("it calls the module {first}, of which no argument is a definition"),
        more => format!(
            "it calls the modules {}, of which no argument is a definition",
            [std::slice::from_ref(first), more].concat().join(", ")
        ),
    })
}

/// Reads the module in a folder that a module names. A file that cannot be read, or that is not
/// below the project, is another file's problem: nothing is known of its variables.
fn called_module(folder: &Path, source: &str) -> Option<Module> {
    // `siblings` lists the files next to a path.
    let paths = siblings(&folder.join(source).join("called"));
    let files = paths.iter().filter_map(|path| {
        let text = named_file::of_module(folder, path).ok()?;
        TerraformFile::parse(path, text).ok()
    });
    let files: Vec<TerraformFile> = files.collect();
    (!files.is_empty()).then(|| Module::of(files))
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
