//! Paths of files in expressions.

use hcl_edit::expr::Expression;
use hcl_edit::template::Element;

use super::constants::Constants;
use super::{Module, attribute_of, local};

/// The path of a file, relative to the folder of the module, built from at most `left` more parts.
pub fn path_of(module: &Module, expression: &Expression, left: &mut usize) -> Option<String> {
    *left = left.checked_sub(1)?;
    match expression {
        Expression::String(path) => Some(path.as_str().to_owned()),
        Expression::Parenthesis(inner) => path_of(module, inner.inner(), left),
        Expression::StringTemplate(template) => {
            let mut path = String::new();
            for element in template.iter() {
                match element {
                    Element::Literal(text) => path.push_str(text),
                    Element::Interpolation(one) => {
                        path.push_str(&path_of(module, &one.expr, left)?)
                    }
                    Element::Directive(_) => return None,
                }
            }
            Some(path)
        }
        other => match attribute_of(other) {
            Some(("path", "module" | "root" | "cwd")) => Some(".".to_owned()),
            _ => match local(module, other) {
                Some((_, value)) => path_of(module, value, left),
                None => Constants::of_module(module, true).text(other),
            },
        },
    }
}
