//! Prints expressions as JSONata.

use super::expr::{DataRoot, Expr, Operator};
use crate::json::Json;
use crate::jsonata::text::{is_plain_name, quoted};

/// The binding powers of JSONata.
mod level {
    pub(super) const RANGE: u8 = 22;
    pub(super) const OR: u8 = 25;
    pub(super) const AND: u8 = 30;
    pub(super) const COMPARISON: u8 = 40;
    pub(super) const SUM: u8 = 50;
    pub(super) const PRODUCT: u8 = 60;
    pub(super) const NEGATION: u8 = 70;
    /// A path, a call, a literal.
    pub(super) const ATOM: u8 = 100;
}

impl Operator {
    fn symbol(self) -> &'static str {
        match self {
            Operator::Range => "..",
            Operator::Or => "or",
            Operator::And => "and",
            Operator::Equal => "=",
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
            Operator::In => "in",
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Concat => "&",
            Operator::Multiply => "*",
        }
    }

    fn level(self) -> u8 {
        match self {
            Operator::Range => level::RANGE,
            Operator::Or => level::OR,
            Operator::And => level::AND,
            Operator::Equal
            | Operator::NotEqual
            | Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual
            | Operator::In => level::COMPARISON,
            Operator::Add | Operator::Subtract | Operator::Concat => level::SUM,
            Operator::Multiply => level::PRODUCT,
        }
    }
}

/// The text of an expression.
pub(super) fn print(expr: &Expr) -> String {
    let mut out = String::new();
    write(expr, 0, &mut out);
    out
}

/// Prints an expression where at least this binding power is needed.
fn write(expr: &Expr, needed: u8, out: &mut String) {
    if level_of(expr) < needed {
        out.push('(');
        write_bare(expr, out);
        out.push(')');
    } else {
        write_bare(expr, out);
    }
}

fn level_of(expr: &Expr) -> u8 {
    match expr {
        Expr::Binary(operator, ..) => operator.level(),
        Expr::Literal(Json::Number(number)) if number.to_string().starts_with('-') => {
            level::NEGATION
        }
        _ => level::ATOM,
    }
}

fn write_bare(expr: &Expr, out: &mut String) {
    match expr {
        Expr::Literal(json) | Expr::Unknown(json) => write_json(json, out),
        Expr::Object(members) | Expr::Existing(members) => write_members(members, out),
        Expr::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_item(item, out);
            }
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
            let level = operator.level();
            let is_comparison = level == level::COMPARISON;
            write(left, if is_comparison { level + 1 } else { level }, out);
            match operator {
                Operator::Range => out.push_str(".."),
                _ => out.push_str(&format!(" {} ", operator.symbol())),
            }
            // Both operators are associative.
            let is_associative = matches!(operator, Operator::And | Operator::Or);
            write(right, if is_associative { level } else { level + 1 }, out);
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
    write(base, level::ATOM, out);
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
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write(item, 0, out);
    }
}

fn write_members(members: &[(String, Expr)], out: &mut String) {
    out.push('{');
    for (index, (key, value)) in members.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        out.push_str(&quoted(key));
        out.push_str(": ");
        write(value, 0, out);
    }
    out.push('}');
}

fn write_json(json: &Json, out: &mut String) {
    match json {
        Json::String(text) => out.push_str(&quoted(text)),
        Json::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_json(item, out);
            }
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            for (index, (key, value)) in members.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                out.push_str(&quoted(key));
                out.push_str(": ");
                write_json(value, out);
            }
            out.push('}');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}
