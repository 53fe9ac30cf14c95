//! Patterns of `StringMatches`: `*` stands for any text, `\*` for a star, `\\` for a backslash.

/// The texts between the stars of a pattern, one more than it has stars.
///
/// # Errors
///
/// What is wrong with it: only `\*` and `\\` are escapes.
///
/// ```
/// use stepwright_asl::wildcard::pieces;
///
/// assert_eq!(pieces(r"log-*.t\*t"), Ok(vec!["log-".to_owned(), ".t*t".to_owned()]));
/// assert!(pieces(r"dir\x*").is_err());
/// ```
pub fn pieces(pattern: &str) -> Result<Vec<String>, String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '*' => pieces.push(std::mem::take(&mut piece)),
            '\\' => match characters.next() {
                Some(escaped @ ('*' | '\\')) => piece.push(escaped),
                _ => {
                    return Err(format!(
                        "the pattern `{pattern}` has a backslash before something else than `*` and `\\`; write `\\\\` for a backslash"
                    ));
                }
            },
            other => piece.push(other),
        }
    }
    pieces.push(piece);
    Ok(pieces)
}
