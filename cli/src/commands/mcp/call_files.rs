//! The files of one call.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;

use super::own_command::Finished;
use super::refusal::Refusal;
use super::tool::Session;

/// The name of a definition that a call contains. Messages show it as the file's name.
const DEFINITION: &str = "definition";
/// The name of the file with the history of an execution.
const HISTORY: &str = "history.json";

/// Files of the working folder that a call names, and texts that it contains. The texts are in a
/// temporary folder until the call ends, because Linux limits an argument of a command to 128 KiB.
pub(super) struct CallFiles<'s> {
    session: Session<'s>,
    temporary: TempDir,
}

impl<'s> CallFiles<'s> {
    pub(super) fn new(session: Session<'s>) -> Result<CallFiles<'s>, Refusal> {
        let temporary = tempfile::tempdir()
            .map_err(|error| Refusal::new(format!("no temporary folder: {error}")))?;
        Ok(CallFiles { session, temporary })
    }

    /// The definition of a call: a file, with `#NAME` for one of several machines, or a text.
    ///
    /// # Errors
    ///
    /// If the call has both or neither, or the file is not below the working folder.
    pub(super) fn definition(
        &self,
        member: &str,
        file: Option<&str>,
        text: Option<&str>,
    ) -> Result<OsString, Refusal> {
        let (file, machine) = match (file, text) {
            (Some(file), None) => match file.split_once('#') {
                Some((file, machine)) => (self.session.folder.find(file)?, Some(machine)),
                None => (self.session.folder.find(file)?, None),
            },
            (None, Some(text)) => (self.write(DEFINITION, text)?, None),
            _ => {
                return Err(Refusal::new(format!(
                    "give either `{member}` or `text`: a file below the working folder, or the definition itself"
                )));
            }
        };
        let mut word = file.into_os_string();
        if let Some(machine) = machine {
            word.push(format!("#{machine}"));
        }
        Ok(word)
    }

    /// A file of the working folder if the value is a text, and otherwise a file with the value.
    pub(super) fn given(&self, name: &str, value: &Value) -> Result<PathBuf, Refusal> {
        match value {
            Value::String(file) => self.session.folder.find(file),
            value => self.write(name, &value.to_string()),
        }
    }

    /// A file of the temporary folder with a text.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<PathBuf, Refusal> {
        let file = self.path(name);
        fs::write(&file, text)
            .map_err(|error| Refusal::new(format!("`{name}` cannot be passed on: {error}")))?;
        Ok(file)
    }

    /// The path of a file in the temporary folder.
    fn path(&self, name: &str) -> PathBuf {
        self.temporary.path().join(name)
    }

    /// The words that run a definition with an input on standard input, and its history in a file
    /// of the call.
    pub(super) fn run_words(&self, definition: OsString, is_express: bool) -> Vec<OsString> {
        let mut words = vec![
            "run".into(),
            definition,
            "--input=-".into(),
            "--progress=never".into(),
            "--history".into(),
            self.path(HISTORY).into(),
        ];
        words.extend(is_express.then(|| "--type=EXPRESS".into()));
        words
    }

    /// Runs a definition, and returns the events of the execution.
    ///
    /// # Errors
    ///
    /// If the execution did not begin.
    pub(super) async fn run_execution(
        &self,
        words: Vec<OsString>,
        input: &Value,
    ) -> Result<(Finished, Vec<Value>), Refusal> {
        let finished = self.run(words, &input.to_string()).await?;
        let Ok(text) = fs::read_to_string(self.path(HISTORY)) else {
            return Err(Refusal::new(finished.messages));
        };
        let mut history: Value = serde_json::from_str(&text)
            .map_err(|error| Refusal::new(format!("the history cannot be read: {error}")))?;
        match history["events"].take() {
            Value::Array(events) => Ok((finished, events)),
            _ => Ok((finished, Vec::new())),
        }
    }

    /// Runs the command in the working folder. Its output names no temporary folder.
    ///
    /// # Errors
    ///
    /// See [`OwnCommand::run`](super::own_command::OwnCommand::run).
    pub(super) async fn run(
        &self,
        mut words: Vec<OsString>,
        input: &str,
    ) -> Result<Finished, Refusal> {
        words.extend(["--read-below".into(), self.temporary.path().into()]);
        let root = self.session.folder.root();
        let finished = self.session.command.run(root, &words, input).await?;
        let prefix = format!("{}/", self.temporary.path().display());
        Ok(Finished {
            output: finished.output.replace(&prefix, ""),
            messages: finished.messages.replace(&prefix, ""),
            ..finished
        })
    }
}
