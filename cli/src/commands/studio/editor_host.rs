//! The studio in an editor: messages on standard input and output.
//!
//! A pipe needs neither a port nor a secret, and works in remote workspaces, where the editor's
//! window and this process run on different machines.

use std::io::BufRead;
use std::path::PathBuf;
use std::sync::Arc;

use stepwright_asl::MachineType;
use stepwright_studio::{EditorAnswer, EditorConnection, EditorStudio, StudioFile};
use tokio::sync::mpsc;

use crate::definitions::project::files_of;
use crate::failure::Failure;
use crate::terminal::output;

use super::{has_definition, studio_file, validators_of};

/// Serves an editor until it closes standard input. `folders` are those of its workspace.
pub(super) async fn serve(folders: &[PathBuf], machine_type: MachineType) -> Result<(), Failure> {
    let connection = EditorConnection::new(|path| {
        let opened = validators_of(machine_type)
            .and_then(|mut validators| studio_file(path, &mut validators));
        opened.map_err(Failure::into_reason)
    });
    let mut lines = lines();
    while let Some(line) = lines.recv().await {
        let EditorAnswer {
            id, line, is_open, ..
        } = connection.receive(&line);
        if is_open {
            list_workspace(connection.studio(), folders, machine_type);
        }
        let answer = tokio::spawn(line);
        tokio::spawn(async move {
            let line = answer
                .await
                .unwrap_or_else(|error| EditorAnswer::refusal(id, 500, error));
            output::document(&format!("{line}\n"));
        });
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
        Err(failure) => tracing::warn!(
            reason = failure.into_reason(),
            "the workspace is not listed"
        ),
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
