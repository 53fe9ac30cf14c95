//! The loop of the language server.

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
use lsp_server::{Connection, ErrorCode, Message, Request, RequestId, Response};

use super::answers::{
    actions, commands, completion, explanations, folding, formatting, lenses, links, navigation,
    rename, sources, symbols, tokens,
};
use super::client::ClientAbilities;
use super::router::{NotificationRouter, RequestRouter};
use super::server::Server;
use super::session_log::SessionLog;
use super::{capabilities, text_sync};
use crate::failure::Failure;

impl Server {
    /// Serves a client until it says `exit` or the connection ends.
    pub(super) fn serve(connection: Connection, mut log: SessionLog) -> Result<(), Failure> {
        let lost = |error: lsp_server::ProtocolError| {
            Failure::Failed(format!("the editor did not start the session: {error}"))
        };
        let (id, parameters) = connection.initialize_start().map_err(lost)?;
        let client = ClientAbilities::of(&parameters);
        log.line(format_args!("client: {client:?}"));
        let result = InitializeResult {
            capabilities: capabilities::of(&client),
            server_info: Some(ServerInfo {
                name: "stepwright".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        };
        let result = serde_json::to_value(result).unwrap_or_default();
        connection.initialize_finish(id, result).map_err(lost)?;
        let mut server = Server::new(connection, &parameters, client, log);
        server.watch_files();
        server.run()
    }

    /// Handles messages in their order. Files are checked while there are none.
    fn run(&mut self) -> Result<(), Failure> {
        loop {
            while let Ok(message) = self.connection.receiver.try_recv() {
                self.arrived(message);
            }
            let message = match self.inbox.pop_front() {
                Some(message) => message,
                None if self.check_next_file() => continue,
                None => match self.connection.receiver.recv() {
                    Ok(message) => {
                        self.arrived(message);
                        continue;
                    }
                    // The client is gone without `exit`.
                    Err(_) => return Ok(()),
                },
            };
            match message {
                Message::Request(request) if self.is_shut_down => {
                    let reason = "the session has ended".to_owned();
                    let code = ErrorCode::InvalidRequest as i32;
                    self.send(Response::new_err(request.id, code, reason));
                }
                Message::Request(request) if request.method == "shutdown" => {
                    self.is_shut_down = true;
                    self.send(Response::new_ok(request.id, ()));
                }
                Message::Request(request) => self.answer(request),
                Message::Notification(notification) if notification.method == "exit" => {
                    let reason = "the editor said `exit` before `shutdown`";
                    return if self.is_shut_down {
                        Ok(())
                    } else {
                        Err(Failure::Failed(reason.to_owned()))
                    };
                }
                Message::Notification(notification) => self.receive(notification),
                // The answers of the client to requests of the server contain nothing.
                Message::Response(_) => {}
            }
        }
    }

    /// Puts a message into the inbox. A cancellation has effect before the messages before it.
    fn arrived(&mut self, message: Message) {
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

    fn answer(&mut self, request: Request) {
        let Request { id, method, params } = request;
        if self.cancelled.remove(&id) {
            let reason = "the client cancelled the request".to_owned();
            self.send(Response::new_err(
                id,
                ErrorCode::RequestCanceled as i32,
                reason,
            ));
            return;
        }
        let start = std::time::Instant::now();
        let shown = method.clone();
        let router = RequestRouter {
            server: self,
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
        let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
        self.log.line(format_args!("{shown}: {milliseconds:.1} ms"));
        self.send(response);
    }

    fn receive(&mut self, notification: lsp_server::Notification) {
        let router = NotificationRouter {
            server: self,
            method: notification.method,
            parameters: notification.params,
        };
        router
            .on::<DidOpenTextDocumentNotification>(text_sync::open)
            .on::<DidChangeTextDocumentNotification>(text_sync::change)
            .on::<DidCloseTextDocumentNotification>(text_sync::close)
            .on::<DidChangeWatchedFilesNotification>(Server::files_changed);
    }
}
