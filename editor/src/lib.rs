//! Editing of AWS Step Functions definitions, for language servers, visual editors and tools.
//!
//! A [`Document`] is a text with a revision. It answers questions about a position in the text, and
//! turns an operation into [`TextEdit`]s. Text outside of these edits never changes.
//!
//! ```
//! use stepwright_editor::Document;
//!
//! let text = r#"{"StartAt": "Charge", "States": {"Charge": {"Type": "Succeed"}}}"#;
//! let document = Document::open("order.asl.json", text, 1);
//! let definition = &document.definitions()[0];
//! let state = definition.key_range("/States/Charge").expect("the state is there");
//! assert_eq!(&text[state], r#""Charge""#);
//! ```
//!
//! # Positions
//!
//! All positions are byte offsets in the text of the file, also for a definition that is a string
//! in a template. A pointer is an RFC 6901 pointer into one definition.
//!
//! # Boundary
//!
//! - It depends on `stepwright-asl` and `stepwright-tools` only.
//! - It has no I/O, and knows no protocol and no editor. A caller gives it the text of each file.
//! - No text is an error: a broken text is read as far as possible, and its faults are answers.
//! - An answer never refers to a position outside of the document.

mod api_shape;
mod completion;
mod condition;
mod definition;
mod definition_edits;
mod diagnostics;
mod document;
mod expression_text;
mod fault;
mod fix_all;
mod folding;
mod hover;
mod inlay;
mod joined_text;
mod links;
mod names;
mod nested_call;
mod offered_fixes;
mod operation;
mod path_text;
mod pieces;
mod read;
mod reference;
mod rename_at;
mod signature;
mod stale;
mod string_notation;
mod string_text;
mod structure;
mod symbols;
mod text_edit;
mod tokens;
mod value_shape;
mod workspace;

pub use api_shape::{ApiMember, argument_members};
pub use completion::{Completion, CompletionKind, call_errors};
pub use condition::ConditionPart;
pub use definition::{Definition, NodeAt, NodePart};
pub use diagnostics::{EditorDiagnostic, RelatedRange};
pub use document::Document;
pub use fault::Fault;
pub use hover::Hover;
pub use inlay::InlayHint;
pub use links::{Link, LinkTarget};
pub use names::references::{DeclarationSite, Reference};
pub use offered_fixes::OfferedFix;
pub use operation::{
    Combination, ConditionChange, Extraction, Offer, Operation, OperationError, Wrapper,
    state_machine_placeholder,
};
pub use reference::field_meaning;
pub use signature::Signature;
pub use symbols::{Symbol, SymbolKind};
pub use text_edit::TextEdit;
pub use tokens::{Token, TokenKind};
pub use workspace::{MachineSite, NestedStart, ProjectMachine, WorkspaceMachines};
