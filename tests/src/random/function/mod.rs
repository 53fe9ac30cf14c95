//! Random `#[workflow]` functions, for `--bin random_functions` and `tests/tests/functions`.
//!
//! [`Grower`] grows the statements of a function, a branch or the body of a map. Each call has a
//! site as its first argument: `s12` in sequential code, `c12` in code that runs concurrently,
//! `n12` in concurrent code that must not fail. A `t` after the first letter means that the call
//! has a timeout.

mod call;
mod change;
mod combinator;
mod deep;
mod fragment;
mod macro_form;
mod reused;
mod row;
mod statement;
mod value;

use std::collections::BTreeSet;

use super::draw::Draw;

pub use row::{FunctionSource, functions};

/// The types of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Text,
    Bool,
    List,
    Maybe,
    Item,
    Shape,
    Time,
}

impl Kind {
    const ALL: &[Kind] = &[
        Kind::Int,
        Kind::Int,
        Kind::Int,
        Kind::Text,
        Kind::Bool,
        Kind::List,
        Kind::Maybe,
        Kind::Item,
        Kind::Shape,
        Kind::Time,
    ];

    fn rust(self) -> &'static str {
        match self {
            Kind::Int => "i64",
            Kind::Text => "String",
            Kind::Bool => "bool",
            Kind::List => "Vec<i64>",
            Kind::Maybe => "Option<i64>",
            Kind::Item => "Item",
            Kind::Shape => "Shape",
            Kind::Time => "DateTime<Utc>",
        }
    }

    fn is_copy(self) -> bool {
        matches!(self, Kind::Int | Kind::Bool | Kind::Maybe | Kind::Time)
    }
}

/// The error type of a function, a branch or a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ErrorType {
    Flow,
    Work,
    /// It returns no `Result`.
    Never,
}

impl ErrorType {
    /// The type of a function with this result.
    fn returns(self, result: Kind) -> String {
        let kind = result.rust();
        match self {
            ErrorType::Never => kind.to_owned(),
            ErrorType::Flow => format!("Result<{kind}, FlowError>"),
            ErrorType::Work => format!("Result<{kind}, WorkError>"),
        }
    }
}

/// A variable in scope.
#[derive(Clone, Debug)]
struct Variable {
    name: String,
    kind: Kind,
    is_mutable: bool,
    is_reference: bool,
    /// The body that declares it.
    body: usize,
}

/// A loop or a labelled block around the current statement.
#[derive(Clone, Debug)]
struct Loop {
    label: Option<String>,
    is_loop: bool,
    /// The type of the value of `break`; `None` if it has none.
    value: Option<Kind>,
}

/// The properties of the code that is grown.
#[derive(Clone, Debug)]
struct Context {
    result: Kind,
    error: ErrorType,
    loops: Vec<Loop>,
    /// `s`, `c` or `n`.
    site: char,
    /// Whether it may fail without a call: by `Err`, a panic or a failed expression.
    may_fail: bool,
    body: usize,
    depth: usize,
}

/// Grows one function.
struct Grower {
    draw: Draw,
    variables: Vec<Variable>,
    /// The variables that a `for` or a `match` borrows.
    borrowed: Vec<String>,
    /// The fragments so far.
    fragments: Vec<fragment::Fragment>,
    forms: BTreeSet<&'static str>,
    states: usize,
    bodies: usize,
    labels: usize,
    /// The number of statements that may still be grown.
    budget: usize,
}

/// Names of variables that collide with names of the translator, of JSONata, and with each other.
const NAMES: &[&str] = &[
    "x",
    "x",
    "x",
    "x_2",
    "x_3",
    "_x",
    "y",
    "states",
    "task_token",
    "item",
    "item_2",
    "_item",
    "item_index",
    "item_list",
    "result",
    "result_2",
    "leg_index",
    "r#type",
    "r#in",
    "step_2",
    "look_2",
    "argument",
    "value",
    "n",
    "count",
    "error",
    "e",
    "input",
    "unused",
    "output",
    "cause",
    "done",
    "list",
    "index",
    "hoisted0",
    "sum",
    "x__1",
    "v",
    "not",
    "and",
    "uuid",
    "now_",
    "length",
];

impl Grower {
    fn number(&mut self, below: usize) -> usize {
        self.draw.number(below)
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.number(times) == 0
    }

    fn form(&mut self, form: &'static str) {
        self.forms.insert(form);
    }

    /// A new name of a state.
    fn state(&mut self, prefix: &str) -> String {
        self.states += 1;
        format!("{prefix}{}", self.states)
    }

    /// `#[state(Name)]`
    fn attribute(&mut self, prefix: &str) -> String {
        format!("#[state({})] ", self.state(prefix))
    }

    fn site(&mut self, context: &Context, has_timeout: bool) -> String {
        self.states += 1;
        let timeout = if has_timeout { "t" } else { "" };
        format!("\"{}{timeout}{}\".to_owned()", context.site, self.states)
    }

    fn name(&mut self) -> String {
        self.draw.of(NAMES).to_owned()
    }

    fn kind(&mut self) -> Kind {
        self.draw.of(Kind::ALL)
    }

    fn declare(&mut self, name: &str, kind: Kind, is_mutable: bool, context: &Context) {
        self.variables.push(Variable {
            name: name.to_owned(),
            kind,
            is_mutable,
            is_reference: false,
            body: context.body,
        });
    }

    /// The variables that code can read: the last of each name.
    fn visible(&self) -> Vec<Variable> {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let visible = self.variables.iter().rev().filter(|one| {
            // A variable with the name of the input hides its fields.
            let is_hidden = one
                .name
                .split_once('.')
                .is_some_and(|(root, _)| seen.contains(root));
            !is_hidden && seen.insert(&one.name)
        });
        visible.cloned().collect()
    }

    fn visible_of(&self, kind: Kind) -> Vec<Variable> {
        let mut visible = self.visible();
        visible.retain(|one| one.kind == kind);
        visible
    }

    /// Grows code whose variables are not visible after it.
    fn scoped<T>(&mut self, grow: impl FnOnce(&mut Self) -> T) -> T {
        let (variables, borrowed) = (self.variables.len(), self.borrowed.len());
        let grown = grow(self);
        self.variables.truncate(variables);
        self.borrowed.truncate(borrowed);
        grown
    }
}
