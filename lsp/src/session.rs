//! The state of a session.

use std::collections::HashMap;
use std::fmt::Display;
use std::rc::Rc;

use gen_lsp_types::{Notification, Uri};
use lsp_server::{Message, Request};
use serde_json::Value;
use stepwright_editor::WorkspaceMachines;

use crate::client::ClientAbilities;
use crate::open_document::OpenDocument;
use crate::refusal::Refusal;
use crate::workspace::Workspace;
use crate::workspace_files::WorkspaceFiles;

/// The state of a session.
pub(crate) struct Session {
    pub(crate) client: ClientAbilities,
    pub(crate) documents: HashMap<Uri, OpenDocument>,
    pub(crate) workspace: Workspace,
    /// The state machines in the files that were checked.
    pub(crate) machines: WorkspaceMachines,
    /// The messages for the client that were not taken yet.
    pub(crate) outbox: Vec<Message>,
    /// The lines for the log that were not taken yet.
    pub(crate) log: Vec<String>,
    /// Whether the client has said `initialized`.
    pub(crate) is_started: bool,
    /// The number of the next request to the client.
    next_request: i32,
}

impl Session {
    /// Starts a session with the parameters of `initialize`.
    pub(crate) fn new(
        parameters: &Value,
        client: ClientAbilities,
        files: Rc<dyn WorkspaceFiles>,
    ) -> Session {
        Session {
            workspace: Workspace::of(parameters, files),
            machines: WorkspaceMachines::default(),
            client,
            documents: HashMap::new(),
            outbox: Vec::new(),
            log: Vec::new(),
            is_started: false,
            next_request: 0,
        }
    }

    /// The open document with a URI.
    ///
    /// # Errors
    ///
    /// If the client has not opened it.
    pub(crate) fn document(&self, uri: &Uri) -> Result<&OpenDocument, Refusal> {
        self.documents
            .get(uri)
            .ok_or_else(|| Refusal::failed(format!("the document {} is not open", uri.0)))
    }

    pub(crate) fn send(&mut self, message: impl Into<Message>) {
        self.outbox.push(message.into());
    }

    /// Sends a request whose answer contains nothing.
    pub(crate) fn request(&mut self, method: &str, parameters: Value) {
        self.next_request += 1;
        self.send(Request {
            id: self.next_request.into(),
            method: method.to_owned(),
            params: parameters,
        });
    }

    pub(crate) fn notify<N: Notification>(&mut self, parameters: N::Params) {
        self.send(lsp_server::Notification::new(
            N::METHOD.as_str().to_owned(),
            parameters,
        ));
    }

    pub(crate) fn log(&mut self, line: impl Display) {
        self.log.push(line.to_string());
    }
}
