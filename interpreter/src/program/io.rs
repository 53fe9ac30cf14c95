use smol_str::SmolStr;

use crate::query::{Assignments, Expr, ReferencePath};
use crate::task::Resource;
use crate::value::Value;

/// The input and output processing of a state, in its query language.
#[derive(Debug)]
pub enum Io {
    /// The fields of JSONPath states.
    JsonPath(Box<JsonPathIo>),
    /// The fields of JSONata states.
    Jsonata(Box<JsonataIo>),
}

impl Io {
    /// Returns the target in a task's parameters, if it is constant.
    pub fn target(&self, resource: &Resource) -> Option<&str> {
        let parameters = match self {
            Self::JsonPath(io) => io.parameters.as_ref(),
            Self::Jsonata(io) => io.arguments.as_ref(),
        };
        parameters?
            .constant_member(resource.target_key()?)?
            .as_str()
    }
}

/// InputPath, Parameters, ResultSelector, Assign, ResultPath, OutputPath, in this order.
#[derive(Debug, Default)]
pub struct JsonPathIo {
    pub(crate) input_path: Selection,
    pub(crate) parameters: Option<Expr>,
    pub(crate) result_selector: Option<Expr>,
    pub(crate) result_path: ResultPath,
    pub(crate) output_path: Selection,
    pub(crate) assign: Assignments,
}

/// Arguments, then Assign and Output from the same variables.
#[derive(Debug, Default)]
pub struct JsonataIo {
    pub(crate) arguments: Option<Expr>,
    pub(crate) output: Option<Expr>,
    pub(crate) assign: Assignments,
}

/// InputPath or OutputPath.
#[derive(Debug, Default)]
pub(crate) enum Selection {
    /// Absent, or `$`.
    #[default]
    Whole,
    /// `null`: an empty object.
    Nothing,
    Path(Expr),
}

/// ResultPath.
#[derive(Debug, Default)]
pub(crate) enum ResultPath {
    /// Absent, or `$`: the result is the output.
    #[default]
    Replace,
    /// `null`: the output is the raw input.
    Discard,
    Put(ReferencePath),
}

/// A number that is constant, or computed when the state runs.
#[derive(Debug, Default)]
pub enum Numeric {
    /// The field is absent.
    #[default]
    Absent,
    /// A literal.
    Literal(Value),
    /// `..Path`: messages contain the path's text.
    Path {
        /// The text of the path.
        path: SmolStr,
        /// The path.
        value: Expr,
    },
    /// `{% .. %}`
    Expression(Expr),
}
