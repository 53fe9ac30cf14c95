//! Substitutions, `${...}`, which a template engine (SAM, CDK, CloudFormation, Terraform) replaces before AWS receives the definition.

/// Whether the text contains a substitution, so that its value is unknown. An unclosed one does not count.
pub(crate) fn is_substitution(text: &str) -> bool {
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
}
