//! Removes blanks and comments between the tokens of JSONata.
//!
//! Compares text and not syntax trees, because a deep tree needs a large stack to walk.

/// Pairs of characters that form one token if they are adjacent.
const JOINED: [&str; 10] = [":=", "!=", ">=", "<=", "**", "..", "~>", "?:", "??", "/*"];

/// Returns the expression with only the blanks that its tokens need. The text must be valid
/// JSONata.
pub(super) fn without_blanks(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    let mut blank = false;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            c if c.is_whitespace() => {
                blank = true;
                rest = &rest[c.len_utf8()..];
                continue;
            }
            '/' if rest.starts_with("/*") => {
                blank = true;
                rest = rest
                    .get(2..)
                    .and_then(|rest| rest.split_once("*/"))
                    .map_or("", |(_, rest)| rest);
                continue;
            }
            '\'' | '"' | '`' => quoted(rest, c, c != '`'),
            '/' if begins_operand(&out) => quoted(rest, '/', true),
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        if std::mem::take(&mut blank) && needs_blank(&out, token) {
            out.push(' ');
        }
        out.push_str(token);
        rest = after;
    }
    out
}

/// The length of a quoted token, up to its closing quote or the end of the text.
fn quoted(text: &str, quote: char, escapes: bool) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if escapes && c == '\\' {
            escaped = true;
        } else if c == quote {
            return at + c.len_utf8();
        }
    }
    text.len()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

/// Whether an operand comes next, so that `/` starts a regular expression. Returns `true` in doubt,
/// because blanks are then preserved.
fn begins_operand(before: &str) -> bool {
    let Some(last) = before.chars().next_back() else {
        return true;
    };
    let word = before.rsplit(|c| !is_word(c)).next().unwrap_or_default();
    if matches!(word, "and" | "or" | "in") {
        return true;
    }
    !(is_word(last) || matches!(last, ')' | ']' | '}' | '\'' | '"' | '`'))
}

/// Whether two tokens would merge without a blank between them.
fn needs_blank(before: &str, token: &str) -> bool {
    let (Some(last), Some(first)) = (before.chars().next_back(), token.chars().next()) else {
        return false;
    };
    let of_number =
        (last.is_ascii_digit() && first == '.') || (last == '.' && first.is_ascii_digit());
    (is_word(last) && is_word(first))
        || of_number
        || JOINED.contains(&format!("{last}{first}").as_str())
}

#[cfg(test)]
mod tests {
    use super::without_blanks;

    #[test]
    fn insignificant_blanks_and_comments_are_removed() {
        for (one, other) in [
            ("$a+1", " $a  + 1 "),
            ("$a /* why */ & 'b'", "$a&'b'"),
            ("$x := 1", "$x:=1"),
            ("$a ~> $f( 1 , 2 )", "$a~>$f(1,2)"),
            ("$a / 2 / 3", "$a/2/3"),
            ("$match($a, /x y/ )", "$match($a,/x y/)"),
            ("$a in [1, 2] and $b", "$a in [1,2] and $b"),
        ] {
            assert_eq!(without_blanks(one), without_blanks(other));
        }
    }

    #[test]
    fn significant_blanks_are_preserved() {
        for (one, other) in [
            ("'a b'", "'ab'"),
            ("\"a /* b */\"", "\"a \""),
            ("`a b`", "`ab`"),
            ("$match($a, /x y/)", "$match($a, /xy/)"),
            ("$a and /x y/", "$a and /xy/"),
            ("$a * **", "$a ** *"),
            ("$a ? : 1", "$a ?: 1"),
            ("[1 .. 5]", "[1 . . 5]"),
            ("$a b", "$ab"),
            ("'it\\' s'", "'it\\'s'"),
        ] {
            assert_ne!(without_blanks(one), without_blanks(other));
        }
    }

    #[test]
    fn incomplete_tokens_do_not_panic() {
        for text in ["", "/", "/*", "'", "\"\\", "`é", "é /é", "/* é"] {
            without_blanks(text);
        }
    }
}
