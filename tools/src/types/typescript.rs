//! Prints types as TypeScript.

use super::type_model::{ObjectType, TypeBody, TypeExpr, TypeModule, UnionAlternative};

/// Longer unions have a line for each alternative.
const MAX_WIDTH: usize = 100;

/// Returns the text of a TypeScript module.
pub(super) fn print(module: &TypeModule, header: &str) -> String {
    let mut text = format!("// {header}\n");
    for declaration in &module.declarations {
        text.push('\n');
        doc(&mut text, declaration.doc.as_deref(), "");
        let name = &declaration.name;
        match &declaration.body {
            TypeBody::Object(object) => {
                text.push_str(&format!("export interface {name} {{\n"));
                members(&mut text, object);
                text.push_str("}\n");
            }
            TypeBody::Alias(TypeExpr::Union(alternatives)) => {
                union(&mut text, name, alternatives);
            }
            TypeBody::Alias(value) => {
                text.push_str(&format!("export type {name} = {};\n", expr(value)));
            }
        }
    }
    text
}

fn members(text: &mut String, object: &ObjectType) {
    for member in &object.members {
        doc(text, member.doc.as_deref(), "  ");
        let optional = if member.is_optional { "?" } else { "" };
        text.push_str(&format!(
            "  {}{optional}: {};\n",
            key(&member.name),
            expr(&member.value)
        ));
    }
    if object.has_others {
        text.push_str("  [key: string]: unknown;\n");
    }
}

fn union(text: &mut String, name: &str, alternatives: &[UnionAlternative]) {
    let line = format!("export type {name} = {};\n", joined(alternatives));
    if line.len() <= MAX_WIDTH && alternatives.iter().all(|one| one.doc.is_none()) {
        text.push_str(&line);
        return;
    }
    text.push_str(&format!("export type {name} =\n"));
    for (index, alternative) in alternatives.iter().enumerate() {
        doc(text, alternative.doc.as_deref(), "  ");
        let end = if index + 1 == alternatives.len() {
            ";"
        } else {
            ""
        };
        text.push_str(&format!("  | {}{end}\n", expr(&alternative.value)));
    }
}

fn joined(alternatives: &[UnionAlternative]) -> String {
    let alternatives: Vec<String> = alternatives.iter().map(|one| expr(&one.value)).collect();
    alternatives.join(" | ")
}

fn expr(value: &TypeExpr) -> String {
    match value {
        TypeExpr::Unknown => "unknown".to_owned(),
        TypeExpr::Null => "null".to_owned(),
        TypeExpr::Boolean => "boolean".to_owned(),
        TypeExpr::Integer | TypeExpr::Number => "number".to_owned(),
        TypeExpr::String => "string".to_owned(),
        TypeExpr::Literal(literal) => literal.to_string(),
        TypeExpr::List(item) => match **item {
            TypeExpr::Union(_) => format!("({})[]", expr(item)),
            _ => format!("{}[]", expr(item)),
        },
        TypeExpr::Tuple(items) => {
            let items: Vec<String> = items.iter().map(expr).collect();
            format!("[{}]", items.join(", "))
        }
        TypeExpr::Map(value) => format!("{{ [key: string]: {} }}", expr(value)),
        TypeExpr::Union(alternatives) => joined(alternatives),
        TypeExpr::Named(name) => name.clone(),
    }
}

/// The key of a member, in quotes unless it is an identifier.
fn key(name: &str) -> String {
    let mut letters = name.chars();
    let starts = |letter: char| letter.is_ascii_alphabetic() || letter == '_' || letter == '$';
    let is_identifier = letters.next().is_some_and(starts)
        && letters.all(|letter| starts(letter) || letter.is_ascii_digit());
    if is_identifier {
        name.to_owned()
    } else {
        stepwright_asl::json::Json::from(name).to_string()
    }
}

fn doc(text: &mut String, doc: Option<&str>, indent: &str) {
    let Some(doc) = doc else {
        return;
    };
    let doc = doc.replace("*/", "*\\/");
    let lines: Vec<String> = doc.lines().map(printable).collect();
    match lines.as_slice() {
        [line] => text.push_str(&format!("{indent}/** {line} */\n")),
        lines => {
            text.push_str(&format!("{indent}/**\n"));
            for line in lines {
                let line = format!("{indent} * {line}");
                text.push_str(&format!("{}\n", line.trim_end()));
            }
            text.push_str(&format!("{indent} */\n"));
        }
    }
}

/// A line of a comment, without control characters and without characters that end a line in the
/// language.
pub(super) fn printable(line: &str) -> String {
    let shown = |letter: char| match letter {
        '\u{2028}' | '\u{2029}' => ' ',
        letter if letter.is_control() => ' ',
        letter => letter,
    };
    line.chars().map(shown).collect()
}
