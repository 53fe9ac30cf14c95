//! The language server for an editor in a browser.

use std::rc::Rc;

use lsp_server::Message;
use serde::Deserialize;
use serde_json::json;
use stepwright_lsp::LanguageServer as Server;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::memory_files::{FileChange, MemoryFiles};

/// The notification with files of the workspace.
const FILES: &str = "stepwright/files";

/// The language server of an editor that owns all texts.
///
/// The editor also sends the files of its workspace, in the notification `stepwright/files`:
/// `{"files": [{"uri": "file:///a.asl.json", "text": "{}"}]}`. Without `text`, there is a file that
/// the server cannot read; with `"deleted": true`, there is none.
#[wasm_bindgen]
pub struct LanguageServer {
    server: Server,
    files: Rc<MemoryFiles>,
}

/// The parameters of the notification.
#[derive(Deserialize)]
struct Files {
    files: Vec<FileChange>,
}

#[wasm_bindgen]
impl LanguageServer {
    /// Creates a server that knows no file.
    #[wasm_bindgen(constructor)]
    #[expect(clippy::new_without_default, reason = "JavaScript creates it")]
    pub fn new() -> LanguageServer {
        let files = Rc::new(MemoryFiles::default());
        LanguageServer {
            server: Server::new(files.clone()),
            files,
        }
    }

    /// Receives a message of the client in JSON. It is answered by a later [`work`](Self::work).
    ///
    /// # Errors
    ///
    /// A text that is no message.
    pub fn receive(&mut self, message: &str) -> Result<(), JsError> {
        let message: Message = crate::parsed(message)?;
        match message {
            Message::Notification(notification) if notification.method == FILES => {
                let Files { files } = serde_json::from_value(notification.params)?;
                let changes = files.iter();
                let changes = changes.map(|file| json!({"uri": file.uri, "type": file.kind()}));
                let changes = json!({"changes": changes.collect::<Vec<_>>()});
                for file in files {
                    self.files.change(file);
                }
                let method = "workspace/didChangeWatchedFiles".to_owned();
                self.server
                    .receive(lsp_server::Notification::new(method, changes).into());
            }
            message => self.server.receive(message),
        }
        Ok(())
    }

    /// Does one step: answers a message, or checks a file. Returns the messages for the client as
    /// an array in JSON, or nothing if there is no work before the next message.
    ///
    /// # Errors
    ///
    /// None that is known: a message always has a form in JSON.
    pub fn work(&mut self) -> Result<Option<String>, JsError> {
        let work = self.server.work();
        let mut messages = self.server.take_messages();
        for line in self.server.take_log() {
            let information = 3;
            let parameters = json!({"type": information, "message": line});
            let method = "window/logMessage".to_owned();
            messages.push(lsp_server::Notification::new(method, parameters).into());
        }
        if work.is_none() {
            return Ok(None);
        }
        Ok(Some(serde_json::to_string(&messages)?))
    }
}
