//! The server: its messages in their order, and the functions that answer them.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::rc::Rc;

use gen_lsp_types::{
    CancelNotification, CodeActionRequest, CodeActionResolveRequest, CodeLensRequest,
    CompletionRequest, DefinitionRequest, DidChangeTextDocumentNotification,
    DidChangeWatchedFilesNotification, DidCloseTextDocumentNotification,
    DidOpenTextDocumentNotification, DocumentFormattingRequest, DocumentHighlightRequest,
    DocumentLinkRequest, DocumentRangeFormattingRequest, DocumentSymbolRequest,
    ExecuteCommandRequest, FoldingRangeRequest, HoverRequest, ImplementationRequest,
    InitializeResult, InlayHintRequest, Notification, PrepareRenameRequest, ReferencesRequest,
    RenameRequest, SelectionRangeRequest, SemanticTokensRequest, ServerInfo, SignatureHelpRequest,
};
use lsp_server::{ErrorCode, Message, Request, RequestId, Response};

use crate::answers::{
    actions, commands, completion, explanations, folding, formatting, lenses, links, navigation,
    rename, sources, symbols, tokens,
};
use crate::client::ClientAbilities;
use crate::router::{NotificationRouter, RequestRouter};
use crate::session::Session;
use crate::workspace_files::WorkspaceFiles;
use crate::{capabilities, text_sync};

/// A language server without a transport.
///
/// The caller gives it each message of the client, lets it [`work`](LanguageServer::work) until
/// there is nothing to do, and sends its [messages](LanguageServer::take_messages).
pub struct LanguageServer {
    files: Rc<dyn WorkspaceFiles>,
    /// The messages that have arrived, in their order.
    inbox: VecDeque<Message>,
    /// The requests in the inbox that the client has cancelled.
    cancelled: HashSet<RequestId>,
    /// The session; `None` until the client has said `initialize`.
    session: Option<Session>,
    /// The refusals of requests outside of a session.
    refusals: Vec<Message>,
    /// Whether the client has ended the session, and says `exit` next.
    is_shut_down: bool,
    end: Option<SessionEnd>,
}

/// What the server has done in one step.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Work {
    /// It has answered a request with this method.
    Answered(String),
    /// It has received a message without an answer.
    Received,
    /// It has checked a file, or has read the folders of the workspace.
    Checked,
}

/// How the client has ended the session with `exit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEnd {
    /// It has said `shutdown` before.
    Orderly,
    /// It has not said `shutdown`.
    Abrupt,
}

impl fmt::Debug for LanguageServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LanguageServer")
            .field("inbox", &self.inbox.len())
            .field("is_initialized", &self.is_initialized())
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

impl LanguageServer {
    /// Creates a server for the files of a workspace.
    pub fn new(files: Rc<dyn WorkspaceFiles>) -> LanguageServer {
        LanguageServer {
            files,
            inbox: VecDeque::new(),
            cancelled: HashSet::new(),
            session: None,
            refusals: Vec::new(),
            is_shut_down: false,
            end: None,
        }
    }

    /// Puts a message into the inbox. A cancellation has effect before the messages before it.
    pub fn receive(&mut self, message: Message) {
        if let Message::Notification(notification) = &message
            && notification.method == CancelNotification::METHOD.as_str()
        {
            let id = notification.params.get("id").cloned().unwrap_or_default();
            if let Ok(id) = serde_json::from_value::<RequestId>(id) {
                let waits = |message: &Message| matches!(message, Message::Request(request) if request.id == id);
                if self.inbox.iter().any(waits) {
                    self.cancelled.insert(id);
                }
            }
            return;
        }
        self.inbox.push_back(message);
    }

    /// Does one step: handles the first message, or checks a file if there is none. Returns `None`
    /// if there is nothing to do before the next message.
    pub fn work(&mut self) -> Option<Work> {
        if self.end.is_some() {
            return None;
        }
        let Some(message) = self.inbox.pop_front() else {
            let session = self.session.as_mut()?;
            let has_checked = session.is_started && session.check_next_file();
            return has_checked.then_some(Work::Checked);
        };
        match message {
            Message::Request(request) => {
                let method = request.method.clone();
                self.answer(request);
                return Some(Work::Answered(method));
            }
            Message::Notification(notification) if notification.method == "exit" => {
                self.end = Some(if self.is_shut_down {
                    SessionEnd::Orderly
                } else {
                    SessionEnd::Abrupt
                });
            }
            Message::Notification(notification) => {
                // As the protocol says, those before `initialize` have no effect.
                if let Some(session) = &mut self.session {
                    session.receive(notification);
                }
            }
            // The answers of the client to requests of the server contain nothing.
            Message::Response(_) => {}
        }
        Some(Work::Received)
    }

    /// Takes the messages for the client, in their order.
    pub fn take_messages(&mut self) -> Vec<Message> {
        let mut messages = std::mem::take(&mut self.refusals);
        if let Some(session) = &mut self.session {
            messages.append(&mut session.outbox);
        }
        messages
    }

    /// Takes the lines for a log: what the client can do, and what the server ignores.
    pub fn take_log(&mut self) -> Vec<String> {
        let session = self.session.as_mut();
        session.map_or_else(Vec::new, |session| std::mem::take(&mut session.log))
    }

    /// Returns how the session has ended; `None` while it runs.
    pub fn end(&self) -> Option<SessionEnd> {
        self.end
    }

    /// Returns whether the client has started the session.
    pub fn is_initialized(&self) -> bool {
        self.session.is_some()
    }

    fn answer(&mut self, request: Request) {
        let Request { id, method, params } = request;
        let refused = |code: ErrorCode, reason: &str| {
            Response::new_err(id.clone(), code as i32, reason.to_owned()).into()
        };
        let answer = match &mut self.session {
            _ if self.cancelled.remove(&id) => refused(
                ErrorCode::RequestCanceled,
                "the client cancelled the request",
            ),
            _ if self.is_shut_down => refused(ErrorCode::InvalidRequest, "the session has ended"),
            None if method == "initialize" => {
                let client = ClientAbilities::of(&params);
                let session = Session::new(&params, client, self.files.clone());
                return self.session.insert(session).initialized(id);
            }
            None => refused(
                ErrorCode::ServerNotInitialized,
                "the first request of a session is `initialize`",
            ),
            Some(_) if method == "initialize" => {
                refused(ErrorCode::InvalidRequest, "the session has already started")
            }
            Some(_) if method == "shutdown" => {
                self.is_shut_down = true;
                Response::new_ok(id, ()).into()
            }
            Some(session) => return session.answer(Request { id, method, params }),
        };
        match &mut self.session {
            Some(session) => session.outbox.push(answer),
            None => self.refusals.push(answer),
        }
    }
}

impl Session {
    /// Answers `initialize`.
    fn initialized(&mut self, id: RequestId) {
        let client = &self.client;
        let line = format!("client: {client:?}");
        let result = InitializeResult {
            capabilities: capabilities::of(client),
            server_info: Some(ServerInfo {
                name: "stepwright".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        };
        self.log(line);
        self.send(Response::new_ok(id, result));
    }

    fn answer(&mut self, request: Request) {
        let Request { id, method, params } = request;
        let router = RequestRouter {
            session: self,
            method,
            parameters: params,
            answer: None,
        };
        let response = router
            .on::<DocumentSymbolRequest>(symbols::document_symbols)
            .on::<DefinitionRequest>(navigation::definition)
            .on::<ImplementationRequest>(sources::implementation)
            .on::<ReferencesRequest>(navigation::references)
            .on::<DocumentHighlightRequest>(navigation::highlights)
            .on::<FoldingRangeRequest>(folding::folding_ranges)
            .on::<SelectionRangeRequest>(folding::selection_ranges)
            .on::<DocumentLinkRequest>(links::document_links)
            .on::<CodeActionRequest>(actions::code_actions)
            .on::<CompletionRequest>(completion::completion)
            .on::<HoverRequest>(explanations::hover)
            .on::<SignatureHelpRequest>(explanations::signature_help)
            .on::<InlayHintRequest>(explanations::inlay_hints)
            .on::<CodeActionResolveRequest>(actions::resolve)
            .on::<DocumentFormattingRequest>(formatting::document)
            .on::<DocumentRangeFormattingRequest>(formatting::range)
            .on::<PrepareRenameRequest>(rename::prepare_rename)
            .on::<RenameRequest>(rename::rename)
            .on::<CodeLensRequest>(lenses::code_lenses)
            .on::<ExecuteCommandRequest>(commands::execute)
            .on::<SemanticTokensRequest>(tokens::semantic_tokens)
            .finish(id);
        self.send(response);
    }

    fn receive(&mut self, notification: lsp_server::Notification) {
        if notification.method == "initialized" {
            self.is_started = true;
            self.watch_files();
            return;
        }
        let router = NotificationRouter {
            session: self,
            method: notification.method,
            parameters: notification.params,
        };
        router
            .on::<DidOpenTextDocumentNotification>(text_sync::open)
            .on::<DidChangeTextDocumentNotification>(text_sync::change)
            .on::<DidCloseTextDocumentNotification>(text_sync::close)
            .on::<DidChangeWatchedFilesNotification>(Session::files_changed);
    }
}
