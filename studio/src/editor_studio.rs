//! The studio inside of an editor, such as VS Code.
//!
//! The editor owns the texts: undo, redo, saving and the files on the disk are the editor's. So a
//! text changes only by [`EditorStudio::follow`]. An action of a page becomes edits that the editor
//! makes in its text; the changed text then returns by `follow`. No change is sent back to its
//! source, so there are no echoes, and an edit for an old text is refused by its version.

use std::fmt;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Request};
use tower_service::Service;

use crate::editor_texts::EditorTexts;
use crate::file::{OpenFile, StudioFile, TextOwner};
use crate::router;
use crate::studio_state::{PATH, StudioState};

/// The pages of the texts that an editor has open.
///
/// ```
/// use stepwright_asl::MachineType;
/// use stepwright_asl::validate::Validator;
/// use stepwright_studio::{EditorStudio, EditorText, PageRequest, StudioFile};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let studio = EditorStudio::new();
/// let file = StudioFile {
///     path: "order.asl.json".into(),
///     name: "order.asl.json".to_owned(),
///     validator: Validator::new(MachineType::Standard),
/// };
/// let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
/// let number = studio.open(file, EditorText::new(text, 1), false);
/// let action = r#"{"revision": 0, "actions": [{"do": "edit", "definition": 0,
///     "operation": {"operation": "renameState", "state": "/States/A", "name": "B"}}]}"#;
/// let answer = studio.ask(number, PageRequest::new("apply").body(action)).await;
/// assert_eq!(answer.status, 200);
/// assert!(answer.body.contains(r#""edits":[{"start":12,"end":15,"text":"\"B\""}"#), "{}", answer.body);
/// # });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct EditorStudio {
    shared: Arc<StudioState>,
    router: Router,
}

/// A text of an editor.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EditorText {
    /// The text. Its line ends are those of the editor.
    pub text: String,
    /// The editor's number of the text.
    pub version: i64,
    /// Whether the text differs from the saved one.
    pub is_dirty: bool,
}

impl EditorText {
    /// Creates a text without unsaved changes.
    pub fn new(text: impl Into<String>, version: i64) -> EditorText {
        EditorText {
            text: text.into(),
            version,
            is_dirty: false,
        }
    }

    /// Sets whether the text differs from the saved one.
    #[must_use]
    pub fn dirty(mut self, is_dirty: bool) -> EditorText {
        self.is_dirty = is_dirty;
        self
    }

    fn owner(&self) -> TextOwner {
        TextOwner {
            version: self.version,
            is_dirty: self.is_dirty,
        }
    }
}

/// A request of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageRequest {
    /// The name of the address; empty for the page itself.
    pub name: String,
    /// The parameters, in the form of a URL.
    pub query: String,
    /// A body in JSON; `None` for a question.
    pub body: Option<String>,
}

impl PageRequest {
    /// Creates a question without parameters.
    pub fn new(name: impl Into<String>) -> PageRequest {
        PageRequest {
            name: name.into(),
            query: String::new(),
            body: None,
        }
    }

    /// Sets the parameters.
    #[must_use]
    pub fn query(mut self, query: impl Into<String>) -> PageRequest {
        self.query = query.into();
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<String>) -> PageRequest {
        self.body = Some(body.into());
        self
    }
}

/// The response to a page.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageResponse {
    /// The status of HTTP.
    pub status: u16,
    /// The content type; empty without one.
    pub kind: String,
    /// The body.
    pub body: String,
}

impl PageResponse {
    pub(crate) fn refusal(status: u16, reason: impl fmt::Display) -> PageResponse {
        PageResponse {
            status,
            kind: "text/plain".to_owned(),
            body: reason.to_string(),
        }
    }
}

impl EditorStudio {
    /// Creates a studio without open texts.
    #[expect(clippy::new_without_default, reason = "each studio has another secret")]
    pub fn new() -> EditorStudio {
        let state = StudioState::of(Vec::new(), Some(EditorTexts::default()), None);
        let shared = Arc::new(state);
        EditorStudio {
            router: router::of(shared.clone(), PATH),
            shared,
        }
    }

    fn texts(&self) -> &EditorTexts {
        let texts = self.shared.editor.as_ref();
        texts.expect("`new` is the only constructor")
    }

    /// Sets the files whose state machines and functions the palette offers.
    pub fn set_workspace(&self, files: Vec<StudioFile>) {
        self.texts().set_workspace(files);
    }

    /// Opens a text. Returns its number, which is never used again.
    pub fn open(&self, file: StudioFile, text: EditorText, is_read_only: bool) -> usize {
        let opened = OpenFile::of_editor(file, &text.text, text.owner(), is_read_only);
        self.texts().add(opened)
    }

    /// Takes over what an open text is now: after an edit, undo, a save or a change on the disk.
    ///
    /// # Errors
    ///
    /// `NotFound` for a text that has been closed.
    pub fn follow(&self, number: usize, text: EditorText) -> io::Result<()> {
        let file = self.texts().text(number)?;
        let mut state = file.state();
        state.owner = Some(text.owner());
        state.session.follow(&text.text);
        drop(state);
        file.notify();
        Ok(())
    }

    /// Closes a text.
    pub fn close(&self, number: usize) {
        self.texts().remove(number);
    }

    /// Answers a page of a text as a server does, without a connection.
    ///
    /// `apply` returns the `edits` that the editor makes in its text of the `version`, in UTF-16
    /// units, the states to `select`, and the `extracted` new file. Undo and redo are the editor's,
    /// and so are `save`, `resolve` and `events`.
    pub async fn ask(&self, number: usize, request: PageRequest) -> PageResponse {
        let PageRequest { name, query, body } = request;
        if ["save", "resolve", "events"].contains(&&*name) {
            return PageResponse::refusal(404, format_args!("`{name}` is the editor's"));
        }
        // The first parameter of a name counts: a page reaches only its own text.
        let address = format!("{}{name}?file={number}&{query}", self.shared.address());
        let method = match body {
            Some(_) => Method::POST,
            None => Method::GET,
        };
        let built = Request::builder()
            .method(method)
            .uri(address)
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body.unwrap_or_default()));
        let request = match built {
            Ok(request) => request,
            Err(error) => return PageResponse::refusal(400, format_args!("the address: {error}")),
        };
        // A router is always ready.
        let Ok(response) = self.router.clone().call(request).await;
        let kind = response.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let (status, kind) = (response.status().as_u16(), kind.to_owned());
        let bytes = to_bytes(response.into_body(), usize::MAX).await;
        match bytes.map(|bytes| String::from_utf8(bytes.to_vec())) {
            Ok(Ok(body)) => PageResponse { status, kind, body },
            Ok(Err(_)) => PageResponse::refusal(500, "the response is no text"),
            Err(error) => PageResponse::refusal(500, error),
        }
    }
}

impl fmt::Debug for EditorStudio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EditorStudio").finish_non_exhaustive()
    }
}
