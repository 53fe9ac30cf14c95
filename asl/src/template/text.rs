//! Strings and values that a template computes.

use super::joined::{JoinedPart, JoinedText, JoinedValue};
use crate::json::{Document, Json, Number, Object, ValueMark, ValueSyntax, align};

/// A value of a template with its position.
#[derive(Clone, Copy)]
pub(super) struct TemplateValue<'d> {
    pub(super) document: &'d Document,
    pub(super) json: &'d Json,
    pub(super) mark: &'d ValueMark,
}

impl<'d> TemplateValue<'d> {
    pub(super) fn at(document: &'d Document, pointer: &str) -> Option<TemplateValue<'d>> {
        Some(TemplateValue {
            document,
            json: document.json().pointer(pointer)?,
            mark: document.mark(pointer)?,
        })
    }

    pub(super) fn item(self, index: usize) -> Option<TemplateValue<'d>> {
        Some(TemplateValue {
            json: self.json.as_array()?.get(index)?,
            mark: self.mark.children.get(index)?,
            ..self
        })
    }

    pub(super) fn member(self, index: usize) -> Option<(&'d str, TemplateValue<'d>)> {
        let (key, json) = self.json.as_object()?.get_index(index)?;
        let mark = self.mark.children.get(index)?;
        Some((key, TemplateValue { json, mark, ..self }))
    }

    /// The intrinsic function of the value, and its argument: `Fn::Sub` for `{"Fn::Sub": ..}` and
    /// for `!Sub ..`. `None` for short forms whose text was already resolved, such as `!Sub text`.
    pub(super) fn function(self) -> Option<(String, TemplateValue<'d>)> {
        if let Some(object) = self.json.as_object() {
            let (key, argument) = self.member(0).filter(|_| object.len() == 1)?;
            let is_function = key == "Ref" || key.starts_with("Fn::");
            return is_function.then(|| (key.to_owned(), argument));
        }
        let tag = self.tag()?;
        let is_known = matches!(tag, "Sub" | "Ref" | "GetAtt") && self.json.as_str().is_some();
        (!is_known).then(|| (format!("Fn::{tag}"), self))
    }

    /// The YAML tag before the value, without `!`.
    pub(super) fn tag(self) -> Option<&'d str> {
        let rest = self.document.source().get(self.mark.start as usize..)?;
        let rest = rest
            .strip_prefix('!')
            .filter(|rest| !rest.starts_with('!'))?;
        let end = rest.find(|char: char| !char.is_ascii_alphanumeric() && char != ':');
        let tag = &rest[..end.unwrap_or(rest.len())];
        (!tag.is_empty()).then_some(tag)
    }
}

/// The placeholder for a value that only the deployment knows: `${Orders.Arn}`.
fn placeholder(name: &str, argument: &Json) -> String {
    let name = match (name, argument) {
        ("Ref", Json::String(of)) => of.to_string(),
        ("Fn::GetAtt", Json::String(of)) => of.to_string(),
        ("Fn::GetAtt", Json::Array(parts)) => {
            let parts: Vec<&str> = parts.iter().filter_map(Json::as_str).collect();
            parts.join(".")
        }
        _ => name.trim_start_matches("Fn::").to_owned(),
    };
    format!("${{{}}}", name.replace(['{', '}'], ""))
}

/// A string built from pieces, and the offsets of its bytes in the template.
#[derive(Default)]
pub(super) struct TemplateText {
    pub(super) text: String,
    pub(super) offsets: Vec<u32>,
    /// The outermost `Fn::Join`.
    pub(super) joined: Option<JoinedText>,
    /// The values that the template computes. A value inside of another one is not one of them.
    values: Vec<JoinedValue>,
}

impl TemplateText {
    /// The string that a value of the template evaluates to; `None` if it is not a string.
    pub(super) fn of(place: TemplateValue<'_>) -> Option<TemplateText> {
        let mut text = TemplateText::default();
        text.add(place)?;
        if let Some(joined) = &mut text.joined {
            joined.values = std::mem::take(&mut text.values);
        }
        Some(text)
    }

    fn add(&mut self, place: TemplateValue<'_>) -> Option<()> {
        if let Some((name, argument)) = place.function() {
            return match name.as_str() {
                "Fn::Sub" => match argument.item(0) {
                    Some(text) => self.add_substituted(place, text, argument.item(1)),
                    None => self.add_substituted(place, argument, None),
                },
                "Fn::Join" => self.add_joined(argument),
                "Fn::If" => {
                    let (start, inner) = (self.text.len(), self.values.len());
                    self.add(argument.item(1)?)?;
                    // A definition that is one `Fn::If` is edited as its first value.
                    if self.joined.as_ref().is_some_and(|joined| joined.is_open) {
                        self.values.truncate(inner);
                        self.add_value(start, written_value(place));
                    }
                    Some(())
                }
                _ => {
                    let start = self.text.len();
                    self.push(&placeholder(&name, argument.json), place.mark.start);
                    self.add_value(start, written_value(place));
                    Some(())
                }
            };
        }
        match place.tag() {
            Some("Sub") => self.add_substituted(place, place, None),
            Some("Ref" | "GetAtt") => {
                let start = self.text.len();
                self.add_literal(place)?;
                self.add_value(start, written_value(place));
                Some(())
            }
            _ => self.add_literal(place),
        }
    }

    fn add_value(&mut self, start: usize, source: String) {
        self.values.push(JoinedValue {
            text: start..self.text.len(),
            source,
        });
    }

    /// Adds the text of `Fn::Sub`. Each of its variables is a value.
    fn add_substituted(
        &mut self,
        function: TemplateValue<'_>,
        text: TemplateValue<'_>,
        variables: Option<TemplateValue<'_>>,
    ) -> Option<()> {
        let start = self.text.len();
        self.add_literal(text)?;
        let found = sub_variables(function, &self.text[start..], variables);
        let moved = found.into_iter().map(|value| JoinedValue {
            text: value.text.start + start..value.text.end + start,
            ..value
        });
        self.values.extend(moved);
        Some(())
    }

    fn add_literal(&mut self, place: TemplateValue<'_>) -> Option<()> {
        let text = match place.json {
            Json::String(text) => text.as_str(),
            Json::Number(number) => return self.add_number(number, place.mark.start),
            _ => return None,
        };
        match align(place.document.source(), place.mark.start as usize, text) {
            Some(offsets) => {
                self.text.push_str(text);
                self.offsets.extend(offsets);
            }
            None => self.push(text, place.mark.start),
        }
        Some(())
    }

    fn add_number(&mut self, number: &Number, at: u32) -> Option<()> {
        self.push(&number.to_string(), at);
        Some(())
    }

    fn add_joined(&mut self, argument: TemplateValue<'_>) -> Option<()> {
        let delimiter = argument.item(0)?.json.as_str()?;
        let list = argument.item(1)?;
        let is_outermost = self.joined.is_none();
        if is_outermost {
            self.joined = Some(JoinedText {
                delimiter: delimiter.to_owned(),
                parts: Vec::new(),
                values: Vec::new(),
                is_flow: list.mark.shape == ValueSyntax::Flow,
                is_open: true,
            });
        }
        for index in 0..list.json.as_array()?.len() {
            let part = list.item(index)?;
            if index > 0 {
                self.push(delimiter, part.mark.start);
            }
            let start = self.text.len();
            self.add(part)?;
            let text = start..self.text.len();
            if let Some(joined) = self.joined.as_mut().filter(|_| is_outermost) {
                let source = part.mark.start as usize..part.mark.end as usize;
                joined.parts.push(JoinedPart { text, source });
            }
        }
        if let Some(joined) = self.joined.as_mut().filter(|_| is_outermost) {
            joined.is_open = false;
        }
        Some(())
    }

    fn push(&mut self, text: &str, at: u32) {
        self.text.push_str(text);
        self.offsets.extend(std::iter::repeat_n(at, text.len()));
    }
}

/// A computed value as an item of any list: as the file has it, or in brackets if it has several
/// lines without brackets.
fn written_value(value: TemplateValue<'_>) -> String {
    let range = value.mark.start as usize..value.mark.end as usize;
    let written = value.document.source().get(range).unwrap_or_default();
    let written = written.trim_end();
    let is_flow = value.mark.shape == ValueSyntax::Flow;
    // A short form is not part of the value.
    if is_flow || !written.contains('\n') || written.contains('!') {
        written.to_owned()
    } else {
        value.json.to_string()
    }
}

/// The variables in the text of `Fn::Sub`, each as a separate `Fn::Sub`. `variables` is the map
/// of `Fn::Sub`.
fn sub_variables(
    function: TemplateValue<'_>,
    text: &str,
    variables: Option<TemplateValue<'_>>,
) -> Vec<JoinedValue> {
    let is_short = function.tag() == Some("Sub");
    let found = text.match_indices("${").filter_map(|(at, _)| {
        let end = at + text[at..].find('}')? + 1;
        let name = text[at + 2..end - 1].trim();
        let own = variables.filter(|variables| variables.json.get(name).is_some());
        let quoted = Json::from(&text[at..end]);
        let argument = match own {
            Some(variables) => format!("[{quoted}, {}]", written_value(variables)),
            None => quoted.to_string(),
        };
        let source = if is_short {
            format!("!Sub {argument}")
        } else {
            format!("{{\"Fn::Sub\": {argument}}}")
        };
        Some(JoinedValue {
            text: at..end,
            source,
        })
    });
    found.collect()
}

/// The definition that an object of the template evaluates to, with the positions of its nodes.
pub(super) fn definition(place: TemplateValue<'_>) -> (Json, ValueMark) {
    let leaf = |text: String| (Json::from(text), with_children(place.mark, Vec::new()));
    if let Some((name, argument)) = place.function() {
        let chosen = (name == "Fn::If").then(|| argument.item(1)).flatten();
        if let Some(chosen) = chosen {
            let (json, mut mark) = definition(chosen);
            mark.key = place.mark.key;
            return (json, mark);
        }
        let text = TemplateText::of(place).map(|text| text.text);
        let (json, mark) = leaf(text.unwrap_or_else(|| placeholder(&name, argument.json)));
        return if TEXT_FUNCTIONS.contains(&name.as_str()) {
            (json, mark)
        } else {
            (json, unknown(mark))
        };
    }
    match place.json {
        Json::String(_) if matches!(place.tag(), Some("Ref" | "GetAtt")) => {
            (place.json.clone(), unknown(place.mark.clone()))
        }
        Json::Array(items) => {
            let children = (0..items.len()).filter_map(|index| place.item(index));
            let (items, children) = children.map(definition).unzip();
            (Json::Array(items), with_children(place.mark, children))
        }
        Json::Object(members) => {
            let mut object = Object::new();
            let mut children = Vec::new();
            for (key, inside) in (0..members.len()).filter_map(|index| place.member(index)) {
                let (json, mark) = definition(inside);
                object.insert(key.into(), json);
                children.push(mark);
            }
            (Json::Object(object), with_children(place.mark, children))
        }
        other => (other.clone(), place.mark.clone()),
    }
}

/// The functions that always return a text.
const TEXT_FUNCTIONS: &[&str] = &["Fn::Base64", "Fn::Join", "Fn::Sub", "Fn::ToJsonString"];

/// The position of a value that only the deployment knows.
fn unknown(mark: ValueMark) -> ValueMark {
    ValueMark {
        shape: ValueSyntax::Unknown,
        ..mark
    }
}

fn with_children(mark: &ValueMark, children: Vec<ValueMark>) -> ValueMark {
    ValueMark { children, ..*mark }
}
