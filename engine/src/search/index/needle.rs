//! Converts the text of a search to a query of SQLite's full-text index.

use std::collections::BTreeSet;

/// The characters of a term.
const TERM: usize = 3;
/// The terms of a query. More of them exclude few candidates, and each costs time.
const MOST_TERMS: usize = 32;

/// Returns the query that finds all texts which contain this text, and others; `None` if no term is
/// in it.
pub(super) fn query_of(text: &str) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    // The tokenizer ends at this character, which is in no JSON text.
    if characters.contains(&'\0') {
        return None;
    }
    let terms = characters.windows(TERM);
    let terms: BTreeSet<String> = terms.map(|term| term.iter().collect()).collect();
    let terms = terms.iter().take(MOST_TERMS);
    let terms: Vec<String> = terms
        .map(|term| format!("\"{}\"", term.replace('"', "\"\"")))
        .collect();
    (!terms.is_empty()).then(|| terms.join(" AND "))
}

#[cfg(test)]
mod tests {
    use super::query_of;

    #[test]
    fn a_query_has_a_term_for_each_three_characters() {
        assert_eq!(query_of("abcd").as_deref(), Some(r#""abc" AND "bcd""#));
        assert_eq!(
            query_of("a\"b*").as_deref(),
            Some("\"\"\"b*\" AND \"a\"\"b\"")
        );
        assert_eq!(query_of("ab"), None);
        assert_eq!(query_of("日本語").as_deref(), Some("\"日本語\""));
        assert_eq!(query_of("abc\0"), None);
    }
}
