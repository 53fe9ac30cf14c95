//! Text without the substitutions, `${...}`, of a template engine.

/// The text without its substitutions, as if each had an empty value.
pub(super) fn without_substitutions(text: &str) -> String {
    let mut left = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        left.push_str(before);
        rest = match after.find('}') {
            Some(end) if end > 0 => &after[end + 1..],
            _ => {
                left.push_str("${");
                after
            }
        };
    }
    left + rest
}

#[cfg(test)]
mod tests {
    use stepwright_asl::substitution::is_substitution;

    use super::*;

    #[test]
    fn a_text_without_substitutions_has_the_rest() {
        for (text, rest) in [
            ("${P}{% x %}", "{% x %}"),
            ("a${P}b${Q}", "ab"),
            ("${}${F}", "${}"),
            ("${A}-${B", "-${B"),
            ("$ {Fn}", "$ {Fn}"),
            ("", ""),
        ] {
            assert_eq!(without_substitutions(text), rest, "{text}");
            assert_eq!(is_substitution(text), rest != text, "{text}");
        }
    }
}
