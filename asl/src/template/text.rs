//! Strings and values that a template computes.

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
}

impl TemplateText {
    /// The string that a value of the template evaluates to; `None` if it is not a string.
    pub(super) fn of(place: TemplateValue<'_>) -> Option<TemplateText> {
        let mut text = TemplateText::default();
        text.add(place)?;
        Some(text)
    }

    fn add(&mut self, place: TemplateValue<'_>) -> Option<()> {
        if let Some((name, argument)) = place.function() {
            return match name.as_str() {
                "Fn::Sub" => self.add_literal(argument.item(0).unwrap_or(argument)),
                "Fn::Join" => self.add_joined(argument),
                "Fn::If" => self.add(argument.item(1)?),
                _ => {
                    self.push(&placeholder(&name, argument.json), place.mark.start);
                    Some(())
                }
            };
        }
        self.add_literal(place)
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
        let parts = argument.item(1)?;
        for index in 0..parts.json.as_array()?.len() {
            let part = parts.item(index)?;
            if index > 0 {
                self.push(delimiter, part.mark.start);
            }
            self.add(part)?;
        }
        Some(())
    }

    fn push(&mut self, text: &str, at: u32) {
        self.text.push_str(text);
        self.offsets.extend(std::iter::repeat_n(at, text.len()));
    }
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
