//! Completion in the text and in the fields of forms, by the completion of the editor.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use stepwright_asl::json::{Json, segments};
use stepwright_editor::{Completion, Definition, Document, TextEdit};

use crate::edit::field_input::{FieldKind, is_expression};
use crate::edit::shown_text::{ShownEdit, ShownText};

/// The maximum number of offered completions.
const MOST: usize = 50;
/// The name of the document in which the text of a field is completed.
const NAME: &str = "form.asl.json";
/// A value that no definition has. The text of the field replaces it.
const MARK: &str = "\u{e000}stepwright\u{e000}";

/// A text that can be inserted. Positions are those of the shown text.
#[derive(Debug, Serialize)]
pub(crate) struct Offer {
    label: String,
    detail: Option<String>,
    edits: Vec<ShownEdit>,
    /// The position of the cursor after the edits.
    cursor: usize,
}

/// The text in a field of a form, and the position of the cursor in it.
#[derive(Debug, Deserialize)]
pub(crate) struct FieldText {
    /// Pointer to the field.
    field: String,
    kind: FieldKind,
    input: String,
    position: usize,
}

/// What can be written at a position of the text.
pub(crate) fn in_text(document: &Document, position: usize) -> Vec<Offer> {
    let shown = ShownText::of(document.text());
    let offset = shown.byte(position);
    let offers = matching(document, offset).into_iter().map(|completion| {
        let (text, cursor) = plain(&completion, &indentation(document.text(), offset));
        let mut edits = completion.further.clone();
        let before: isize = edits
            .iter()
            .filter(|edit| edit.range.start < completion.range.start)
            .map(|edit| edit.text.len() as isize - edit.range.len() as isize)
            .sum();
        edits.push(TextEdit::replace(completion.range.clone(), text));
        edits.sort_by_key(|edit| edit.range.start);
        let after = TextEdit::apply(document.text(), &edits);
        let cursor = (completion.range.start + cursor).saturating_add_signed(before);
        Offer {
            label: completion.label,
            detail: completion.detail,
            cursor: ShownText::of(&after).position(cursor),
            edits: shown.shown(&edits),
        }
    });
    offers.collect()
}

/// What can be written at a position of a field. The field need not exist.
pub(crate) fn in_field(definition: &Definition, typed: &FieldText) -> Vec<Offer> {
    let is_text = is_expression(typed.input.trim_start()) || typed.kind != FieldKind::Json;
    match typed.kind {
        FieldKind::Texts => return Vec::new(),
        FieldKind::Expression => return in_expression(definition, typed),
        _ => {}
    }
    let written = Written::of(&typed.input, is_text);
    let json = definition.json();
    let Some((before, after)) = around(json, &typed.field) else {
        return Vec::new();
    };
    let text = format!("{before}{}{after}", written.text);
    // A text that cannot be read yet is completed by the definition before it.
    let document = Document::open(NAME, &json.to_string(), 0).with_text(&text, 0);
    let shown = ShownText::of(&typed.input);
    let cursor = written.to[shown.byte(typed.position)];
    let start = before.len();
    let offers = matching(&document, start + cursor)
        .into_iter()
        .filter_map(|completion| {
            if !completion.further.is_empty() {
                return None;
            }
            let (text, cursor) = plain(&completion, "");
            let range = completion.range.start.checked_sub(start)?
                ..completion.range.end.checked_sub(start)?;
            let range = written.from(&range)?;
            let (head, text) = if is_text {
                (unescaped(&text[..cursor])?, unescaped(&text)?)
            } else {
                (text[..cursor].to_owned(), text)
            };
            let edits = [TextEdit::replace(range.clone(), text)];
            let after = TextEdit::apply(&typed.input, &edits);
            Some(Offer {
                label: completion.label,
                detail: completion.detail,
                cursor: ShownText::of(&after).position(range.start + head.len()),
                edits: shown.shown(&edits),
            })
        });
    offers.collect()
}

/// What can be written at a position of an expression without its delimiters.
fn in_expression(definition: &Definition, typed: &FieldText) -> Vec<Offer> {
    const START: &str = "{% ";
    let whole = FieldText {
        field: typed.field.clone(),
        kind: FieldKind::Json,
        input: format!("{START}{} %}}", typed.input),
        position: typed.position + START.len(),
    };
    let offers = in_field(definition, &whole).into_iter();
    let own = offers.filter_map(|mut offer| {
        for edit in &mut offer.edits {
            edit.start = edit.start.checked_sub(START.len())?;
            edit.end -= START.len();
        }
        offer.cursor = offer.cursor.checked_sub(START.len())?;
        Some(offer)
    });
    own.collect()
}

/// The completions that contain what has been typed, those that begin with it first.
fn matching(document: &Document, offset: usize) -> Vec<Completion> {
    let mut found = document.completion(offset);
    let rank = |completion: &Completion| {
        let typed = document.text().get(completion.range.start..offset);
        let typed = typed
            .unwrap_or_default()
            .trim_start_matches('"')
            .to_lowercase();
        let filter = completion.filter.trim_start_matches('"').to_lowercase();
        match filter.find(&typed) {
            Some(0) => 0,
            Some(_) => 1,
            None => 2,
        }
    };
    found.retain(|completion| rank(completion) < 2);
    found.sort_by_key(rank);
    found.truncate(MOST);
    found
}

/// The text of a completion without the marks of a snippet, and the position of the cursor in it.
fn plain(completion: &Completion, indentation: &str) -> (String, usize) {
    if !completion.is_snippet {
        return (completion.text.clone(), completion.text.len());
    }
    let mut text = String::new();
    let mut cursor = None;
    let mut rest = completion.text.as_str();
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                let escaped = rest.chars().next();
                text.extend(escaped);
                rest = &rest[escaped.map_or(0, char::len_utf8)..];
            }
            '$' if rest.starts_with(|c: char| c.is_ascii_digit()) => {
                rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
                cursor = cursor.or(Some(text.len()));
            }
            '$' if rest.starts_with('{') => {
                let (inside, after) = rest[1..].split_once('}').unwrap_or((&rest[1..], ""));
                let (_, default) = inside.split_once(':').unwrap_or((inside, ""));
                cursor = cursor.or(Some(text.len()));
                text.push_str(default);
                rest = after;
            }
            '\n' => {
                text.push('\n');
                text.push_str(indentation);
            }
            c => text.push(c),
        }
    }
    let end = text.len();
    (text, cursor.unwrap_or(end))
}

/// The whitespace at the start of the line of an offset.
fn indentation(text: &str, offset: usize) -> String {
    let line = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let blank = text[line..].chars().take_while(|c| matches!(c, ' ' | '\t'));
    blank.collect()
}

/// The text of a definition before and after the value of a field.
fn around(json: &Json, field: &str) -> Option<(String, String)> {
    let mut json = json.clone();
    let (parent, _) = field.rsplit_once('/')?;
    let key = segments(field)?.last()?.into_owned();
    let Json::Object(parent) = json.pointer_mut(parent)? else {
        return None;
    };
    parent.insert(key, MARK.into());
    let text = json.to_string();
    let mark = Json::from(MARK).to_string();
    let (before, after) = text.split_once(&mark)?;
    Some((before.to_owned(), after.to_owned()))
}

/// The text of a field as JSON.
struct Written {
    text: String,
    /// The offset in `text` of each byte of the field, and of its end.
    to: Vec<usize>,
}

impl Written {
    fn of(input: &str, is_text: bool) -> Written {
        let mut text = String::new();
        let mut to = Vec::with_capacity(input.len() + 1);
        text.extend(is_text.then_some('"'));
        for c in input.chars() {
            to.extend(std::iter::repeat_n(text.len(), c.len_utf8()));
            if is_text {
                let quoted = Json::from(c.to_string()).to_string();
                text.push_str(&quoted[1..quoted.len() - 1]);
            } else {
                text.push(c)
            }
        }
        to.push(text.len());
        text.extend(is_text.then_some('"'));
        Written { text, to }
    }

    /// The range of the field for a range of its JSON; `None` if the range is larger.
    fn from(&self, range: &Range<usize>) -> Option<Range<usize>> {
        // All bytes of a character have its offset: the first one is where it begins.
        let first = |offset: usize| self.to.iter().position(|at| *at == offset);
        Some(first(range.start)?..first(range.end)?)
    }
}

fn unescaped(text: &str) -> Option<String> {
    format!("\"{text}\"").parse::<Json>().ok()?.into_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = r#"{
  "QueryLanguage": "JSONata",
  "StartAt": "Charge",
  "States": {
    "Charge": {"Type": "Pass", "Assign": {"total": 1}, "Next": "Ship"},
    "Ship": {"Type": "Pass", "Output": {"a": 1}, "End": true}
  }
}
"#;

    fn document() -> Document {
        Document::open("a.asl.json", TEXT, 0)
    }

    /// The offers for a field at the mark `|`.
    fn offers(kind: FieldKind, marked: &str) -> Vec<Offer> {
        let typed = FieldText {
            field: "/States/Ship/Output".to_owned(),
            kind,
            input: marked.replace('|', ""),
            position: marked.find('|').expect("a mark"),
        };
        in_field(&document().definitions()[0], &typed)
    }

    /// The text of a field with an offer, and the cursor as `|`.
    fn accepted(marked: &str, label: &str) -> Option<String> {
        let input = marked.replace('|', "");
        let offers = offers(FieldKind::Json, marked);
        let offer = offers.iter().find(|offer| offer.label == label)?;
        let edits = ShownText::of(&input).edits(&offer.edits)?;
        let mut after = TextEdit::apply(&input, &edits);
        let cursor = ShownText::of(&after).byte(offer.cursor);
        after.insert(cursor, '|');
        Some(after)
    }

    #[test]
    fn a_field_completes_variables_with_its_own_positions() {
        for (typed, expected) in [
            ("{% $tot| %}", "{% $total| %}"),
            ("{% 'é€' & $tot|", "{% 'é€' & $total|"),
            ("{% \"quoted\" & $tot| %}", "{% \"quoted\" & $total| %}"),
            ("{% $tot|€ %}", "{% $total|€ %}"),
            ("{\"a\": \"{% $tot| %}\"}", "{\"a\": \"{% $total| %}\"}"),
        ] {
            assert_eq!(accepted(typed, "$total").as_deref(), Some(expected));
        }
        assert!(offers(FieldKind::Texts, "$tot|").is_empty());
    }

    #[test]
    fn the_text_completes_the_names_of_states() {
        let at = TEXT.find("\"Ship\"").expect("a target") + 1;
        let offers = in_text(&document(), at);
        let offer = offers.iter().find(|offer| offer.label == "Ship");
        let edits = &offer.expect("it is a state").edits;
        let edits = ShownText::of(TEXT).edits(edits).expect("they are in order");
        assert_eq!(TextEdit::apply(TEXT, &edits), TEXT);
    }

    proptest! {
        #[test]
        fn each_position_of_each_text_has_an_answer(
            input in "[{}%$\"\\\\ a-c€.:\\n]{0,12}", position in 0..16_usize, kind in 0..3_usize
        ) {
            let kind = [FieldKind::Json, FieldKind::Text, FieldKind::Number][kind];
            let typed = FieldText { field: "/States/Ship/New~1field".to_owned(), kind, input, position };
            for offer in in_field(&document().definitions()[0], &typed) {
                let shown = ShownText::of(&typed.input);
                let edits = shown.edits(&offer.edits).expect("the edits do not overlap");
                let after = TextEdit::apply(&typed.input, &edits);
                prop_assert!(offer.cursor <= ShownText::of(&after).len());
            }
            in_text(&document(), position * 20);
        }
    }
}
