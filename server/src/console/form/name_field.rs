//! The name of a new execution in a form.

use maud::{Markup, html};
use stepwright_asl::name::{FORBIDDEN, MACHINE_RULE, MAX_LENGTH, check_machine};
use stepwright_engine::StartError;

use super::params::Params;
use crate::console::http::error::PageError;

/// Returns the field. A browser sends no form with a name that breaks the rule, and shows the rule
/// at the field.
pub(crate) fn name_field(label: &str, placeholder: &str, value: &str) -> Markup {
    html! {
        label { (label)
            input name="name" autocomplete="off" maxlength=(MAX_LENGTH) pattern=(pattern()) title=(MACHINE_RULE) placeholder=(placeholder) value=(value);
        }
    }
}

/// The regular expression of a valid name, for browsers: all of its characters are allowed.
fn pattern() -> String {
    let forbidden: String = FORBIDDEN.chars().flat_map(|char| ['\\', char]).collect();
    // The characters that a browser refuses to see escaped are those without a meaning.
    let forbidden = forbidden.replace("\\\"", "\"");
    format!("[^\\s\\x00-\\x1f\\x7f-\\x9f{forbidden}]+")
}

/// Returns the name in a form; `None` for a generated one.
///
/// # Errors
///
/// If the name breaks the rule.
pub(crate) fn name_of(params: &Params) -> Result<Option<&str>, PageError> {
    let Some(name) = params.get("name") else {
        return Ok(None);
    };
    match check_machine(name) {
        Ok(()) => Ok(Some(name)),
        Err(_) => Err(PageError::bad_request(
            StartError::InvalidName(name.to_owned()).to_string(),
        )),
    }
}
