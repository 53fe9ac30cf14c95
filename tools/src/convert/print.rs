//! Prints expressions as JSONata.

use stepwright_asl::json::Json;
use stepwright_asl::jsonata::operator::{Operator, power};
use stepwright_asl::jsonata::text::{is_plain_name, quoted};

use super::expr::{DataRoot, Expr};

/// The text of an expression.
pub(super) fn print(expr: &Expr) -> String {
    let mut out = String::new();
    write(expr, 0, &mut out);
    out
}

/// Prints an expression where at least this binding power is needed.
fn write(expr: &Expr, needed: u8, out: &mut String) {
    if power_of(expr) < needed {
        out.push('(');
        write_bare(expr, out);
        out.push(')');
    } else {
        write_bare(expr, out);
    }
}

fn power_of(expr: &Expr) -> u8 {
    match expr {
        Expr::Binary(operator, ..) => operator.power(),
        Expr::Literal(Json::Number(number)) if number.to_string().starts_with('-') => {
            power::NEGATION
        }
        _ => power::ATOM,
    }
}

fn write_bare(expr: &Expr, out: &mut String) {
    match expr {
        Expr::Literal(json) | Expr::Unknown(json) => write_json(json, out),
        Expr::Object(members) | Expr::Existing(members) => write_members(members, out),
        Expr::Array(items) => {
            out.push('[');
            write_list(items, out, write_item);
            out.push(']');
        }
        Expr::List(inner) => {
            out.push('[');
            write_item(inner, out);
            out.push(']');
        }
        Expr::Root(root) => write_root(root, out),
        Expr::Key(base, name) => write_key(base, name, out),
        Expr::Index(base, index) => {
            write_base(base, out);
            out.push_str(&format!("[{index}]"));
        }
        Expr::ItemAt(base, index) => {
            // The item of a filter is a sequence, whose items a block protects.
            if matches!(**base, Expr::ItemAt(..)) {
                out.push('(');
                write(base, 0, out);
                out.push(')');
            } else {
                write_base(base, out);
            }
            write_predicate(index, out);
        }
        Expr::Filter(base, predicate) => {
            write_base(base, out);
            write_predicate(predicate, out);
        }
        Expr::Members(base) => {
            write_base(base, out);
            out.push_str(".*");
        }
        Expr::Descendants(base) => {
            write_base(base, out);
            out.push_str(".**");
        }
        Expr::Merge(base, added) => {
            out.push_str("$merge([");
            write(base, 0, out);
            out.push_str(", ");
            write(added, 0, out);
            out.push_str("])");
        }
        Expr::Call(name, arguments) => {
            out.push('$');
            out.push_str(name);
            out.push('(');
            write_items(arguments, out);
            out.push(')');
        }
        Expr::Binary(operator, left, right) => {
            write(left, operator.left_power(), out);
            match operator {
                Operator::Range => out.push_str(".."),
                _ => out.push_str(&format!(" {} ", operator.symbol())),
            }
            write(right, operator.right_power(), out);
        }
        Expr::Regex(pattern) => {
            out.push('/');
            out.push_str(pattern);
            out.push('/');
        }
    }
}

fn write_root(root: &DataRoot, out: &mut String) {
    match root {
        DataRoot::Input => out.push_str("$states.input"),
        DataRoot::Result => out.push_str("$states.result"),
        DataRoot::ErrorOutput => out.push_str("$states.errorOutput"),
        DataRoot::Context => out.push_str("$states.context"),
        DataRoot::Variable(name) => {
            out.push('$');
            out.push_str(name);
        }
        DataRoot::Item => out.push('$'),
    }
}

fn write_key(base: &Expr, name: &str, out: &mut String) {
    if name.contains('`') {
        out.push_str("$lookup(");
        write(base, 0, out);
        out.push_str(", ");
        out.push_str(&quoted(name));
        out.push(')');
        return;
    }
    if *base != Expr::ITEM {
        write_base(base, out);
        out.push('.');
    }
    if is_plain_name(name) {
        out.push_str(name);
    } else {
        out.push('`');
        out.push_str(name);
        out.push('`');
    }
}

/// Prints the value before a step or a predicate.
fn write_base(base: &Expr, out: &mut String) {
    write(base, power::ATOM, out);
}

fn write_predicate(predicate: &Expr, out: &mut String) {
    out.push('[');
    write(predicate, 0, out);
    out.push(']');
}

/// Prints an item of a list. JSONata takes a selection from a new list for a new list, and would
/// not insert its items, unless it is in a block.
fn write_item(item: &Expr, out: &mut String) {
    let is_selection = matches!(item, Expr::Index(..) | Expr::ItemAt(..) | Expr::Filter(..));
    if is_selection && begins_with_list(item) {
        out.push('(');
        write_bare(item, out);
        out.push(')');
    } else {
        write(item, 0, out);
    }
}

fn begins_with_list(expr: &Expr) -> bool {
    match expr {
        Expr::List(_) | Expr::Array(_) | Expr::Literal(Json::Array(_)) => true,
        Expr::Index(base, _) | Expr::ItemAt(base, _) | Expr::Filter(base, _) => {
            begins_with_list(base)
        }
        _ => false,
    }
}

fn write_items(items: &[Expr], out: &mut String) {
    write_list(items, out, |item, out| write(item, 0, out));
}

fn write_list<T>(
    items: impl IntoIterator<Item = T>,
    out: &mut String,
    write: impl Fn(T, &mut String),
) {
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write(item, out);
    }
}

fn write_members(members: &[(String, Expr)], out: &mut String) {
    out.push('{');
    write_list(members, out, |(key, value), out| {
        out.push_str(&quoted(key));
        out.push_str(": ");
        write(value, 0, out);
    });
    out.push('}');
}

fn write_json(json: &Json, out: &mut String) {
    match json {
        Json::String(text) => out.push_str(&quoted(text)),
        Json::Array(items) => {
            out.push('[');
            write_list(items, out, write_json);
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            write_list(members, out, |(key, value), out| {
                out.push_str(&quoted(key));
                out.push_str(": ");
                write_json(value, out);
            });
            out.push('}');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}
