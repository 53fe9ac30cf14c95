//! Method calls. What each becomes is listed in `expr/methods.rs`, against which this is tested.

use super::code::{Absent, Code, Listed, level};
use super::expression::Lowering;
use super::names;
use super::quote::quote;
use crate::expr::{Expr, Node, Text, methods};
use crate::shape::Shape;
use serde_json::Value;

impl Lowering<'_, '_> {
    pub(super) fn method(&mut self, base: &Expr, name: &str, arguments: &[Expr]) -> Code {
        if arguments.is_empty() && methods::is_identity(name) {
            return self.code(base);
        }
        if name == "count"
            && let Node::Method(text, chars, _) = &*base.node
            && chars == "chars"
        {
            let text = self.value(text);
            return self.call("length", &[&text], Shape::Integer);
        }
        let receiver = self.code(base);
        let found = match receiver.shape.plain() {
            Shape::Option(_) => self.option(&receiver, name, arguments),
            Shape::Array(_) | Shape::Tuple(_) => self.list(&receiver, name, arguments),
            Shape::Map(_) => self.map(&receiver, name, arguments),
            Shape::String => self.text(&receiver, name, arguments),
            Shape::Integer | Shape::Number | Shape::Bool => self.number(&receiver, name, arguments),
            Shape::Any => self.unknown(&receiver, name, arguments),
            _ => self.plain_value(&receiver, name, arguments),
        };
        found.unwrap_or_else(|| {
            self.refuse_code(format!(
                "`{name}` on {} cannot run inside a workflow expression; call it in a task instead, or write \
                 `jsonata!(\"..\")` (usable here, each on its kind of value: {})",
                receiver.shape.describe(),
                methods::names()
            ))
        })
    }

    /// `function($x) { body }` over a value of that shape, and the shape of what it gives.
    fn lambda(&mut self, closure: &Expr, shape: Shape) -> Option<Code> {
        self.lambda_of(closure, &[shape])
    }

    /// The same with several parameters.
    fn lambda_of(&mut self, closure: &Expr, shapes: &[Shape]) -> Option<Code> {
        let Node::Closure(parameters, body) = &*closure.node else {
            self.report
                .fault("a method of a collection takes a closure here: write `|x| ..`");
            return None;
        };
        if parameters.len() != shapes.len() {
            let count = match shapes.len() {
                1 => "one parameter".to_owned(),
                count => format!("{count} parameters"),
            };
            self.report.fault(format!("a closure takes {count} here"));
            return None;
        }
        let before = self.env.locals.len();
        let mut names = Vec::new();
        for (parameter, shape) in parameters.iter().zip(shapes) {
            let name = parameter_name(&parameter.name);
            let shape = parameter.shape.map_or(shape.clone(), Shape::Lazy);
            let code = Code::path(name.clone(), shape);
            self.env.locals.push((parameter.name.clone(), code));
            names.push(name);
        }
        let body = self.value(body);
        self.env.locals.truncate(before);
        Some(Code::atom(
            format!("function({}) {{ {} }}", names.join(", "), body.text),
            body.shape,
        ))
    }

    /// The body of a closure with a value in place of its parameter.
    fn applied(&mut self, closure: &Expr, value: Code) -> Option<Code> {
        let Node::Closure(parameters, body) = &*closure.node else {
            self.report
                .fault("this method takes a closure: write `|x| ..`");
            return None;
        };
        if let Some(parameter) = parameters.first() {
            let value = match parameter.shape {
                Some(shape) => value.shaped(Shape::Lazy(shape)),
                None => value,
            };
            self.env.locals.push((parameter.name.clone(), value));
        }
        let body = self.value(body);
        if !parameters.is_empty() {
            self.env.locals.pop();
        }
        Some(body)
    }

    /// A list made of a function's sequence: JSONata makes one item a scalar and none nothing, and this a list again.
    pub(super) fn listed(&mut self, sequence: Code, item: Shape) -> Code {
        // Items that are lists themselves would be taken apart; `[]` keeps a single one whole.
        let keep = if Listed::of(&item) == Listed::Never {
            ""
        } else {
            "[]"
        };
        Code::array(
            &format!("{}{keep}", sequence.text),
            Shape::Array(Box::new(item)),
        )
    }

    fn list(&mut self, receiver: &Code, name: &str, arguments: &[Expr]) -> Option<Code> {
        let list = self.present(receiver.clone());
        let item = list.shape.item();
        let known_number = matches!(item.plain(), Shape::Integer | Shape::Number | Shape::Any);
        Some(match (name, arguments) {
            ("len" | "count", []) => self.call("count", &[&list], Shape::Integer),
            ("is_empty", []) => {
                let count = self.call("count", &[&list], Shape::Integer);
                Code::new(
                    format!("{} = 0", count.text),
                    level::COMPARISON,
                    Shape::Bool,
                )
            }
            ("contains", [wanted]) => {
                let wanted = self.value(wanted);
                let scalar = matches!(
                    wanted.shape.plain(),
                    Shape::Integer | Shape::Number | Shape::String | Shape::Bool
                );
                if scalar {
                    let text = format!(
                        "{} in {}",
                        wanted.at(level::COMPARISON + 1),
                        list.at(level::COMPARISON + 1)
                    );
                    Code::new(text, level::COMPARISON, Shape::Bool)
                } else {
                    // `in` knows scalars only.
                    let same = Code::atom(
                        format!(
                            "function($item) {{ $item = {} }}",
                            wanted.at(level::COMPARISON + 1)
                        ),
                        Shape::Bool,
                    );
                    let count = self.count_of(&list, &same, item);
                    Code::new(format!("{count} > 0"), level::COMPARISON, Shape::Bool)
                }
            }
            ("map", [closure]) => {
                let lambda = self.lambda(closure, item)?;
                let shape = lambda.shape.clone();
                let mapped = self.call("map", &[&list, &lambda], Shape::Any);
                self.listed(mapped, shape)
            }
            ("filter", [closure]) => {
                let lambda = self.lambda(closure, item.clone())?;
                let filtered = self.call("filter", &[&list, &lambda], Shape::Any);
                self.listed(filtered, item)
            }
            ("find", [closure]) => {
                let lambda = self.lambda(closure, item.clone())?;
                let filtered = self.call("filter", &[&list, &lambda], Shape::Any);
                let filtered = match Listed::of(&item) {
                    Listed::Never => filtered,
                    _ => self.listed(filtered, item.clone()),
                };
                Code::atom(format!("{}[0]", filtered.text), optional(item)).absent(Absent::Null)
            }
            ("any", [closure]) => {
                let lambda = self.lambda(closure, item.clone())?;
                let count = self.count_of(&list, &lambda, item);
                Code::new(format!("{count} > 0"), level::COMPARISON, Shape::Bool)
            }
            ("all", [closure]) => {
                let not = self.function("not");
                let mut lambda = self.lambda(closure, item.clone())?;
                lambda.text = match lambda.text.split_once(" { ") {
                    Some((head, body)) => {
                        let body = body.strip_suffix(" }").unwrap_or(body);
                        format!("{head} {{ {not}({body}) }}")
                    }
                    None => lambda.text,
                };
                let count = self.count_of(&list, &lambda, item);
                Code::new(format!("{count} = 0"), level::COMPARISON, Shape::Bool)
            }
            ("sum", []) if known_number => self.call("sum", &[&list], item),
            ("min", []) if known_number => self
                .call("min", &[&list], optional(item))
                .absent(Absent::Null),
            ("max", []) if known_number => self
                .call("max", &[&list], optional(item))
                .absent(Absent::Null),
            ("first", []) => self.at_place(&list, "0", item),
            ("last", []) => self.at_place(&list, "-1", item),
            ("get", [index]) => {
                let index = self.value(index);
                self.at_place(&list, &index.text, item)
            }
            ("zip", [other]) => {
                let other = self.value(other);
                let pair = Shape::Tuple(vec![item, other.shape.item()]);
                let pairs = self.call("zip", &[&list, &other], Shape::Any);
                self.listed(pairs, pair)
            }
            ("enumerate", []) => {
                let pairs = format!("{}, function($item, $at) {{ [$at, $item] }}", list.text);
                let map = self.function("map");
                let pairs = Code::atom(format!("{map}({pairs})"), Shape::Any);
                self.listed(pairs, Shape::Tuple(vec![Shape::Integer, item]))
            }
            ("take" | "skip", [count]) => {
                let count = self.value(count);
                let test = if name == "take" { "<" } else { ">=" };
                let (filter, count) = (self.function("filter"), count.at(level::COMPARISON + 1));
                let test = format!("function($item, $at) {{ $at {test} {count} }}");
                let kept = Code::atom(format!("{filter}({}, {test})", list.text), Shape::Any);
                self.listed(kept, item)
            }
            ("chain", [other]) => {
                let other = self.value(other);
                let all = self.call("append", &[&list, &other], Shape::Any);
                self.listed(all, item)
            }
            ("flatten", []) => {
                let (reduce, append) = (self.function("reduce"), self.function("append"));
                let all = format!(
                    "{reduce}({}, function($all, $list) {{ {append}($all, $list) }}, [])",
                    list.text
                );
                self.listed(Code::atom(all, Shape::Any), item.item())
            }
            ("fold", [first, closure]) => {
                let first = self.value(first);
                let lambda = self.lambda_of(closure, &[first.shape.clone(), item])?;
                let shape = first.shape.clone();
                self.call("reduce", &[&list, &lambda, &first], shape)
            }
            ("product", []) if known_number => {
                let reduce = self.function("reduce");
                let text = format!(
                    "{reduce}({}, function($all, $item) {{ $all * $item }}, 1)",
                    list.text
                );
                Code::atom(text, item)
            }
            ("rev", []) => self.call("reverse", &[&list], list.shape.clone()),
            ("join", [separator]) => {
                if !matches!(item.plain(), Shape::String | Shape::Any) {
                    return None;
                }
                let separator = self.value(separator);
                self.call("join", &[&list, &separator], Shape::String)
            }
            _ => return None,
        })
    }

    fn count_of(&mut self, list: &Code, lambda: &Code, item: Shape) -> String {
        let filtered = self.call("filter", &[list, lambda], Shape::Any);
        // A single item that is a list would be counted by its own items.
        let filtered = match Listed::of(&item) {
            Listed::Never => filtered,
            _ => self.listed(filtered, item),
        };
        self.call("count", &[&filtered], Shape::Integer).text
    }

    fn at_place(&mut self, list: &Code, place: &str, item: Shape) -> Code {
        let text = format!("{}[{place}]", list.at(level::ATOM));
        let code = Code {
            simple: list.simple,
            array: list.array,
            ..Code::atom(text, optional(item))
        };
        code.absent(Absent::Null)
    }

    fn map(&mut self, receiver: &Code, name: &str, arguments: &[Expr]) -> Option<Code> {
        let map = self.present(receiver.clone());
        let value = match map.shape.plain() {
            Shape::Map(value) => *value,
            _ => Shape::Any,
        };
        Some(match (name, arguments) {
            ("len" | "is_empty", []) => {
                let keys = self.call("keys", &[&map], Shape::Any);
                let count = self.call("count", &[&keys], Shape::Integer);
                if name == "len" {
                    return Some(count);
                }
                Code::new(
                    format!("{} = 0", count.text),
                    level::COMPARISON,
                    Shape::Bool,
                )
            }
            ("get", [key]) => {
                let key = self.value(key);
                self.call("lookup", &[&map, &key], optional(value))
                    .absent(Absent::Null)
            }
            ("contains_key", [key]) => {
                let key = self.value(key);
                let found = self.call("lookup", &[&map, &key], Shape::Any);
                self.call("exists", &[&found], Shape::Bool)
            }
            ("keys", []) => {
                let keys = self.call("keys", &[&map], Shape::Any);
                self.listed(keys, Shape::String)
            }
            ("values", []) => {
                let each = self.function("each");
                let values = Code::atom(
                    format!("{each}({}, function($value) {{ $value }})", map.text),
                    Shape::Any,
                );
                self.listed(values, value)
            }
            _ => return None,
        })
    }

    fn text(&mut self, receiver: &Code, name: &str, arguments: &[Expr]) -> Option<Code> {
        let text = self.present(receiver.clone());
        Some(match (name, arguments) {
            ("to_string" | "into", []) => text,
            ("len", []) => self.refuse_code(
                "`len` of a text counts bytes in Rust and characters in JSONata; write `.chars().count()`",
            ),
            ("chars", []) => self.refuse_code("only `.chars().count()` runs inside a workflow expression; do the rest in a task"),
            ("is_empty", []) => Code::new(
                format!("{} = ''", text.at(level::COMPARISON + 1)),
                level::COMPARISON,
                Shape::Bool,
            ),
            ("contains", [part]) => {
                let part = self.value(part);
                self.call("contains", &[&text, &part], Shape::Bool)
            }
            ("starts_with", [start]) => {
                let start = self.value(start);
                let (substring, length) = (self.function("substring"), self.function("length"));
                let test = format!(
                    "{substring}({}, 0, {length}({})) = {}",
                    text.text,
                    start.text,
                    start.at(level::COMPARISON + 1)
                );
                Code::new(test, level::COMPARISON, Shape::Bool)
            }
            ("ends_with", [end]) => {
                let end = self.value(end);
                let (substring, length) = (self.function("substring"), self.function("length"));
                let test = format!(
                    "{substring}({}, {length}({}) - {length}({})) = {}",
                    text.text,
                    text.text,
                    end.text,
                    end.at(level::COMPARISON + 1)
                );
                Code::new(test, level::COMPARISON, Shape::Bool)
            }
            ("to_uppercase", []) => self.call("uppercase", &[&text], Shape::String),
            ("to_lowercase", []) => self.call("lowercase", &[&text], Shape::String),
            ("trim", []) => {
                // `$trim` also shortens the blanks inside.
                let replace = self.function("replace");
                Code::atom(format!("{replace}({}, /^\\s+|\\s+$/, '')", text.text), Shape::String)
            }
            ("trim_start" | "trim_end", []) => {
                let replace = self.function("replace");
                let blanks = if name == "trim_start" { "^\\s+" } else { "\\s+$" };
                Code::atom(format!("{replace}({}, /{blanks}/, '')", text.text), Shape::String)
            }
            ("replace", [from, to]) => {
                if matches!(&*from.node, Node::Literal(Value::String(text)) if text.is_empty()) {
                    return Some(self.refuse_code("an empty text is replaced in Rust only; do it in a task"));
                }
                let from = self.value(from);
                let to = self.value(to);
                self.call("replace", &[&text, &from, &to], Shape::String)
            }
            ("split", [separator]) => {
                if matches!(&*separator.node, Node::Literal(Value::String(text)) if text.is_empty()) {
                    return Some(self.refuse_code("a split at an empty text differs between Rust and JSONata; do it in a task"));
                }
                let separator = self.value(separator);
                self.call("split", &[&text, &separator], Shape::Array(Box::new(Shape::String)))
            }
            _ => return None,
        })
    }

    fn number(&mut self, receiver: &Code, name: &str, arguments: &[Expr]) -> Option<Code> {
        let number = self.present(receiver.clone());
        let shape = number.shape.clone();
        Some(match (name, arguments) {
            ("to_string", []) => self.display(number),
            ("into", []) => number,
            ("abs", []) => self.call("abs", &[&number], shape),
            ("floor", []) => self.call("floor", &[&number], shape),
            ("ceil", []) => self.call("ceil", &[&number], shape),
            ("sqrt", []) => self.call("sqrt", &[&number], shape),
            ("trunc", []) => {
                let (ceil, floor) = (self.function("ceil"), self.function("floor"));
                self.twice(number, |_, number| {
                    Code::conditional(
                        format!(
                            "{} < 0 ? {ceil}({}) : {floor}({})",
                            number.at(level::COMPARISON + 1),
                            number.text,
                            number.text
                        ),
                        shape,
                    )
                })
            }
            ("signum", []) if matches!(shape.plain(), Shape::Integer) => {
                self.twice(number, |_, number| {
                    let number = number.at(level::COMPARISON + 1);
                    Code::conditional(format!("{number} > 0 ? 1 : {number} < 0 ? -1 : 0"), shape)
                })
            }
            ("clamp", [least, most]) => {
                let (least, most) = (self.value(least), self.value(most));
                let (min, max) = (self.function("min"), self.function("max"));
                let text = format!(
                    "{max}([{}, {min}([{}, {}])])",
                    least.text, most.text, number.text
                );
                Code::atom(text, shape)
            }
            ("round", []) => {
                // Rust rounds halves away from zero, `$round` to even.
                let (ceil, floor) = (self.function("ceil"), self.function("floor"));
                self.twice(number, |_, number| {
                    let sum = number.at(level::SUM);
                    Code::conditional(
                        format!(
                            "{} < 0 ? {ceil}({sum} - 0.5) : {floor}({sum} + 0.5)",
                            number.at(level::COMPARISON + 1)
                        ),
                        shape,
                    )
                })
            }
            ("pow" | "powi" | "powf", [power]) => {
                let power = self.value(power);
                self.call("power", &[&number, &power], shape)
            }
            ("min" | "max", [other]) => {
                let other = self.value(other);
                let both = Code::atom(format!("[{}, {}]", number.text, other.text), Shape::Any);
                let function = if name == "min" { "min" } else { "max" };
                self.call(function, &[&both], shape)
            }
            _ => return None,
        })
    }

    fn option(&mut self, receiver: &Code, name: &str, arguments: &[Expr]) -> Option<Code> {
        let some = receiver.shape.some();
        let choose =
            |this: &mut Self, then: &dyn Fn(&mut Self, Code) -> Option<Code>, otherwise: Code| {
                let mut shape = None;
                let code = this.twice(receiver.clone(), |this, option| {
                    let inside = Code {
                        absent: Absent::Never,
                        ..option.clone().shaped(some.clone())
                    };
                    let then = then(this, inside).unwrap_or_else(Code::nothing);
                    shape = Some(then.shape.clone());
                    let test = this.is_some(option, true);
                    Code::conditional(
                        format!(
                            "{} ? {} : {}",
                            test.text,
                            then.at(level::CONDITIONAL),
                            otherwise.at(level::CONDITIONAL)
                        ),
                        then.shape,
                    )
                });
                code.shaped(shape.unwrap_or(Shape::Any))
            };
        let null = || Code::path("null", Shape::Any);
        Some(match (name, arguments) {
            ("is_some", []) => self.is_some(receiver, true),
            ("is_none", []) => self.is_some(receiver, false),
            ("unwrap_or", [default]) => {
                let default = self.value(default);
                choose(self, &|_, inside| Some(inside), default)
            }
            ("unwrap_or_else", [closure]) => {
                let default = self.applied(closure, Code::nothing())?;
                choose(self, &|_, inside| Some(inside), default)
            }
            ("unwrap_or_default", []) => {
                let default = match some.plain() {
                    Shape::Integer | Shape::Number => "0",
                    Shape::String => "''",
                    Shape::Bool => "false",
                    Shape::Array(_) => "[]",
                    Shape::Map(_) => "{}",
                    Shape::Option(_) | Shape::Null => "null",
                    _ => {
                        return Some(self.refuse_code(format!(
                            "the default of {} is not known here; write `.unwrap_or(..)`",
                            some.describe()
                        )));
                    }
                };
                choose(
                    self,
                    &|_, inside| Some(inside),
                    Code::path(default, Shape::Any),
                )
            }
            ("unwrap" | "expect", _) => {
                let error = self.function("error");
                let message = match arguments {
                    [message] => self.value(message),
                    _ => quote("called unwrap on None"),
                };
                let failure = Code::atom(format!("{error}({})", message.text), Shape::Any);
                choose(self, &|_, inside| Some(inside), failure)
            }
            ("map", [closure]) => {
                let code = choose(self, &|this, inside| this.applied(closure, inside), null());
                let shape = optional(code.shape.clone());
                code.shaped(shape)
            }
            ("and_then", [closure]) => {
                choose(self, &|this, inside| this.applied(closure, inside), null())
            }
            ("is_some_and", [closure]) => {
                let no = Code::path("false", Shape::Bool);
                choose(self, &|this, inside| this.applied(closure, inside), no)
            }
            ("is_none_or", [closure]) => {
                let yes = Code::path("true", Shape::Bool);
                choose(self, &|this, inside| this.applied(closure, inside), yes)
            }
            ("filter", [closure]) => {
                let shape = receiver.shape.clone();
                let code = choose(
                    self,
                    &|this, inside| {
                        let test = this.applied(closure, inside.clone())?;
                        let text = format!(
                            "{} ? {} : null",
                            test.at(level::CONDITIONAL + 1),
                            inside.at(level::CONDITIONAL)
                        );
                        Some(Code::conditional(text, shape.clone()))
                    },
                    null(),
                );
                code.shaped(shape.clone())
            }
            ("map_or", [default, closure]) => {
                let default = self.value(default);
                choose(self, &|this, inside| this.applied(closure, inside), default)
            }
            ("or", [other]) => {
                let other = self.value(other);
                let shape = receiver.shape.clone();
                choose(self, &|_, inside| Some(inside), other).shaped(shape)
            }
            _ => return None,
        })
    }

    /// A value of unknown form has the methods whose meaning does not depend on it.
    fn unknown(&mut self, receiver: &Code, name: &str, arguments: &[Expr]) -> Option<Code> {
        match name {
            "is_some" | "is_none" | "unwrap_or" | "unwrap" | "expect" => {
                let option = receiver.clone().shaped(optional(Shape::Any));
                self.option(&option, name, arguments)
            }
            "is_null" if arguments.is_empty() => {
                let text = format!("{} = null", receiver.at(level::COMPARISON + 1));
                Some(Code::new(text, level::COMPARISON, Shape::Bool))
            }
            "map" | "filter" | "any" | "all" | "find" | "sum" | "first" | "last" | "count"
            | "rev" => {
                let list = receiver.clone().shaped(Shape::Array(Box::new(Shape::Any)));
                self.list(&list, name, arguments)
            }
            "to_uppercase" | "to_lowercase" | "trim" | "starts_with" | "ends_with" | "split" => {
                self.text(receiver, name, arguments)
            }
            "abs" | "floor" | "ceil" | "round" | "sqrt" | "pow" | "powi" | "powf" => {
                self.number(receiver, name, arguments)
            }
            _ => None,
        }
    }

    /// Structs and enums: their own methods are Rust code.
    fn plain_value(&mut self, receiver: &Code, name: &str, arguments: &[Expr]) -> Option<Code> {
        let _ = arguments;
        (name == "into" && matches!(receiver.shape.plain(), Shape::Null)).then(|| receiver.clone())
    }
}

fn optional(shape: Shape) -> Shape {
    Shape::Option(Box::new(shape))
}

/// A closure's parameter, under a name that hides no function.
fn parameter_name(parameter: &Text) -> String {
    let name = parameter.trim_start_matches('_');
    if names::is_function(name) || name == "states" || name.is_empty() {
        format!("${name}_")
    } else {
        format!("${name}")
    }
}
