//! Texts with `*`.

/// A text in which each `*` matches any characters, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wildcard {
    /// The texts around each `*`; one more than there are of them.
    parts: Vec<String>,
}

/// Why a text is no wildcard; the position counts bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WildcardProblem {
    Consecutive(usize),
    Escape(usize),
}

impl Wildcard {
    pub(super) fn parse(text: &str) -> Result<Self, WildcardProblem> {
        let mut parts = vec![String::new()];
        let mut part = String::new();
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            match character {
                '*' => {
                    if characters.peek().is_some_and(|(_, next)| *next == '*') {
                        return Err(WildcardProblem::Consecutive(at));
                    }
                    if let Some(last) = parts.last_mut() {
                        *last = std::mem::take(&mut part);
                    }
                    parts.push(String::new());
                }
                '\\' => match characters.next() {
                    Some((_, escaped @ ('*' | '\\'))) => part.push(escaped),
                    _ => return Err(WildcardProblem::Escape(at)),
                },
                other => part.push(other),
            }
        }
        if let Some(last) = parts.last_mut() {
            *last = part;
        }
        Ok(Self { parts })
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let [first, middle @ .., last] = &self.parts[..] else {
            return self.parts.first().is_some_and(|only| only == text);
        };
        let Some(rest) = text.strip_prefix(first.as_str()) else {
            return false;
        };
        let Some(mut rest) = rest.strip_suffix(last.as_str()) else {
            return false;
        };
        // The first place of each part leaves the most text for the next ones.
        middle.iter().all(|part| {
            let found = rest.find(part.as_str());
            found
                .inspect(|at| rest = &rest[at + part.len()..])
                .is_some()
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Wildcard, WildcardProblem};

    #[test]
    fn stars_and_escapes_are_checked() {
        let problem = |text| Wildcard::parse(text).expect_err("no wildcard");
        assert_eq!(problem("a**b"), WildcardProblem::Consecutive(1));
        assert_eq!(problem("h\\ello"), WildcardProblem::Escape(1));
        assert_eq!(problem("hello\\"), WildcardProblem::Escape(5));
        let literal = Wildcard::parse("a\\*b\\\\c").expect("escapes");
        assert!(literal.matches("a*b\\c") && !literal.matches("axb\\c"));
    }

    /// The same by the definition: a star matches nothing, or one character more.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', pattern @ ..], _) => {
                naive(pattern, text)
                    || text.split_first().is_some_and(|(_, text)| {
                        let mut again = vec!['*'];
                        again.extend(pattern);
                        naive(&again, text)
                    })
            }
            ([one, pattern @ ..], [other, text @ ..]) => one == other && naive(pattern, text),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn wildcards_match_by_their_definition(
            pattern in "[abé*]{0,8}".prop_filter("consecutive", |text| !text.contains("**")),
            text in "[abé]{0,10}",
        ) {
            let wildcard = Wildcard::parse(&pattern).expect("a wildcard");
            let characters = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(wildcard.matches(&text), naive(&characters(&pattern), &characters(&text)));
        }
    }
}
