//! Texts that are equal in any case.

/// A text whose letters match in upper and lower case.
///
/// As in event-ruler, each character matches its own upper and lower case: `ß` matches `ß` and
/// `SS`, but `ss` does not match `ß`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AnyCase(Vec<[Box<str>; 2]>);

impl AnyCase {
    pub(super) fn new(text: &str) -> Self {
        let characters = text.chars().map(|one| {
            let lower: String = one.to_lowercase().collect();
            let upper: String = one.to_uppercase().collect();
            [lower.into(), upper.into()]
        });
        Self(characters.collect())
    }

    pub(super) fn equals(&self, text: &str) -> bool {
        self.strip_prefix(text) == Some("")
    }

    pub(super) fn is_prefix_of(&self, text: &str) -> bool {
        self.strip_prefix(text).is_some()
    }

    pub(super) fn is_suffix_of(&self, text: &str) -> bool {
        let mut rest = text;
        self.0.iter().rev().all(|cases| {
            let shorter = cases.iter().find_map(|case| rest.strip_suffix(&**case));
            shorter.inspect(|shorter| rest = shorter).is_some()
        })
    }

    /// The text after this one.
    fn strip_prefix<'t>(&self, text: &'t str) -> Option<&'t str> {
        self.0.iter().try_fold(text, |rest, cases| {
            cases.iter().find_map(|case| rest.strip_prefix(&**case))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::AnyCase;

    #[test]
    fn each_character_matches_its_own_cases() {
        for (pattern, text, is_equal) in [
            ("running", "RUNNING", true),
            ("RuNNing", "rUnniNG", true),
            ("running", "runnin", false),
            ("running", "runningg", false),
            ("ⱥ", "Ⱥ", true),
            ("\u{3b0}", "\u{3a5}\u{308}\u{301}", true),
            ("ß", "SS", true),
            ("ss", "ß", false),
            ("", "", true),
        ] {
            assert_eq!(
                AnyCase::new(pattern).equals(text),
                is_equal,
                "{pattern} {text}"
            );
        }
    }

    #[test]
    fn prefixes_and_suffixes_have_any_case() {
        let ruler = AnyCase::new("RuLer");
        assert!(ruler.is_prefix_of("rulers") && ruler.is_suffix_of("event-RULER"));
        assert!(!ruler.is_prefix_of("a ruler") && !ruler.is_suffix_of("rulers"));
    }
}
