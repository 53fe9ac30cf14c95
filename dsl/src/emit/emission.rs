//! Writes the files, or compares them.

use super::collection::Workflows;
use super::difference::Difference;
use super::error::{Drift, EmitError};
use super::files::Files;
use super::mode::{Mode, Said};
use super::script;
use crate::builder::Built;
use crate::shape::Payload;
use crate::workflow::{Definition, Workflow};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Termination};

/// Files of workflows, written by a build script.
///
/// See the [module](mod@crate::emit) for an example.
pub fn build_script() -> Emission {
    Emission {
        workflows: Workflows::new(),
        folder: None,
        from: From::Script,
        said: Said::Otherwise(Mode::Write),
    }
}

/// Workflows and the folder for their files: [`build_script`] begins one, [`write`](Emission::write) does it.
#[derive(Debug)]
#[must_use = "nothing happens before `write()`"]
pub struct Emission {
    workflows: Workflows,
    folder: Option<PathBuf>,
    from: From,
    said: Said,
}

/// Who writes.
#[derive(Debug, Clone)]
enum From {
    Script,
    /// A program or a test, and the command that writes.
    Program(String),
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// All files, in the order of the workflows.
    pub files: Vec<PathBuf>,
    /// Those that were not there, or were others before.
    pub changed: Vec<PathBuf>,
}

/// What [`write`](Emission::write) gives. A build script's `main` may give it, too.
pub type Result = std::result::Result<Written, EmitError>;

/// So that a `main` may end with [`write`](Emission::write).
impl Termination for Written {
    fn report(self) -> ExitCode {
        ExitCode::SUCCESS
    }
}

impl Emission {
    /// By a program or a test; `command` is the one that writes.
    pub(super) fn of_program(folder: PathBuf, command: String, said: Said) -> Emission {
        Emission {
            workflows: Workflows::new(),
            folder: Some(folder),
            from: From::Program(command),
            said,
        }
    }

    /// One workflow more.
    pub fn workflow<W: Workflow>(self) -> Emission {
        self.adding(Workflows::workflow::<W>)
    }

    /// Those of a list, which [`workflows!`](crate::workflows!) makes.
    pub fn workflows(self, others: Workflows) -> Emission {
        self.adding(|workflows| workflows.workflows(others))
    }

    /// One more that the [builder](crate::builder) made.
    pub fn built<In: Payload, Out: Payload>(self, built: &Built<In, Out>) -> Emission {
        self.adding(|workflows| workflows.built(built))
    }

    /// One more of which only the definition is known: it gets no schemas.
    pub fn definition(self, definition: &Definition) -> Emission {
        self.adding(|workflows| workflows.definition(definition))
    }

    fn adding(self, add: impl FnOnce(Workflows) -> Workflows) -> Emission {
        Emission {
            workflows: add(self.workflows),
            ..self
        }
    }

    /// Into this folder, whose path begins at that of Cargo.toml; it is made where it is missing. Its files are meant to be committed:
    /// in CI they are compared with what the workflows emit, not written.
    pub fn to(self, folder: impl Into<PathBuf>) -> Emission {
        Emission {
            folder: Some(folder.into()),
            ..self
        }
    }

    /// Writes the files, or compares them where that is [asked for](mod@crate::emit#drift).
    ///
    /// # Errors
    ///
    /// Every fault of every workflow; two workflows whose files have one name; files that differ, where they are compared, with the lines;
    /// what the file system says.
    pub fn write(self) -> Result {
        let (mode, folder) = self.destination()?;
        let files = files(self.workflows)?;
        let mut written = Written {
            files: Vec::new(),
            changed: Vec::new(),
        };
        let mut drifted = Vec::new();
        for (workflow, name, text) in &files {
            let path = folder.join(name);
            let found = read(&path)?;
            let is_same = match mode {
                // To the byte: what is written is the same on every machine.
                Mode::Write => found.as_deref() == Some(text.as_bytes()),
                Mode::Check => match difference(found.as_deref(), text) {
                    Ok(()) => true,
                    Err(difference) => {
                        let workflow = workflow.clone();
                        drifted.push(Drift {
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
        if let From::Script = self.from {
            // Before a drift is told: it is gone when the file is mended.
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
            // Cargo runs a script in the package's folder.
            (Some(folder), _) => Ok((self.said.mode()?, folder.clone())),
            // Nobody commits it.
            (None, _) => match std::env::var_os("OUT_DIR") {
                Some(folder) => Ok((Mode::Write, folder.into())),
                None => Err(EmitError::usage(
                    "`OUT_DIR` is not set, as Cargo does for a build script; name a folder with `.to(\"asl\")`".to_owned(),
                )),
            },
        }
    }
}

/// The workflow, the name and the text of each file.
fn files(workflows: Workflows) -> std::result::Result<Vec<(String, String, String)>, EmitError> {
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
                    format!("the workflow `{workflow}` is there twice; leave one out")
                } else {
                    format!(
                        "the workflows `{first}` and `{workflow}` both have the file {name}; rename one"
                    )
                }));
            }
        }
    }
    let each = all.into_iter().flat_map(|one| {
        let Files { workflow, files } = one;
        files
            .into_iter()
            .map(move |(name, text)| (workflow.clone(), name, text))
    });
    Ok(each.collect())
}

fn read(path: &Path) -> std::result::Result<Option<Vec<u8>>, EmitError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(EmitError::io(path, error)),
    }
}

/// What a file that was found has others than `text`; nothing to compare where there is no file.
fn difference(found: Option<&[u8]>, text: &str) -> std::result::Result<(), Option<Difference>> {
    let found = found.ok_or(None)?;
    match Difference::of(&String::from_utf8_lossy(found), text) {
        Some(difference) => Err(Some(difference)),
        None => Ok(()),
    }
}

/// Whoever reads the file meanwhile sees the old text or the new one, whole.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    std::fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.{}", std::process::id()));
    let done = std::fs::write(&beside, text)
        .and_then(|()| script::date(&beside))
        .and_then(|()| std::fs::rename(&beside, path));
    if done.is_err() {
        // What failed is told; that a file is left behind matters less.
        let _ = std::fs::remove_file(&beside);
    }
    done
}
