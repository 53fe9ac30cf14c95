//! A visual editor of AWS Step Functions definitions, in a browser, on the files of this machine.
//!
//! A [`Session`] is the editing of one file: its text, a revision, and one log of all changes, by
//! the picture, by typing and from the disk. An [`Action`] changes as few bytes as possible. A
//! [`Studio`] has the sessions of several files and the pages; [`EditorStudio`] has those of an
//! editor's texts.
//!
//! ```
//! use stepwright_asl::MachineType;
//! use stepwright_asl::validate::Validator;
//! use stepwright_studio::{Action, Session};
//!
//! let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
//! let mut session = Session::open("a.asl.json", text, Validator::new(MachineType::Standard));
//! let rename: Action = serde_json::from_str(
//!     r#"{"do": "edit", "definition": 0, "operation": {"operation": "renameState", "state": "/States/A", "name": "B"}}"#,
//! )?;
//! session.apply(0, &[rename])?;
//! assert_eq!(session.document().text(), text.replace("\"A\"", "\"B\""));
//! session.apply(1, &[Action::Undo])?;
//! assert_eq!(session.document().text(), text);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Boundary
//!
//! - It depends on `stepwright-editor`, `stepwright-diagram`, `stepwright-engine`,
//!   `stepwright-testing`, `stepwright-tools` and `stepwright-asl`.
//! - The editor makes all edits of a text. The session orders them, and knows no protocol.
//! - Only `router.rs` knows HTTP, and only `file.rs` writes files.
//! - It does not listen: a server with checks of hosts and origins serves its router. An editor
//!   asks [`EditorStudio`] without a connection, and owns the texts.

mod assets;
mod digest;
mod edit;
mod editor_connection;
mod editor_studio;
mod editor_texts;
mod file;
mod inspector;
mod page;
mod page_key;
mod palette;
mod project;
mod router;
mod run;
mod studio;
mod studio_state;
mod view;

pub use edit::action::Action;
pub use edit::action_error::ActionError;
pub use edit::field_input::FieldKind;
pub use edit::performed::NewFile;
pub use edit::session::{DiskChange, Outcome, Session, SessionError};
pub use edit::shown_text::{ShownEdit, ShownText};
pub use editor_connection::{EditorAnswer, EditorConnection};
pub use editor_studio::{EditorStudio, EditorText, PageRequest, PageResponse};
pub use file::{StudioFile, replace_file};
pub use page_key::PageKey;
pub use palette::{PaletteItem, search_palette};
pub use run::child_process::{ACCESS_KEYS_VARIABLE, child_command};
pub use studio::{Studio, StudioCloser};
