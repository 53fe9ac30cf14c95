//! Wildcard patterns: those of `StringMatches`, and those of registered handlers.

use crate::SyntaxError;

/// A pattern of `StringMatches`: `*` matches any text, `\*` a star, `\\` a backslash.
///
/// ```
/// use stepwright_asl::wildcard::Wildcard;
///
/// let pattern = Wildcard::parse(r"log-*.t\*t")?;
/// assert!(pattern.matches("log-2020.t*t") && !pattern.matches("log-2020.txt"));
/// assert!(Wildcard::parse(r"dir\x*").is_err());
/// # Ok::<(), stepwright_asl::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wildcard {
    /// The texts between the stars; one more than there are stars.
    pieces: Box<[Box<str>]>,
}

impl Wildcard {
    /// Parses a pattern.
    ///
    /// # Errors
    ///
    /// If a backslash precedes a character other than `*` and `\`.
    pub fn parse(pattern: &str) -> Result<Wildcard, SyntaxError> {
        let mut pieces: Vec<Box<str>> = Vec::new();
        let mut piece = String::new();
        let mut characters = pattern.char_indices();
        while let Some((offset, character)) = characters.next() {
            match character {
                '*' => pieces.push(std::mem::take(&mut piece).into()),
                '\\' => match characters.next() {
                    Some((_, escaped @ ('*' | '\\'))) => piece.push(escaped),
                    _ => {
                        return Err(SyntaxError::new(
                            offset,
                            format!(
                                "the pattern `{pattern}` has a backslash before a character other than `*` and `\\`; write `\\\\` for a backslash"
                            ),
                        ));
                    }
                },
                other => piece.push(other),
            }
        }
        pieces.push(piece.into());
        Ok(Wildcard {
            pieces: pieces.into(),
        })
    }

    /// The texts between the stars; one more than there are stars.
    pub fn pieces(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().map(AsRef::as_ref)
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        matches_pieces(self.pieces(), text)
    }
}

/// Whether a whole text matches a pattern in which every `*` matches any text, without escapes.
///
/// ```
/// use stepwright_asl::wildcard::matches;
///
/// assert!(matches("arn:aws:states:::aws-sdk:*", "arn:aws:states:::aws-sdk:s3:getObject"));
/// assert!(!matches("exact", "exactly"));
/// ```
pub fn matches(pattern: &str, text: &str) -> bool {
    matches_pieces(pattern.split('*'), text)
}

/// The text must start with the first piece and end with the last. The others are matched in order,
/// each at its first occurrence.
fn matches_pieces<'p>(pieces: impl IntoIterator<Item = &'p str>, text: &str) -> bool {
    let mut pieces = pieces.into_iter().peekable();
    let Some(mut rest) = text.strip_prefix(pieces.next().unwrap_or_default()) else {
        return false;
    };
    if pieces.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_matches_any_text() {
        for (pattern, text, expected) in [
            ("log-*.txt", "log-2020.txt", true),
            ("log-*.txt", "log-.txt", true),
            ("log-*.txt", "log-txt", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("a*a", "a", false),
            ("ab*ba", "aba", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "acb", false),
            ("a*c*e", "abcde", true),
            ("a*c*e", "abde", false),
            ("*.*", "x.y", true),
            ("Fo*rBar*", "Foo\nrBarium", true),
        ] {
            let parsed = Wildcard::parse(pattern).expect("has no escape");
            assert_eq!(parsed.matches(text), expected, "{pattern} {text}");
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn backslashes_escape_stars_and_backslashes_only() {
        let parsed = |pattern| Wildcard::parse(pattern).expect("has known escapes");
        assert!(parsed(r"a\*b").matches("a*b"));
        assert!(!parsed(r"a\*b").matches("axb"));
        assert!(parsed(r"a\\*").matches(r"a\x"));
        assert!(Wildcard::parse(r"a\b").is_err());
        assert!(Wildcard::parse(r"a\").is_err());
    }
}
