//! Writes or compares the emitted files.

use super::collection::Workflows;
use super::difference::Difference;
use super::error::{EmitError, FileDifference};
use super::files::Files;
use super::mode::{Mode, RequestedMode};
use super::script;
use crate::builder::BuiltWorkflow;
use crate::shape::Payload;
use crate::workflow::{Definition, Workflow};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Termination};
use stepwright_asl::json::Json;

/// Starts an emission of workflow files in a build script.
///
/// See the [module](mod@crate::emit) for an example.
pub fn build_script() -> Emission {
    Emission {
        workflows: Workflows::new(),
        folder: None,
        from: From::Script,
        said: RequestedMode::Otherwise(Mode::Write),
    }
}

/// Workflows and the folder for their files. [`build_script`] creates it,
/// [`write`](Emission::write) writes the files.
#[derive(Debug)]
#[must_use = "nothing happens before `write()`"]
pub struct Emission {
    workflows: Workflows,
    folder: Option<PathBuf>,
    from: From,
    said: RequestedMode,
}

/// The kind of program that writes.
#[derive(Debug, Clone)]
enum From {
    Script,
    /// A program or a test, with the command that writes the files.
    Program(String),
}

/// The written files.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WrittenFiles {
    /// All files, in the order of the workflows.
    pub files: Vec<PathBuf>,
    /// The files that were missing or had different content before.
    pub changed: Vec<PathBuf>,
}

/// The result of [`write`](Emission::write). The `main` function of a build script can return it.
pub type Result = std::result::Result<WrittenFiles, EmitError>;

/// Allows a `main` function to return the result of [`write`](Emission::write).
impl Termination for WrittenFiles {
    fn report(self) -> ExitCode {
        ExitCode::SUCCESS
    }
}

impl Emission {
    /// Starts an emission in a program or a test; `command` is the command that writes the files.
    pub(super) fn of_program(folder: PathBuf, command: String, said: RequestedMode) -> Emission {
        Emission {
            workflows: Workflows::new(),
            folder: Some(folder),
            from: From::Program(command),
            said,
        }
    }

    /// Adds a workflow.
    pub fn workflow<W: Workflow>(self) -> Emission {
        self.adding(Workflows::workflow::<W>)
    }

    /// Adds all workflows of a list, which [`workflows!`](crate::workflows!) creates.
    pub fn workflows(self, others: Workflows) -> Emission {
        self.adding(|workflows| workflows.workflows(others))
    }

    /// Adds a workflow that the [builder](crate::builder) built.
    pub fn built<In: Payload, Out: Payload>(self, built: &BuiltWorkflow<In, Out>) -> Emission {
        self.adding(|workflows| workflows.built(built))
    }

    /// Adds a workflow of which only the definition is known: no schemas are written for it.
    pub fn definition(self, definition: &Definition) -> Emission {
        self.adding(|workflows| workflows.definition(definition))
    }

    fn adding(self, add: impl FnOnce(Workflows) -> Workflows) -> Emission {
        Emission {
            workflows: add(self.workflows),
            ..self
        }
    }

    /// Sets the folder, relative to the folder of Cargo.toml; it is created if it is missing.
    /// Commit its files: CI compares them with the files that the workflows emit, and does not
    /// write them.
    pub fn to(self, folder: impl Into<PathBuf>) -> Emission {
        Emission {
            folder: Some(folder.into()),
            ..self
        }
    }

    /// Writes the files, or compares them when [comparison is configured](mod@crate::emit#drift).
    ///
    /// # Errors
    ///
    /// Fails with every fault of every workflow; with two workflows that have the same file name;
    /// with the differing lines, when files are compared; or with an error of the file system.
    pub fn write(self) -> Result {
        let (mode, folder) = self.destination()?;
        let (files, sources) = files(self.workflows)?;
        let mut written = WrittenFiles {
            files: Vec::new(),
            changed: Vec::new(),
        };
        let mut drifted = Vec::new();
        for (workflow, name, text) in &files {
            let path = folder.join(name);
            let found = read(&path)?;
            let is_same = match mode {
                // Compare every byte: the output is the same on every machine.
                Mode::Write => found.as_deref() == Some(text.as_bytes()),
                Mode::Check => match difference(found.as_deref(), text) {
                    Ok(()) => true,
                    Err(difference) => {
                        let workflow = workflow.clone();
                        drifted.push(FileDifference {
                            path: path.clone(),
                            workflow,
                            difference,
                        });
                        true
                    }
                },
            };
            if !is_same {
                replace(&path, text).map_err(|error| EmitError::io(&path, error))?;
                written.changed.push(path.clone());
            }
            written.files.push(path);
        }
        if mode == Mode::Write {
            let path = folder.join(SOURCES);
            if read(&path)?.as_deref() != Some(sources.as_bytes()) {
                replace(&path, &sources).map_err(|error| EmitError::io(&path, error))?;
            }
        }
        if let From::Script = self.from {
            // Before a drift is reported: writing the files fixes it.
            script::tell(self.folder.is_some().then_some(&written.files));
        }
        if !drifted.is_empty() {
            let command = match self.from {
                From::Script => "STEPWRIGHT_EMIT=write cargo build".to_owned(),
                From::Program(command) => command,
            };
            return Err(EmitError::drift(drifted, command));
        }
        Ok(written)
    }

    fn destination(&self) -> std::result::Result<(Mode, PathBuf), EmitError> {
        match (&self.folder, &self.from) {
            // Cargo runs a build script in the package's folder.
            (Some(folder), _) => Ok((self.said.mode()?, folder.clone())),
            // Files in `OUT_DIR` are not committed.
            (None, _) => match std::env::var_os("OUT_DIR") {
                Some(folder) => Ok((Mode::Write, folder.into())),
                None => Err(EmitError::usage(
                    "`OUT_DIR` is not set, as Cargo does for a build script; name a folder with `.to(\"asl\")`".to_owned(),
                )),
            },
        }
    }
}

/// The file with the places in Rust where the states are declared. Editors read it, and a deployment
/// does not. Each change of the code changes it, so it is not compared.
const SOURCES: &str = "stepwright.sources.json";

/// The workflow, the name and the content of each file.
type NamedFiles = Vec<(String, String, String)>;

/// All files of the workflows, and the content of the file with the sources.
fn files(workflows: Workflows) -> std::result::Result<(NamedFiles, String), EmitError> {
    let mut faults = Vec::new();
    let mut all: Vec<Files> = Vec::new();
    for one in workflows.files {
        match one {
            Ok(files) => all.push(files),
            Err(fault) => faults.push(fault),
        }
    }
    if !faults.is_empty() {
        return Err(EmitError::faults(faults));
    }
    if all.is_empty() {
        return Err(EmitError::usage(
            "there is no workflow to write; add one with `.workflow::<OrderProcessing>()`"
                .to_owned(),
        ));
    }
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for one in &all {
        for (name, _) in &one.files {
            if let Some(other) = owners.insert(name, &one.workflow) {
                let (workflow, first) = (&one.workflow, other);
                return Err(EmitError::usage(if workflow == first {
                    format!("the workflow `{workflow}` is listed twice; remove one of them")
                } else {
                    format!(
                        "the workflows `{first}` and `{workflow}` both have the file {name}; rename one"
                    )
                }));
            }
        }
    }
    let sources = all.iter().map(|one| one.sources.clone());
    let sources = Json::Object(sources.collect()).to_pretty() + "\n";
    let each = all.into_iter().flat_map(|one| {
        let Files {
            workflow, files, ..
        } = one;
        files
            .into_iter()
            .map(move |(name, text)| (workflow.clone(), name, text))
    });
    Ok((each.collect(), sources))
}

fn read(path: &Path) -> std::result::Result<Option<Vec<u8>>, EmitError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(EmitError::io(path, error)),
    }
}

/// The differences between an existing file and `text`; `None` if the file does not exist.
fn difference(found: Option<&[u8]>, text: &str) -> std::result::Result<(), Option<Difference>> {
    let found = found.ok_or(None)?;
    match Difference::of(&String::from_utf8_lossy(found), text) {
        Some(difference) => Err(Some(difference)),
        None => Ok(()),
    }
}

/// Replaces the file atomically: a concurrent reader sees either the old or the new content.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    std::fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.{}", std::process::id()));
    let done = std::fs::write(&beside, text)
        .and_then(|()| script::date(&beside))
        .and_then(|()| std::fs::rename(&beside, path));
    if done.is_err() {
        // The write error is reported; a temporary file that remains is harmless.
        let _ = std::fs::remove_file(&beside);
    }
    done
}
