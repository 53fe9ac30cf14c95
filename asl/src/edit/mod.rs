//! Edits of definitions that preserve the rest of the text.
//!
//! Parsing and serializing a definition would reformat it. An [`Editor`] changes single values in
//! the text. It preserves order, comments, indentation, line ends, the spelling of numbers and
//! unknown fields. New values follow the style of the text around them.
//!
//! ```
//! use stepwright_asl::edit::Editor;
//!
//! let mut editor = Editor::parse(r#"{
//!     "StartAt": "Charge",
//!     "States": {
//!         "Charge": {"Type": "Task", "Resource": "${Charge}", "HeartbeatSeconds": 1.50, "End": true}
//!     }
//! }"#)?;
//! editor.insert_after("/States/Charge/TimeoutSeconds", "Resource", 60)?;
//! editor.insert("/Comment", "Charges a card.")?;
//! assert_eq!(editor.text(), r#"{
//!     "StartAt": "Charge",
//!     "States": {
//!         "Charge": {"Type": "Task", "Resource": "${Charge}", "TimeoutSeconds": 60, "HeartbeatSeconds": 1.50, "End": true}
//!     },
//!     "Comment": "Charges a card."
//! }"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! After each edit the editor parses the text again and compares it with the previous value. If the
//! edit would also change another value, for example through a YAML alias, the editor returns an
//! [`EditError`] and changes nothing. So an edit takes as long as parsing the text;
//! [`Editor::apply`] makes several edits, given as data, in that time.
//!
//! # Pointers and positions
//!
//! A JSON pointer names a value, as in JSON Patch: `/States/Charge/Retry/0`. A new member comes
//! last, or next to the member that you pass to [`Editor::insert_before`] or
//! [`Editor::insert_after`]. `/Retry/1` inserts an item before the one at this index, `/Retry/-`
//! after the last one.
//!
//! Removing a member or an item also removes its comma, and in YAML its lines and the comment after
//! it. Comments on the lines above remain.

#[cfg(feature = "yaml")]
mod block;
#[cfg(feature = "yaml")]
mod block_layout;
#[cfg(feature = "yaml")]
mod block_write;
mod changes;
mod comments;
mod compare;
mod constructors;
mod edit_groups;
mod editor;
mod error;
mod expected;
mod flow;
mod layout;
mod nodes;
mod operation;
mod plan;
mod prepared_edit;
mod regroup;
#[cfg(feature = "yaml")]
mod scalar;
mod segment;
mod source;
pub(crate) mod splice;
mod style;
mod target;
mod text_reader;
mod write;

pub use editor::Editor;
pub use error::EditError;
pub use layout::TextLayout;
pub use operation::{Edit, InsertPosition};
