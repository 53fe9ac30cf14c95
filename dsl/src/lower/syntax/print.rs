//! Prints JSONata: chooses names of locals without capture, and adds parentheses where precedence
//! requires them.

use super::names;
use super::{Local, Syntax};
use crate::lower::text;
use std::fmt::Write as _;
use stepwright_asl::jsonata::operator::power;

/// The text of an expression.
pub(in crate::lower) fn print(syntax: &Syntax) -> String {
    let mut printer = Printer {
        out: String::new(),
        scope: Vec::new(),
        in_index: false,
    };
    printer.print(syntax, power::LOOSE);
    printer.out
}

struct Printer<'s> {
    out: String,
    /// The locals in scope, the innermost last, with their names.
    scope: Vec<(&'s Local, String)>,
    /// Whether this is part of an index.
    in_index: bool,
}

impl<'s> Printer<'s> {
    /// Prints an expression in a context that needs at least this precedence.
    fn print(&mut self, syntax: &'s Syntax, needed: u8) {
        if power_of(syntax) < needed {
            self.out.push('(');
            self.plain(syntax);
            self.out.push(')');
        } else {
            self.plain(syntax);
        }
    }

    fn plain(&mut self, syntax: &'s Syntax) {
        match syntax {
            Syntax::Null => self.out.push_str("null"),
            Syntax::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Syntax::Number(number) => self.out.push_str(number),
            Syntax::Text(text) => self.out.push_str(&quoted(text)),
            Syntax::Placeholder(name) => self.push(format_args!("'${{{name}}}'")),
            Syntax::Regex(regex) => self.push(format_args!("/{regex}/")),
            Syntax::Variable(name) => self.push(format_args!("${name}")),
            Syntax::Local(local) => {
                let name = self.name_of(local).to_owned();
                self.push(format_args!("${name}"));
            }
            Syntax::Apply(local) => {
                let name = self.name_of(local).to_owned();
                self.push(format_args!("${name}()"));
            }
            Syntax::States(path) => self.push(format_args!("$states.{path}")),
            Syntax::Field(base, name) => self.field(base, name),
            Syntax::Item(base, index) => {
                // An item at a computed index is the only item of a sequence, unless a block
                // encloses it.
                match &**base {
                    Syntax::Item(_, place) if !is_literal_place(place) => {
                        self.out.push('(');
                        self.print(base, power::LOOSE);
                        self.out.push(')');
                    }
                    base => self.print(base, power::ATOM),
                }
                self.out.push('[');
                let around = std::mem::replace(&mut self.in_index, true);
                self.print(index, power::LOOSE);
                self.in_index = around;
                self.out.push(']');
            }
            Syntax::Whole(value) => {
                self.print(value, power::ATOM);
                self.out.push_str("[]");
            }
            // The context of an index is each item in turn. A path, which this is, maps over an
            // item that is a list, unless the path begins with a variable.
            Syntax::ByCharacters(texts, local) if self.in_index => {
                let before = self.scope.len();
                let name = self.bind(local, before, &[texts]);
                self.push(format_args!("(${name} := "));
                self.print(texts, power::LOOSE);
                self.push(format_args!("; ${name}{BY_CHARACTERS})"));
                self.scope.truncate(before);
            }
            Syntax::ByCharacters(texts, _) => {
                self.print(texts, power::ATOM + 1);
                self.out.push_str(BY_CHARACTERS);
            }
            Syntax::Call(name, arguments) => {
                self.push(format_args!("${name}("));
                self.list(arguments);
                self.out.push(')');
            }
            Syntax::Function(parameters, body) => self.function(parameters, body),
            Syntax::Negative(value) => {
                self.out.push('-');
                self.print(value, power::ATOM);
            }
            Syntax::Binary(operator, left, right) => {
                self.print(left, operator.left_power());
                self.push(format_args!(" {} ", operator.symbol()));
                self.print(right, operator.right_power());
            }
            Syntax::Conditional(condition, then, otherwise) => {
                self.print(condition, power::CONDITIONAL + 1);
                self.out.push_str(" ? ");
                self.print(then, power::CONDITIONAL);
                self.out.push_str(" : ");
                self.print(otherwise, power::CONDITIONAL);
            }
            Syntax::When(condition, then) => {
                self.print(condition, power::CONDITIONAL + 1);
                self.out.push_str(" ? ");
                self.print(then, power::CONDITIONAL + 1);
            }
            Syntax::Bind(..) => self.block(syntax),
            Syntax::Array(items) => {
                self.out.push('[');
                self.list(items);
                self.out.push(']');
            }
            Syntax::Nested(list) if list.is_array() => self.print(list, power::ATOM),
            Syntax::Nested(list) => {
                self.out.push('[');
                self.list(std::slice::from_ref(&**list));
                self.out.push(']');
            }
            Syntax::Object(entries) => {
                self.out.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        self.out.push_str(", ");
                    }
                    self.print(key, power::ATOM);
                    self.out.push_str(": ");
                    self.print(value, power::LOOSE);
                }
                self.out.push('}');
            }
            Syntax::Raw(text) => self.out.push_str(text.trim()),
        }
    }

    fn push(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.out.write_fmt(text);
    }

    fn list(&mut self, items: &'s [Syntax]) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            self.print(item, power::LOOSE);
        }
    }

    /// `base.name`, quoted if necessary.
    fn field(&mut self, base: &'s Syntax, name: &'s str) {
        if name.contains('`') || !text::is_safe(name) {
            self.out.push_str("$lookup(");
            self.print(base, power::LOOSE);
            self.push(format_args!(", {})", quoted(name)));
            return;
        }
        // JSONata ignores predicates in a path that begins with an array literal: `[..][0].name` is
        // undefined.
        let needed = if base.is_array() {
            power::ATOM + 1
        } else {
            power::ATOM
        };
        // A scalar has no fields. At the beginning of a path, a text is the name of a field, and a
        // number is an error.
        if begins_with_scalar(base) {
            self.out.push_str("{}");
        } else {
            self.print(base, needed);
        }
        if names::is_plain(name) {
            self.push(format_args!(".{name}"));
        } else {
            self.push(format_args!(".`{name}`"));
        }
    }

    fn function(&mut self, parameters: &'s [Local], body: &'s Syntax) {
        let before = self.scope.len();
        self.out.push_str("function(");
        for (index, parameter) in parameters.iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            let name = self.bind(parameter, before, &[body]);
            self.push(format_args!("${name}"));
        }
        self.out.push_str(") { ");
        self.print(body, power::LOOSE);
        self.out.push_str(" }");
        self.scope.truncate(before);
    }

    /// `($a := ..; $b := ..; body)`
    fn block(&mut self, syntax: &'s Syntax) {
        let before = self.scope.len();
        let mut rest = syntax;
        self.out.push('(');
        while let Syntax::Bind(local, value, body) = rest {
            // A block's name is visible from the next expression on; a function in the value cannot
            // read it.
            let mark = self.out.len();
            self.print(value, power::LOOSE);
            let printed = self.out.split_off(mark);
            let name = self.bind(local, before, &[body, value]);
            self.push(format_args!("${name} := {printed}; "));
            rest = body;
        }
        self.print(rest, power::LOOSE);
        self.out.push(')');
        self.scope.truncate(before);
    }

    /// Chooses a name for a local that shadows no name which is read inside. It also differs from
    /// all names that are bound in the same scope, which starts at the given index.
    fn bind(&mut self, local: &'s Local, beside: usize, inside: &[&Syntax]) -> String {
        let hint = names::local(&local.hint);
        let mut name = hint.clone();
        let mut count = 0;
        while self.is_taken(&name, beside, inside) {
            count += 1;
            name = format!("{hint}{count}");
        }
        self.scope.push((local, name.clone()));
        name
    }

    fn is_taken(&self, name: &str, beside: usize, inside: &[&Syntax]) -> bool {
        let hides = |(index, (local, other)): (usize, &(&Local, String))| {
            other == name && (index >= beside || inside.iter().any(|syntax| has(syntax, local)))
        };
        name == "states"
            || inside.iter().any(|syntax| reads(syntax, name))
            || self.scope.iter().enumerate().any(hides)
    }

    fn name_of(&self, local: &Local) -> &str {
        let found = self.scope.iter().rev().find(|(other, _)| *other == local);
        // An unbound local is a bug of the lowering; its tests evaluate the printed text.
        found.map_or("unbound", |(_, name)| name)
    }
}

/// The order of characters, as a sort key for the order of UTF-16 code units.
///
/// The two orders differ where a surrogate (U+D800 to U+DFFF, half of a character beyond U+FFFF) is
/// compared with a unit from U+E000 on. A U+D7FF before each unit from U+E000 on sorts it before
/// the surrogates. Two keys compare like the characters, even if a text contains U+D7FF: the next
/// unit is then never one from U+E000 on.
const BY_CHARACTERS: &str = r"^($replace($, /[\uE000-\uFFFF]/, '\uD7FF$0'))";

/// Whether a path begins with a constant text, number, `bool` or `null`.
fn begins_with_scalar(syntax: &Syntax) -> bool {
    match syntax {
        Syntax::Null
        | Syntax::Bool(_)
        | Syntax::Number(_)
        | Syntax::Text(_)
        | Syntax::Placeholder(_) => true,
        Syntax::Item(base, _) | Syntax::Whole(base) => begins_with_scalar(base),
        _ => false,
    }
}

/// Whether an expression reads a variable or calls a function with this name.
fn reads(syntax: &Syntax, name: &str) -> bool {
    let mut found = match syntax {
        Syntax::Variable(of) | Syntax::Call(of, _) => of == name,
        Syntax::ByCharacters(..) => name == "replace",
        Syntax::Field(_, field) => {
            name == "lookup" && (field.contains('`') || !text::is_safe(field))
        }
        Syntax::Raw(text) => names::mentions(text, name),
        _ => false,
    };
    syntax.children(&mut |child| found = found || reads(child, name));
    found
}

/// Whether an expression reads a local.
fn has(syntax: &Syntax, local: &Local) -> bool {
    let mut found = matches!(syntax, Syntax::Local(of) | Syntax::Apply(of) if of == local);
    syntax.children(&mut |child| found = found || has(child, local));
    found
}

/// Whether an index of a list is a literal: JSONata then returns an item that is a list as that
/// list.
fn is_literal_place(place: &Syntax) -> bool {
    match place {
        Syntax::Number(_) => true,
        Syntax::Negative(place) => is_literal_place(place),
        _ => false,
    }
}

fn power_of(syntax: &Syntax) -> u8 {
    match syntax {
        Syntax::Number(number) if number.starts_with('-') => power::NEGATION,
        Syntax::Text(value) if !text::is_safe(value) => power::SUM,
        Syntax::Negative(_) => power::NEGATION,
        Syntax::Binary(operator, ..) => operator.power(),
        Syntax::Conditional(..) | Syntax::When(..) => power::CONDITIONAL,
        Syntax::Raw(_) => power::LOOSE,
        // A path that begins with it adds the parentheses, because only there they are needed.
        _ if syntax.is_array() => power::ATOM,
        _ => power::ATOM + 1,
    }
}

/// A text literal. Single quotes if possible, because the JSON around it has double quotes.
fn quoted(text: &str) -> String {
    let pieces: Vec<_> = text::pieces(text)
        .into_iter()
        .map(stepwright_asl::jsonata::text::quoted)
        .collect();
    pieces.join(" & ")
}
