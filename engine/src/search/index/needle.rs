//! Selects the parts of a text that an index finds candidates by.

use std::collections::BTreeSet;

use super::index_storage::trigrams;

/// The terms of a query. More of them exclude few candidates, and each costs time.
const MOST_TERMS: usize = 32;

/// Returns parts of a text that all texts have which contain it, and others; none if it is too
/// short.
pub(super) fn terms_of(text: &str) -> Vec<[char; 3]> {
    // A tokenizer ends at this character, which is in no JSON text.
    if text.contains('\0') {
        return Vec::new();
    }
    let terms: BTreeSet<[char; 3]> = trigrams(text).collect();
    terms.into_iter().take(MOST_TERMS).collect()
}

#[cfg(test)]
mod tests {
    use super::terms_of;

    #[test]
    fn a_text_has_a_term_for_each_three_characters() {
        assert_eq!(terms_of("abcd"), [['a', 'b', 'c'], ['b', 'c', 'd']]);
        assert_eq!(terms_of("aaaa"), [['a'; 3]]);
        assert_eq!(terms_of("日本語"), [['日', '本', '語']]);
        assert!(terms_of("ab").is_empty());
        assert!(terms_of("abc\0").is_empty());
    }
}
