//! The outcome of a form, which the page shows.

use super::session::{Feedback, SessionState};
use crate::console::form::params::Params;

/// The result of a form, for the page: a notice or an error.
pub(super) type Outcome = Result<Option<String>, String>;

/// The fields of forms that are shown again after an error.
const FIELDS: [&str; 8] = [
    "input",
    "variables",
    "result",
    "error",
    "cause",
    "delay",
    "errors",
    "state",
];

impl SessionState {
    /// Checks that a form is of the page with the current position.
    ///
    /// # Errors
    ///
    /// When the position has changed since then.
    pub(super) fn check_current(&self, params: &Params) -> Result<(), String> {
        match params.number::<u64>("at") {
            Some(at) if at != self.changes => Err(
                "the debugger has continued since that page was loaded; look at the position, and decide again"
                    .to_owned(),
            ),
            _ => Ok(()),
        }
    }

    /// Shows the outcome of a form on the page.
    pub(super) fn report(&mut self, params: &Params, outcome: Outcome) {
        self.command = params.get("do").map(str::to_owned);
        self.drafts.clear();
        if outcome.is_err() {
            let given = FIELDS.into_iter();
            let given =
                given.filter_map(|name| Some((name.to_owned(), params.get(name)?.to_owned())));
            self.drafts = given.collect();
        }
        self.feedback = match outcome {
            Ok(notice) => notice.map(|text| Feedback {
                is_error: false,
                text,
            }),
            Err(text) => Some(Feedback {
                is_error: true,
                text,
            }),
        };
    }
}
