//! The nodes of a text by their offsets, and the text of keys.

use std::ops::Range;

use super::source::SourceText;
use super::target::is_alias;
#[cfg(feature = "yaml")]
use crate::json::ValueSyntax;
use crate::json::{Document, Json, ValueMark, align, escape};

impl Document {
    /// The byte range of the key at `pointer`, with its quotes; `None` if the value is not a member
    /// of an object.
    ///
    /// ```
    /// use stepwright_asl::json::Document;
    ///
    /// let text = r#"{"a": [1], "b": {"c": 2}}"#;
    /// let document = Document::parse(text)?;
    /// assert_eq!(&text[document.key_span("/b/c").expect("it is a member")], r#""c""#);
    /// assert_eq!(document.key_span("/a/0"), None);
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    pub fn key_span(&self, pointer: &str) -> Option<Range<usize>> {
        self.key_span_of(self.mark(pointer)?)
    }

    /// The innermost node at an offset: its pointer, and whether the offset is in its key. An
    /// offset at a border belongs to both sides, and the key or scalar of the two is returned.
    ///
    /// ```
    /// use stepwright_asl::json::Document;
    ///
    /// let document = Document::parse(r#"{"a": {"b": 12}}"#)?;
    /// assert_eq!(document.node_at(9), Some(("/a/b".to_owned(), true)));
    /// assert_eq!(document.node_at(14), Some(("/a/b".to_owned(), false)));
    /// assert_eq!(document.node_at(0), Some((String::new(), false)));
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    pub fn node_at(&self, offset: usize) -> Option<(String, bool)> {
        let (mut json, mut mark) = (self.json(), self.root());
        if offset < mark.start as usize || offset > mark.end as usize {
            return None;
        }
        let mut pointer = String::new();
        loop {
            let Some((index, child, in_key)) = self.child_at(mark, offset) else {
                return Some((pointer, false));
            };
            match json {
                Json::Object(members) => {
                    let Some((key, value)) = members.get_index(index) else {
                        return Some((pointer, false));
                    };
                    pointer.push('/');
                    pointer.push_str(&escape(key));
                    json = value;
                }
                Json::Array(items) => {
                    let Some(item) = items.get(index) else {
                        return Some((pointer, false));
                    };
                    pointer.push('/');
                    pointer.push_str(&index.to_string());
                    json = item;
                }
                _ => return Some((pointer, false)),
            }
            if in_key {
                return Some((pointer, true));
            }
            mark = child;
        }
    }

    /// The offset in the text of each byte of the string at `pointer`. `None` if it is not a
    /// string, or its text was computed.
    ///
    /// ```
    /// use stepwright_asl::json::Document;
    ///
    /// let document = Document::parse(r#"["a\nb"]"#)?;
    /// assert_eq!(document.string_offsets("/0"), Some(vec![2, 3, 5]));
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    pub fn string_offsets(&self, pointer: &str) -> Option<Vec<u32>> {
        let text = self.json().pointer(pointer)?.as_str()?;
        align(self.source(), self.mark(pointer)?.start as usize, text)
    }

    /// The text of the value at `pointer`, without the indentation of the lines around it, and with
    /// a comment behind a block of YAML.
    ///
    /// ```
    /// use stepwright_asl::json::Document;
    ///
    /// let document = Document::parse("{\n  \"a\": {\n    \"b\": 1\n  }\n}")?;
    /// assert_eq!(document.unindented("/a").as_deref(), Some("{\n  \"b\": 1\n}"));
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    pub fn unindented(&self, pointer: &str) -> Option<String> {
        let source = SourceText {
            text: self.source(),
            is_yaml: true,
        };
        let range = self.span(pointer)?;
        #[cfg(feature = "yaml")]
        let range = match self.mark(pointer)?.shape {
            ValueSyntax::Block => range.start..source.skip_comment(range.end),
            _ => range,
        };
        Some(source.moved(range, ""))
    }

    /// Visits the byte range of each array and object, an outer one before those in it.
    pub fn each_span(&self, visit: &mut impl FnMut(Range<usize>)) {
        fn walk(mark: &ValueMark, visit: &mut impl FnMut(Range<usize>)) {
            if mark.children.is_empty() || is_alias(mark) {
                return;
            }
            visit(mark.start as usize..mark.end as usize);
            mark.children.iter().for_each(|child| walk(child, visit));
        }
        walk(self.root(), visit);
    }

    /// The child whose key or value contains an offset, and whether it is the key.
    fn child_at<'m>(
        &self,
        mark: &'m ValueMark,
        offset: usize,
    ) -> Option<(usize, &'m ValueMark, bool)> {
        // The children of an alias are elsewhere in the text.
        if is_alias(mark) {
            return None;
        }
        // A child that only ends at the offset is the last choice.
        let mut touching = None;
        for (index, child) in mark.children.iter().enumerate() {
            let key = self.key_span_of(child);
            let in_key = key.is_some_and(|key| key.start <= offset && offset <= key.end);
            let in_value = child.start as usize <= offset && offset <= child.end as usize;
            if !in_key && !in_value {
                continue;
            }
            let found = (index, child, in_key);
            if in_key || offset < child.end as usize {
                return Some(found);
            }
            touching = Some(found);
        }
        touching
    }

    fn key_span_of(&self, mark: &ValueMark) -> Option<Range<usize>> {
        if mark.key == mark.start {
            return None;
        }
        let source = SourceText {
            text: self.source(),
            is_yaml: true,
        };
        let (key, start) = (mark.key as usize, mark.start as usize);
        let end = source.key_end_before(key, start)?;
        Some(key..end)
    }
}
