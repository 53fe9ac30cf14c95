//! Syntax of a `Resource` that is not a service integration: an ARN, a URI, or a text that a
//! template engine fills in.

use crate::similar::nearest;
use crate::substitution::{is_substitution, unclosed};

/// A fault in the syntax of a resource.
pub(super) struct FormFault {
    /// Whether the resource is an ARN, but of something that a Task cannot call.
    pub(super) is_arn: bool,
    pub(super) suggestion: Option<String>,
    /// The valid resource that is probably meant.
    pub(super) meant: Option<String>,
    /// Whether the resource may still be valid: AWS may accept it, or a deployment script may
    /// replace it by an ARN.
    pub(super) doubt: bool,
}

impl FormFault {
    fn no_arn(suggestion: impl Into<String>) -> Option<FormFault> {
        Some(FormFault {
            is_arn: false,
            suggestion: Some(suggestion.into()),
            meant: None,
            doubt: false,
        })
    }

    fn unknown(suggestion: Option<String>) -> Option<FormFault> {
        Some(FormFault {
            is_arn: true,
            suggestion,
            meant: None,
            doubt: false,
        })
    }

    fn doubtful(suggestion: &str) -> Option<FormFault> {
        Some(FormFault {
            is_arn: true,
            suggestion: Some(suggestion.to_owned()),
            meant: None,
            doubt: true,
        })
    }

    fn meaning(self, meant: String) -> Option<FormFault> {
        Some(FormFault {
            meant: Some(meant),
            ..self
        })
    }
}

const EXAMPLE: &str = "an integration is written like `arn:aws:states:::lambda:invoke`";

/// Checks the syntax of a resource. An ARN of a service integration is only recognised here; other
/// rules check it.
pub(super) fn form_fault(resource: &str) -> Option<FormFault> {
    if let Some(open) = unclosed(resource) {
        let closed = format!("{resource}}}");
        return FormFault::no_arn(format!("close the substitution: `{open}}}`"))?.meaning(closed);
    }
    if is_substitution(resource) {
        return None;
    }
    let Some((scheme, rest)) = resource.split_once(':') else {
        // AWS also rejects a name. But a name such as `charge_arn` is probably replaced later.
        let doubt = is_name(resource) && resource.to_ascii_lowercase().ends_with("arn");
        return Some(FormFault {
            is_arn: false,
            suggestion: Some(EXAMPLE.to_owned()),
            meant: None,
            doubt,
        });
    };
    if scheme != "arn" {
        let meant = format!("arn:{resource}");
        if scheme.starts_with("aws") && form_fault(&meant).is_none() {
            return FormFault::no_arn(format!("did you mean `{meant}`?"))?.meaning(meant);
        }
        return Some(FormFault {
            is_arn: false,
            suggestion: Some(EXAMPLE.to_owned()),
            meant: None,
            // The States Language allows any URI, but the service does not call any.
            doubt: is_uri(scheme, rest),
        });
    }
    let parts: Vec<&str> = rest.splitn(5, ':').collect();
    let [_, service, region, account, what] = parts[..] else {
        return FormFault::no_arn(
            "an ARN is written `arn:<partition>:<service>:<region>:<account>:<resource>`",
        );
    };
    let is_integration = service == "states" && region.is_empty() && account.is_empty();
    if is_integration {
        return None;
    }
    if rest
        .chars()
        .any(|char| char.is_whitespace() || char.is_control())
    {
        return FormFault::no_arn("an ARN has no blanks");
    }
    let (kind, name) = what.split_once(':').unwrap_or((what, ""));
    let instead = |before: &str, meant: &str| {
        let meant = resource.replacen(&format!(":{before}:"), &format!(":{meant}:"), 1);
        FormFault::unknown(Some(format!("did you mean `{meant}`?")))?.meaning(meant)
    };
    match (service, kind) {
        ("lambda", "function") => function_fault(resource, name),
        ("lambda", _) if nearest(kind, ["function"]).is_some() => instead(kind, "function"),
        ("lambda", _) => {
            FormFault::doubtful("a Task invokes a function by an ARN with `function:<name>`")
        }
        ("states", "activity") if name.is_empty() => FormFault::unknown(None),
        ("states", "activity") => None,
        ("states", "stateMachine") => FormFault::doubtful(
            "to start an execution, use `arn:aws:states:::states:startExecution`",
        ),
        ("states", _) if nearest(kind, ["activity"]).is_some() => instead(kind, "activity"),
        (_, "function") if nearest(service, ["lambda"]).is_some() => instead(service, "lambda"),
        (_, "activity") if nearest(service, ["states"]).is_some() => instead(service, "states"),
        _ => None,
    }
}

/// Checks the function's name and the version or alias after it.
fn function_fault(resource: &str, name: &str) -> Option<FormFault> {
    let (name, qualifier) = match name.split_once(':') {
        Some((name, qualifier)) => (name, Some(qualifier)),
        None => (name, None),
    };
    let is_word = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
    match qualifier {
        _ if name.is_empty() => FormFault::unknown(None),
        Some("") => {
            let bare = resource.strip_suffix(':').unwrap_or(resource);
            FormFault::unknown(Some(format!(
                "the version or alias is missing; without one, write `{bare}`"
            )))?
            .meaning(bare.to_owned())
        }
        Some("$LATEST" | "$LATEST.PUBLISHED") | None => None,
        Some(qualifier) if qualifier.chars().all(is_word) => None,
        Some(_) => FormFault::unknown(Some(
            "after the function's name, write a version (`:7`), `:$LATEST`, or an alias of letters, digits, `-` and `_`".to_owned(),
        )),
    }
}

fn is_name(text: &str) -> bool {
    let is_part = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.' | '@');
    !text.is_empty() && text.chars().all(is_part)
}

/// Whether the text is a URI (RFC 3986): a scheme, then a non-empty rest without whitespace.
fn is_uri(scheme: &str, rest: &str) -> bool {
    let is_part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '+' | '-' | '.');
    scheme.starts_with(|char: char| char.is_ascii_alphabetic())
        && scheme.chars().all(is_part)
        && !rest.is_empty()
        && !rest
            .chars()
            .any(|char| char.is_whitespace() || char.is_control())
}
