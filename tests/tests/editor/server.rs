//! A client of rust-analyzer, over its standard input and output.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long one response may take; the first one waits until the macros are built.
const PATIENCE: Duration = Duration::from_secs(300);

const INSTALL: &str = "`rustup component add rust-analyzer` installs it";

pub(crate) struct Server {
    process: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    id: u64,
    version: u64,
    file: String,
}

impl Server {
    /// Starts it on a package and waits until the package is loaded.
    pub(crate) fn start(package: &Path) -> Server {
        let mut process = Command::new("rust-analyzer")
            .current_dir(package)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("rust-analyzer: {error}; {INSTALL}"));
        let input = process.stdin.take().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut server = Server {
            process,
            input,
            messages,
            id: 0,
            version: 0,
            file: format!("file://{}", package.join("src/lib.rs").display()),
        };
        let root = format!("file://{}", package.display());
        let answer = server.ask(
            "initialize",
            &json!({
                "processId": null,
                "rootUri": root,
                "capabilities": {
                    "experimental": { "serverStatusNotification": true },
                    "textDocument": {
                        "completion": { "completionItem": { "snippetSupport": false } },
                        "hover": { "contentFormat": ["plaintext"] }
                    }
                },
                "initializationOptions": {
                    "checkOnSave": false,
                    "cachePriming": { "enable": false },
                    "completion": { "postfix": { "enable": false }, "autoimport": { "enable": false } }
                }
            }),
        );
        // A proxy of rustup without the component prints nothing.
        assert!(answer.is_some(), "rust-analyzer does not answer; {INSTALL}");
        server.tell("initialized", &json!({}));
        server
    }

    /// Opens the file with this text.
    pub(crate) fn open(&mut self, text: &str) {
        let file = self.file.clone();
        self.tell(
            "textDocument/didOpen",
            &json!({ "textDocument": { "uri": file, "languageId": "rust", "version": 0, "text": text } }),
        );
        self.wait_until_quiet();
    }

    /// Changes the text of the file.
    pub(crate) fn change(&mut self, text: &str) {
        self.version += 1;
        let (file, version) = (self.file.clone(), self.version);
        self.tell(
            "textDocument/didChange",
            &json!({
                "textDocument": { "uri": file, "version": version },
                "contentChanges": [{ "text": text }]
            }),
        );
    }

    /// Sends a request about a position in the file.
    pub(crate) fn at(&mut self, method: &str, text: &str, offset: usize, more: &Value) -> Value {
        let before = &text[..offset];
        let line = before.matches('\n').count();
        let column = before.len() - before.rfind('\n').map_or(0, |end| end + 1);
        let mut parameters = json!({
            "textDocument": { "uri": self.file.clone() },
            "position": { "line": line, "character": column }
        });
        if let (Some(parameters), Some(more)) = (parameters.as_object_mut(), more.as_object()) {
            parameters.extend(more.clone());
        }
        self.ask(method, &parameters).unwrap_or_default()
    }

    fn wait_until_quiet(&mut self) {
        let end = Instant::now() + PATIENCE;
        while let Some(message) = self.next(end) {
            let quiet = message["params"]["quiescent"] == json!(true);
            if message["method"] == json!("experimental/serverStatus") && quiet {
                return;
            }
        }
    }

    fn tell(&mut self, method: &str, parameters: &Value) {
        self.write(&json!({ "jsonrpc": "2.0", "method": method, "params": parameters }));
    }

    fn ask(&mut self, method: &str, parameters: &Value) -> Option<Value> {
        let end = Instant::now() + PATIENCE;
        loop {
            self.id += 1;
            let id = self.id;
            self.write(
                &json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": parameters }),
            );
            let answer = loop {
                let message = self.next(end)?;
                if message["id"] == json!(id) && message.get("method").is_none() {
                    break message;
                }
            };
            // "content modified": it was still processing the change.
            if answer["error"]["code"] == json!(-32801) {
                continue;
            }
            return Some(answer["result"].clone());
        }
    }

    /// The next message; requests of the server get an empty response.
    fn next(&mut self, end: Instant) -> Option<Value> {
        let left = end.saturating_duration_since(Instant::now());
        match self.messages.recv_timeout(left) {
            Ok(message) => {
                if let (Some(id), Some(_)) = (message.get("id"), message.get("method")) {
                    let answer = json!({ "jsonrpc": "2.0", "id": id, "result": null });
                    self.write(&answer);
                }
                Some(message)
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => None,
        }
    }

    fn write(&mut self, message: &Value) {
        let text = message.to_string();
        // If it ended, the missing response shows it.
        let _ = write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len());
        let _ = self.input.flush();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim() {
            "" => break,
            header => {
                if let Some(value) = header.strip_prefix("Content-Length: ") {
                    length = value.parse().ok()?;
                }
            }
        }
    }
    let mut text = vec![0; length];
    output.read_exact(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
