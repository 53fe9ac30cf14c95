//! Compiled fields.

use stepwright_asl::json::Json;
use stepwright_asl::jsonata::strip;

use crate::value::{Object, Str, Value};

use super::field::{Field, FieldPath};
use super::intrinsic::Intrinsic;
use super::jsonata::Jsonata;
use super::{CompileError, Expected, QueryError, Scope, TimeBudget, VariableNames};

/// A field that yields a value, compiled once. Shared by all executions of a program.
///
/// ```
/// # extern crate stepwright_interpreter as stepwright_runtime;
/// use stepwright_asl::json::Json;
/// use stepwright_interpreter::query::{Entropy, Expr, Scope, VariableNames, Variables};
/// use stepwright_runtime::value::Value;
///
/// let template: Json = r#"{"id.$": "$.order.id", "note": "new"}"#.parse()?;
/// let mut names = VariableNames::new();
/// let parameters = Expr::jsonpath_template(&template, "Parameters", &mut names)?;
///
/// let input = Value::from_text(r#"{"order": {"id": 7}}"#)?;
/// let scope = Scope {
///     input: &input,
///     result: None,
///     error_output: None,
///     context: &Value::empty_object(),
///     variables: &Variables::new(),
///     entropy: &Entropy::new(1),
///     now_millis: 0,
/// };
/// assert_eq!(parameters.eval(&scope)?.to_text(), r#"{"id":7,"note":"new"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Expr(Node);

#[derive(Debug)]
enum Node {
    Const(Value),
    Path(FieldPath),
    Call(Box<Intrinsic>),
    Jsonata(Box<Jsonata>),
    Object(Box<[(Str, Node)]>),
    Array(Box<[Node]>),
}

impl Expr {
    /// Creates an expression with a constant value.
    pub fn constant(value: Value) -> Expr {
        Expr(Node::Const(value))
    }

    /// Compiles a JSONPath payload template (`Parameters`, `ResultSelector`, `ItemSelector`, ...):
    /// the members with a key that ends in `.$` are evaluated. `field` is its name.
    ///
    /// # Errors
    ///
    /// Fails when a path or a call in it does not parse.
    pub fn jsonpath_template(
        template: &Json,
        field: &str,
        names: &mut VariableNames,
    ) -> Result<Expr, CompileError> {
        payload(template, field, names).map(Expr)
    }

    /// Compiles one evaluated member of a payload template: `text` is the path or call under
    /// `key`, which ends in `.$`.
    ///
    /// # Errors
    ///
    /// Fails when the text does not parse.
    pub fn evaluated(
        text: &str,
        key: &str,
        names: &mut VariableNames,
    ) -> Result<Expr, CompileError> {
        member(text, key, names).map(Expr)
    }

    /// Compiles a JSONata field that may be any JSON (`Arguments`, `Output`, `ItemSelector`,
    /// `Items`, ...): every string that is one `{% .. %}` is evaluated. `field` is the path inside
    /// the state, for errors: `Output`, `Choices[1]/Output`, `Catch[0]/Output`.
    ///
    /// # Errors
    ///
    /// Fails when an expression in it does not parse.
    pub fn jsonata_template(
        template: &Json,
        field: &str,
        names: &mut VariableNames,
    ) -> Result<Expr, CompileError> {
        expressions(template, field, names).map(Expr)
    }

    /// Compiles one path field of a JSONPath state. The name of the field (`InputPath`,
    /// `ItemsPath`, `SecondsPath`, `ErrorPath`, ...) determines the error of a path that finds
    /// nothing, and whether an intrinsic function is allowed (`ErrorPath`, `CausePath`).
    ///
    /// # Errors
    ///
    /// Fails when the text does not parse.
    pub fn path(text: &str, field: &str, names: &mut VariableNames) -> Result<Expr, CompileError> {
        if matches!(field, "ErrorPath" | "CausePath") {
            return member(text, field, names).map(Expr);
        }
        let path = FieldPath::compile(text, Field::named(field), field, names)?;
        Ok(Expr(Node::Path(path)))
    }

    /// Compiles one string field of a JSONata state: an expression in `{% .. %}`, or a literal.
    ///
    /// # Errors
    ///
    /// Fails when the expression does not parse.
    pub fn jsonata_field(
        text: &str,
        field: &str,
        names: &mut VariableNames,
    ) -> Result<Expr, CompileError> {
        expression(text, field, names).map(Expr)
    }

    /// Returns an expression that fails with AWS's message when the JSONata expression returns
    /// another type. Expressions other than JSONata are not changed.
    #[must_use]
    pub fn expecting(self, expected: Expected) -> Expr {
        Expr(match self.0 {
            Node::Jsonata(jsonata) => Node::Jsonata(Box::new(jsonata.expecting(expected))),
            other => other,
        })
    }

    /// Returns the value, if it is constant.
    pub fn as_constant(&self) -> Option<&Value> {
        self.0.as_constant()
    }

    /// Returns a member of an object template, if it is constant.
    pub(crate) fn constant_member(&self, key: &str) -> Option<&Value> {
        match &self.0 {
            Node::Const(object) => object.get(key),
            Node::Object(members) => {
                let (_, node) = members.iter().find(|(name, _)| name == key)?;
                node.as_constant()
            }
            _ => None,
        }
    }

    /// Returns whether its value may depend on the time: JSONata that mentions `$now` or `$millis`.
    pub fn reads_clock(&self) -> bool {
        self.0.any_jsonata(&Jsonata::reads_clock)
    }

    /// Returns whether its value may depend on random numbers: JSONata that mentions a function
    /// which draws them. An intrinsic function draws them only when it is called;
    /// [`Entropy::state`](super::Entropy::state) shows that.
    pub fn draws(&self) -> bool {
        self.0.any_jsonata(&Jsonata::draws)
    }

    /// Evaluates the expression in a scope.
    ///
    /// # Errors
    ///
    /// Fails with `States.Runtime` (paths, intrinsic functions), `States.QueryEvaluationError`
    /// (JSONata) or `States.ReferencePathConflict` (`ItemsPath`).
    pub fn eval(&self, scope: &Scope<'_>) -> Result<Value, QueryError> {
        let _budget = TimeBudget::begin();
        self.0.eval(scope)
    }
}

impl Node {
    fn as_constant(&self) -> Option<&Value> {
        match self {
            Node::Const(value) => Some(value),
            Node::Jsonata(jsonata) => jsonata.as_constant(),
            _ => None,
        }
    }

    /// Returns whether a JSONata expression in it has a property.
    fn any_jsonata(&self, has: &dyn Fn(&Jsonata) -> bool) -> bool {
        match self {
            Node::Const(_) | Node::Path(_) | Node::Call(_) => false,
            Node::Jsonata(jsonata) => has(jsonata),
            Node::Object(members) => members.iter().any(|(_, node)| node.any_jsonata(has)),
            Node::Array(nodes) => nodes.iter().any(|node| node.any_jsonata(has)),
        }
    }

    fn eval(&self, scope: &Scope<'_>) -> Result<Value, QueryError> {
        match self {
            Node::Const(value) => Ok(value.clone()),
            Node::Path(path) => path.eval(scope),
            Node::Call(call) => call.eval(scope),
            Node::Jsonata(jsonata) => jsonata.eval(scope),
            Node::Object(members) => {
                let mut entries = Vec::with_capacity(members.len());
                for (key, node) in members {
                    entries.push((key.clone(), node.eval(scope)?));
                }
                Ok(Value::from(Object::from_distinct(entries)))
            }
            Node::Array(nodes) => {
                let mut items = Vec::with_capacity(nodes.len());
                for node in nodes {
                    items.push(node.eval(scope)?);
                }
                Ok(Value::from(items))
            }
        }
    }

    /// Creates an object; a constant when all of its members are constant.
    fn object(members: Vec<(Str, Node)>) -> Node {
        let constants = members.iter().map(|(key, node)| {
            let value = node.as_constant()?;
            Some((key.clone(), value.clone()))
        });
        match constants.collect::<Option<Vec<_>>>() {
            Some(entries) => Node::Const(Value::from(Object::from_distinct(entries))),
            None => Node::Object(members.into()),
        }
    }

    /// Creates an array; a constant when all of its items are constant.
    fn array(items: Vec<Node>) -> Node {
        let constants = items.iter().map(|node| node.as_constant().cloned());
        match constants.collect::<Option<Vec<_>>>() {
            Some(items) => Node::Const(Value::from(items)),
            None => Node::Array(items.into()),
        }
    }
}

fn payload(
    template: &Json,
    location: &str,
    names: &mut VariableNames,
) -> Result<Node, CompileError> {
    match template {
        Json::Object(members) => {
            let mut compiled: Vec<(Str, Node)> = Vec::with_capacity(members.len());
            for (key, json) in members {
                let (name, node) = match key.strip_suffix(".$") {
                    Some(name) => {
                        let text = json.as_str().ok_or_else(|| {
                            let message = "must be a path or an intrinsic function in a string";
                            CompileError::new(format!("{location}/{key}"), message)
                        })?;
                        (name, member(text, key, names)?)
                    }
                    None => (
                        key.as_str(),
                        payload(json, &format!("{location}/{key}"), names)?,
                    ),
                };
                // `a` and `a.$` are the same key; the later one wins.
                match compiled.iter_mut().find(|(known, _)| known == name) {
                    Some(member) => member.1 = node,
                    None => compiled.push((Str::new(name), node)),
                }
            }
            Ok(Node::object(compiled))
        }
        Json::Array(items) => {
            let location = |index: usize| format!("{location}[{index}]");
            let items = items.iter().enumerate();
            let nodes = items.map(|(index, item)| payload(item, &location(index), names));
            Ok(Node::array(nodes.collect::<Result<_, _>>()?))
        }
        scalar => Ok(Node::Const(Value::from(scalar))),
    }
}

/// Compiles the text under a key that ends in `.$`, or in `ErrorPath` and `CausePath`.
fn member(text: &str, key: &str, names: &mut VariableNames) -> Result<Node, CompileError> {
    if text.starts_with("States.") {
        let call = Intrinsic::compile(text, key, names)?;
        return Ok(Node::Call(Box::new(call)));
    }
    let path = FieldPath::compile(text, Field::Member, key, names)?;
    Ok(Node::Path(path))
}

fn expressions(
    template: &Json,
    location: &str,
    names: &mut VariableNames,
) -> Result<Node, CompileError> {
    match template {
        Json::String(text) => expression(text, location, names),
        Json::Object(members) => {
            let members = members.iter().map(|(key, json)| {
                let node = expressions(json, &format!("{location}/{key}"), names)?;
                Ok((Str::new(key), node))
            });
            Ok(Node::object(members.collect::<Result<_, _>>()?))
        }
        Json::Array(items) => {
            let location = |index: usize| format!("{location}[{index}]");
            let items = items.iter().enumerate();
            let nodes = items.map(|(index, item)| expressions(item, &location(index), names));
            Ok(Node::array(nodes.collect::<Result<_, _>>()?))
        }
        scalar => Ok(Node::Const(Value::from(scalar))),
    }
}

fn expression(text: &str, location: &str, names: &mut VariableNames) -> Result<Node, CompileError> {
    match strip(text) {
        Some(source) => {
            let jsonata = Jsonata::compile(source, location, names)?;
            Ok(Node::Jsonata(Box::new(jsonata)))
        }
        None => Ok(Node::Const(Value::from(text))),
    }
}
