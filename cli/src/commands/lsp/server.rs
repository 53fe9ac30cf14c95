//! The state of a session.

use std::collections::{HashMap, HashSet, VecDeque};

use gen_lsp_types::{Notification, Uri};
use lsp_server::{Connection, Message, Request, RequestId};
use serde_json::Value;
use stepwright_editor::WorkspaceMachines;

use super::client::ClientAbilities;
use super::open_document::OpenDocument;
use super::refusal::Refusal;
use super::session_log::SessionLog;
use super::workspace::Workspace;

/// The state of a session.
pub(super) struct Server {
    pub(super) connection: Connection,
    pub(super) client: ClientAbilities,
    pub(super) documents: HashMap<Uri, OpenDocument>,
    pub(super) workspace: Workspace,
    /// The state machines in the files that were checked.
    pub(super) machines: WorkspaceMachines,
    pub(super) log: SessionLog,
    /// The messages that have arrived, in their order.
    pub(super) inbox: VecDeque<Message>,
    /// The requests in the inbox that the client has cancelled.
    pub(super) cancelled: HashSet<RequestId>,
    /// Whether the client has ended the session, and says `exit` next.
    pub(super) is_shut_down: bool,
    /// The number of the next request to the client.
    next_request: i32,
}

impl Server {
    pub(super) fn new(
        connection: Connection,
        parameters: &Value,
        client: ClientAbilities,
        log: SessionLog,
    ) -> Server {
        Server {
            connection,
            workspace: Workspace::of(parameters),
            machines: WorkspaceMachines::default(),
            client,
            documents: HashMap::new(),
            log,
            inbox: VecDeque::new(),
            cancelled: HashSet::new(),
            is_shut_down: false,
            next_request: 0,
        }
    }

    /// The open document with a URI.
    ///
    /// # Errors
    ///
    /// If the client has not opened it.
    pub(super) fn document(&self, uri: &Uri) -> Result<&OpenDocument, Refusal> {
        self.documents
            .get(uri)
            .ok_or_else(|| Refusal::failed(format!("the document {} is not open", uri.0)))
    }

    /// Sends a message. If the client is gone, the loop ends when it receives the next message.
    pub(super) fn send(&self, message: impl Into<Message>) {
        let _ = self.connection.sender.send(message.into());
    }

    /// Sends a request whose answer contains nothing.
    pub(super) fn request(&mut self, method: &str, parameters: Value) {
        self.next_request += 1;
        self.send(Request {
            id: self.next_request.into(),
            method: method.to_owned(),
            params: parameters,
        });
    }

    pub(super) fn notify<N: Notification>(&self, parameters: N::Params) {
        self.send(lsp_server::Notification::new(
            N::METHOD.as_str().to_owned(),
            parameters,
        ));
    }
}
