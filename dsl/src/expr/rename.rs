//! Renames the names in an expression.

use super::{Expr, ExprNode, Text};
use stepwright_asl::intrinsic::IntrinsicCall;
use stepwright_asl::jsonata::Expression;
use stepwright_asl::path::Path;

impl Expr {
    /// Renames the names that an expression reads and binds, and replaces each parameter, a local
    /// whose name is its index, with its entry of `argument`. Inserted arguments are not renamed.
    pub(crate) fn rename(
        &mut self,
        argument: &dyn Fn(usize) -> Option<Expr>,
        name: &dyn Fn(&mut Text),
    ) {
        if let ExprNode::Local(local) = &*self.node
            && let Ok(place) = local.parse()
        {
            if let Some(value) = argument(place) {
                *self = value;
            }
            return;
        }
        match &mut *self.node {
            ExprNode::Variable(of) | ExprNode::Item(of) | ExprNode::Local(of) => name(of),
            ExprNode::Closure(parameters, _) => {
                parameters.iter_mut().for_each(|one| name(&mut one.name));
            }
            ExprNode::Let(bindings, _) => bindings.iter_mut().for_each(|(of, _)| name(of)),
            ExprNode::Match(_, cases) => {
                for case in cases {
                    case.pattern.each_name_mut(&mut |of| name(of));
                }
            }
            ExprNode::Jsonata(text, _) => in_jsonata(text, name),
            ExprNode::Path(text, _) => in_path(text, name),
            ExprNode::Intrinsic(text, _) => in_call(text, name),
            _ => {}
        }
        self.children_mut(&mut |child| child.rename(argument, name));
    }
}

impl ExprNode {
    /// The variables that a user's text reads: a JSONata expression, a path or a call of an
    /// intrinsic function.
    pub(crate) fn variables_in_text(&self) -> Vec<String> {
        let of = |path: &Path| path.variable().map(str::to_owned);
        match self {
            ExprNode::Jsonata(text, _) => Expression::parse(text)
                .map_or_else(|_| Vec::new(), |expression| expression.variables().to_vec()),
            ExprNode::Path(text, _) => Path::parse(text.trim()).iter().filter_map(of).collect(),
            ExprNode::Intrinsic(text, _) => IntrinsicCall::parse(text.trim()).map_or_else(
                |_| Vec::new(),
                |call| call.paths().into_iter().filter_map(of).collect(),
            ),
            _ => Vec::new(),
        }
    }
}

/// JSONata binds the old names inside of the expression, to the values of the renamed variables.
fn in_jsonata(text: &mut Text, name: &dyn Fn(&mut Text)) {
    let Ok(expression) = Expression::parse(text) else {
        return;
    };
    let bound: Vec<String> = expression
        .variables()
        .iter()
        .filter_map(|old| {
            let new = renamed(old, name);
            (new != *old).then(|| format!("${old} := ${new}; "))
        })
        .collect();
    if !bound.is_empty() {
        *text = format!("({}{text})", bound.concat()).into();
    }
}

fn in_path(text: &mut Text, name: &dyn Fn(&mut Text)) {
    let trimmed = text.trim().to_owned();
    let Ok(path) = Path::parse(&trimmed) else {
        return;
    };
    if let Some(old) = path.variable()
        && let Some(rest) = trimmed.strip_prefix(&format!("${old}"))
    {
        *text = format!("${}{rest}", renamed(old, name)).into();
    }
}

/// Renames the paths of a call, which are outside of its quotes.
fn in_call(text: &mut Text, name: &dyn Fn(&mut Text)) {
    let Ok(call) = IntrinsicCall::parse(text) else {
        return;
    };
    let names: Vec<String> = call
        .paths()
        .into_iter()
        .filter_map(|path| path.variable().map(str::to_owned))
        .collect();
    let mut out = String::with_capacity(text.len());
    let mut quoted = false;
    let mut rest: &str = text;
    while let Some(letter) = rest.chars().next() {
        let found = names.iter().find(|old| {
            !quoted
                && letter == '$'
                && rest[1..].strip_prefix(old.as_str()).is_some_and(|behind| {
                    !behind
                        .chars()
                        .next()
                        .is_some_and(|next| next.is_alphanumeric() || next == '_')
                })
        });
        let taken = match (found, letter) {
            (Some(old), _) => {
                out.push('$');
                out.push_str(&renamed(old, name));
                1 + old.len()
            }
            (None, '\\') => {
                // An escaped character does not end a quoted text.
                let pair: String = rest.chars().take(2).collect();
                out.push_str(&pair);
                pair.len()
            }
            (None, letter) => {
                quoted ^= letter == '\'';
                out.push(letter);
                letter.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    *text = out.into();
}

fn renamed(old: &str, name: &dyn Fn(&mut Text)) -> String {
    let mut new = Text::Owned(old.to_owned());
    name(&mut new);
    new.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Shape;

    fn any() -> Shape {
        Shape::Any
    }

    fn renamed_text(mut expr: Expr) -> String {
        expr.rename(&|_| None, &|name| *name = format!("Pay_{name}").into());
        match *expr.node {
            ExprNode::Jsonata(text, _) | ExprNode::Path(text, _) | ExprNode::Intrinsic(text, _) => {
                text.into_owned()
            }
            other => panic!("no text: {other:?}"),
        }
    }

    #[test]
    fn expression_texts_use_the_new_names_of_variables() {
        assert_eq!(
            renamed_text(Expr::jsonata("$sum($lines.price) + $states.input.x", any)),
            "($lines := $Pay_lines; $sum($lines.price) + $states.input.x)"
        );
        assert_eq!(renamed_text(Expr::path("$lines[0]", any)), "$Pay_lines[0]");
        assert_eq!(renamed_text(Expr::path("$.lines", any)), "$.lines");
        assert_eq!(
            renamed_text(Expr::intrinsic(
                "States.Format('$id is \\' {} {}', $id, $ids.x)",
                any
            )),
            "States.Format('$id is \\' {} {}', $Pay_id, $Pay_ids.x)"
        );
    }
}
