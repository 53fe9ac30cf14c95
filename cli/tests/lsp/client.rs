//! A scripted client of the language server.

use std::io::{BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use lsp_server::{Message, Notification, Request, RequestId};
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long an answer may take on a busy machine before the test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// A session with a server, which works in a separate folder.
pub(super) struct Client {
    server: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Message>,
    /// Notifications and requests of the server that no test has asked for.
    unread: Vec<Message>,
    next_id: i32,
    pub(super) folder: TempDir,
    pub(super) capabilities: Value,
}

/// What the client supports, as VS Code does.
pub(super) fn abilities() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-16"]},
        "workspace": {
            "workspaceEdit": {
                "documentChanges": true,
                "resourceOperations": ["create", "rename", "delete"],
                "changeAnnotationSupport": {},
            },
            "didChangeWatchedFiles": {"dynamicRegistration": true},
        },
        "textDocument": {
            "hover": {"contentFormat": ["markdown", "plaintext"]},
            "completion": {"completionItem": {"snippetSupport": true}},
            "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
            "definition": {"linkSupport": true},
            "codeAction": {"resolveSupport": {"properties": ["edit"]}},
        },
    })
}

impl Client {
    /// Starts a session in a folder with these files.
    pub(super) fn start(files: &[(&str, &str)]) -> Client {
        Client::with_abilities(files, &abilities())
    }

    pub(super) fn with_abilities(files: &[(&str, &str)], abilities: &Value) -> Client {
        Client::with_options(files, abilities, &Value::Null)
    }

    pub(super) fn with_options(
        files: &[(&str, &str)],
        abilities: &Value,
        options: &Value,
    ) -> Client {
        let folder = TempDir::new().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        let mut server = Command::new(env!("CARGO_BIN_EXE_stepwright"))
            .arg("lsp")
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let output = server.stdout.take().expect("its output");
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Ok(Some(message)) = Message::read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let mut client = Client {
            input: server.stdin.take(),
            server,
            messages,
            unread: Vec::new(),
            next_id: 0,
            folder,
            capabilities: Value::Null,
        };
        let root = client.uri("");
        let initialized = client.request(
            "initialize",
            json!({
                "processId": null,
                "rootUri": null,
                "capabilities": abilities,
                "initializationOptions": options,
                "workspaceFolders": [{"uri": root.trim_end_matches('/'), "name": "project"}],
            }),
        );
        client.capabilities = initialized["capabilities"].clone();
        client.notify("initialized", json!({}));
        client
    }

    /// The URI of a file in the folder.
    pub(super) fn uri(&self, name: &str) -> String {
        let folder = self.folder.path().canonicalize().expect("the folder");
        format!("file://{}/{name}", folder.display())
    }

    pub(super) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn send(&mut self, message: Message) {
        let input = self.input.as_mut().expect("the session is open");
        message.write(input).expect("the server reads");
        input.flush().expect("the server reads");
    }

    pub(super) fn notify(&mut self, method: &str, params: Value) {
        self.send(Notification::new(method.to_owned(), params).into());
    }

    /// Sends a request without waiting for the answer.
    pub(super) fn ask(&mut self, method: &str, params: Value) -> RequestId {
        self.next_id += 1;
        let id = RequestId::from(self.next_id);
        self.send(Request::new(id.clone(), method.to_owned(), params).into());
        id
    }

    /// The answer to a request, or its error with the code.
    pub(super) fn answer(&mut self, id: &RequestId) -> Result<Value, (i32, String)> {
        let is_answer =
            |message: &Message| matches!(message, Message::Response(answer) if answer.id == *id);
        let Message::Response(answer) = self.wait(is_answer) else {
            unreachable!("it is an answer");
        };
        answer
            .response_result
            .map_err(|error| (error.code, error.message))
    }

    pub(super) fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        self.answer(&id)
            .unwrap_or_else(|error| panic!("{method} fails: {error:?}"))
    }

    /// Whether there are diagnostics of a file that came before the last message.
    pub(super) fn has_received_diagnostics(&self, uri: &str) -> bool {
        self.unread.iter().any(|message| {
            matches!(message, Message::Notification(one)
                if one.method == "textDocument/publishDiagnostics" && one.params["uri"] == uri)
        })
    }

    /// The first message of the server that fits, also one that came earlier.
    pub(super) fn wait(&mut self, fits: impl Fn(&Message) -> bool) -> Message {
        if let Some(at) = self.unread.iter().position(&fits) {
            return self.unread.remove(at);
        }
        loop {
            let message = self.messages.recv_timeout(PATIENCE);
            let message = message.expect("the server answers");
            if fits(&message) {
                return message;
            }
            self.unread.push(message);
        }
    }

    /// Opens a document.
    pub(super) fn open(&mut self, name: &str, text: &str) -> String {
        let uri = self.uri(name);
        let item = json!({"uri": uri, "languageId": "json", "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": item}));
        uri
    }

    /// Replaces the whole text of a document.
    pub(super) fn replace(&mut self, uri: &str, version: i32, text: &str) {
        self.notify(
            "textDocument/didChange",
            json!({
                "textDocument": {"uri": uri, "version": version},
                "contentChanges": [{"text": text}],
            }),
        );
    }

    /// The diagnostics that the server publishes for a file; for a document of this version.
    pub(super) fn diagnostics(&mut self, uri: &str, version: Option<i32>) -> Vec<Value> {
        let fits = |message: &Message| {
            matches!(message, Message::Notification(one)
                if one.method == "textDocument/publishDiagnostics"
                    && one.params["uri"] == uri
                    && one.params["version"] == json!(version))
        };
        let Message::Notification(published) = self.wait(fits) else {
            unreachable!("it is a notification");
        };
        published.params["diagnostics"]
            .as_array()
            .cloned()
            .unwrap_or_default()
    }

    /// Sends a request about the position of the marker `¦` in a text, without the marker.
    pub(super) fn at(&mut self, method: &str, uri: &str, marked: &str, more: Value) -> Value {
        let mut params = json!({
            "textDocument": {"uri": uri},
            "position": position(marked),
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            params[key] = value.clone();
        }
        self.request(method, params)
    }

    /// Ends the session as an editor does, and returns the exit status.
    pub(super) fn end(mut self) -> Option<i32> {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        self.server.wait().expect("the server ends").code()
    }

    /// Closes the connection without a word, and returns the exit status.
    pub(super) fn hang_up(mut self) -> Option<i32> {
        self.input = None;
        self.server.wait().expect("the server ends").code()
    }

    /// The exit status after `exit` without `shutdown`.
    pub(super) fn exit(mut self) -> Option<i32> {
        self.notify("exit", Value::Null);
        self.server.wait().expect("the server ends").code()
    }
}

/// A server of a failed test must not stay.
impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A marked text without the marker.
pub(super) fn unmarked(marked: &str) -> String {
    marked.replace('¦', "")
}

/// The position of the marker, in UTF-16.
pub(super) fn position(marked: &str) -> Value {
    let before = &marked[..marked.find('¦').expect("a marker")];
    let line = before.rsplit('\n').next().unwrap_or_default();
    json!({
        "line": before.matches('\n').count(),
        "character": line.encode_utf16().count(),
    })
}

/// The text of a range.
pub(super) fn text_of<'t>(text: &'t str, range: &Value) -> &'t str {
    let offset = |position: &Value| {
        let line = position["line"].as_u64().expect("a line") as usize;
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
        let start = starts.into_iter().nth(line).unwrap_or(text.len());
        let units = position["character"].as_u64().expect("a column") as usize;
        let mut counted = 0;
        for (at, c) in text[start..].char_indices() {
            if counted >= units {
                return start + at;
            }
            counted += c.len_utf16();
        }
        text.len()
    };
    &text[offset(&range["start"])..offset(&range["end"])]
}

/// The text after the edits of one document.
pub(super) fn edited(text: &str, edits: &Value) -> String {
    let mut edits = edits.as_array().expect("edits").clone();
    edits.sort_by_key(|edit| {
        let start = &edit["range"]["start"];
        (start["line"].as_u64(), start["character"].as_u64())
    });
    let mut text = text.to_owned();
    for edit in edits.iter().rev() {
        let part = text_of(&text, &edit["range"]);
        let start = part.as_ptr() as usize - text.as_ptr() as usize;
        let range = start..start + part.len();
        text.replace_range(range, edit["newText"].as_str().expect("a text"));
    }
    text
}

/// A path that ends with this name.
pub(super) fn is_named(path: &str, name: &str) -> bool {
    Path::new(path).ends_with(name)
}
