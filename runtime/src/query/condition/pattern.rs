//! Patterns of `StringMatches`.

use stepwright_asl::wildcard;

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Pattern {
    /// The texts between the stars, one more than there are stars.
    pieces: Box<[Box<str>]>,
}

impl Pattern {
    pub(super) fn compile(text: &str) -> Result<Pattern, String> {
        let pieces = wildcard::pieces(text)?;
        Ok(Pattern {
            pieces: pieces.into_iter().map(Box::from).collect(),
        })
    }

    /// Whether the whole text matches: the first piece begins it, the last ends it, and the
    /// others follow each other at their first places.
    pub(super) fn matches(&self, text: &str) -> bool {
        let [first, middle @ .., last] = &*self.pieces else {
            return self.pieces.first().is_some_and(|only| **only == *text);
        };
        let Some(mut rest) = text.strip_prefix(&**first) else {
            return false;
        };
        for piece in middle {
            match rest.find(&**piece) {
                Some(at) => rest = &rest[at + piece.len()..],
                None => return false,
            }
        }
        rest.ends_with(&**last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::compile(pattern).expect("compiles").matches(text)
    }

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, expected) in [
            ("log-*.txt", "log-2020.txt", true),
            ("log-*.txt", "log-.txt", true),
            ("log-*.txt", "log-txt", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("a*a", "a", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "acb", false),
            ("*.*", "x.y", true),
            ("Fo*rBar*", "Foo\nrBarium", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn backslashes_escape_stars_and_backslashes_only() {
        assert!(matches(r"a\*b", "a*b"));
        assert!(!matches(r"a\*b", "axb"));
        assert!(matches(r"a\\*", r"a\x"));
        assert!(Pattern::compile(r"a\b").is_err());
        assert!(Pattern::compile(r"a\").is_err());
    }
}
