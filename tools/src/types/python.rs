//! Prints types as Python 3.11.
//!
//! Declarations follow the types that they use, so that only recursive types need quotes.

use std::collections::{HashMap, HashSet};

use stepwright_asl::json::Json;

use super::type_model::{
    ObjectType, TypeBody, TypeDeclaration, TypeExpr, TypeMember, TypeModule, UnionAlternative,
};
use super::typescript::printable;

const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

/// Returns the text of a Python module.
pub(super) fn print(module: &TypeModule, header: &str) -> String {
    let mut printer = Printer::default();
    let mut body = String::new();
    let mut was_class = false;
    for declaration in ordered(module) {
        printer.declaration(declaration);
        // Two empty lines around a class.
        let is_class = printer.text.starts_with("class ");
        body.push_str(if is_class || was_class { "\n\n" } else { "\n" });
        body.push_str(&std::mem::take(&mut printer.text));
        was_class = is_class;
    }
    let mut text = String::from("\"\"\"");
    text.push_str(&escape_docstring(header));
    text.push_str("\"\"\"\n");
    if !printer.imports.is_empty() {
        let mut imports: Vec<&str> = printer.imports.iter().copied().collect();
        imports.sort_unstable();
        text.push_str(&format!("\nfrom typing import {}\n", imports.join(", ")));
    }
    text + &body
}

#[derive(Default)]
struct Printer {
    text: String,
    imports: HashSet<&'static str>,
    declared: HashSet<String>,
}

impl Printer {
    fn declaration(&mut self, declaration: &TypeDeclaration) {
        let name = &declaration.name;
        match &declaration.body {
            TypeBody::Object(object) => {
                let members = object.members.iter();
                let values: Vec<String> = members.map(|member| self.member(member)).collect();
                let mut names = object.members.iter().map(|member| member.name.as_str());
                if names.all(|name| is_field(name) && !is_used(name, &values)) {
                    self.class(declaration, object, &values)
                } else {
                    self.call(declaration, object, &values)
                }
            }
            TypeBody::Alias(value) => {
                self.imports.insert("TypeAlias");
                let value = self.quoted(value);
                self.text
                    .push_str(&format!("{name}: TypeAlias = {value}\n"));
                self.doc(&alias_doc(declaration), "");
            }
        }
        self.declared.insert(name.clone());
    }

    fn class(&mut self, declaration: &TypeDeclaration, object: &ObjectType, values: &[String]) {
        self.imports.insert("TypedDict");
        self.text
            .push_str(&format!("class {}(TypedDict):\n", declaration.name));
        self.doc(declaration.doc.as_deref().unwrap_or_default(), "    ");
        if declaration.doc.is_some() {
            self.text.push('\n');
        }
        for (member, value) in object.members.iter().zip(values) {
            self.text
                .push_str(&format!("    {}: {value}\n", member.name));
            self.doc(member.doc.as_deref().unwrap_or_default(), "    ");
        }
    }

    /// A type with members whose names cannot be fields of a class.
    fn call(&mut self, declaration: &TypeDeclaration, object: &ObjectType, values: &[String]) {
        self.imports.insert("TypedDict");
        let name = &declaration.name;
        self.text
            .push_str(&format!("{name} = TypedDict(\n    \"{name}\",\n    {{\n"));
        for (member, value) in object.members.iter().zip(values) {
            for line in member.doc.as_deref().unwrap_or_default().lines() {
                let line = format!("        # {}", printable(line));
                self.text.push_str(&format!("{}\n", line.trim_end()));
            }
            let key = string(&member.name);
            self.text.push_str(&format!("        {key}: {value},\n"));
        }
        self.text.push_str("    },\n)\n");
        self.doc(declaration.doc.as_deref().unwrap_or_default(), "");
    }

    fn member(&mut self, member: &TypeMember) -> String {
        let value = self.quoted(&member.value);
        if member.is_optional {
            self.imports.insert("NotRequired");
            format!("NotRequired[{value}]")
        } else {
            value
        }
    }

    /// The type, in quotes if it uses a name that is declared later.
    fn quoted(&mut self, value: &TypeExpr) -> String {
        let mut is_later = false;
        value.for_each_name(&mut |name| is_later |= !self.declared.contains(name));
        let text = self.expr(value);
        if is_later { string(&text) } else { text }
    }

    fn expr(&mut self, value: &TypeExpr) -> String {
        match value {
            TypeExpr::Unknown => "object".to_owned(),
            TypeExpr::Null => "None".to_owned(),
            TypeExpr::Boolean => "bool".to_owned(),
            TypeExpr::Integer => "int".to_owned(),
            TypeExpr::Number => "float".to_owned(),
            TypeExpr::String => "str".to_owned(),
            TypeExpr::Literal(literal) => self.literals(&[literal]),
            TypeExpr::List(item) => format!("list[{}]", self.expr(item)),
            TypeExpr::Tuple(items) => self.tuple(items),
            TypeExpr::Map(value) => format!("dict[str, {}]", self.expr(value)),
            TypeExpr::Union(alternatives) => self.union(alternatives),
            TypeExpr::Named(name) => name.clone(),
        }
    }

    /// JSON has lists and no tuples, so the positions of the items are lost.
    fn tuple(&mut self, items: &[TypeExpr]) -> String {
        let items = items.iter().cloned();
        let items = items.map(|value| UnionAlternative { doc: None, value });
        let item = TypeExpr::union(items.collect());
        format!("list[{}]", self.expr(&item))
    }

    fn union(&mut self, alternatives: &[UnionAlternative]) -> String {
        let literal = |value: &TypeExpr| match value {
            TypeExpr::Literal(literal) => Some(literal.clone()),
            _ => None,
        };
        let literals: Vec<Json> = (alternatives.iter())
            .filter_map(|one| literal(&one.value))
            .collect();
        let mut parts: Vec<String> = Vec::new();
        if !literals.is_empty() {
            parts.push(self.literals(&literals.iter().collect::<Vec<_>>()));
        }
        // `None` is last, as people write it.
        let is_null = |one: &&UnionAlternative| one.value == TypeExpr::Null;
        let (nulls, others): (Vec<_>, Vec<_>) = alternatives.iter().partition(is_null);
        for alternative in others.into_iter().chain(nulls) {
            if literal(&alternative.value).is_none() {
                let part = self.expr(&alternative.value);
                if !parts.contains(&part) {
                    parts.push(part);
                }
            }
        }
        parts.join(" | ")
    }

    /// `Literal[..]`, which has no floating-point numbers.
    fn literals(&mut self, literals: &[&Json]) -> String {
        let texts: Vec<String> = literals
            .iter()
            .filter_map(|literal| match literal {
                Json::String(text) => Some(string(text)),
                Json::Bool(true) => Some("True".to_owned()),
                Json::Bool(false) => Some("False".to_owned()),
                // Also `1.0` is a floating-point number.
                Json::Number(number) => {
                    let text = number.to_string();
                    let is_integer = !text.contains(['.', 'e', 'E']);
                    is_integer.then_some(text)
                }
                _ => None,
            })
            .collect();
        let mut parts: Vec<String> = Vec::new();
        if !texts.is_empty() {
            self.imports.insert("Literal");
            parts.push(format!("Literal[{}]", texts.join(", ")));
        }
        if texts.len() < literals.len() {
            parts.push("float".to_owned());
        }
        parts.join(" | ")
    }

    fn doc(&mut self, doc: &str, indent: &str) {
        if doc.is_empty() {
            return;
        }
        let lines: Vec<String> = doc.lines().map(escape_docstring).collect();
        let text = lines.join(&format!("\n{indent}"));
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        let text = lines.join("\n");
        let end = if lines.len() > 1 {
            format!("\n{indent}")
        } else {
            String::new()
        };
        self.text
            .push_str(&format!("{indent}\"\"\"{text}{end}\"\"\"\n"));
    }
}

/// The doc of an alias, with those of its alternatives.
fn alias_doc(declaration: &TypeDeclaration) -> String {
    let mut doc = declaration.doc.clone().unwrap_or_default();
    if let TypeBody::Alias(TypeExpr::Union(alternatives)) = &declaration.body {
        for alternative in alternatives {
            let shown = match &alternative.value {
                TypeExpr::Literal(literal) => literal.to_string(),
                TypeExpr::Named(name) => name.clone(),
                _ => continue,
            };
            if let Some(text) = &alternative.doc {
                let text = text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
                let separator = if doc.is_empty() { "" } else { "\n" };
                doc.push_str(&format!("{separator}- `{shown}`: {text}"));
            }
        }
    }
    doc
}

/// Escapes a line of a docstring. Three quotes would end the docstring, and so would a quote at the
/// end of the last line.
fn escape_docstring(line: &str) -> String {
    let line = printable(line).replace('\\', "\\\\");
    let line = line.replace("\"\"", "\\\"\\\"");
    match line.trim_end().strip_suffix('"') {
        Some(before) if !before.ends_with('\\') => format!("{before}\\\""),
        _ => line,
    }
}

/// A string literal. Python has all escapes of JSON that Stepwright writes.
fn string(text: &str) -> String {
    Json::from(text).to_string()
}

/// Whether a class can have a field of this name. Python changes names with two underscores.
fn is_field(name: &str) -> bool {
    let mut letters = name.chars();
    let starts = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    letters.next().is_some_and(starts)
        && letters.all(|letter| starts(letter) || letter.is_ascii_digit())
        && !KEYWORDS.contains(&name)
        && !name.starts_with("__")
}

/// Whether a printed type has a name: in a class, it would be that of the field instead, as `str`
/// is after `str: str`.
fn is_used(name: &str, values: &[String]) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut words = values
        .iter()
        .flat_map(|value| value.split(|letter| !is_letter(letter)));
    words.any(|word| word == name)
}

/// The declarations, each after those that it uses. In a cycle, the first one uses later ones.
fn ordered(module: &TypeModule) -> Vec<&TypeDeclaration> {
    let index: HashMap<&str, usize> = (module.declarations.iter().enumerate())
        .map(|(index, one)| (one.name.as_str(), index))
        .collect();
    let uses: Vec<Vec<usize>> = (module.declarations.iter())
        .map(|declaration| {
            let mut found = Vec::new();
            let mut add = |name: &str| found.extend(index.get(name));
            match &declaration.body {
                TypeBody::Alias(value) => value.for_each_name(&mut add),
                TypeBody::Object(object) => object
                    .members
                    .iter()
                    .for_each(|member| member.value.for_each_name(&mut add)),
            }
            found
        })
        .collect();
    let mut entered = vec![false; uses.len()];
    let mut order = Vec::new();
    for start in 0..uses.len() {
        let mut open = Vec::new();
        if !std::mem::replace(&mut entered[start], true) {
            open.push((start, 0));
        }
        while let Some((at, next)) = open.last_mut() {
            let Some(used) = uses[*at].get(*next).copied() else {
                order.push(*at);
                open.pop();
                continue;
            };
            *next += 1;
            if !std::mem::replace(&mut entered[used], true) {
                open.push((used, 0));
            }
        }
    }
    order
        .into_iter()
        .map(|at| &module.declarations[at])
        .collect()
}
