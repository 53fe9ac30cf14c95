//! Changes a definition that is a string in another text: the lines of a block
//! (`DefinitionString: |`), or a string in quotes.

use std::ops::Range;

use crate::json::Json;

/// The range and its new text that replace the string. Only the changed lines of a block are
/// written. Returns `None` if the text of a change is not a plain copy of the string, for example
/// in a folded block or with several parts in `Fn::Join`.
///
/// `offsets` has the offset of each byte of `old` in `source`.
pub(super) fn change(
    source: &str,
    offsets: &[u32],
    old: &str,
    new: &str,
) -> Option<(Range<usize>, String)> {
    let start = *offsets.first()? as usize;
    if old.starts_with(char::is_whitespace) {
        return None;
    }
    match source.get(..start)?.chars().next_back()? {
        '"' => quoted(source, start, &escaped(old), &escaped(new)),
        // A line end in single quotes is folded.
        '\'' if old.contains('\n') || new.contains('\n') => None,
        '\'' => quoted(source, start, &doubled(old), &doubled(new)),
        _ => block(source, start, old, new),
    }
}

/// The lines of a block, each with its indentation.
fn block(source: &str, start: usize, old: &str, new: &str) -> Option<(Range<usize>, String)> {
    let line_start = source[..start].rfind('\n')? + 1;
    let indentation = &source[line_start..start];
    if indentation.is_empty() || !indentation.chars().all(|char| char == ' ') {
        return None;
    }
    let (old, new) = (lines(old), lines(new));
    let before = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - before;
    let ends = old.iter().rev().zip(new.iter().rev());
    let after = ends.take(rest).take_while(|(a, b)| a == b).count();
    let mut lines = source[line_start..].split_inclusive('\n');
    let skipped: usize = lines.by_ref().take(before).map(str::len).sum();
    let mut replaced = 0;
    let end = if source[line_start..].split('\n').next()?.ends_with('\r') {
        "\r\n"
    } else {
        "\n"
    };
    for wanted in &old[before..old.len() - after] {
        let line = lines.next()?;
        let content = line.strip_suffix('\n').unwrap_or(line);
        let content = content.strip_suffix('\r').unwrap_or(content);
        let is_copy = if wanted.is_empty() {
            content.trim().is_empty()
        } else {
            content.strip_prefix(indentation) == Some(wanted)
        };
        if !is_copy {
            return None;
        }
        replaced += line.len();
    }
    let at = line_start + skipped;
    let written = new[before..new.len() - after]
        .iter()
        .map(|line| match *line {
            "" => end.to_owned(),
            line => format!("{indentation}{line}{end}"),
        });
    let mut written: String = written.collect();
    // The last line of the file may have no line end.
    if !source[..at + replaced].ends_with('\n') {
        if replaced == 0 || written.is_empty() {
            return None;
        }
        written.truncate(written.len() - end.len());
    }
    Some((at..at + replaced, written))
}

/// The lines of a text. The mark of the block decides about a line end after the last one.
fn lines(text: &str) -> Vec<&str> {
    text.strip_suffix('\n')
        .unwrap_or(text)
        .split('\n')
        .collect()
}

/// The encoded string, if the source has it in exactly this form.
fn quoted(source: &str, start: usize, old: &str, new: &str) -> Option<(Range<usize>, String)> {
    let range = start..start + old.len();
    (source.get(range.clone())? == old).then(|| (range, new.to_owned()))
}

/// A string as in double quotes, with the escapes of JSON where they are necessary.
fn escaped(text: &str) -> String {
    let quoted = Json::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// A string as in single quotes.
fn doubled(text: &str) -> String {
    text.replace('\'', "''")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replace(source: &str, offsets: &[u32], old: &str, new: &str) -> Option<String> {
        let (range, text) = change(source, offsets, old, new)?;
        Some([&source[..range.start], &text, &source[range.end..]].concat())
    }

    /// The offsets of a string whose first character is at `start`. Only that one is read.
    fn offsets(start: usize) -> [u32; 1] {
        [u32::try_from(start).expect("a short text")]
    }

    #[test]
    fn only_the_changed_lines_of_a_block_are_written() {
        let source = "a: |\r\n    {\r\n\r\n      \"x\": 1 \r\n    }\r\nb: 2\r\n";
        let at = offsets(source.find('{').expect("the start"));
        let old = "{\n\n  \"x\": 1 \n}\n";
        let new = "{\n\n  \"x\": 2,\n\n  \"y\": 3\n}\n";
        assert_eq!(
            replace(source, &at, old, new).as_deref(),
            Some("a: |\r\n    {\r\n\r\n      \"x\": 2,\r\n\r\n      \"y\": 3\r\n    }\r\nb: 2\r\n")
        );
        assert_eq!(replace(source, &at, old, old).as_deref(), Some(source));
        assert_eq!(
            replace(source, &at, "{\n\n  \"z\": 1 \n}\n", new),
            None,
            "the source has other text"
        );
        let folded = "a: >\n  {\n  }\n";
        assert_eq!(replace(folded, &offsets(7), "{ }\n", "{ 1 }\n"), None);
        let open = "a: |\n  {\n  }";
        let closed = replace(open, &offsets(7), "{\n}", "{\n  1}");
        assert_eq!(closed.as_deref(), Some("a: |\n  {\n    1}"));
        let inserted = replace(source, &at, old, &old.replace("{\n", "{\n  \"a\": 0,\n"));
        let expected = source.replace("{\r\n", "{\r\n      \"a\": 0,\r\n");
        assert_eq!(inserted, Some(expected));
    }

    #[test]
    fn any_block_can_be_replaced_by_any_other_block() {
        // The digits of a number choose up to four lines after the first.
        let block = |number: usize| {
            let line = |digit: usize| ["", "  x", "y", "  x: 1 "][digit % 4];
            let digits = (0..number % 5).map(|place| line(number >> (2 * place)));
            std::iter::once("{").chain(digits).collect::<Vec<_>>()
        };
        let source = |lines: &[&str], end: &str| {
            let indented = lines.iter().map(|line| match *line {
                "" => String::new(),
                line => format!("    {line}"),
            });
            let indented: Vec<String> = indented.collect();
            format!("a: |{end}{}{end}", indented.join(end))
        };
        for (old, new) in (0..300).flat_map(|old| (0..300).map(move |new| (old, new))) {
            let (old, new) = (block(old), block(new));
            let texts = [&old, &new].map(|lines| lines.join("\n") + "\n");
            for end in ["\n", "\r\n"] {
                let (before, after) = (source(&old, end), source(&new, end));
                let at = offsets(before.find('{').expect("the start"));
                let replaced = replace(&before, &at, &texts[0], &texts[1]);
                assert_eq!(replaced, Some(after.clone()), "{before}");
                // Without the last line end, either nothing is changed, or the same.
                let (before, after) = (before.trim_end(), after.trim_end());
                let texts = [texts[0].trim_end(), texts[1].trim_end()];
                let replaced = replace(before, &at, texts[0], texts[1]);
                assert!(
                    replaced.is_none_or(|text| text.trim_end() == after),
                    "{before}"
                );
            }
        }
    }

    #[test]
    fn a_string_in_quotes_is_escaped() {
        let source = r#"{"d": "{\"a\":1}", "e": 1}"#;
        let at = offsets(7);
        assert_eq!(
            replace(source, &at, r#"{"a":1}"#, "{\"a\":\n2}").as_deref(),
            Some(r#"{"d": "{\"a\":\n2}", "e": 1}"#)
        );
        let single = "d: '{\"a\": \"it''s\"}'\n";
        assert_eq!(
            replace(
                single,
                &offsets(4),
                "{\"a\": \"it's\"}",
                "{\"b\": \"it's\"}"
            )
            .as_deref(),
            Some("d: '{\"b\": \"it''s\"}'\n")
        );
        let unusual = r#"{"d": "{\u0022a\":1}"}"#;
        assert_eq!(replace(unusual, &at, r#"{"a":1}"#, "{}"), None);
    }
}
