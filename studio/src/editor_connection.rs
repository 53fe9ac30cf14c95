//! The messages between an editor and the studio: JSON, one on a line.

use std::fmt;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::editor_studio::{EditorStudio, EditorText, PageRequest, PageResponse};
use crate::file::StudioFile;

/// Answers the messages of an editor.
///
/// ```
/// use stepwright_asl::MachineType;
/// use stepwright_asl::validate::Validator;
/// use stepwright_studio::{EditorConnection, StudioFile};
///
/// let connection = EditorConnection::new(|path| {
///     let name = path.display().to_string();
///     Ok(StudioFile { path, name, validator: Validator::new(MachineType::Standard) })
/// });
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let message = r#"{"id": 1, "method": "open", "path": "a.asl.json", "text": "{}", "version": 1, "isDirty": false, "isReadOnly": false}"#;
/// let answer = connection.receive(message).line.await;
/// assert_eq!(answer, r#"{"id":1,"status":200,"kind":"application/json","body":"{\"document\":0}"}"#);
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct EditorConnection<F> {
    studio: Arc<EditorStudio>,
    file: F,
}

/// The answer to a message.
#[non_exhaustive]
#[must_use]
pub struct EditorAnswer {
    /// The number of the message; `None` for one that cannot be read.
    pub id: Option<u64>,
    /// Whether the message has opened a text.
    pub is_open: bool,
    /// The line that the editor gets.
    pub line: Pin<Box<dyn Future<Output = String> + Send>>,
}

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

/// An answer as the editor gets it. A status from 400 on has the reason in its body.
#[derive(Debug, Serialize)]
struct Answer {
    id: Option<u64>,
    status: u16,
    kind: String,
    body: String,
}

impl fmt::Debug for EditorAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("EditorAnswer");
        shown.field("id", &self.id).finish_non_exhaustive()
    }
}

impl EditorAnswer {
    fn known(id: Option<u64>, response: PageResponse) -> EditorAnswer {
        let line = line(id, response);
        EditorAnswer {
            id,
            is_open: false,
            line: Box::pin(std::future::ready(line)),
        }
    }

    /// The line that tells the editor why a message has no answer.
    pub fn refusal(id: Option<u64>, status: u16, reason: impl fmt::Display) -> String {
        line(id, PageResponse::refusal(status, reason))
    }
}

fn line(id: Option<u64>, response: PageResponse) -> String {
    let PageResponse { status, kind, body } = response;
    let answer = Answer {
        id,
        status,
        kind,
        body,
    };
    serde_json::to_string(&answer).expect("the fields are texts and numbers")
}

fn done(body: &serde_json::Value) -> PageResponse {
    PageResponse {
        status: 200,
        kind: "application/json".to_owned(),
        body: body.to_string(),
    }
}

impl<F: Fn(PathBuf) -> Result<StudioFile, String>> EditorConnection<F> {
    /// Creates a connection without texts. `file` describes a text that the editor opens, by its
    /// path.
    pub fn new(file: F) -> EditorConnection<F> {
        EditorConnection {
            studio: Arc::new(EditorStudio::new()),
            file,
        }
    }

    /// The studio of the texts.
    pub fn studio(&self) -> &Arc<EditorStudio> {
        &self.studio
    }

    /// Receives a message. Texts have changed when this returns: they change in the order of the
    /// messages. A page does not wait for the run of another one, so answers have any order.
    pub fn receive(&self, line: &str) -> EditorAnswer {
        let Message { id, what } = match serde_json::from_str(line) {
            Ok(message) => message,
            Err(error) => {
                let reason = format_args!("the message: {error}");
                return EditorAnswer::known(None, PageResponse::refusal(400, reason));
            }
        };
        let response = match what {
            Request::Open {
                path,
                text,
                is_read_only,
            } => match (self.file)(path) {
                Ok(file) => {
                    let number = self.studio.open(file, text.into(), is_read_only);
                    let answer = EditorAnswer::known(Some(id), done(&json!({"document": number})));
                    return EditorAnswer {
                        is_open: true,
                        ..answer
                    };
                }
                Err(reason) => PageResponse::refusal(422, reason),
            },
            Request::Change { document, text } => match self.studio.follow(document, text.into()) {
                Ok(()) => done(&json!({})),
                Err(error) => PageResponse::refusal(404, error),
            },
            Request::Close { document } => {
                self.studio.close(document);
                done(&json!({}))
            }
            Request::Ask {
                document,
                name,
                query,
                body,
            } => {
                let mut request = PageRequest::new(name).query(query);
                request.body = body;
                let studio = self.studio.clone();
                let asked =
                    async move { self::line(Some(id), studio.ask(document, request).await) };
                return EditorAnswer {
                    id: Some(id),
                    is_open: false,
                    line: Box::pin(asked),
                };
            }
        };
        EditorAnswer::known(Some(id), response)
    }
}
