//! The studio in an editor: messages in JSON on standard input and output, one a line.
//!
//! A pipe needs neither a port nor a secret, and works in remote workspaces, where the editor's
//! window and this process run on different machines.

use std::io::BufRead;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;
use stepwright_asl::MachineType;
use stepwright_studio::{EditorStudio, EditorText, PageRequest, PageResponse, StudioFile};
use tokio::sync::mpsc;

use crate::definitions::project::files_of;
use crate::failure::Failure;
use crate::terminal::output;

use super::{has_definition, studio_file, validators_of};

/// A message of the editor. The answer has its `id`.
#[derive(Debug, Deserialize)]
struct Message {
    id: u64,
    #[serde(flatten)]
    what: Request,
}

#[derive(Debug, Deserialize)]
#[serde(
    tag = "method",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
enum Request {
    /// Opens a text. Answers with its number.
    Open {
        path: PathBuf,
        #[serde(flatten)]
        text: Text,
        is_read_only: bool,
    },
    /// The text has changed, or has been saved.
    Change {
        document: usize,
        #[serde(flatten)]
        text: Text,
    },
    /// Closes a text.
    Close { document: usize },
    /// Passes a request of a page.
    Ask {
        document: usize,
        name: String,
        #[serde(default)]
        query: String,
        body: Option<String>,
    },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Text {
    text: String,
    version: i64,
    is_dirty: bool,
}

impl From<Text> for EditorText {
    fn from(text: Text) -> EditorText {
        EditorText::new(text.text, text.version).dirty(text.is_dirty)
    }
}

/// An answer to the editor. A status from 400 on has the reason in its body.
#[derive(Debug, Serialize)]
struct Answer {
    /// `None` for a message that cannot be read.
    id: Option<u64>,
    status: u16,
    kind: String,
    body: String,
}

impl Answer {
    fn json(id: u64, body: &serde_json::Value) -> Answer {
        Answer {
            id: Some(id),
            status: 200,
            kind: "application/json".to_owned(),
            body: body.to_string(),
        }
    }

    fn refusal(id: Option<u64>, status: u16, reason: impl ToString) -> Answer {
        Answer {
            id,
            status,
            kind: "text/plain".to_owned(),
            body: reason.to_string(),
        }
    }

    fn page(id: u64, response: PageResponse) -> Answer {
        Answer {
            id: Some(id),
            status: response.status,
            kind: response.kind,
            body: response.body,
        }
    }

    fn send(&self) {
        let line = serde_json::to_string(self).expect("the fields are texts and numbers");
        output::document(&format!("{line}\n"));
    }
}

/// Serves an editor until it closes standard input. `folders` are those of its workspace.
pub(super) async fn serve(folders: &[PathBuf], machine_type: MachineType) -> Result<(), Failure> {
    let studio = Arc::new(EditorStudio::new());
    let mut lines = lines();
    while let Some(line) = lines.recv().await {
        let Message { id, what } = match serde_json::from_str(&line) {
            Ok(message) => message,
            Err(error) => {
                Answer::refusal(None, 400, format_args!("the message: {error}")).send();
                continue;
            }
        };
        // Texts change in the order of the messages. A page does not wait for the run of another.
        match what {
            Request::Open {
                path,
                text,
                is_read_only,
            } => {
                let opened = validators_of(machine_type)
                    .and_then(|mut validators| studio_file(path, &mut validators));
                match opened {
                    Ok(file) => {
                        let number = studio.open(file, text.into(), is_read_only);
                        Answer::json(id, &json!({"document": number})).send();
                        list_workspace(&studio, folders, machine_type);
                    }
                    Err(failure) => Answer::refusal(Some(id), 422, reason(failure)).send(),
                }
            }
            Request::Change { document, text } => match studio.follow(document, text.into()) {
                Ok(()) => Answer::json(id, &json!({})).send(),
                Err(error) => Answer::refusal(Some(id), 404, error).send(),
            },
            Request::Close { document } => {
                studio.close(document);
                Answer::json(id, &json!({})).send();
            }
            Request::Ask {
                document,
                name,
                query,
                body,
            } => {
                let mut request = PageRequest::new(name).query(query);
                request.body = body;
                let studio = studio.clone();
                let asked = tokio::spawn(async move { studio.ask(document, request).await });
                tokio::spawn(async move {
                    match asked.await {
                        Ok(response) => Answer::page(id, response).send(),
                        Err(error) => Answer::refusal(Some(id), 500, error).send(),
                    }
                });
            }
        }
    }
    Ok(())
}

/// The lines of standard input. A thread reads them, because a read cannot be cancelled.
fn lines() -> mpsc::UnboundedReceiver<String> {
    let (sender, lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            // A text that is not UTF-8 is no message, and ends the connection as its end does.
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// Lists the definitions of the workspace for the palette, which has them a moment later.
fn list_workspace(studio: &Arc<EditorStudio>, folders: &[PathBuf], machine_type: MachineType) {
    let (studio, folders) = (studio.clone(), folders.to_owned());
    tokio::task::spawn_blocking(move || match workspace(&folders, machine_type) {
        Ok(files) => studio.set_workspace(files),
        Err(failure) => tracing::warn!(reason = reason(failure), "the workspace is not listed"),
    });
}

fn workspace(folders: &[PathBuf], machine_type: MachineType) -> Result<Vec<StudioFile>, Failure> {
    let mut validators = validators_of(machine_type)?;
    // A folder that cannot be read offers nothing.
    let mut failures = Vec::new();
    let mut files = Vec::new();
    for file in files_of(folders, validators.settings(), &mut failures)? {
        let text = file.read();
        if text.is_ok_and(|text| has_definition(&file.path, &text)) {
            files.push(studio_file(file.path, &mut validators)?);
        }
    }
    Ok(files)
}

fn reason(failure: Failure) -> String {
    match failure {
        Failure::Usage(reason) | Failure::Failed(reason) => reason,
        Failure::Diagnostics | Failure::Interrupted(_) => "the file cannot be opened".to_owned(),
    }
}
