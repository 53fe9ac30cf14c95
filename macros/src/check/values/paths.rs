//! Paths: constants, default values, and functions in the place of closures.

use super::Value;
use super::expression::Resolver;
use super::methods::{FUNCTIONS, METHODS};
use crate::functions::{is_type, written};
use std::rc::Rc;
use syn::{Expr, Path, parse_quote};

/// Methods that take a function: their name, its place among the arguments, how many parameters it has.
const TAKE_FUNCTIONS: &[(&str, usize, usize)] = &[
    ("all", 0, 1),
    ("and_then", 0, 1),
    ("any", 0, 1),
    ("filter", 0, 1),
    ("filter_map", 0, 1),
    ("find", 0, 1),
    ("flat_map", 0, 1),
    ("fold", 1, 2),
    ("is_none_or", 0, 1),
    ("is_some_and", 0, 1),
    ("map", 0, 1),
    ("map_or", 1, 1),
    ("max_by_key", 0, 1),
    ("min_by_key", 0, 1),
    ("or_else", 0, 0),
    ("position", 0, 1),
    ("unwrap_or_else", 0, 0),
];

/// Floats that JSON cannot write.
const NOT_IN_JSON: &[&str] = &["NAN", "INFINITY", "NEG_INFINITY"];

impl Resolver<'_, '_> {
    /// A function that stands where a method takes a closure: `.map(String::from)` is `.map(|it| String::from(it))`.
    pub(super) fn function_for_closure(
        &mut self,
        method: &str,
        place: usize,
        argument: &Expr,
    ) -> Option<Value> {
        let Expr::Path(path) = argument else {
            return None;
        };
        let (_, _, count) = TAKE_FUNCTIONS
            .iter()
            .find(|(name, at, _)| *name == method && *at == place)?;
        let path = &path.path;
        let own = path.get_ident().is_some_and(|name| self.is_known(name));
        if own {
            return None;
        }
        let names: Vec<String> = ["it", "other"]
            .iter()
            .take(*count)
            .map(|name| (*name).to_owned())
            .collect();
        let locals: Vec<Value> = names.iter().cloned().map(Value::Local).collect();
        let body = self.applied(path, locals);
        Some(Value::Closure(names, Box::new(body)))
    }

    /// A function by its path, or a method by the path of its type, applied to arguments.
    fn applied(&mut self, path: &Path, mut arguments: Vec<Value>) -> Value {
        let text = written(path);
        let last = path.segments.last().map(|last| last.ident.to_string());
        let last = last.unwrap_or_default();
        let is_method = path.segments.len() > 1
            && METHODS.contains(&last.as_str())
            && !FUNCTIONS.contains(&text.as_str())
            && !arguments.is_empty();
        if is_method {
            let receiver = arguments.remove(0);
            return Value::Method(Box::new(receiver), last, arguments);
        }
        self.call(path, arguments)
    }

    /// `T::default()`, `Default::default()`; `None` for any other function.
    pub(super) fn default_of(&mut self, path: &Path, arguments: &[Value]) -> Option<Value> {
        let last = path.segments.last()?;
        if last.ident != "default" || !arguments.is_empty() || path.segments.len() < 2 {
            return None;
        }
        let mut of = path.clone();
        of.segments.pop();
        let of = Path {
            segments: of.segments.into_iter().collect(),
            ..of
        };
        let name = of.segments.last()?.ident.to_string();
        Some(match name.as_str() {
            "Vec" | "VecDeque" | "BTreeSet" | "HashSet" => Value::Array(Vec::new()),
            "String" => Value::Function("String::new".to_owned(), Vec::new()),
            "Option" => Value::None,
            "Default" => match self.ascribed() {
                Some(ty) => Value::Default(Some(ty)),
                None => {
                    return Some(self.cannot(
                        path,
                        "`Default::default()` without a type",
                        "name the type, `Order::default()`, or ascribe it to the `let`",
                    ));
                }
            },
            _ => Value::Default(Some(Rc::new(parse_quote!(#of)))),
        })
    }

    /// What fills the fields that a struct literal does not name; of `Default::default()` the type is the struct's.
    pub(super) fn base(&mut self, rest: &Expr) -> Value {
        if let Expr::Call(call) = rest
            && let Expr::Path(path) = &*call.func
            && written(&path.path) == "Default::default"
        {
            return Value::Default(None);
        }
        self.value(rest)
    }

    /// A constant by its path, where JSON can write its value.
    pub(super) fn constant(&mut self, path: &Path) -> Value {
        let mut segments = path.segments.iter().rev();
        if let (Some(last), Some(before)) = (segments.next(), segments.next())
            && NOT_IN_JSON.iter().any(|name| last.ident == name)
            && is_type(&before.ident.to_string())
        {
            return self.cannot(
                path,
                "a float without a number",
                "JSON has none; leave it out with an `Option`",
            );
        }
        Value::Constant(path.clone(), Vec::new())
    }
}
