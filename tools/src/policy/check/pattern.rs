//! Patterns of actions and ARNs, with unknown parts.

/// A text of IAM in which `*` and `?` are wildcards, and `${..}` is a part that only AWS knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    parts: Vec<PatternPart>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum PatternPart {
    Character(char),
    /// `?`: any character.
    One,
    /// `*`: any text.
    Any,
    /// `${Name}`: a text that is the same wherever the name is the same.
    Unknown(String),
}

/// How much of the texts of one pattern another pattern matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Coverage {
    /// None of them.
    None,
    /// It depends on the unknown parts, or it matches only some of them.
    Some,
    /// All of them.
    All,
}

impl Pattern {
    /// Parses a resource, whose case matters.
    pub(super) fn resource(text: &str) -> Pattern {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            let hole = rest
                .strip_prefix("${")
                .and_then(|rest| rest.split_once('}'));
            if let Some((name, after)) = hole {
                parts.push(PatternPart::Unknown(name.to_owned()));
                rest = after;
                continue;
            }
            parts.push(match character {
                '*' => PatternPart::Any,
                '?' => PatternPart::One,
                other => PatternPart::Character(other),
            });
            rest = &rest[character.len_utf8()..];
        }
        parts.dedup_by(|next, last| *next == PatternPart::Any && *last == PatternPart::Any);
        Pattern { parts }
    }

    /// Parses an action, whose case does not matter.
    pub(super) fn action(text: &str) -> Pattern {
        Pattern::resource(&text.to_ascii_lowercase())
    }

    /// Whether it contains a wildcard.
    pub(super) fn has_wildcard(&self) -> bool {
        let mut parts = self.parts.iter();
        parts.any(|part| matches!(part, PatternPart::Any | PatternPart::One))
    }

    /// How much of `needed` this pattern matches.
    pub(super) fn coverage(&self, needed: &Pattern) -> Coverage {
        if table(&self.parts, &needed.parts, matches_all) {
            Coverage::All
        } else if table(&self.parts, &needed.parts, may_match) {
            Coverage::Some
        } else {
            Coverage::None
        }
    }
}

/// How two parts advance in [`table`].
struct PairAdvance {
    /// Both parts are passed together.
    both: bool,
    /// The part of the pattern is passed, and matches an empty text.
    left: bool,
    /// The needed part is passed, and the part of the pattern continues.
    right: bool,
}

/// The pattern matches every text that the needed part can be.
fn matches_all(pattern: Option<&PatternPart>, needed: Option<&PatternPart>) -> PairAdvance {
    let is_any = pattern == Some(&PatternPart::Any);
    PairAdvance {
        both: match (pattern, needed) {
            (Some(PatternPart::One), Some(PatternPart::Character(_) | PatternPart::One)) => true,
            (Some(pattern), Some(needed)) => pattern == needed,
            _ => false,
        },
        left: is_any,
        right: is_any,
    }
}

/// Some text matches both, if the unknown parts are suitable.
fn may_match(pattern: Option<&PatternPart>, needed: Option<&PatternPart>) -> PairAdvance {
    let is_open = |part: Option<&PatternPart>| {
        matches!(part, Some(PatternPart::Any | PatternPart::Unknown(_)))
    };
    PairAdvance {
        both: match (pattern, needed) {
            (Some(PatternPart::Character(one)), Some(PatternPart::Character(other))) => {
                one == other
            }
            (Some(_), Some(_)) => true,
            _ => false,
        },
        left: is_open(pattern) || (is_open(needed) && pattern.is_some()),
        right: is_open(needed) || (is_open(pattern) && needed.is_some()),
    }
}

/// Whether the ends of both lists are reached by the allowed advances. Takes time in proportion to
/// the product of their lengths.
fn table(
    pattern: &[PatternPart],
    needed: &[PatternPart],
    advance: impl Fn(Option<&PatternPart>, Option<&PatternPart>) -> PairAdvance,
) -> bool {
    // Whether the position (row, column) is reached; one row at a time.
    let mut row = vec![false; needed.len() + 1];
    row[0] = true;
    for at in 0..=pattern.len() {
        let mut next = vec![false; needed.len() + 1];
        for column in 0..=needed.len() {
            if !row[column] {
                continue;
            }
            let pair = advance(pattern.get(at), needed.get(column));
            if pair.right && column < needed.len() {
                row[column + 1] = true;
            }
            if pair.left && at < pattern.len() {
                next[column] = true;
            }
            if pair.both {
                next[column + 1] = true;
            }
        }
        if at == pattern.len() {
            return row[needed.len()];
        }
        row = next;
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn coverage(pattern: &str, needed: &str) -> Coverage {
        Pattern::resource(pattern).coverage(&Pattern::resource(needed))
    }

    #[test]
    fn unknown_parts_match_themselves_and_stars_for_sure() {
        use Coverage::{All, None, Some};
        for (pattern, needed, expected) in [
            ("*", "arn:aws:s3:::a/*", All),
            ("arn:aws:s3:::a/*", "arn:aws:s3:::a/*", All),
            ("arn:aws:s3:::a/b*", "arn:aws:s3:::a/*", Some),
            ("arn:aws:s3:::a/b", "arn:aws:s3:::a/c*", None),
            ("f:${F}", "f:${F}", All),
            ("f:${F}", "f:${G}", Some),
            ("f:${F}*", "f:${F}:prod", All),
            ("f:pay", "f:${F}", Some),
            ("f:${F}:prod", "f:pay:test", None),
            ("f:*", "f:${F}", All),
            ("a?c", "abc", All),
            ("a?c", "a*c", Some),
            ("", "", All),
            ("", "*", Some),
        ] {
            assert_eq!(coverage(pattern, needed), expected, "{pattern} {needed}");
        }
    }

    fn matches(pattern: &[char], text: &[char]) -> bool {
        match (pattern.first(), text.first()) {
            (None, None) => true,
            (Some('*'), _) => {
                matches(&pattern[1..], text) || (!text.is_empty() && matches(pattern, &text[1..]))
            }
            (Some('?'), Some(_)) => matches(&pattern[1..], &text[1..]),
            (Some(one), Some(other)) => one == other && matches(&pattern[1..], &text[1..]),
            _ => false,
        }
    }

    /// All texts of up to four letters.
    fn texts() -> Vec<Vec<char>> {
        let mut texts = vec![vec![]];
        for length in 1..=4 {
            let shorter = texts.clone();
            let shorter = shorter
                .iter()
                .filter(|text: &&Vec<char>| text.len() == length - 1);
            for text in shorter.cloned().collect::<Vec<_>>() {
                for letter in ['a', 'b'] {
                    texts.push([&text[..], &[letter]].concat());
                }
            }
        }
        texts
    }

    proptest! {
        /// `All` is never wrong, and `None` means that no text matches both.
        #[test]
        fn coverage_agrees_with_the_texts_of_both_patterns(
            pattern in "[ab*?]{0,4}",
            needed in "[ab*?]{0,4}",
        ) {
            let (left, right): (Vec<char>, Vec<char>) =
                (pattern.chars().collect(), needed.chars().collect());
            let texts = texts();
            let of_needed: Vec<_> = texts.iter().filter(|text| matches(&right, text)).collect();
            let both = of_needed.iter().filter(|text| matches(&left, text)).count();
            match coverage(&pattern, &needed) {
                Coverage::All => prop_assert_eq!(both, of_needed.len()),
                Coverage::None => prop_assert_eq!(both, 0),
                Coverage::Some => {}
            }
        }
    }
}
