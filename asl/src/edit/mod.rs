//! Edits of definitions that leave the rest of the text as it is.
//!
//! A definition that is read and written again is laid out anew. An [`Editor`] changes one value in the text: order, comments, indentation, line ends,
//! the spelling of numbers and fields that nobody knows stay as they were written. What is new is written as the text around it is.
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
//! After each edit the text is read again and compared with what it was: an edit that would change another value as well, by an alias of YAML for
//! one, is an [`EditError`] and changes nothing. So an edit takes as long as reading the text.
//!
//! # What is where
//!
//! A value is named by its JSON pointer, as in JSON Patch: `/States/Charge/Retry/0`. A new member stands behind the others, or beside
//! the one that [`Editor::insert_before`] and [`Editor::insert_after`] name. `/Retry/1` puts an item in before the one that had this index, `/Retry/-`
//! behind all of them.
//!
//! With a member or an item goes its comma; in YAML its lines and the comment behind it. Comments in lines above stay.

#[cfg(feature = "yaml")]
mod block;
#[cfg(feature = "yaml")]
mod block_layout;
#[cfg(feature = "yaml")]
mod block_write;
mod compare;
mod editor;
mod error;
mod flow;
mod plan;
#[cfg(feature = "yaml")]
mod scalar;
mod source;
mod splice;
mod style;
mod target;
mod write;

pub use editor::Editor;
pub use error::EditError;
