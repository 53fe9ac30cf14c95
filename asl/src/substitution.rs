//! Substitutions, `${...}`, which a template engine (SAM, CDK, CloudFormation, Terraform) replaces
//! before AWS receives the definition.

use crate::json::Object;

/// Whether the text contains a substitution, so that its value is unknown. An unclosed one does not
/// count.
pub fn is_substitution(text: &str) -> bool {
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        rest = &rest[start + 2..];
        match rest.find('}') {
            Some(0) => {}
            Some(_) => return true,
            None => return false,
        }
    }
    false
}

/// The length of the word at the start of the text, if it contains a substitution: that of
/// `${Limit}`, of `1${Zeros}` and of `${A}${B}`.
pub(crate) fn word_length(text: &str) -> Option<usize> {
    let mut length = 0;
    let mut is_found = false;
    loop {
        let rest = &text[length..];
        let is_part = |c: &char| c.is_alphanumeric() || matches!(c, '+' | '-' | '.' | '_');
        if rest.starts_with("${") {
            // Empty braces are no substitution.
            let end = rest.find('}').filter(|end| *end > 2);
            let Some(end) = end else { break };
            is_found = true;
            length += end + 1;
        } else if let Some(char) = rest.chars().next().filter(is_part) {
            length += char.len_utf8();
        } else {
            break;
        }
    }
    is_found.then_some(length)
}

/// The substitution of an object for unknown members: a placeholder without quotes, which the
/// parser reads as a member whose key equals its value.
pub fn open_members(object: &Object) -> Option<&str> {
    object.iter().find_map(|(key, value)| {
        let text = value.as_str().filter(|text| text == key)?;
        is_substitution(text).then_some(text)
    })
}

/// The first unclosed substitution.
pub(crate) fn unclosed(text: &str) -> Option<&str> {
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        rest = &rest[start..];
        let Some(end) = rest.find('}') else {
            return Some(rest);
        };
        rest = &rest[end..];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_substitution_is_closed_and_has_a_name() {
        for (text, is_one, open) in [
            ("${Fn}", true, None),
            ("arn:${AWS::Partition}:lambda:x", true, None),
            ("${Token[TOKEN.12]}", true, None),
            ("${aws_lambda_function.f.arn}", true, None),
            ("${}${F}", true, None),
            ("${}", false, None),
            ("${Fn", false, Some("${Fn")),
            ("$ {Fn}", false, None),
            ("${A}-${B", true, Some("${B")),
            ("", false, None),
        ] {
            assert_eq!(is_substitution(text), is_one, "{text}");
            assert_eq!(unclosed(text), open, "{text}");
        }
    }

    #[test]
    fn a_word_with_a_substitution_ends_at_the_next_separator() {
        for (text, length) in [
            ("${Limit}, 1", Some(8)),
            ("1${Zeros}}", Some(9)),
            ("${A}${B}]", Some(8)),
            ("-${A:b c}.5e+3 ", Some(14)),
            ("${A", None),
            ("${}", None),
            ("30, ${A}", None),
            ("\"${A}\"", None),
            ("", None),
        ] {
            assert_eq!(word_length(text), length, "{text}");
        }
    }
}
