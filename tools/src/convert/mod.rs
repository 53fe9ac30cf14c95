//! Converts states from JSONPath to JSONata.
//!
//! A [`Converter`] returns the edits of a definition, so that everything that is not converted
//! keeps its text: comments, order, layout.
//!
//! ```
//! use stepwright_tools::convert::Converter;
//! use stepwright_asl::edit::Editor;
//!
//! let mut editor = Editor::parse(r#"{
//!   "StartAt": "Charge",
//!   "States": {
//!     "Charge": {
//!       "Type": "Task",
//!       "Resource": "arn:aws:states:::lambda:invoke",
//!       "Parameters": {"FunctionName": "charge", "Payload": {"total.$": "$.order.total"}},
//!       "ResultSelector": {"receipt.$": "$.Payload.receipt"},
//!       "ResultPath": "$.payment",
//!       "End": true
//!     }
//!   }
//! }"#)?;
//! let conversion = Converter::new().convert(editor.document());
//! assert!(conversion.is_whole && conversion.notes.is_empty());
//! editor.apply(&conversion.edits)?;
//! assert_eq!(editor.text(), r#"{
//!   "QueryLanguage": "JSONata",
//!   "StartAt": "Charge",
//!   "States": {
//!     "Charge": {
//!       "Type": "Task",
//!       "Resource": "arn:aws:states:::lambda:invoke",
//!       "Arguments": {"FunctionName": "charge", "Payload": {"total": "{% $states.input.order.total %}"}},
//!       "Output": "{% $merge([$states.input, {'payment': {'receipt': $states.result.Payload.receipt}}]) %}",
//!       "End": true
//!     }
//!   }
//! }"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is exact, what is assumed, and what is refused
//!
//! - Three properties of data, the [`Assumption`]s, are taken for granted: without them, no
//!   expression could be read. [`Conversion::assumptions`] counts the states that depend on them.
//! - A [`Difference`] is a [`Note`], and its state is not converted unless
//!   [`Converter::accept`] accepts it.
//! - Everything else is exact.
//!
//! Which states are JSONata: if all states of the machine are, `QueryLanguage` is at its top, and
//! otherwise in each converted state. A JSONPath machine may have JSONata states.

mod assumption;
mod choice;
mod conversion;
mod converted_text;
mod converter;
mod difference;
mod expr;
mod filter;
mod guard;
mod intrinsic;
mod literal_text;
mod note;
mod path;
mod print;
mod scope;
mod state;
mod template;
mod variables;

pub use assumption::Assumption;
pub use conversion::{Conversion, ConvertedState, Note, RefusedState};
pub use converted_text::{ConvertedDefinition, ConvertedText};
pub use converter::Converter;
pub use difference::{Difference, UnknownDifference};
