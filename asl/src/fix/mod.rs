//! Automatic fixes of diagnostics.
//!
//! A [`Diagnostic`](crate::Diagnostic) of a built-in rule may have a [`Fix`]: a title, a
//! [`Safety`], and the edits. [`Fixer`] makes the edits in the text of a definition. Everything
//! that no edit names remains: comments, order, indentation, line ends.
//!
//! ```
//! use stepwright_asl::fix::Fixer;
//! use stepwright_asl::validate::{MachineType, Validator};
//!
//! let fixer = Fixer::new(Validator::new(MachineType::Standard));
//! let fixed = fixer.fix_json(r#"{"StartAt": "Charge", "States": {
//!   "Charge": {"Type": "Wait", "Secnods": 5,  "Next": "Fulfill"},
//!   "Fulfil": {"Type": "Succeed"}
//! }}"#)?;
//! assert_eq!(fixed.text, r#"{"StartAt": "Charge", "States": {
//!   "Charge": {"Type": "Wait", "Seconds": 5,  "Next": "Fulfil"},
//!   "Fulfil": {"Type": "Succeed"}
//! }}"#);
//! let titles: Vec<&str> = fixed.applied.iter().map(|applied| &*applied.fix.title).collect();
//! assert_eq!(titles, ["rename `Secnods` to `Seconds`", "replace `Fulfill` with `Fulfil`"]);
//! assert!(fixed.diagnostics.is_empty());
//! # Ok::<(), stepwright_asl::SyntaxError>(())
//! ```
//!
//! # Safe and unsafe fixes
//!
//! A fix is [`Safety::Safe`] if AWS rejects the definition without it and it is the only sensible
//! reading, or if the definition means the same with it. All other fixes are [`Safety::Unsafe`]:
//! they change what a valid definition does, or choose one of several readings.
//! [`Fixer::with_unsafe`] enables them. A misspelt name is corrected only if exactly one known name
//! is most similar to it; the correction is safe if the two differ in one or two characters and in
//! no digit.
//!
//! # Choices
//!
//! Most diagnostics also have [`choices`](crate::Diagnostic::choices): fixes from which a person
//! chooses, the most likely one first. A choice may add a value to complete, such as `${RoleArn}`.
//! [`Fixer`] makes none of them; an editor applies the edits of one with
//! [`Editor::apply`](crate::edit::Editor::apply). A choice removes its diagnostic. It adds no
//! error, unless the problem hid one: a state whose name is nowhere a target is reported once all
//! targets exist. `stepwright_editor::Document::offered_fixes` makes each choice in a copy and
//! leaves out those that add an error.
//!
//! # Cost
//!
//! [`Fixer`] works in rounds. A round validates the text, makes all fixes that do not change the
//! same text, and parses the result once. So the time does not depend on the number of fixes,
//! unless one of them turns out to be impossible: then each fix of that round parses the text.

mod proposal;

pub use crate::fixer::{AppliedFix, Fixed, Fixer, RefusedFix};
pub use proposal::{Fix, Safety};
